package quartet

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/quartet-go/quartet/internal/lex"
)

// decode fills out from a 2xx answer's body, in one pass over what has been found to be JSON. It refuses what encoding/json would let pass, a required member that
// is missing and null where the document has none, and matches names exactly, so that an
// unknown member never lands in a known one. out must point to a zero value; after an
// error it must be thrown away.
func decode(body []byte, out any) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return errors.New("the body is empty where JSON was expected")
	}
	if !lex.Valid(body) {
		return invalid(body)
	}
	dst := reflect.ValueOf(out).Elem()
	return (&reader{walker: walker{data: body}}).value(shapeOf(dst.Type()), dst)
}

// invalid says where a body stops being JSON, without showing of it more than the
// character.
func invalid(body []byte) error {
	err := json.Unmarshal(body, new(json.RawMessage))
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return errors.New("the body is not valid JSON")
	}
	return fmt.Errorf("the body is not valid JSON at byte %d: %w", syntax.Offset, err)
}

// reader stores what it walks over.
type reader struct {
	walker
	path []step // from the root to the present place
}

// step is one segment of the place in the document.
type step struct {
	name  string // "" in an array
	index int
}

// errorf tells what is wrong at the present place. It never shows a value, since an
// answer may hold secrets.
func (r *reader) errorf(format string, args ...any) error {
	var place strings.Builder
	for _, s := range r.path {
		place.WriteByte('/')
		if s.name == "" {
			place.WriteString(strconv.Itoa(s.index))
		}
		place.WriteString(s.name)
	}
	return fmt.Errorf("%s: %s", cmp.Or(place.String(), "/"), fmt.Sprintf(format, args...))
}

// value stores the value at pos in dst.
func (r *reader) value(s *shape, dst reflect.Value) error {
	r.space()
	first := r.data[r.pos]
	if first == 'n' {
		if !s.mayBeNull() {
			return r.errorf("null where the document allows none")
		}
		r.skip()
		dst.SetZero()
		return nil
	}
	switch kind := s.typ.Kind(); {
	case s.opaque:
		return r.opaque(s, dst)
	case kind == reflect.Pointer:
		dst.Set(reflect.New(s.elem.typ))
		return r.value(s.elem, dst.Elem())
	case kind == reflect.Struct && first == '{':
		return r.object(s, dst)
	case kind == reflect.Slice && first == '[':
		return r.array(s, dst)
	case kind == reflect.String && first == '"':
		dst.SetString(r.text())
	case kind == reflect.Bool && (first == 't' || first == 'f'):
		dst.SetBool(first == 't')
		r.skip()
	case isNumber(first) && dst.CanInt():
		return r.integer(dst)
	case isNumber(first) && dst.CanFloat():
		n, err := strconv.ParseFloat(string(r.raw()), 64)
		if err != nil {
			return r.errorf("a number too large for this member")
		}
		dst.SetFloat(n)
	default:
		return r.errorf("JSON %s where %s was expected", jsonKind(first), wanted(s.typ))
	}
	return nil
}

func (r *reader) object(s *shape, dst reflect.Value) error {
	var seen uint
	r.path = append(r.path, step{})
	top := len(r.path) - 1
	for r.pos++; !r.closing('}'); {
		name := r.name()
		f, known := s.fields[string(name)]
		if !known {
			r.skip()
			continue
		}
		r.path[top].name = f.name
		if err := r.value(f.shape, dst.Field(f.index)); err != nil {
			return err
		}
		seen |= f.bit
	}
	if missing := s.required &^ seen; missing != 0 {
		r.path[top].name = s.nameOf(missing)
		return r.errorf("required member is missing")
	}
	r.path = r.path[:top]
	return nil
}

func (r *reader) array(s *shape, dst reflect.Value) error {
	r.path = append(r.path, step{})
	top := len(r.path) - 1
	dst.Set(reflect.MakeSlice(s.typ, 0, 1))
	r.pos++
	for i := 0; !r.closing(']'); i++ {
		r.path[top].index = i
		dst.Grow(1)
		dst.SetLen(i + 1)
		dst.Index(i).SetZero()
		if err := r.value(s.elem, dst.Index(i)); err != nil {
			return err
		}
	}
	r.path = r.path[:top]
	return nil
}

// opaque leaves the value to the type's own method, or to encoding/json.
func (r *reader) opaque(s *shape, dst reflect.Value) error {
	raw := r.raw()
	var err error
	switch v := dst.Addr().Interface().(type) {
	case json.Unmarshaler:
		err = v.UnmarshalJSON(raw)
	default:
		err = json.Unmarshal(raw, v)
	}
	var within *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &within) && within.Field != "":
		r.path = append(r.path, step{name: strings.ReplaceAll(within.Field, ".", "/")})
		kind, _, _ := strings.Cut(within.Value, " ") // "number" may have the digits behind it
		return r.errorf("JSON %s where %s was expected", kind, wanted(within.Type))
	case s.typ == reflect.TypeFor[Time]() && raw[0] == '"':
		return r.errorf("this is no timestamp such as 2026-01-05T12:34:56.789012 or 2026-01-05T12:34:56Z")
	}
	return r.errorf("JSON %s where %s was expected", jsonKind(raw[0]), wanted(s.typ))
}

// integer reads a whole number, also one that is written as 5.0 or, where a float64 holds
// it for sure, as 1e1.
func (r *reader) integer(dst reflect.Value) error {
	raw := string(r.raw())
	whole, fraction, _ := strings.Cut(raw, ".")
	if strings.Trim(fraction, "0") != "" {
		whole = raw
	}
	n, err := strconv.ParseInt(whole, 10, dst.Type().Bits())
	if err == nil {
		dst.SetInt(n)
		return nil
	}
	f, floatErr := strconv.ParseFloat(raw, 64)
	switch {
	case errors.Is(err, strconv.ErrRange), floatErr != nil, math.Abs(f) >= 1<<53, dst.OverflowInt(int64(f)):
		return r.errorf("a number too large for an integer of %d bits", dst.Type().Bits())
	case f != math.Trunc(f):
		return r.errorf("JSON number with a fraction where an integer was expected")
	}
	dst.SetInt(int64(f))
	return nil
}

// jsonKind names the kind of value that begins with b.
func jsonKind(b byte) string {
	switch b {
	case '{':
		return "object"
	case '[':
		return "array"
	case '"':
		return "string"
	case 't', 'f':
		return "boolean"
	case 'n':
		return "null"
	}
	return "number"
}

// wanted names what a type holds.
func wanted(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[Time]():
		return "a timestamp"
	case reflect.PointerTo(t).Implements(textUnmarshaler):
		return "a string"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "a boolean"
	case reflect.String:
		return "a string"
	case reflect.Slice:
		return "an array"
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Float64:
		return "a number"
	}
	return "an integer"
}
