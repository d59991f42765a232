package mockserver

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Any sequence of writes, kept or not, of copies and of returns to a copy reads as it would with
// maps that are copied whole, and knows what it holds without weighing everything.
func TestLayersReadAsMapsThatAreCopiedWhole(t *testing.T) {
	t.Parallel()
	type value struct {
		N      int
		Text   string
		Texts  []string
		Inner  struct{ Text string }
		Inners *struct{ Texts map[string]any }
		Any    any
		At     time.Time
	}
	beginning := func() map[int]*value {
		return map[int]*value{1: {N: 1}, 2: {N: 2, Text: "two", Any: "two"}, 3: {N: 3, Texts: []string{"three"}}}
	}
	random := func(r *rand.Rand, n int) value {
		v := value{N: n, Text: strings.Repeat("x", r.IntN(100)), Texts: make([]string, r.IntN(3)), At: time.Now()}
		if v.Inner.Text = strings.Repeat("y", r.IntN(100)); r.IntN(2) == 0 {
			v.Inners = &struct{ Texts map[string]any }{map[string]any{v.Text: v.Inner.Text}}
			v.Any = map[string]any{"texts": v.Texts}
		}
		return v
	}
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 1))
		base := beginning()
		layered, plain, began := layersOver(base), map[int]value{}, 0
		for key, v := range base {
			plain[key] = *v
		}
		type copied struct {
			layered layers[int, value]
			plain   map[int]value
			began   int // what it weighed as a copy
		}
		var copies []copied
		for step := range 60 {
			switch r.IntN(5) {
			case 0, 1, 2:
				before, weight, written := maps.Clone(plain), layered.weight, len(layered.own)
				for range 1 + r.IntN(3) {
					key, next := r.IntN(6), random(r, step)
					if v := layered.edit(key); v != nil && r.IntN(2) == 0 {
						v.N, v.Text = next.N, next.Text // the others stay
						plain[key] = *v
					} else if v != nil {
						*v = next
						plain[key] = next
					} else {
						layered.add(key, &next)
						plain[key] = next
					}
				}
				layered.weigh()
				if r.IntN(3) > 0 {
					layered.keep()
					break
				}
				layered.undo()
				plain = before
				require.Len(t, layered.own, written)
				require.Equal(t, weight, layered.weight)
			case 3:
				copies = append(copies, copied{layered.share(), maps.Clone(plain), weighed(&layered)})
			default:
				if len(copies) > 0 {
					c := copies[r.IntN(len(copies))]
					layered, plain, began = c.layered.share(), maps.Clone(c.plain), c.began
				}
			}
			for _, c := range append(copies, copied{layered, plain, began}) {
				require.Equal(t, weighed(&c.layered)-c.began, c.layered.weight, fmt.Sprint(seed, step))
				require.Len(t, c.layered.all(), len(c.plain), fmt.Sprint(seed, step))
				for key, want := range c.plain {
					require.Equal(t, want, *c.layered.get(key), fmt.Sprint(seed, step))
					require.Equal(t, want, *c.layered.all()[key])
				}
			}
		}
		require.Equal(t, beginning(), base)
	}
}

// weighed is what the values that are in force weigh, worked out from everything.
func weighed[K comparable, V any](t *layers[K, V]) (size int) {
	inForce := maps.Clone(t.written)
	if inForce == nil {
		inForce = map[K]*entry[V]{}
	}
	maps.Copy(inForce, t.own)
	for key, e := range inForce {
		size += slotSize + sizeOf(reflect.ValueOf(key)) + int(reflect.TypeFor[V]().Size())
		if base := t.base[key]; base != nil {
			size += sizeBesides(reflect.ValueOf(e.value).Elem(), reflect.ValueOf(base).Elem())
		} else {
			size += sizeOf(reflect.ValueOf(e.value).Elem())
		}
	}
	return size
}

// sizeBesides is sizeOf without what another value refers to as well.
func sizeBesides(v, other reflect.Value) (size int) {
	switch v.Kind() {
	case reflect.Struct:
		for i := 0; i < v.NumField() && v.Type() != timeType; i++ {
			size += sizeBesides(v.Field(i), other.Field(i))
		}
		return size
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.String:
		if v.UnsafePointer() == other.UnsafePointer() {
			return 0
		}
	case reflect.Interface:
		if v.Equal(other) {
			return 0
		}
	}
	return sizeOf(v)
}

// worded is the smallest value that refers to anything.
type worded struct{ is string }

// What has grown is told apart from what was copied for it, and from what it weighs.
func TestLayersWeighWhatHasGrown(t *testing.T) {
	t.Parallel()
	layered := layersOver(map[int]*worded{1: {"twelve bytes"}})
	const copied = slotSize + 16
	for _, tc := range []struct {
		write        func()
		grown, heavy int
	}{
		{func() {}, 0, 0},
		{func() { layered.edit(1) }, 0, copied},
		{func() { layered.edit(1).is = "ten  bytes" }, -2, 10},
		{func() { layered.edit(1).is += "!"; layered.edit(1).is += "?" }, 2, 2},
		{func() { layered.edit(1).is = "" }, -12, -12},
		{func() { layered.edit(1).is = "ten  bytes" }, 10, 10},
		{func() { layered.add(2, &worded{}) }, slotSize + 16, slotSize + 16},
		{func() { layered.edit(2).is = "a" }, 1, 1},
		{func() { layered.edit(3) }, 0, 0},
	} {
		before := layered.weight
		tc.write()
		assert.Equal(t, tc.grown, layered.weigh())
		layered.keep()
		assert.Equal(t, tc.heavy, layered.weight-before)
	}
	assert.Equal(t, "twelve bytes", layered.base[1].is)
}

// What was undone is shared again.
func TestLayersUndoWhatIsShared(t *testing.T) {
	t.Parallel()
	layered := layersOver(map[int]*worded{1: {"twelve bytes"}})
	layered.edit(1)
	layered.keep()
	for range 2 {
		before := layered.weight
		layered.edit(1).is = "ten  bytes"
		assert.Equal(t, -2, layered.weigh())
		assert.Equal(t, 10, layered.weight-before)
		layered.undo()
		assert.Equal(t, before, layered.weight)
	}
}

// A copy has changes of its own, when there is room for some, too.
func TestLayersShareNoChanges(t *testing.T) {
	t.Parallel()
	layered := layersOver(map[int]*worded{1: {"one"}, 2: {"two"}})
	layered.edit(1).is = "1"
	layered.keep()
	other := layered.share()
	layered.edit(1).is, other.edit(2).is = "I", "II"
	layered.undo()
	assert.Equal(t, "1", layered.get(1).is)
	assert.Equal(t, "two", layered.get(2).is)
	assert.Equal(t, "II", other.get(2).is)
}

// There is a bit for each member of what the layers are of.
func TestMembersHaveABitEach(t *testing.T) {
	t.Parallel()
	d := newData(defaultState())
	for _, s := range []*sizer{d.profile.sizer, d.billing.sizer, d.subscription.sizer, d.vendor.sizer, d.vendorUsers.sizer} {
		assert.NotEmpty(t, s.inner, s.typ)
		assert.LessOrEqual(t, len(s.inner), 64, s.typ)
	}
}
