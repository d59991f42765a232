package quartet

import (
	"encoding"
	"encoding/json"
	"math/bits"
	"reflect"
	"strings"
	"sync"
)

// shape is what the generated type of an answer says of its document: a field
// without omitempty and omitzero is required, a pointer or an interface may be
// null. It is made once for each type.
type shape struct {
	fields   map[string]field
	others   field // array items and map values; for structs, unknown members
	required uint
}

type field struct {
	shape       *shape // nil for values with nothing inside to check
	bit         uint   // the field's bit in shape.required
	refusesNull bool
}

func (s *shape) leaf() bool { return s.fields == nil && s.others.shape == nil && !s.others.refusesNull }

// nameOf returns the name of the lowest required field in set.
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
	if t.Kind() == reflect.Pointer {
		return shapeOf(t.Elem())
	}
	if p := reflect.PointerTo(t); p.Implements(jsonUnmarshaler) || p.Implements(textUnmarshaler) {
		return &shape{}
	}
	switch t.Kind() {
	case reflect.Struct:
		return structShape(t)
	case reflect.Slice, reflect.Map:
		return &shape{others: fieldOf(t.Elem())}
	default:
		return &shape{}
	}
}

func structShape(t reflect.Type) *shape {
	if t.NumField() > bits.UintSize {
		panic("quartet: " + t.String() + " has more fields than shape.required has bits")
	}
	s := &shape{fields: make(map[string]field, t.NumField())}
	for i := range t.NumField() {
		tag := t.Field(i).Tag.Get("json")
		name, flags, _ := strings.Cut(tag, ",")
		if name == "" || name == "-" {
			continue
		}
		f := fieldOf(t.Field(i).Type)
		f.bit = 1 << i
		if !strings.Contains(flags, "omit") {
			s.required |= f.bit
		}
		s.fields[name] = f
	}
	return s
}

func fieldOf(t reflect.Type) field {
	null := t.Kind() == reflect.Pointer || t.Kind() == reflect.Interface
	return field{shape: shapeOf(t), refusesNull: !null}
}
