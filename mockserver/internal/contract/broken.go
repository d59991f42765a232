package contract

import (
	"bytes"
	"errors"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// sound reports whether what was read is JSON in UTF-8 whose objects name no member twice.
func (w *walker) sound() bool {
	read := w.body[:w.pos]
	doubtful := w.foreign || w.twice || w.surrogate >= 0 || !utf8.Valid(read)
	return !doubtful || jsontext.Value(read).IsValid()
}

// surplus is the issue of a body that goes on behind its document. Bytes that are no text come first: most servers decode
// all of a body before they parse it.
func surplus(body []byte, at int) Issue {
	if bad := invalidUTF8(body[at:]); bad >= 0 {
		issue := whole(Malformed, body, at+bad)
		issue.Fault = InvalidUTF8
		return issue
	}
	return whole(Trailing, body, at)
}

// broken says what is wrong with a body that is not sound. Duplicate names come after faults of the grammar, wherever
// those stand: a body that is no JSON has no members that could be named twice.
func broken(body []byte) Issue {
	if fault, at := diagnose(body); fault != "" {
		issue := whole(Malformed, body, at)
		issue.Fault = fault
		return issue
	}
	decoder, err := jsontext.NewDecoder(bytes.NewBuffer(body)), error(nil)
	for err == nil {
		_, err = decoder.ReadToken()
	}
	at := len(body)
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		at = min(int(syntax.ByteOffset), at)
		if errors.Is(syntax.Err, jsontext.ErrDuplicateName) {
			issue := whole(Duplicate, body, at)
			issue.Path = pathOf(decoder, syntax.JSONPointer)
			return issue
		}
	}
	issue := whole(Malformed, body, at)
	issue.Fault = OtherFault
	return issue
}

func whole(keyword Keyword, body []byte, at int) Issue {
	return Issue{In: InBody, Keyword: keyword, Offset: at, Character: utf8.RuneCount(body[:at])}
}

// pathOf turns a JSON pointer to the decoder's place into a path: a number is an index only inside an array.
func pathOf(decoder *jsontext.Decoder, p jsontext.Pointer) []any {
	var path []any
	for token := range p.Tokens() {
		kind, _ := decoder.StackIndex(min(len(path)+1, decoder.StackDepth()))
		if n, err := strconv.Atoi(token); err == nil && kind == '[' {
			path = append(path, n)
		} else {
			path = append(path, token)
		}
	}
	return path
}
