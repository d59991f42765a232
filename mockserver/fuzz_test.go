package mockserver_test

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

// Whatever comes in, no answer is a mistake of the server's own or breaks its document, and
// nothing panics, also under variation.
func FuzzRequest(f *testing.F) {
	for id, request := range requests {
		path, query, _ := strings.Cut(request.path, "?")
		f.Add(request.method, path, query, "Bearer "+mockserver.DefaultToken, "application/json", []byte(request.body), uint64(len(id)%2))
		f.Add(request.method, path, query, "", "application/json", []byte("["+request.body), uint64(0))
		f.Add(request.method, path+"/", query+"&", "Bearer x", "text/plain", []byte(strings.Replace(request.body, `"`, `"\u0000`, 2)), uint64(3))
	}
	srv, err := mockserver.New(mockserver.WithCheckedAnswers())
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, method, path, query, authorization, contentType string, body []byte, variation uint64) {
		path = strings.TrimLeft(path, "/")
		if strings.HasPrefix(path, "_space") {
			return // another world
		}
		srv.Reset()
		require.NoError(t, srv.Update(func(state *mockserver.State) {
			state.Variation = mockserver.Variation{Seed: variation, Values: variation%2 == 1}
		}))
		req := &http.Request{
			Method: method, URL: &url.URL{Scheme: "http", Host: "mock.invalid", Path: "/" + path, RawQuery: query},
			Header: http.Header{"Authorization": {authorization}, "Content-Type": {contentType}},
			Body:   io.NopCloser(bytes.NewReader(body)),
		}
		resp, err := srv.Transport().RoundTrip(req.WithContext(t.Context()))
		if err != nil {
			return // a request that cannot be sent
		}
		require.NoError(t, resp.Body.Close())
		require.Less(t, resp.StatusCode, 500, "%s %s", method, path)
		require.Zero(t, srv.Violations())
		require.True(t, slices.ContainsFunc(srv.Journal(), func(e mockserver.Entry) bool { return e.Done && e.Status == resp.StatusCode }))
	})
}
