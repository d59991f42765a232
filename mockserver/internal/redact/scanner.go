package redact

import (
	"bytes"
	"slices"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// scanner reads one body and writes its redacted copy from the first place on where there is something to replace. It is
// pooled for its room.
type scanner struct {
	redactor *Redactor
	body     []byte
	pos      int    // body[:pos] has been read
	out      []byte // body[:kept] redacted; nil while nothing has been replaced
	kept     int

	within  bool     // a secret member
	collect bool     // the secrets
	secrets []string // with duplicates
	copied  string   // of body[from:], made for the first secret; most others are parts of it
	from    int
	echoes  echoes // to be hidden in an answer

	text     []byte // what the last string said that had to be unescaped
	textUsed int    // how much of text has ever been used
	shown    []byte // what the last string says without its echoes
}

var scanners = sync.Pool{New: func() any { return new(scanner) }}

func newScanner(r *Redactor, body []byte) *scanner {
	s := scanners.Get().(*scanner)
	s.redactor, s.body = r, body
	return s
}

// release forgets the body and the secrets before the scanner waits for the next one.
func (s *scanner) release() {
	clear(s.text[:s.textUsed])
	s.echoes.forget()
	*s = scanner{text: s.text, shown: s.shown, echoes: s.echoes}
	scanners.Put(s)
}

// redact returns the redacted body.
func (s *scanner) redact() []byte {
	s.space()
	if s.pos == len(s.body) {
		return s.body // blank
	}
	if !s.document() {
		note := appendNote(make([]byte, 0, 64), s.pos, len(s.body)-s.pos)
		return slices.Concat(s.out, s.body[s.kept:s.pos], note)
	}
	if s.out == nil {
		return s.body
	}
	s.copyTo(len(s.body))
	if cap(s.out) > 2*len(s.out)+extra {
		return bytes.Clone(s.out) // what is kept for long shall not hold the room of a long secret
	}
	return s.out
}

// extra is how much longer than the body a redacted one is expected to be at most: secrets are mostly a little shorter
// than what replaces them.
const extra = 32

// copyTo copies what has not been copied before start; what has been read since then is left out.
func (s *scanner) copyTo(start int) {
	if s.out == nil {
		s.out = make([]byte, 0, len(s.body)+extra)
	}
	s.out = append(s.out, s.body[s.kept:start]...)
	s.kept = s.pos
}

// replace replaces what has been read since start.
func (s *scanner) replace(start int) {
	s.copyTo(start)
	s.out = append(s.out, redactedJSON...)
}

// leaf takes a string or a number that has just been read from start on; text is what it says.
func (s *scanner) leaf(start int, text []byte) {
	if !s.within {
		s.hideEchoes(start, text)
	} else if s.collect && len(text) > 0 {
		s.collectSecret(start, text)
	}
}

// collectSecret notes a secret. One copy of the body serves all but those with escapes.
func (s *scanner) collectSecret(start int, text []byte) {
	if s.secrets == nil {
		s.secrets = make([]string, 0, 4)
		s.copied, s.from = string(s.body[start:]), start
	}
	quotes := 0
	if s.body[start] == '"' {
		quotes = 1
	}
	if at := start + quotes - s.from; len(text) == s.pos-start-2*quotes {
		s.secrets = append(s.secrets, s.copied[at:at+len(text)])
	} else {
		s.secrets = append(s.secrets, string(text))
	}
}

// nested redacts a string that has just been read from start on and says JSON, as that of a client does which encodes its
// body twice. It returns false where there is nothing to redact but echoes.
func (s *scanner) nested(start int, text []byte) bool {
	if s.within || !saysJSON(text) {
		return false
	}
	shown, secrets := s.redactor.Body(text)
	if len(secrets) == 0 && bytes.Equal(shown, text) {
		return false
	}
	if s.collect {
		s.secrets = append(s.secrets, secrets...)
	}
	if hidden, found := s.echoes.hide(s.shown[:0], shown); found {
		s.shown, shown = hidden, hidden
	}
	s.copyTo(start)
	s.out, _ = jsontext.AppendQuote(s.out, shown) // an error is about UTF-8, as below
	return true
}

// saysJSON reports whether a text may be JSON with a member.
func saysJSON(text []byte) bool {
	text = bytes.TrimLeft(text, " \t\r\n")
	return len(text) > 0 && (text[0] == '{' || text[0] == '[') && bytes.IndexByte(text, '"') > 0
}

// hideEchoes replaces the secrets of the request in a string or a number. A number is replaced as a whole.
func (s *scanner) hideEchoes(start int, text []byte) {
	if s.within || s.echoes.none() {
		return
	}
	found := false
	if s.shown, found = s.echoes.hide(s.shown[:0], text); !found {
		return
	}
	if s.body[start] != '"' {
		s.replace(start)
		return
	}
	s.copyTo(start)
	s.out, _ = jsontext.AppendQuote(s.out, s.shown) // an error is about UTF-8: a long secret's end within a character
}
