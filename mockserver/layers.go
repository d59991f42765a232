package mockserver

import (
	"maps"
	"reflect"
)

// layers is a map whose copies share what was written before they were made.
type layers[K comparable, V any] struct {
	base    map[K]*V           // never changed
	written map[K]*entry[K, V] // instead of those in base; never changed
	own     map[K]*entry[K, V] // instead of those in both; written since the last copy was made
	copied  int                // bytes of the values that edit has copied, until somebody takes note

	weight  int            // of the entries in written and own, as each was weighed last
	changed []*entry[K, V] // of own, since then
}

// entry is a value that was written.
type entry[K comparable, V any] struct {
	key     K
	value   *V
	weight  int  // in bytes, when it was weighed last
	changed bool // since then
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

// edit is get for a caller who changes the value; nil when there is none.
func (t *layers[K, V]) edit(key K) *V {
	if e := t.own[key]; e != nil {
		t.change(e)
		return e.value
	}
	v := t.get(key)
	if v == nil {
		return nil
	}
	v = clone(v)
	t.put(key, v)
	t.copied += sizeOf(reflect.ValueOf(v))
	return v
}

// of is get, or edit for a caller who may change the value.
func (t *layers[K, V]) of(key K, write bool) *V {
	if write {
		return t.edit(key)
	}
	return t.get(key)
}

func (t *layers[K, V]) put(key K, value *V) {
	e := t.own[key]
	if e == nil {
		if t.own == nil {
			t.own = map[K]*entry[K, V]{}
		}
		e = &entry[K, V]{key: key}
		t.own[key] = e
	}
	e.value = value
	t.change(e)
}

// mostChanged bounds what waits to be weighed, which holds up whoever has to wait for it.
const mostChanged = 10_000

// change says that a value is about to change. A call changes one at most, so that none is weighed
// while it does.
func (t *layers[K, V]) change(e *entry[K, V]) {
	if e.changed {
		return
	}
	if len(t.changed) == mostChanged {
		t.weigh()
	}
	e.changed = true
	t.changed = append(t.changed, e)
}

// weigh weighs what has changed since it was weighed last: each write pays for one entry at
// most, however many there are.
func (t *layers[K, V]) weigh() {
	for _, e := range t.changed {
		t.weight -= e.weight
		e.weight, e.changed = sizeOf(reflect.ValueOf(e.key))+sizeOf(reflect.ValueOf(e.value)), false
		t.weight += e.weight
	}
	t.changed = nil
}

func (t *layers[K, V]) share() layers[K, V] {
	if len(t.own) > 0 {
		t.weigh()
		written := maps.Clone(t.written)
		if written == nil {
			written = make(map[K]*entry[K, V], len(t.own))
		}
		for key, e := range t.own {
			if replaced := written[key]; replaced != nil {
				t.weight -= replaced.weight
			}
			written[key] = e
		}
		t.written, t.own = written, nil
	}
	return *t
}

// held is about how many bytes were written, shared or not.
func (t *layers[K, V]) held() int {
	t.weigh()
	return t.weight + tableSize(reflect.ValueOf(t.written)) + tableSize(reflect.ValueOf(t.own))
}

// growth is by how many bytes the values written since a copy was made are larger than there.
func (t *layers[K, V]) growth(copied *layers[K, V]) (size int) {
	for key, e := range t.own {
		size += sizeOf(reflect.ValueOf(e.value)) - sizeOf(reflect.ValueOf(copied.get(key)))
	}
	return size
}

// all returns every value.
func (t *layers[K, V]) all() map[K]*V {
	if len(t.own) == 0 && len(t.written) == 0 {
		return t.base
	}
	all := maps.Clone(t.base)
	for _, layer := range []map[K]*entry[K, V]{t.written, t.own} {
		for key, e := range layer {
			all[key] = e.value
		}
	}
	return all
}
