package redact

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/quartet-go/quartet/internal/lex"
)

// The methods of this file read JSON. They return false where the body stops being JSON; pos is then at the first token
// that does not belong or that is cut. What is hard in JSON, escapes and UTF-8, is left to jsontext.

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
		if depth == lex.MaxDepth {
			return false
		}
		s.pos++
		if c == '{' {
			return s.object(depth + 1)
		}
		return s.array(depth + 1)
	case '"':
		return s.stringValue()
	case 't', 'f', 'n':
		return s.literal()
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
	i := lex.Plain(body, start+1)
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

func (s *scanner) literal() bool {
	start := s.pos
	s.pos = lex.Literal(s.body, start)
	return s.pos > start
}

// number reads a number. One that does not end within its object or array is cut, and may be the beginning of a secret.
func (s *scanner) number(depth int) bool {
	body, start := s.body, s.pos
	end := lex.Number(body, start)
	if end == start || end == len(body) && depth > 0 || end < len(body) && !endsNumber(body[end]) {
		return false
	}
	s.pos = end
	s.leaf(start, body[start:end])
	return true
}

func endsNumber(c byte) bool {
	switch c {
	case ',', ']', '}', ' ', '\t', '\r', '\n':
		return true
	}
	return false
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

func (s *scanner) space() { s.pos = lex.Space(s.body, s.pos) }
