package mockserver

import (
	"reflect"
	"unsafe"
)

// sizer knows of one type, which does not refer to itself, what its values refer to. Each call that
// changes a user needs it, and reflection would take as long as all else that such a call does to
// the state.
type sizer struct {
	typ   reflect.Type
	kind  reflect.Kind
	bytes uintptr // of a value itself
	at    uintptr // in the struct that it is a member of
	inner []sizer // the members of a struct and of structs within that refer to anything, or what a pointer points to
}

func sizerOf(t reflect.Type, at uintptr) sizer {
	s := sizer{typ: t, kind: t.Kind(), bytes: t.Size(), at: at}
	switch {
	case t.Kind() == reflect.Pointer:
		s.inner = []sizer{sizerOf(t.Elem(), 0)}
	case t.Kind() == reflect.Struct && t != timeType:
		for i := range t.NumField() {
			s.inner = append(s.inner, referring(sizerOf(t.Field(i).Type, at+t.Field(i).Offset))...)
		}
	}
	return s
}

// referring are those of a struct, or a value itself, if they refer to anything.
func referring(s sizer) []sizer {
	switch s.kind {
	case reflect.Struct:
		return s.inner
	case reflect.String, reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Map:
		return []sizer{s}
	}
	return nil
}

// size is that of sizeOf, for the value at p.
func (s *sizer) size(p unsafe.Pointer) (size int) {
	switch s.kind {
	case reflect.String:
		return len(*(*string)(p))
	case reflect.Pointer:
		if to := *(*unsafe.Pointer)(p); to != nil {
			size = int(s.inner[0].bytes) + s.inner[0].size(to)
		}
		return size
	case reflect.Struct:
		for i := range s.inner {
			size += s.inner[i].size(unsafe.Add(p, s.inner[i].at))
		}
		return size
	}
	return sizeOf(reflect.NewAt(s.typ, p).Elem())
}

// members has a bit for every member of a struct that refers to anything, in their order. From the
// 65th on there is none, and what such a member was goes on counting.
type members uint64

const allMembers = ^members(0)

// change compares the struct at p with what it was: by how many bytes it has grown, and by how many
// it takes more. own are those of its members that it shares with no other, to which come those
// that have changed; what these have left behind is there still if it was shared. What has not
// changed is not looked at. A member is the same if its words are, for nobody writes to what they
// refer to.
func (s *sizer) change(p, was unsafe.Pointer, own *members) (grown, more int) {
	for i := range s.inner {
		m := &s.inner[i]
		to, from := unsafe.Add(p, m.at), unsafe.Add(was, m.at)
		if unsafe.String((*byte)(to), m.bytes) == unsafe.String((*byte)(from), m.bytes) {
			continue
		}
		now, before := m.size(to), m.size(from)
		grown += now - before
		if bit := members(1) << i; *own&bit == 0 {
			*own |= bit
			before = 0
		}
		more += now - before
	}
	return grown, more
}
