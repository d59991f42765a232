package mockserver

import (
	"maps"
	"reflect"
	"slices"
	"unsafe"
)

// layers is a map whose copies share what was written before they were made. A value that was
// written shares with the one in base all that nothing else was put in place of.
type layers[K comparable, V any] struct {
	sizer   *sizer          // of V, a struct
	base    map[K]*V        // never changed
	written map[K]*entry[V] // instead of those in base; never changed
	own     map[K]*entry[V] // instead of those in both; written since the last copy was made
	weight  int             // by which the values that are in force have become heavier since this copy was made
	changes []change[K, V]  // neither kept nor undone yet
}

// entry is a value that was written.
type entry[V any] struct {
	value *V
	own   members // those that it does not share with base
}

// change is what there was before a value was written.
type change[K comparable, V any] struct {
	key   K
	entry *entry[V]
	was   V
	own   members
	grown int  // by being new
	more  int  // by which weight has risen for it
	fresh bool // the entry came with the change
}

func layersOver[K comparable, V any](base map[K]*V) layers[K, V] {
	s := sizerOf(reflect.TypeFor[V](), 0)
	return layers[K, V]{base: base, sizer: &s}
}

func (t *layers[K, V]) get(key K) *V {
	if e, found := t.own[key]; found {
		return e.value
	}
	if e, found := t.written[key]; found {
		return e.value
	}
	return t.base[key]
}

// edit is get for a caller who changes the value; nil when there is none. The caller puts others
// in place of the value's members, and writes to nothing that they refer to: it is shared.
func (t *layers[K, V]) edit(key K) *V {
	if e := t.own[key]; e != nil {
		if !slices.ContainsFunc(t.changes, func(c change[K, V]) bool { return c.entry == e }) {
			t.changes = append(t.changes, change[K, V]{key: key, entry: e, was: *e.value, own: e.own})
		}
		return e.value
	}
	from, more := t.written[key], 0
	if from == nil {
		base := t.base[key]
		if base == nil {
			return nil
		}
		from, more = &entry[V]{value: base}, shallowWeight[V](key)
	}
	copied := *from.value
	t.enter(change[K, V]{key: key, entry: &entry[V]{&copied, from.own}, was: copied, more: more, fresh: true})
	return &copied
}

// of is get, or edit for a caller who may change the value.
func (t *layers[K, V]) of(key K, write bool) *V {
	if write {
		return t.edit(key)
	}
	return t.get(key)
}

// add puts a value where there is none.
func (t *layers[K, V]) add(key K, value *V) {
	weight := t.weightOf(key, value)
	t.enter(change[K, V]{key: key, entry: &entry[V]{value, allMembers}, was: *value, grown: weight, more: weight, fresh: true})
}

func (t *layers[K, V]) enter(c change[K, V]) {
	if t.own == nil {
		t.own = map[K]*entry[V]{}
	}
	t.own[c.key] = c.entry
	t.weight += c.more
	t.changes = append(t.changes, c)
}

// shallowWeight is that of a value which shares all that it refers to.
func shallowWeight[V any, K comparable](key K) int {
	var value V
	return slotSize + sizeOf(reflect.ValueOf(&key).Elem()) + int(unsafe.Sizeof(value))
}

// weightOf is that of a value which shares nothing.
func (t *layers[K, V]) weightOf(key K, value *V) int {
	return shallowWeight[V](key) + t.sizer.size(unsafe.Pointer(value))
}

// weigh weighs what was changed, and returns by how many bytes the values have grown. It comes
// once before keep or undo.
func (t *layers[K, V]) weigh() (grown int) {
	for i := range t.changes {
		c := &t.changes[i]
		larger, more := t.sizer.change(unsafe.Pointer(c.entry.value), unsafe.Pointer(&c.was), &c.entry.own)
		c.more += more
		t.weight += more
		grown += c.grown + larger
	}
	return grown
}

// keep is for changes that are to stay.
func (t *layers[K, V]) keep() {
	clear(t.changes) // or it holds what they were
	t.changes = t.changes[:0]
}

// undo puts back what there was before the changes.
func (t *layers[K, V]) undo() {
	for _, c := range t.changes {
		*c.entry.value, c.entry.own = c.was, c.own
		t.weight -= c.more
		if c.fresh {
			delete(t.own, c.key)
		}
	}
	t.keep()
}

// share returns a copy, when there are no changes. Where nothing was written either it changes
// nothing, so that many may share a snapshot at once.
func (t *layers[K, V]) share() layers[K, V] {
	if len(t.own) > 0 {
		written := maps.Clone(t.written)
		if written == nil {
			written = make(map[K]*entry[V], len(t.own))
		}
		maps.Copy(written, t.own)
		t.written, t.own = written, nil
	}
	return layers[K, V]{sizer: t.sizer, base: t.base, written: t.written}
}

// room is what all values of base would weigh that share nothing.
func (t *layers[K, V]) room() (weight int) {
	for key, value := range t.base {
		weight += t.weightOf(key, value)
	}
	return weight
}

// all returns every value.
func (t *layers[K, V]) all() map[K]*V {
	if len(t.own) == 0 && len(t.written) == 0 {
		return t.base
	}
	all := maps.Clone(t.base)
	for _, layer := range []map[K]*entry[V]{t.written, t.own} {
		for key, e := range layer {
			all[key] = e.value
		}
	}
	return all
}
