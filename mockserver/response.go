package mockserver

import (
	"maps"
	"net/http"
	"strconv"
	"strings"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// response is an answer on its way out.
type response struct {
	status int
	header [][2]string
	body   []byte // nil for none
	media  string // its Content-Type; "": application/json
	form   form   // how the body is sent
	issues []contract.Issue

	passed    http.Header // of a target's answer, with what is not in header; nil for an answer of ours
	undecoded bool        // a target's body is in a content coding that cannot be read

	undocumented bool // for a reason that no document names
}

// form is how an answer is sent, which says nothing.
type form struct {
	chunked   bool // without a Content-Length
	gzipped   bool
	lowerCase bool   // the names of headers
	coded     []byte // the body in the content coding of a target; nil: it has none
	coding    string
}

func (r response) with(fields ...[2]string) response {
	r.header = append(r.header, fields...)
	return r
}

func (r response) contentType() string {
	switch {
	case r.body == nil:
		return ""
	case r.media != "":
		return r.media
	case r.passed != nil:
		return r.passed.Get("Content-Type")
	default:
		return "application/json"
	}
}

// write sends the whole answer.
func (r response) write(w http.ResponseWriter) {
	switch {
	case r.form.coded != nil:
		r = r.with([2]string{"Content-Encoding", r.form.coding})
		r.body = r.form.coded
	case r.form.gzipped:
		r = r.with([2]string{"Content-Encoding", "gzip"}, [2]string{"Vary", "Accept-Encoding"})
		r.body = gzipped(r.body)
	}
	r.writeHeader(w, len(r.body))
	if r.form.chunked {
		flush(w) // net/http would work out the length of a short body
	}
	_, _ = w.Write(r.body) // a client that has gone away needs no answer
}

// writeHeader sends status and headers for a body of this length.
func (r response) writeHeader(w http.ResponseWriter, length int) {
	h := w.Header()
	if r.form.lowerCase {
		h["Content-Type"] = nil // or net/http guesses one
	}
	maps.Copy(h, r.passed)
	if r.passed != nil && r.passed["Content-Type"] == nil {
		h["Content-Type"] = nil // as above
	}
	for _, field := range r.header {
		h[r.form.name(http.CanonicalHeaderKey(field[0]))] = []string{field[1]}
	}
	values := [2]string{r.contentType(), strconv.Itoa(length)} // one allocation for both
	if values[0] != "" {
		h[r.form.name("Content-Type")] = values[:1:1]
	}
	if !r.form.chunked && !bodiless(r.status) {
		h["Content-Length"] = values[1:]
	}
	w.WriteHeader(r.status)
}

// name is how the name of a header is written, of which usual is the canonical form.
func (f form) name(usual string) string {
	if f.lowerCase {
		return strings.ToLower(usual)
	}
	return usual
}

// flush sends what is written so far, where the connection can.
func flush(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() }

// orEmpty returns the answer with a body that can be spoilt, where it may have none.
func (r response) orEmpty() response {
	if len(r.body) == 0 {
		r.body = []byte("{}")
	}
	return r
}
