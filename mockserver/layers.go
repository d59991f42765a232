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
	if t.own == nil {
		t.own = map[K]*V{}
	}
	t.own[key] = value
}

func (t *layers[K, V]) share() layers[K, V] {
	if len(t.own) > 0 {
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
func (t *layers[K, V]) held() (size int) {
	for _, layer := range []map[K]*V{t.written, t.own} {
		size += sizeOf(reflect.ValueOf(layer))
	}
	return size
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
