package main

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// plainCases are requests, and whether they are plain.
var plainCases = map[string]bool{
	"": false,
	"GET /profile/me HTTP/1.1\r\nHost: a\r\n\r\n":                                                         true,
	"GET /profile/me?a=b&c=%20d HTTP/1.1\r\nhost: [::1]:80\r\n\r\n":                                       true,
	"DELETE /a%2fb/../c//d HTTP/1.1\r\nHOST: a\r\n\r\n":                                                   true,
	"GET //a/b HTTP/1.1\r\nHost: a\r\n\r\n":                                                               true,
	"GET / HTTP/1.1\r\nHost: a\r\nAccept: x\r\naccept:\t y \r\nX-Empty:\r\nX-Any: \xff, \"a: b\"\r\n\r\n": true,
	"GET / HTTP/1.1\r\nHost: a\r\nConnection: Keep-Alive\r\n\r\n":                                         true,
	"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET":                                        true,
	"PATCH / HTTP/1.1\r\nHost: a\r\ncontent-length: 003 \r\n\r\nabc":                                      true,
	"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n":                                             true,
	"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx":                                             true,

	"GET / HTTP/1.1\r\nHost: a\r\n":                                                       false, // not whole
	"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab":                            false,
	"GET / HTTP/1.1\r\n\r\n":                                                              false, // no Host
	"GET / HTTP/1.1\r\nHost:\r\n\r\n":                                                     false,
	"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n":                                        false,
	"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n":                                                 false,
	"GET / HTTP/1.1\nHost: a\n\n":                                                         false, // lines
	"GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n":                                             false,
	"GET / HTTP/1.1\r\nHost: a\r\nX: b\rc\r\n\r\n":                                        false,
	"GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n":                                     false,
	"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n":                                               false,
	"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n":                                                  false, // methods
	"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n":                                               false,
	"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n":                                             false,
	"get / HTTP/1.1\r\nHost: a\r\n\r\n":                                                   false,
	"GET / HTTP/1.0\r\nHost: a\r\n\r\n":                                                   false, // versions
	"GET / HTTP/1.1 \r\nHost: a\r\n\r\n":                                                  false,
	"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n":                                                    false,
	"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n":                                           false, // targets
	"GET  / HTTP/1.1\r\nHost: a\r\n\r\n":                                                  false,
	"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n":                                                false,
	"GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n":                                               false,
	"GET / HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n":                                          false, // fields
	"GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n":                                            false,
	"GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n":                                              false,
	"GET / HTTP/1.1\r\nHost: a\r\nX: \x7f\r\n\r\n":                                        false,
	"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n":                              false,
	"GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, X\r\n\r\n":                      false,
	"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\n\r\n":                                   false,
	"GET / HTTP/1.1\r\nHost: a\r\nPragma: no-cache\r\n\r\n":                               false,
	"PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx":     false,
	"PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n":            false,
	"PUT / HTTP/1.1\r\nHost: a\r\nTrailer: X\r\nContent-Length: 1\r\n\r\nx":               false,
	"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx":        false,
	"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx":                            false,
	"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1_0\r\n\r\n0123456789":                  false,
	"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n":                             false,
	"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n":                                false,
	"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\nx":                          false,
	"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551617\r\n\r\nxxxxxxxxxx": false,
}

func plainOf(data string) (r *http.Request, size int) {
	r = &http.Request{Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
	return r, readPlain([]byte(data), r)
}

// More may come as long as what has come is plain.
func TestWhatMayBecomePlain(t *testing.T) {
	t.Parallel()
	for data, plain := range plainCases {
		if !plain {
			continue
		}
		head, _, _ := strings.Cut(data, "\r\n\r\n")
		for n := range len(head) + 3 {
			_, size := plainOf(data[:n])
			assert.Equal(t, incomplete, size, "%q", data[:n])
		}
		_, size := plainOf(head + "\r\n\r")
		assert.Equal(t, incomplete, size, "%q", data)
	}
	for _, data := range []string{
		"\n", "nonsense\r\n", "GET / HTTP/1.0\r\n", "GET / HTTP/1.1\n", "GET / HTTP/1.1\r\nX\r\n", "GET / HTTP/1.1\r\nHost: a\r\n b\r\nX: y",
		"GET / HTTP/1.1\r\nHost: a\r\nX: y\n", "GET / HTTP/1.1\r\nUpgrade: x\r\n",
		"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab",
	} {
		_, size := plainOf(data)
		assert.Equal(t, notPlain, size, "%q", data)
	}
}

func TestWhatIsPlain(t *testing.T) {
	t.Parallel()
	for data, want := range plainCases {
		_, size := plainOf(data)
		assert.Equal(t, want, size > 0, "%q", data)
	}
	long := "GET / HTTP/1.1\r\nHost: a\r\n" + strings.Repeat("X: y\r\n", 500) + "\r\n"
	_, size := plainOf(long)
	assert.Len(t, long, size)
}

// What is plain means to net/http just the same.
func FuzzPlain(f *testing.F) {
	for data := range plainCases {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data string) {
		got, size := plainOf(data)
		if size <= 0 {
			return
		}
		from := bufio.NewReader(strings.NewReader(data))
		want, err := http.ReadRequest(from)
		require.NoError(t, err)
		gotBody, err := io.ReadAll(got.Body)
		require.NoError(t, err)
		wantBody, err := io.ReadAll(want.Body)
		require.NoError(t, err)
		assert.Equal(t, wantBody, gotBody)
		rest, err := io.ReadAll(from)
		require.NoError(t, err)
		assert.Equal(t, data[size:], string(rest))
		assert.Equal(t, want.Body == http.NoBody, got.Body == http.NoBody)
		got.Body, want.Body = nil, nil
		assert.Equal(t, want, got)
	})
}

// A body tells its end with its last bytes: whoever counts requests under way knows by it
// that this one has come whole.
func TestPlainBodyTellsItsEndAtOnce(t *testing.T) {
	t.Parallel()
	r, size := plainOf("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
	require.Positive(t, size)
	room := make([]byte, 2)
	n, err := r.Body.Read(room)
	assert.Equal(t, 2, n)
	require.NoError(t, err)
	n, err = r.Body.Read(room)
	assert.Equal(t, 1, n)
	assert.Equal(t, io.EOF, err)
	assert.NoError(t, r.Body.Close())
}
