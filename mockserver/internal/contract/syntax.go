package contract

import (
	"unicode/utf8"

	"github.com/quartet-go/quartet/mockserver/internal/lex"
)

// Fault says how a body breaks JSON's grammar.
type Fault string

// The faults. The position of an issue is where the missing thing should stand, or where the wrong thing begins.
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

// maxDepth is how deeply objects and arrays may nest; jsontext has the same limit.
const maxDepth = 10000

// diagnose says what is wrong with a body that cannot be read, and where. It runs on the way to an error only. Callers of
// these APIs are used to the words of the framework's parser, which depend on what the grammar wanted at that place. An
// empty fault means that the grammar is kept.
func diagnose(body []byte) (Fault, int) {
	if at := invalidUTF8(body); at >= 0 {
		return InvalidUTF8, at
	}
	g := grammar{body: body, surrogate: -1}
	end, ok := g.value(lex.Space(body, 0), 0)
	switch {
	case !ok:
		return g.fault, g.at
	case lex.Space(body, end) < len(body):
		return "", 0 // something follows the document; the caller sees that itself
	case g.surrogate >= 0:
		return LoneSurrogate, g.surrogate
	}
	return "", 0
}

func invalidUTF8(body []byte) int {
	for i := 0; i < len(body); {
		r, size := utf8.DecodeRune(body[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// grammar reads JSON without keeping anything but the first fault. Its methods take an offset and return the one
// behind what they have read. That a string is UTF-8 is not their business.
type grammar struct {
	body      []byte
	fault     Fault
	at        int
	surrogate int  // offset of the first lone surrogate; -1: none
	foreign   bool // it has met names that nobody looked at
}

func (g *grammar) fail(fault Fault, at int) (int, bool) {
	g.fault, g.at = fault, at
	return at, false
}

func (g *grammar) peek(i int) byte {
	if i < len(g.body) {
		return g.body[i]
	}
	return 0
}

func (g *grammar) value(i, depth int) (int, bool) {
	switch g.peek(i) {
	case '{', '[':
		if depth == maxDepth {
			return g.fail(TooDeep, i)
		}
		if g.body[i] == '{' {
			return g.object(i, depth+1)
		}
		return g.array(i, depth+1)
	case '"':
		return g.text(i)
	}
	if end := lex.Literal(g.body, i); end > i {
		return end, true
	}
	if end := lex.Number(g.body, i); end > i {
		return end, true
	}
	return g.fail(WantValue, i)
}

func (g *grammar) object(i, depth int) (int, bool) {
	i = lex.Space(g.body, i+1)
	if g.peek(i) == '}' {
		return i + 1, true
	}
	for {
		if g.peek(i) != '"' {
			return g.fail(WantName, i)
		}
		g.foreign = true
		end, ok := g.text(i)
		if !ok {
			return end, false
		}
		if i = lex.Space(g.body, end); g.peek(i) != ':' {
			return g.fail(WantColon, i)
		}
		if end, ok = g.value(lex.Space(g.body, i+1), depth); !ok {
			return end, false
		}
		switch i = lex.Space(g.body, end); g.peek(i) {
		case '}':
			return i + 1, true
		case ',':
			i = lex.Space(g.body, i+1)
		default:
			return g.fail(WantComma, i)
		}
	}
}

func (g *grammar) array(i, depth int) (int, bool) {
	i = lex.Space(g.body, i+1)
	if g.peek(i) == ']' {
		return i + 1, true
	}
	for {
		end, ok := g.value(i, depth)
		if !ok {
			return end, false
		}
		switch i = lex.Space(g.body, end); g.peek(i) {
		case ']':
			return i + 1, true
		case ',':
			i = lex.Space(g.body, i+1)
		default:
			return g.fail(WantComma, i)
		}
	}
}

func (g *grammar) text(start int) (int, bool) {
	for i := lex.Plain(g.body, start+1); i < len(g.body); i = lex.Plain(g.body, i) {
		switch c := g.body[i]; {
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
			i++
		}
	}
	return g.fail(UnterminatedString, start)
}

// escape reads the escape at the backslash i of the string that begins at start.
func (g *grammar) escape(start, i int) (int, bool) {
	if i+1 == len(g.body) {
		return g.fail(UnterminatedString, start)
	}
	switch g.body[i+1] {
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
	if g.surrogate < 0 {
		g.surrogate = i
	}
	return i + 6, true
}

// unit reads the escape \uXXXX at i, which must not be the last thing in the body.
func (g *grammar) unit(i int) (n rune, ok bool) {
	if i+6 >= len(g.body) || g.body[i] != '\\' || g.body[i+1] != 'u' {
		return 0, false
	}
	for _, c := range g.body[i+2 : i+6] {
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
