package mockserver

import (
	"reflect"
	"sync"
	"time"
)

// clone returns a copy that shares nothing with s.
func (s State) clone() (copied State) {
	deepCopy(reflect.ValueOf(&copied).Elem(), reflect.ValueOf(s))
	return copied
}

// cloneExactly is slices.Clone without room for more, so that a list that is no longer than it was
// weighs no more.
func cloneExactly[T any](list []T) []T {
	return append(make([]T, 0, len(list)), list...)
}

// deepCopy copies plain data: structs of exported fields, pointers, maps, slices and
// what encoding/json and YAML put into an any.
func deepCopy(to, from reflect.Value) {
	to.Set(from)
	if flat(from.Type()) {
		return
	}
	switch from.Kind() {
	case reflect.Struct:
		for i := range from.NumField() {
			if !flat(from.Field(i).Type()) {
				deepCopy(to.Field(i), from.Field(i))
			}
		}
	case reflect.Pointer, reflect.Interface:
		if !from.IsNil() && (from.Kind() == reflect.Pointer || !flat(from.Elem().Type())) {
			inner := reflect.New(from.Elem().Type())
			deepCopy(inner.Elem(), from.Elem())
			if from.Kind() == reflect.Interface {
				inner = inner.Elem()
			}
			to.Set(inner)
		}
	case reflect.Slice:
		if !from.IsNil() {
			to.Set(reflect.MakeSlice(from.Type(), from.Len(), from.Len()))
			for i := range from.Len() {
				deepCopy(to.Index(i), from.Index(i))
			}
		}
	case reflect.Map:
		if !from.IsNil() {
			to.Set(reflect.MakeMapWithSize(from.Type(), from.Len()))
			copyEntries(to, from)
		}
	}
}

func copyEntries(to, from reflect.Value) {
	key, value, copied := reflect.New(from.Type().Key()).Elem(), reflect.New(from.Type().Elem()).Elem(), reflect.New(from.Type().Elem()).Elem()
	for entry := from.MapRange(); entry.Next(); {
		key.SetIterKey(entry)
		value.SetIterValue(entry)
		deepCopy(copied, value)
		to.SetMapIndex(key, copied)
	}
}

// flat reports whether values of a type share nothing with their copies.
func flat(t reflect.Type) bool {
	if known, ok := flatTypes.Load(t); ok {
		return known.(bool)
	}
	is := true
	switch t.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Map:
		is = false
	case reflect.Struct:
		for i := 0; i < t.NumField() && is && t != timeType; i++ {
			is = flat(t.Field(i).Type)
		}
	}
	flatTypes.Store(t, is)
	return is
}

var (
	flatTypes sync.Map                       // by reflect.Type
	timeType  = reflect.TypeFor[time.Time]() // its pointer is to a zone, which never changes
)
