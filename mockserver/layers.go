package mockserver

import "maps"

// layers is a map whose copies share what was written before they were made.
type layers[K comparable, V any] struct {
	base    map[K]*V // never changed
	written map[K]*V // instead of those in base; never changed
	own     map[K]*V // instead of those in both; written since the last copy was made
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
