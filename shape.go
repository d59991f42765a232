package quartet

import (
	"encoding"
	"encoding/json"
	"math/bits"
	"reflect"
	"strings"
	"sync"
)

// shape is what the generated type of an answer says of its document: a field without
// omitempty and omitzero is required, a pointer or an interface may be null. It is made
// once for each type.
type shape struct {
	typ    reflect.Type
	opaque bool   // decoded by encoding/json: the type has a method for it, or is a map or any
	elem   *shape // of a pointer or a slice

	fields   map[string]field // of a struct
	required uint
}

type field struct {
	name  string
	shape *shape
	index int
	bit   uint // in shape.required
}

// mayBeNull reports whether the document lets a value of this shape be null.
func (s *shape) mayBeNull() bool {
	return s.typ.Kind() == reflect.Pointer || s.typ.Kind() == reflect.Interface
}

// nameOf returns the name of the lowest field in set.
func (s *shape) nameOf(set uint) string {
	lowest := uint(1) << bits.TrailingZeros(set)
	for name, f := range s.fields {
		if f.bit == lowest {
			return name
		}
	}
	return ""
}

var shapes sync.Map // reflect.Type to *shape

func shapeOf(t reflect.Type) *shape {
	if known, ok := shapes.Load(t); ok {
		return known.(*shape)
	}
	s, _ := shapes.LoadOrStore(t, newShape(t))
	return s.(*shape)
}

var (
	jsonUnmarshaler = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
)

func newShape(t reflect.Type) *shape {
	s := &shape{typ: t}
	p := reflect.PointerTo(t)
	switch {
	case t.Kind() == reflect.Pointer:
		s.elem = shapeOf(t.Elem())
	case p.Implements(jsonUnmarshaler) || p.Implements(textUnmarshaler):
		s.opaque = true
	case t.Kind() == reflect.Slice:
		s.elem = shapeOf(t.Elem())
	case t.Kind() == reflect.Struct:
		s.addFields()
	case t.Kind() == reflect.Map || t.Kind() == reflect.Interface:
		s.opaque = true
	}
	return s
}

func (s *shape) addFields() {
	if s.typ.NumField() > bits.UintSize {
		panic("quartet: " + s.typ.String() + " has more fields than shape.required has bits")
	}
	s.fields = make(map[string]field, s.typ.NumField())
	for i := range s.typ.NumField() {
		name, flags, _ := strings.Cut(s.typ.Field(i).Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		f := field{name: name, shape: shapeOf(s.typ.Field(i).Type), index: i, bit: 1 << i}
		if !strings.Contains(flags, "omit") {
			s.required |= f.bit
		}
		s.fields[name] = f
	}
}
