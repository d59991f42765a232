package redact

import (
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth is how deep a body may be nested, as for the tokenizer that validates it.
const maxDepth = 10000

// The methods of this file read JSON. They return false where the body stops being JSON; pos is then at the first token
// that does not belong or that is cut.
//
// They are written by hand because every body of the mock passes here: jsontext's decoder takes longer for the
// tokens alone than they do for everything. What is hard in JSON, escapes and UTF-8, is left to jsontext.

func (s *scanner) document() bool {
	if !s.value(0) {
		return false
	}
	s.space()
	return s.pos == len(s.body)
}

// value reads a value, with the white space before it.
func (s *scanner) value(depth int) bool {
	s.space()
	if s.pos == len(s.body) {
		return false
	}
	switch c := s.body[s.pos]; c {
	case '{', '[':
		if depth == maxDepth {
			return false
		}
		s.pos++
		if c == '{' {
			return s.object(depth + 1)
		}
		return s.array(depth + 1)
	case '"':
		return s.stringValue()
	case 't':
		return s.literal("true")
	case 'f':
		return s.literal("false")
	case 'n':
		return s.literal("null")
	default:
		return s.number(depth)
	}
}

// object reads what follows the brace.
func (s *scanner) object(depth int) bool {
	if s.next('}') {
		return true
	}
	for {
		if !s.member(depth) {
			return false
		}
		if !s.next(',') {
			return s.next('}')
		}
	}
}

func (s *scanner) member(depth int) bool {
	s.space()
	start := s.pos
	name, plain, ok := s.quoted()
	if !ok {
		return false
	}
	secret := s.redactor.members.has(name, plain)
	if !secret {
		s.hideEchoes(start, name)
	}
	if !s.next(':') {
		return false
	}
	if secret && !s.within {
		return s.secret(depth)
	}
	return s.value(depth)
}

// secret reads the value of a secret member and replaces it. One that breaks off is left out from its start.
func (s *scanner) secret(depth int) bool {
	s.space()
	start := s.pos
	s.within = true
	ok := s.value(depth)
	s.within = false
	switch {
	case !ok:
		s.pos = start
	case s.body[start] != 'n':
		s.replace(start)
	}
	return ok
}

// array reads what follows the bracket.
func (s *scanner) array(depth int) bool {
	if s.next(']') {
		return true
	}
	for {
		if !s.value(depth) {
			return false
		}
		if !s.next(',') {
			return s.next(']')
		}
	}
}

func (s *scanner) stringValue() bool {
	start := s.pos
	text, _, ok := s.quoted()
	if ok && !s.nested(start, text) {
		s.leaf(start, text)
	}
	return ok
}

// quoted reads a string and returns what it says, until the next is read. Plain is one that is ASCII and has no escapes.
func (s *scanner) quoted() (text []byte, plain, ok bool) {
	body, start := s.body, s.pos
	if start == len(body) || body[start] != '"' {
		return nil, false, false
	}
	i := start + 1
	for i < len(body) && isPlain[body[i]] {
		i++
	}
	if i < len(body) && body[i] == '"' {
		s.pos = i + 1
		return body[start+1 : i], true, true
	}
	for ; i < len(body); i++ {
		switch body[i] {
		case '"':
			text, ok = s.unquote(body[start : i+1])
			if ok {
				s.pos = i + 1
			}
			return text, false, ok
		case '\\':
			i++
		}
	}
	return nil, false, false
}

// unquote returns what a string with escapes or beyond ASCII says.
func (s *scanner) unquote(raw []byte) ([]byte, bool) {
	text, err := jsontext.AppendUnquote(s.text[:0], raw)
	s.text, s.textUsed = text, max(s.textUsed, len(text))
	return text, err == nil
}

// isPlain are the bytes that stand in a string for themselves, ASCII only.
var isPlain = func() (set [256]bool) {
	for c := range set {
		set[c] = ' ' <= c && c < utf8.RuneSelf && c != '"' && c != '\\'
	}
	return set
}()

func (s *scanner) literal(word string) bool {
	end := s.pos + len(word)
	if end > len(s.body) || string(s.body[s.pos:end]) != word {
		return false
	}
	s.pos = end
	return true
}

// number reads a number by the grammar, which knows no leading zeros. One that does not end within its object or array is
// cut, and may be the beginning of a secret.
func (s *scanner) number(depth int) bool {
	body, start, i := s.body, s.pos, s.pos
	if body[i] == '-' {
		i++
	}
	if i < len(body) && body[i] == '0' {
		i++
	} else if i = digits(body, i); i < 0 {
		return false
	}
	if i < len(body) && body[i] == '.' {
		if i = digits(body, i+1); i < 0 {
			return false
		}
	}
	if i < len(body) && body[i]|0x20 == 'e' {
		i++
		if i < len(body) && (body[i] == '+' || body[i] == '-') {
			i++
		}
		if i = digits(body, i); i < 0 {
			return false
		}
	}
	if i == len(body) && depth > 0 || i < len(body) && !endsNumber(body[i]) {
		return false
	}
	s.pos = i
	s.leaf(start, body[start:i])
	return true
}

func endsNumber(c byte) bool {
	switch c {
	case ',', ']', '}', ' ', '\t', '\r', '\n':
		return true
	}
	return false
}

// digits returns the end of the digits at i, -1 when there are none.
func digits(body []byte, i int) int {
	start := i
	for i < len(body) && '0' <= body[i] && body[i] <= '9' {
		i++
	}
	if i == start {
		return -1
	}
	return i
}

// next skips white space and c, and reports whether c was there.
func (s *scanner) next(c byte) bool {
	s.space()
	if s.pos == len(s.body) || s.body[s.pos] != c {
		return false
	}
	s.pos++
	return true
}

func (s *scanner) space() {
	if s.pos < len(s.body) && s.body[s.pos] <= ' ' {
		s.spaces()
	}
}

func (s *scanner) spaces() {
	for s.pos < len(s.body) && strings.IndexByte(" \t\r\n", s.body[s.pos]) >= 0 {
		s.pos++
	}
}
