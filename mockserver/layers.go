package mockserver

import (
	"maps"
	"reflect"
)

// layers is a map whose copies share what was written before they were made.
type layers[K comparable, V any] struct {
	base    map[K]*V // never changed
	written map[K]*V // instead of those in base; never changed
	own     map[K]*V // instead of those in both; written since the last copy was made
	copied  int      // bytes of the values that edit has copied, until somebody takes note

	entries int       // bytes of the entries in written and own, as they were when they were weighed
	changed map[K]int // entries of own that may have changed since then, and what each of them had
}

func (t *layers[K, V]) get(key K) *V {
	if v, found := t.own[key]; found {
		return v
	}
	if v, found := t.written[key]; found {
		return v
	}
	return t.base[key]
}

// edit is get for a caller who changes the value; nil when there is none.
func (t *layers[K, V]) edit(key K) *V {
	if v := t.own[key]; v != nil {
		t.change(key)
		return v
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
	t.change(key)
	if t.own == nil {
		t.own = map[K]*V{}
	}
	t.own[key] = value
}

// change says that an entry of own will not stay as it is.
func (t *layers[K, V]) change(key K) {
	if _, known := t.changed[key]; known {
		return
	}
	if t.changed == nil {
		t.changed = map[K]int{}
	}
	t.changed[key] = sizeOfEntry(key, t.own[key])
}

// weigh weighs what has changed since it was weighed last, so that each write pays for one entry
// at most, however many there are.
func (t *layers[K, V]) weigh() {
	for key, before := range t.changed {
		t.entries += sizeOfEntry(key, t.own[key]) - before
	}
	t.changed = nil
}

func (t *layers[K, V]) share() layers[K, V] {
	if len(t.own) > 0 {
		t.weigh()
		for key := range t.own {
			t.entries -= sizeOfEntry(key, t.written[key]) // which it replaces
		}
		written := maps.Clone(t.written)
		if written == nil {
			written = make(map[K]*V, len(t.own))
		}
		maps.Copy(written, t.own)
		t.written, t.own = written, nil
	}
	return *t
}

// held is about how many bytes were written, shared or not.
func (t *layers[K, V]) held() int {
	t.weigh()
	return t.entries + sizeOfTable(t.written) + sizeOfTable(t.own)
}

// growth is by how many bytes the values written since a copy was made are larger than there.
func (t *layers[K, V]) growth(copied *layers[K, V]) (size int) {
	for key, v := range t.own {
		size += sizeOf(reflect.ValueOf(v)) - sizeOf(reflect.ValueOf(copied.get(key)))
	}
	return size
}

// all returns every value.
func (t *layers[K, V]) all() map[K]*V {
	if len(t.own) == 0 && len(t.written) == 0 {
		return t.base
	}
	all := maps.Clone(t.base)
	maps.Copy(all, t.written)
	maps.Copy(all, t.own)
	return all
}
