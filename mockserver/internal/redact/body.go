package redact

import (
	"slices"
	"strconv"
)

// Body returns a JSON body with "[redacted]" in the place of every value of a secret member, at any depth; the rest stays
// as it is, byte for byte. Of such a value not even the kind is shown, so objects and arrays are replaced as a whole; but
// null stays, since it holds nothing and tells the reader that nothing was sent. A body without a secret member is
// returned itself, not a copy.
//
// Where the body stops being JSON, in a string already where the string begins, the rest is left out and a note takes its
// place. Empty bodies and blank ones stay.
//
// The secrets are the strings, unescaped, and the numbers that were replaced or stood in what was, each once, for
// [Redactor.Echo]. They are in the clear: they must not outlive the exchange. What follows the place where a body breaks
// off is not among them.
func (r *Redactor) Body(body []byte) (shown []byte, secrets []string) {
	s := newScanner(r, body)
	defer s.release()
	s.collect = true
	shown = s.redact()
	slices.Sort(s.secrets)
	return shown, slices.Compact(s.secrets)
}

// maxSecrets bounds the secrets that Echo looks for, so that nobody makes it slow; requests have four at most.
const maxSecrets = 64

// Echo redacts the JSON body of an answer as [Redactor.Body] does. It also hides the secrets of the request wherever
// the answer repeats them: within strings and names of members, however JSON escapes them, and as numbers. Names that
// are those of secret members stay, since they are words of the documents. An answer to a request with more than 64
// secrets is not kept at all; a note takes its place.
func (r *Redactor) Echo(body []byte, secrets []string) []byte {
	if len(secrets) > maxSecrets && len(body) > 0 {
		note := strconv.AppendInt([]byte("[the request holds "), int64(len(secrets)), 10)
		return appendLeft(append(note, " secrets: "...), len(body))
	}
	s := newScanner(r, body)
	defer s.release()
	s.echoes.find(secrets, body)
	return s.redact()
}

// appendNote says what is left out from an offset on.
func appendNote(b []byte, offset, left int) []byte {
	b = strconv.AppendInt(append(b, "[not JSON from byte "...), int64(offset), 10)
	return appendLeft(append(b, " on: "...), left)
}

func appendLeft(b []byte, left int) []byte {
	b = strconv.AppendInt(b, int64(left), 10)
	if left == 1 {
		return append(b, " byte not kept]"...)
	}
	return append(b, " bytes not kept]"...)
}
