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
			size += s.inner[i].size(s.inner[i].in(p))
		}
		return size
	}
	return sizeOf(reflect.NewAt(s.typ, p).Elem())
}

// change compares the value at p with what it was: by how many bytes it has grown, and by how many
// it takes more, since what base refers to is there in any case. It looks at nothing that has not
// changed. base may be nil.
func (s *sizer) change(p, was, base unsafe.Pointer) (grown, more int) {
	if s.kind == reflect.Struct {
		for i := range s.inner {
			member := &s.inner[i]
			g, m := member.change(member.in(p), member.in(was), member.in(base))
			grown, more = grown+g, more+m
		}
		return grown, more
	}
	if s.same(p, was) {
		return 0, 0
	}
	now, before := s.size(p), s.size(was)
	if s.same(was, base) {
		return now - before, now
	}
	return now - before, now - before
}

// in is where a member is in the struct at p.
func (s *sizer) in(p unsafe.Pointer) unsafe.Pointer {
	if p == nil {
		return nil
	}
	return unsafe.Add(p, s.at)
}

// same reports whether two values, which are no structs, refer to the same: they have the same
// words, and nobody writes to what they refer to.
func (s *sizer) same(p, other unsafe.Pointer) bool {
	return other != nil && unsafe.String((*byte)(p), s.bytes) == unsafe.String((*byte)(other), s.bytes)
}
