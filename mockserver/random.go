package mockserver

import (
	"hash/fnv"
	"math/rand/v2"
)

// random returns the source of everything that is drawn about one event: the n-th of
// its kind in the space. It depends on nothing else, so that the same world draws the
// same whatever else goes on at the same time.
func (s *Space) random(kind string, n uint64) *rand.Rand {
	h := fnv.New64a()
	for _, part := range []string{s.id, kind} {
		_, _ = h.Write([]byte(part)) // a hash takes everything
		_, _ = h.Write([]byte{0})
	}
	return rand.New(rand.NewPCG(mix(s.seed.Load()^h.Sum64()), mix(n)))
}

// mix spreads neighbouring numbers over all 64 bits (the finalizer of SplitMix64).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
