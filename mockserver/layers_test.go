package mockserver

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// Any sequence of writes, copies and returns to a copy reads as it would with maps that
// are copied whole.
func TestLayersReadAsMapsThatAreCopiedWhole(t *testing.T) {
	t.Parallel()
	type value struct{ N int }
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 1))
		base := map[int]*value{1: {1}, 2: {2}, 3: {3}}
		layered, plain := layers[int, value]{base: base}, map[int]value{1: {1}, 2: {2}, 3: {3}}
		type copied struct {
			layered layers[int, value]
			plain   map[int]value
		}
		var copies []copied
		for step := range 60 {
			switch key := r.IntN(5); r.IntN(5) {
			case 0, 1:
				if v := layered.edit(key); v != nil {
					v.N = step
					plain[key] = value{step}
				}
			case 2:
				layered.put(key, &value{-step})
				plain[key] = value{-step}
			case 3:
				copies = append(copies, copied{layered.share(), maps.Clone(plain)})
			default:
				if len(copies) > 0 {
					c := copies[r.IntN(len(copies))]
					layered, plain = c.layered.share(), maps.Clone(c.plain)
				}
			}
			for _, c := range append(copies, copied{layered, plain}) {
				require.Len(t, c.layered.all(), len(c.plain), fmt.Sprint(seed, step))
				for key, want := range c.plain {
					require.Equal(t, want, *c.layered.get(key), fmt.Sprint(seed, step))
					require.Equal(t, want, *c.layered.all()[key])
				}
			}
		}
		require.Equal(t, map[int]*value{1: {1}, 2: {2}, 3: {3}}, base)
	}
}
