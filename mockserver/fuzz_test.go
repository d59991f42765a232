package mockserver_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

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
		if strings.HasPrefix(path, "_") {
			return // another world, or the admin API
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

// Whatever comes in, the admin API makes no mistake of its own and keeps its document; and
// what it says of the state it takes back.
func FuzzAdmin(f *testing.F) {
	for _, seed := range [][2]string{
		{"GET health", ""}, {"GET version", ""}, {"GET documents/admin.json", ""}, {"GET metrics", ""}, {"GET coverage.md", ""},
		{"GET spaces", ""}, {"POST spaces", `{"id":"b","from":""}`}, {"DELETE spaces/b", ""},
		{"PUT state", `{"random":7,"clock":{"at":"2026-01-05T12:00:00Z","frozen":true},"faults":[{"nth":1,"status":503}],"variation":{"seed":1}}`},
		{"PUT state.yaml", "limits:\n- {operation: getMyProfile, requests: 5, per: 1m}\n"}, {"PUT state.yaml", `{"a":"\ud83d\ude00"}`},
		{"POST codes", `{"user_id":"usr_anna"}`}, {"POST faults", `{"kind":"slow-drip","over":"2s","header":{"Accept":""}}`},
		{"PUT limits", `{"limits":[{"operation":"getMyProfile","requests":5,"per":"1m0s","used":1.5}]}`},
		{"PUT clock", `{"at":"2026-01-05T12:00:00.5+03:00"}`}, {"POST clock/advance", `{"by":"1h"}`},
		{"GET journal?after=1&last=2&status=200", ""}, {"GET journal/events", ""}, {"DELETE journal", ""}, {"POST reset", ""},
	} {
		method, target, _ := strings.Cut(seed[0], " ")
		path, query, _ := strings.Cut(target, "?")
		f.Add(method, path, query, "application/json", []byte(seed[1]))
	}
	srv, err := mockserver.New(mockserver.WithCheckedAnswers(), mockserver.WithSpaces(5, 0))
	require.NoError(f, err)
	call := func(t *testing.T, method, path, query, contentType string, body []byte) (status int, answer []byte, sent bool) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond) // for a stream; nothing else looks at it
		defer cancel()
		req := &http.Request{
			Method: method, URL: &url.URL{Scheme: "http", Host: "mock.invalid", Path: "/_mock/v1/" + path, RawQuery: query},
			Header: http.Header{"Content-Type": {contentType}, "X-Mock-Space": {"fuzzed"}},
			Body:   io.NopCloser(bytes.NewReader(body)),
		}
		resp, err := srv.Transport().RoundTrip(req.WithContext(ctx))
		if err != nil {
			return 0, nil, false // a request that cannot be sent, or one without an end
		}
		answer, err = io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		return resp.StatusCode, answer, true
	}
	f.Fuzz(func(t *testing.T, method, path, query, contentType string, body []byte) {
		status, answer, sent := call(t, method, path, query, contentType, body)
		if !sent {
			return
		}
		require.True(t, status < 500 || status == http.StatusInsufficientStorage, "%d %s", status, answer)
		require.Zero(t, srv.Violations(), "%s %s: %s", method, path, answer)
		status, state, _ := call(t, "GET", "state", "", "", nil)
		require.Equal(t, 200, status, "%s", state)
		status, answer, _ = call(t, "PUT", "state", "", "application/json", state)
		require.Equal(t, 204, status, "%s\n%s", answer, state)
		require.Zero(t, srv.Violations())
	})
}
