package mockserver

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// Variation makes the answers of a space differ wherever the documents leave a choice, so
// that a client which has fitted itself to one server's habits is found out: unknown
// members, the order of members, the notation of times and texts, white space, chunks,
// compression where the client takes it, the case of headers. The zero Variation is none.
type Variation struct {
	Seed uint64 `yaml:"seed,omitempty"` // by which choices are drawn; 0: no variation
	// Values varies also what the answers say: optional members are left out, members that
	// may be null are null, and open enumerations have values that no client has seen.
	Values bool `yaml:"values,omitempty"`
}

// vary returns the answer in another form, drawn for each call by its number in the journal.
func (c *call) vary(resp response) response {
	v := c.variation
	if v == nil || resp.undocumented || resp.body == nil {
		return resp
	}
	drawn := c.random(fmt.Sprint("variation ", v.Seed), c.entry.number)
	resp.body = c.op.Vary(resp.status, resp.body, contract.Variation{Rand: drawn, Values: v.Values})
	resp.form = form{
		chunked:   drawn.IntN(2) == 0,
		lowerCase: drawn.IntN(2) == 0,
		gzipped:   drawn.IntN(2) == 0 && takesGzip(c.r.Header),
	}
	return resp
}

// takesGzip reports whether a client has asked for gzip by its name. "*" would do, too; but
// who sends only that knows no particular encoding.
func takesGzip(h http.Header) bool {
	for coding := range strings.SplitSeq(strings.Join(h.Values("Accept-Encoding"), ","), ",") {
		name, weight, _ := strings.Cut(coding, ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			_, q, given := strings.Cut(weight, "=")
			value, err := strconv.ParseFloat(strings.TrimSpace(q), 64)
			return !given || err == nil && value > 0
		}
	}
	return false
}

// gzipWriters are kept because a new one takes most of a megabyte.
var gzipWriters = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

func gzipped(body []byte) []byte {
	var b bytes.Buffer
	w := gzipWriters.Get().(*gzip.Writer)
	defer gzipWriters.Put(w)
	w.Reset(&b)
	_, _ = w.Write(body) // into memory
	_ = w.Close()
	return b.Bytes()
}
