package model

import (
	"flag"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// seedOfAll is the seed that the run was given, 0 for none; see TestMain.
var seedOfAll uint64

// lot makes a worker's own seed of that of all. Its first byte is the worker's number: so no
// two workers draw the same, however often rapid moves a seed on, and a seed that a failure
// prints is its own lot.
func lot(seed uint64, worker int) uint64 {
	const rest = 1<<56 - 1
	return seed&rest | uint64(worker)<<56
}

// seeding is held while rapid reads its seed, of which it has one for all checks.
var seeding sync.Mutex

// check is rapid.Check with a seed, 0 for a random one. Every check goes through it.
func check(t *testing.T, seed uint64, property func(*rapid.T)) {
	t.Helper()
	seeding.Lock()
	read := sync.OnceFunc(seeding.Unlock)
	defer read()
	require.NoError(t, flag.Set("rapid.seed", strconv.FormatUint(seed, 10)))
	rapid.Check(t, func(t *rapid.T) {
		read()
		property(t)
	})
}

// With one seed the workers draw other things; that of a failure leads its worker to the same.
func TestEachWorkerHasALotOfItsOwn(t *testing.T) {
	t.Parallel()
	first := map[[8]uint64]bool{}
	for worker := range workers + 1 {
		var drawn [8]uint64
		draw := func(seed uint64) {
			check(t, seed, func(t *rapid.T) {
				for i := range drawn {
					drawn[i] = rapid.Uint64().Draw(t, "number")
				}
			})
		}
		draw(lot(7, worker))
		assert.False(t, first[drawn])
		first[drawn] = true
		before := drawn
		draw(lot(lot(7, worker), worker))
		assert.Equal(t, before, drawn)
	}
}
