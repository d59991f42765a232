package mockserver

import (
	"io"
	"net/http"
	"net/url"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// maxBody bounds what is read of a request, maxTrusted for how much of it memory is taken
// before it has come.
const (
	maxBody    = 1 << 20
	maxTrusted = 1 << 16
)

// readBody reads no more than the cap. A server's request has a body, a test's may have none.
func readBody(r *http.Request) ([]byte, *refusal) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	var err error
	var body []byte
	if 0 < r.ContentLength && r.ContentLength <= maxTrusted {
		body = make([]byte, r.ContentLength)
		_, err = io.ReadFull(r.Body, body)
	} else {
		body, err = io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	}
	if err != nil {
		return nil, unreadable(err)
	}
	return body, nil
}

// queryOf reads a query as the contract does.
func queryOf(raw string) url.Values {
	if raw == "" {
		return nil
	}
	values := url.Values{}
	for name, value := range contract.QueryPairs(raw) {
		values.Add(name, value)
	}
	return values
}
