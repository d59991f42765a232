package api

import (
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// Body is what the generated models are: an object that appends itself as JSON. Answers are
// most of what a mock writes, and this takes a third of the time that reflection does.
type Body interface{ AppendJSON(b []byte) []byte }

// Encode returns a body as JSON.
func Encode(body Body) (encoded []byte, err error) {
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	defer func() {
		if p := recover(); p != nil {
			broken, ours := p.(unencodable)
			if !ours {
				panic(p)
			}
			encoded, err = nil, broken.error
		}
	}()
	*buffer = body.AppendJSON((*buffer)[:0])
	return append(make([]byte, 0, len(*buffer)), *buffer...), nil
}

var buffers = sync.Pool{New: func() any { return new([]byte) }}

// unencodable leads from Value to Encode past the generated code, which knows no errors.
type unencodable struct{ error }

// Object closes an object whose members begin at start, each behind a comma.
func Object(b []byte, start int) []byte {
	if len(b) == start {
		return append(b, '{', '}')
	}
	b[start] = '{' // in the place of the first comma
	return append(b, '}')
}

// Nullable appends what a pointer leads to, or null.
func Nullable[T any](b []byte, v *T, do func([]byte, *T) []byte) []byte {
	if v == nil {
		return append(b, "null"...)
	}
	return do(b, v)
}

// String appends a text. Like the others it takes a pointer, so that nothing is copied.
func String(b []byte, v *string) []byte { return quote(b, *v) }

func quote(b []byte, text string) []byte {
	b, _ = jsontext.AppendQuote(b, text) // an error only says that invalid UTF-8 was replaced
	return b
}

// Bool appends a boolean.
func Bool(b []byte, v *bool) []byte { return strconv.AppendBool(b, *v) }

// Int appends an integer.
func Int[T int | int64](b []byte, v *T) []byte { return strconv.AppendInt(b, int64(*v), 10) }

// Float appends a number, without an exponent where encoding/json has none.
func Float(b []byte, v *float64) []byte {
	if size := math.Abs(*v); size != 0 && (size < 1e-6 || size >= 1e21) || size != size {
		return Value(b, v)
	}
	return strconv.AppendFloat(b, *v, 'f', -1, 64)
}

// Value appends a value of any other type: a model, a name for a text or an integer, a
// list of models or texts; and all else as encoding/json writes it.
func Value[T any](b []byte, v *T) []byte {
	if body, ok := any(v).(Body); ok {
		return body.AppendJSON(b)
	}
	switch r := reflect.ValueOf(v).Elem(); {
	case r.Kind() == reflect.String:
		return quote(b, r.String())
	case r.Kind() == reflect.Int64:
		return strconv.AppendInt(b, r.Int(), 10)
	case r.Kind() == reflect.Slice && !r.IsNil():
		return list(b, r)
	}
	encoded, err := json.Marshal(v)
	if err != nil {
		panic(unencodable{err})
	}
	return append(b, encoded...)
}

func list(b []byte, v reflect.Value) []byte {
	b = append(b, '[')
	for i := range v.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		switch item := v.Index(i).Addr().Interface().(type) {
		case Body:
			b = item.AppendJSON(b)
		case *string:
			b = String(b, item)
		default:
			b = Value(b, &item)
		}
	}
	return append(b, ']')
}
