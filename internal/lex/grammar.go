package lex

import "unicode/utf8"

// Fault says how a text breaks JSON's grammar.
type Fault string

// The faults. Their place is where the missing thing should stand, or where the wrong thing begins.
const (
	WantValue          Fault = "value"            // a value should stand here
	WantName           Fault = "name"             // a member's name in double quotes should stand here
	WantColon          Fault = "colon"            // a colon should stand here
	WantComma          Fault = "comma"            // a comma, or the closing bracket, should stand here
	UnterminatedString Fault = "unterminated"     // the string that begins here does not end
	ControlCharacter   Fault = "controlCharacter" // a string holds an unescaped control character
	BadEscape          Fault = "escape"           // the backslash does not begin an escape
	BadUnicodeEscape   Fault = "unicodeEscape"    // the u is not followed by four hexadecimal digits
	InvalidUTF8        Fault = "utf8"             // the byte is not UTF-8
	LoneSurrogate      Fault = "surrogate"        // half of a surrogate pair
	TooDeep            Fault = "depth"            // objects and arrays are nested too deeply
	OtherFault         Fault = "other"            // anything else that the parser refuses
)

// Phrase says it in plain English, without the position.
func (f Fault) Phrase() string { return phrases[f] }

var phrases = map[Fault]string{
	WantValue:          "a value is missing",
	WantName:           "a name in double quotes is missing",
	WantColon:          "a colon is missing",
	WantComma:          "a comma or a closing bracket is missing",
	UnterminatedString: "a string does not end that begins",
	ControlCharacter:   "an unescaped control character stands",
	BadEscape:          "a backslash begins no escape",
	BadUnicodeEscape:   "four hexadecimal digits are missing",
	InvalidUTF8:        "there is no UTF-8",
	LoneSurrogate:      "half of a surrogate pair stands",
	TooDeep:            "the nesting becomes too deep",
	OtherFault:         "the grammar is broken",
}

// MaxDepth is how deeply objects and arrays may nest. encoding/json and jsontext have the same limit.
const MaxDepth = 10000

// Valid reports whether a text is one JSON value, as encoding/json does.
func Valid(text []byte) bool {
	g := NewGrammar(text)
	end, ok := g.Value(Space(text, 0), 0)
	return ok && Space(text, end) == len(text)
}

// Grammar reads JSON without keeping anything but the first fault. Its methods take an offset, at which no white space
// stands, and return the one behind what they have read, or false. That a string is UTF-8 is not their business.
type Grammar struct {
	Text      []byte
	Fault     Fault // what is wrong where a method has returned false,
	At        int   // and where
	Surrogate int   // offset of the first lone surrogate; -1: none
	Foreign   bool  // there were names of members, which nobody has looked at
}

// NewGrammar begins to read a text.
func NewGrammar(text []byte) Grammar { return Grammar{Text: text, Surrogate: -1} }

func (g *Grammar) fail(fault Fault, at int) (int, bool) {
	g.Fault, g.At = fault, at
	return at, false
}

// Value reads a value within depth objects and arrays.
func (g *Grammar) Value(i, depth int) (int, bool) {
	switch At(g.Text, i) {
	case '{', '[':
		if depth == MaxDepth {
			return g.fail(TooDeep, i)
		}
		if g.Text[i] == '{' {
			return g.object(i, depth+1)
		}
		return g.array(i, depth+1)
	case '"':
		return g.String(i)
	}
	if end := Literal(g.Text, i); end > i {
		return end, true
	}
	if end := Number(g.Text, i); end > i {
		return end, true
	}
	return g.fail(WantValue, i)
}

func (g *Grammar) object(i, depth int) (int, bool) {
	i = Space(g.Text, i+1)
	if At(g.Text, i) == '}' {
		return i + 1, true
	}
	for {
		if At(g.Text, i) != '"' {
			return g.fail(WantName, i)
		}
		g.Foreign = true
		end, ok := g.String(i)
		if !ok {
			return end, false
		}
		if i = Space(g.Text, end); At(g.Text, i) != ':' {
			return g.fail(WantColon, i)
		}
		if end, ok = g.Value(Space(g.Text, i+1), depth); !ok {
			return end, false
		}
		switch i = Space(g.Text, end); At(g.Text, i) {
		case '}':
			return i + 1, true
		case ',':
			i = Space(g.Text, i+1)
		default:
			return g.fail(WantComma, i)
		}
	}
}

func (g *Grammar) array(i, depth int) (int, bool) {
	i = Space(g.Text, i+1)
	if At(g.Text, i) == ']' {
		return i + 1, true
	}
	for {
		end, ok := g.Value(i, depth)
		if !ok {
			return end, false
		}
		switch i = Space(g.Text, end); At(g.Text, i) {
		case ']':
			return i + 1, true
		case ',':
			i = Space(g.Text, i+1)
		default:
			return g.fail(WantComma, i)
		}
	}
}

// String reads a string.
func (g *Grammar) String(start int) (int, bool) {
	for i := Plain(g.Text, start+1); i < len(g.Text); i = Plain(g.Text, i) {
		switch c := g.Text[i]; {
		case c == '"':
			return i + 1, true
		case c == '\\':
			end, ok := g.escape(start, i)
			if !ok {
				return end, false
			}
			i = end
		case c < ' ':
			return g.fail(ControlCharacter, i)
		default:
			i = beyondASCII(g.Text, i)
		}
	}
	return g.fail(UnterminatedString, start)
}

// beyondASCII passes over a run of bytes that are not ASCII, such as a word in Russian: Plain costs more to begin than to
// go on.
func beyondASCII(b []byte, i int) int {
	for i < len(b) && b[i] >= utf8.RuneSelf {
		i++
	}
	return i
}

// escape reads the escape at the backslash i of the string that begins at start.
func (g *Grammar) escape(start, i int) (int, bool) {
	if i+1 == len(g.Text) {
		return g.fail(UnterminatedString, start)
	}
	switch g.Text[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2, true
	case 'u':
	default:
		return g.fail(BadEscape, i)
	}
	unit, ok := g.unit(i)
	if !ok {
		return g.fail(BadUnicodeEscape, i+1)
	}
	if unit < 0xD800 || unit > 0xDFFF {
		return i + 6, true
	}
	if low, ok := g.unit(i + 6); ok && unit < 0xDC00 && 0xDC00 <= low && low <= 0xDFFF {
		return i + 12, true
	}
	if g.Surrogate < 0 {
		g.Surrogate = i
	}
	return i + 6, true
}

// unit reads the escape \uXXXX at i, which must not be the last thing in the body.
func (g *Grammar) unit(i int) (n rune, ok bool) {
	if i+6 >= len(g.Text) || g.Text[i] != '\\' || g.Text[i+1] != 'u' {
		return 0, false
	}
	for _, c := range g.Text[i+2 : i+6] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		n = n<<4 | rune(c)
	}
	return n, true
}
