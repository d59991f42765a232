package quartet

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
)

// decode fills out from a 2xx answer's body and refuses what encoding/json would
// let pass: a required member that is missing, null where the document has none.
// out must point to a zero value; after an error it must be thrown away.
func decode(body []byte, out any) error {
	switch string(bytes.TrimSpace(body)) {
	case "":
		return errors.New("the body is empty where JSON was expected")
	case "null": // to encoding/json this is no reason to do anything
		return errors.New("/: null where the document allows none")
	}
	if err := json.Unmarshal(body, out); err != nil {
		return describeJSONError(err)
	}
	c := checker{data: body}
	return c.value(shapeOf(reflect.TypeOf(out).Elem()), nil)
}

// describeJSONError says in the document's terms what encoding/json refused. It
// shows no value, since an answer may hold secrets.
func describeJSONError(err error) error {
	var wrongType *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &wrongType):
		return fmt.Errorf("%s: JSON %s where %s was expected", pointerOrRoot(wrongType.Field), kindOnly(wrongType.Value), jsonKind(wrongType.Type))
	case errors.As(err, &syntax):
		return fmt.Errorf("the body is not valid JSON at byte %d: %w", syntax.Offset, err)
	default:
		return err
	}
}

// kindOnly drops the literal that encoding/json appends to "number".
func kindOnly(value string) string {
	kind, _, _ := bytes.Cut([]byte(value), []byte(" "))
	return string(kind)
}

func pointerOrRoot(field string) string {
	if field == "" {
		return "/"
	}
	return "/" + string(bytes.ReplaceAll([]byte(field), []byte("."), []byte("/")))
}

func jsonKind(t reflect.Type) string {
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
	case reflect.Slice, reflect.Array:
		return "an array"
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Float32, reflect.Float64:
		return "a number"
	default:
		return "an integer"
	}
}

// checker walks JSON that encoding/json has already accepted, side by side with
// the shape of the Go type, and finds what is absent or null against the document.
type checker struct {
	data []byte
	pos  int
}

// step is one segment of the place in the document, linked towards the root so
// that nothing is allocated unless an error is told.
type step struct {
	parent *step
	name   string
	index  int
}

func (s *step) String() string {
	if s == nil {
		return ""
	}
	if s.name == "" {
		return s.parent.String() + "/" + strconv.Itoa(s.index)
	}
	return s.parent.String() + "/" + s.name
}

func (c *checker) value(s *shape, at *step) error {
	c.space()
	switch {
	case s == nil || s.leaf():
		c.skip()
		return nil
	case c.data[c.pos] == '{':
		return c.object(s, at)
	case c.data[c.pos] == '[':
		return c.array(s, at)
	default:
		c.skip()
		return nil
	}
}

func (c *checker) object(s *shape, at *step) error {
	var seen uint
	for c.pos++; !c.closing('}'); {
		name := c.name()
		f, known := s.fields[string(name)]
		if !known {
			f = s.others
		}
		c.space()
		here := step{parent: at, name: string(name)}
		if c.data[c.pos] == 'n' && f.refusesNull {
			return fmt.Errorf("%s: null where the document allows none", &here)
		}
		if err := c.value(f.shape, &here); err != nil {
			return err
		}
		seen |= f.bit
	}
	if missing := s.required &^ seen; missing != 0 {
		return fmt.Errorf("%s: required member is missing", &step{parent: at, name: s.nameOf(missing)})
	}
	return nil
}

func (c *checker) array(s *shape, at *step) error {
	c.pos++
	for i := 0; !c.closing(']'); i++ {
		here := step{parent: at, index: i}
		c.space()
		if c.data[c.pos] == 'n' && s.others.refusesNull {
			return fmt.Errorf("%s: null where the document allows none", &here)
		}
		if err := c.value(s.others.shape, &here); err != nil {
			return err
		}
	}
	return nil
}

// closing steps over white space, commas and end, and reports whether it met end.
func (c *checker) closing(end byte) bool {
	c.space()
	if c.data[c.pos] == ',' {
		c.pos++
		c.space()
	}
	if c.data[c.pos] != end {
		return false
	}
	c.pos++
	return true
}

// name reads a member's name and the colon behind it.
func (c *checker) name() []byte {
	start := c.pos
	c.skip()
	raw := c.data[start:c.pos]
	c.space()
	c.pos++ // the colon
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	var name string
	_ = json.Unmarshal(raw, &name) // cannot fail: the body has been read once
	return []byte(name)
}

func (c *checker) space() {
	for c.pos < len(c.data) && c.data[c.pos] <= ' ' {
		c.pos++
	}
}

// skip steps over one value of any kind.
func (c *checker) skip() {
	depth := 0
	for ; c.pos < len(c.data); c.pos++ {
		switch c.data[c.pos] {
		case '"':
			c.skipString()
		case '{', '[':
			depth++
			continue
		case '}', ']':
			depth--
		default:
			if !c.endOfScalar() {
				continue
			}
		}
		if depth == 0 {
			c.pos++
			return
		}
	}
}

// skipString leaves pos on the closing quote.
func (c *checker) skipString() {
	for c.pos++; c.data[c.pos] != '"'; c.pos++ {
		if c.data[c.pos] == '\\' {
			c.pos++
		}
	}
}

// endOfScalar reports whether a number or literal ends at pos.
func (c *checker) endOfScalar() bool {
	if scalarByte(c.data[c.pos]) && (c.pos+1 == len(c.data) || !scalarByte(c.data[c.pos+1])) {
		return true
	}
	return false
}

func scalarByte(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b == '-' || b == '+' || b == '.' || b == 'E'
}
