package quartet

import (
	"bytes"
	"encoding/json"
	"iter"
	"unicode/utf8"
)

// walker walks valid JSON.
type walker struct {
	data []byte
	pos  int
}

// members are the names and values of a JSON value that is an object, as they come, also those
// that come twice; any other value has none.
func members(value []byte) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		if !begins(value, '{') {
			return
		}
		w := walker{data: value, pos: 1}
		for !w.closing('}') {
			name := string(w.name())
			w.space()
			if !yield(name, w.raw()) {
				return
			}
		}
	}
}

// elements are the values in a JSON value that is an array; any other has none.
func elements(value []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		if !begins(value, '[') {
			return
		}
		w := walker{data: value, pos: 1}
		for !w.closing(']') {
			if !yield(w.raw()) {
				return
			}
		}
	}
}

// begins tells the kind of a JSON value without white space before it.
func begins(value []byte, with byte) bool { return len(value) > 0 && value[0] == with }

// textOf returns a JSON value that is a string; any other is "".
func textOf(value []byte) string {
	if !begins(value, '"') {
		return ""
	}
	return (&walker{data: value}).text()
}

// text reads a string.
func (w *walker) text() string {
	raw := w.raw()
	inner := raw[1 : len(raw)-1]
	if bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		return string(inner)
	}
	var text string
	_ = json.Unmarshal(raw, &text) // cannot fail: it is a valid string
	return text
}

// closing steps over white space, commas and end, and reports whether it met end.
func (w *walker) closing(end byte) bool {
	w.space()
	if w.data[w.pos] == ',' {
		w.pos++
		w.space()
	}
	if w.data[w.pos] != end {
		return false
	}
	w.pos++
	return true
}

// name reads a member's name and the colon behind it.
func (w *walker) name() []byte {
	start := w.pos
	w.skipString()
	w.pos++
	raw := w.data[start:w.pos]
	w.space()
	w.pos++ // the colon
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	var name string
	_ = json.Unmarshal(raw, &name) // cannot fail: it is a valid string
	return []byte(name)
}

// raw steps over one value and returns it.
func (w *walker) raw() []byte {
	start := w.pos
	w.skip()
	return w.data[start:w.pos]
}

func (w *walker) space() {
	for w.pos < len(w.data) && w.data[w.pos] <= ' ' {
		w.pos++
	}
}

// skip steps over one value of any kind.
func (w *walker) skip() {
	for depth := 0; w.pos < len(w.data); {
		switch c := w.data[w.pos]; {
		case c == '"':
			w.skipString()
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		case isScalar(c):
			for w.pos+1 < len(w.data) && isScalar(w.data[w.pos+1]) {
				w.pos++
			}
		default: // white space, commas and colons
			w.pos++
			continue
		}
		w.pos++
		if depth == 0 {
			return
		}
	}
}

// skipString leaves pos on the closing quote.
func (w *walker) skipString() {
	for w.pos++; ; w.pos++ {
		w.pos += bytes.IndexByte(w.data[w.pos:], '"')
		escapes := 0
		for w.data[w.pos-1-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			return
		}
	}
}

func isNumber(b byte) bool { return b == '-' || b >= '0' && b <= '9' }

// isScalar reports whether b belongs to a number, true, false or null.
func isScalar(b byte) bool {
	return isNumber(b) || b >= 'a' && b <= 'z' || b == '+' || b == '.' || b == 'E'
}
