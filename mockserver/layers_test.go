package mockserver

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Any sequence of writes, copies and returns to a copy reads as it would with maps that
// are copied whole, and knows what it holds without weighing everything.
func TestLayersReadAsMapsThatAreCopiedWhole(t *testing.T) {
	t.Parallel()
	type value struct {
		N    int
		Text string
	}
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 1))
		base := map[int]*value{1: {N: 1}, 2: {N: 2}, 3: {N: 3}}
		layered, plain := layers[int, value]{base: base}, map[int]value{1: {N: 1}, 2: {N: 2}, 3: {N: 3}}
		type copied struct {
			layered layers[int, value]
			plain   map[int]value
		}
		var copies []copied
		for step := range 60 {
			switch key := r.IntN(5); r.IntN(5) {
			case 0, 1:
				if v := layered.edit(key); v != nil {
					*v = value{step, strings.Repeat("x", r.IntN(100))}
					plain[key] = *v
				}
			case 2:
				layered.put(key, &value{N: -step})
				plain[key] = value{N: -step}
			case 3:
				copies = append(copies, copied{layered.share(), maps.Clone(plain)})
			default:
				if len(copies) > 0 {
					c := copies[r.IntN(len(copies))]
					layered, plain = c.layered.share(), maps.Clone(c.plain)
				}
			}
			if r.IntN(3) == 0 { // not always, so that there is something to weigh later
				require.Equal(t, weighed(&layered), layered.held(), fmt.Sprint(seed, step))
			}
			for _, c := range append(copies, copied{layered, plain}) {
				require.Len(t, c.layered.all(), len(c.plain), fmt.Sprint(seed, step))
				for key, want := range c.plain {
					require.Equal(t, want, *c.layered.get(key), fmt.Sprint(seed, step))
					require.Equal(t, want, *c.layered.all()[key])
				}
			}
		}
		for _, c := range append(copies, copied{layered, plain}) {
			require.Equal(t, weighed(&c.layered), c.layered.held())
		}
		require.Equal(t, map[int]*value{1: {N: 1}, 2: {N: 2}, 3: {N: 3}}, base)
	}
}

// weighed is what held says, worked out from everything.
func weighed[K comparable, V any](t *layers[K, V]) (size int) {
	for _, layer := range []map[K]*entry[K, V]{t.written, t.own} {
		values := maps.Collect(func(yield func(K, *V) bool) {
			for key, e := range layer {
				if !yield(key, e.value) {
					return
				}
			}
		})
		if layer != nil {
			size += sizeOf(reflect.ValueOf(values))
		}
	}
	return size
}

// Only what has been written to since then is weighed again.
func TestLayersWeighWhatHasChanged(t *testing.T) {
	t.Parallel()
	layered := layers[int, string]{base: map[int]*string{}}
	for key := range 1000 {
		layered.put(key, new(string))
	}
	assert.Len(t, layered.changed, 1000)
	layered.held()
	assert.Empty(t, layered.changed)
	for range 3 {
		*layered.edit(7) += "a text"
	}
	assert.Len(t, layered.changed, 1)
	assert.Equal(t, weighed(&layered), layered.held())
	for key := range mostChanged + 1 {
		layered.put(key, new(string))
	}
	assert.Len(t, layered.changed, 1, "the others were not left to the next who asks")
	assert.Equal(t, weighed(&layered), layered.held())
}
