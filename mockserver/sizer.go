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
	inner []sizer // the members of a struct that refer to anything, or what a pointer points to
}

func sizerOf(t reflect.Type, at uintptr) sizer {
	s := sizer{typ: t, kind: t.Kind(), bytes: t.Size(), at: at}
	switch {
	case t.Kind() == reflect.Pointer:
		s.inner = []sizer{sizerOf(t.Elem(), 0)}
	case t.Kind() == reflect.Struct && t != timeType:
		for i := range t.NumField() {
			if member := sizerOf(t.Field(i).Type, t.Field(i).Offset); member.refers() {
				s.inner = append(s.inner, member)
			}
		}
	}
	return s
}

func (s *sizer) refers() bool {
	switch s.kind {
	case reflect.String, reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Map:
		return true
	}
	return len(s.inner) > 0
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

// larger is by how much the size of the value at p is over that of the one at other. It does not
// look at what they share.
func (s *sizer) larger(p, other unsafe.Pointer) (size int) {
	if s.kind == reflect.Struct {
		for i := range s.inner {
			size += s.inner[i].larger(unsafe.Add(p, s.inner[i].at), unsafe.Add(other, s.inner[i].at))
		}
		return size
	}
	if unsafe.String((*byte)(p), s.bytes) == unsafe.String((*byte)(other), s.bytes) {
		return 0
	}
	return s.size(p) - s.size(other)
}
