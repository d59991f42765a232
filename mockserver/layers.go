package mockserver

import (
	"maps"
	"reflect"
	"slices"
	"unsafe"
)

// layers is a map whose copies share what was written before they were made. A value that was
// written shares with the one before it all that nothing else was put in place of.
type layers[K comparable, V any] struct {
	sizer   *sizer          // of V
	base    map[K]*V        // never changed
	written map[K]*entry[V] // instead of those in base; never changed
	own     map[K]*entry[V] // instead of those in both; written since the last copy was made
	weight  int             // about the bytes of the entries in written and own, as if they shared nothing
	edits   []edit[K, V]    // neither kept nor undone yet
}

// entry is a value that was written.
type entry[V any] struct {
	value  *V
	weight int // of it and the key, before what has been edited since then
}

// edit is what was there before a value was written.
type edit[K comparable, V any] struct {
	key    K
	entry  *entry[V]
	was    V
	weight int
	fresh  bool // the entry came with the edit
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
	e, fresh := t.own[key], false
	if e == nil {
		v := t.get(key)
		if v == nil {
			return nil
		}
		copied := *v
		e, fresh = t.enter(key, &copied), true
	}
	if fresh || !slices.ContainsFunc(t.edits, func(other edit[K, V]) bool { return other.entry == e }) {
		t.edits = append(t.edits, edit[K, V]{key, e, *e.value, e.weight, fresh})
	}
	return e.value
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
	t.edits = append(t.edits, edit[K, V]{key: key, entry: t.enter(key, value), was: *value, fresh: true})
}

func (t *layers[K, V]) enter(key K, value *V) *entry[V] {
	if t.own == nil {
		t.own = map[K]*entry[V]{}
	}
	e := &entry[V]{value, t.weightOf(key, value)}
	t.own[key] = e
	t.weight += e.weight
	return e
}

// weightOf is about how many bytes an entry takes with all that it refers to.
func (t *layers[K, V]) weightOf(key K, value *V) int {
	return slotSize + sizeOf(reflect.ValueOf(&key).Elem()) + int(unsafe.Sizeof(*value)) + t.sizer.size(unsafe.Pointer(value))
}

// weigh weighs what was edited, and returns by how many bytes that has grown, without the copies
// that were made for the edits. It comes once before keep or undo.
func (t *layers[K, V]) weigh() (grown int) {
	for i := range t.edits {
		edit := &t.edits[i]
		more := t.sizer.larger(unsafe.Pointer(edit.entry.value), unsafe.Pointer(&edit.was))
		edit.entry.weight += more
		t.weight += more
		grown += edit.entry.weight - edit.weight
	}
	return grown
}

// keep is for edits that are to stay.
func (t *layers[K, V]) keep() {
	clear(t.edits) // or it holds what they were
	t.edits = t.edits[:0]
}

// undo puts back what was there before the edits.
func (t *layers[K, V]) undo() {
	for _, edit := range t.edits {
		*edit.entry.value = edit.was
		t.weight += edit.weight - edit.entry.weight
		edit.entry.weight = edit.weight
		if edit.fresh {
			t.weight -= edit.weight
			delete(t.own, edit.key)
		}
	}
	t.keep()
}

// share returns a copy. There are no edits when it is called. Where nothing was written either
// it changes nothing, so that many may share a snapshot at once.
func (t *layers[K, V]) share() layers[K, V] {
	if len(t.own) > 0 {
		written := maps.Clone(t.written)
		if written == nil {
			written = make(map[K]*entry[V], len(t.own))
		}
		for key, e := range t.own {
			if replaced := written[key]; replaced != nil {
				t.weight -= replaced.weight
			}
			written[key] = e
		}
		t.written, t.own = written, nil
	}
	other := *t
	other.own, other.edits = nil, nil // even if they are empty
	return other
}

// room is what all values of base come to weigh that have been edited.
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
