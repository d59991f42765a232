package contract

import (
	"bytes"
	"errors"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// trailing returns the offset of the first thing behind the document, or -1.
func (w *walker) trailing() int {
	end := int(w.decoder.InputOffset())
	rest := bytes.TrimLeft(w.body[end:], " \t\r\n")
	if len(rest) == 0 {
		return -1
	}
	return len(w.body) - len(rest)
}

// surplus is the issue of a body that goes on behind its document. Bytes that are no text come first: most servers decode
// all of a body before they parse it.
func (w *walker) surplus(at int) Issue {
	if bad := invalidUTF8(w.body[at:]); bad >= 0 {
		issue := w.whole(Malformed, at+bad)
		issue.Fault = InvalidUTF8
		return issue
	}
	return w.whole(Trailing, at)
}

// broken turns a tokenizer's error into an issue without formatting its text. Duplicate names come after faults of the
// grammar, wherever those stand: a body that is no JSON has no members that could be named twice.
func (w *walker) broken(err error) Issue {
	if fault, at := diagnose(w.body); fault != "" {
		issue := w.whole(Malformed, at)
		issue.Fault = fault
		return issue
	}
	at := len(w.body)
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		at = min(int(syntax.ByteOffset), at)
		if errors.Is(syntax.Err, jsontext.ErrDuplicateName) {
			issue := w.whole(Duplicate, at)
			issue.Path = w.pointer(syntax.JSONPointer)
			return issue
		}
	}
	issue := w.whole(Malformed, at)
	issue.Fault = OtherFault
	return issue
}

func (w *walker) whole(keyword Keyword, at int) Issue {
	return Issue{In: InBody, Keyword: keyword, Offset: at, Character: utf8.RuneCount(w.body[:at])}
}

// pointer turns a JSON pointer to the decoder's place into a path: a number is an index only inside an array.
func (w *walker) pointer(p jsontext.Pointer) []any {
	var path []any
	for token := range p.Tokens() {
		kind, _ := w.decoder.StackIndex(min(len(path)+1, w.decoder.StackDepth()))
		if n, err := strconv.Atoi(token); err == nil && kind == '[' {
			path = append(path, n)
		} else {
			path = append(path, token)
		}
	}
	return path
}
