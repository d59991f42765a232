package contract

import (
	"bytes"
	"errors"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/quartet-go/quartet/internal/lex"
)

// sound reports whether what was read is JSON in UTF-8 whose objects name no member twice.
func (w *walker) sound() bool {
	read := w.Text[:w.pos]
	doubtful := w.Foreign || w.twice || w.Surrogate >= 0 || !utf8.Valid(read)
	return !doubtful || jsontext.Value(read).IsValid()
}

// surplus is the issue of a body that goes on behind its document. Bytes that are no text come first: most servers decode
// all of a body before they parse it.
func surplus(body []byte, at int) Issue {
	if bad := invalidUTF8(body[at:]); bad >= 0 {
		issue := whole(Malformed, body, at+bad)
		issue.Fault = lex.InvalidUTF8
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
	issue.Fault = lex.OtherFault
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

// diagnose says what is wrong with a body that cannot be read, and where. It runs on the way to an error only. Callers of
// these APIs are used to the words of the framework's parser, which depend on what the grammar wanted at that place. An
// empty fault means that the grammar is kept.
func diagnose(body []byte) (lex.Fault, int) {
	if at := invalidUTF8(body); at >= 0 {
		return lex.InvalidUTF8, at
	}
	g := lex.NewGrammar(body)
	end, ok := g.Value(lex.Space(body, 0), 0)
	switch {
	case !ok:
		return g.Fault, g.At
	case lex.Space(body, end) < len(body):
		return "", 0 // something follows the document; the caller sees that itself
	case g.Surrogate >= 0:
		return lex.LoneSurrogate, g.Surrogate
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
