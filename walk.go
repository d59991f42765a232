package quartet

import (
	"bytes"
	"encoding/json"
	"iter"
	"unicode/utf8"

	"github.com/quartet-go/quartet/internal/lex"
)

// walker walks valid JSON.
type walker struct {
	data []byte
	pos  int
}

// members are the names in an object, as they come, also those that come twice; any other value
// has none and is not read. The value of each is at pos. Whoever gets it reads all of it, or
// nothing, and then it is stepped over; who breaks off leaves pos within the object.
func (w *walker) members() iter.Seq[string] {
	return func(yield func(string) bool) {
		if !w.begins('{') {
			return
		}
		for w.pos++; !w.closing('}'); {
			name := string(w.name())
			if !w.each(func() bool { return yield(name) }) {
				return
			}
		}
	}
}

// elements is a round for every value in an array, which is handed out as by members.
func (w *walker) elements() iter.Seq[int] {
	return func(yield func(int) bool) {
		if !w.begins('[') {
			return
		}
		w.pos++
		for i := 0; !w.closing(']'); i++ {
			if !w.each(func() bool { return yield(i) }) {
				return
			}
		}
	}
}

// each hands out the next value.
func (w *walker) each(yield func() bool) bool {
	w.space() // whoever looks at the value passes over it, which is not to read it
	start := w.pos
	if !yield() {
		return false
	}
	if w.pos == start {
		w.skip()
	}
	return true
}

// begins tells the kind of the value at pos.
func (w *walker) begins(with byte) bool {
	w.space()
	return w.data[w.pos] == with
}

// textIfAny reads a value that is a string; any other is "" and not read.
func (w *walker) textIfAny() string {
	if w.begins('"') {
		return w.text()
	}
	return ""
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
	raw := w.raw()
	w.space()
	w.pos++ // the colon
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	var name string
	_ = json.Unmarshal(raw, &name) // cannot fail: it is a valid string
	return []byte(name)
}

// raw steps over the value at pos and returns it.
func (w *walker) raw() []byte {
	start := w.pos
	w.skip()
	return w.data[start:w.pos]
}

func (w *walker) space() { w.pos = lex.Space(w.data, w.pos) }

// skip steps over one value of any kind, and white space before it.
func (w *walker) skip() {
	g := lex.NewGrammar(w.data)
	w.pos, _ = g.Value(lex.Space(w.data, w.pos), 0)
}

func isNumber(b byte) bool { return b == '-' || b >= '0' && b <= '9' }
