package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet"
)

// sent is what the stub saw of a request.
type sent struct {
	method, url, authorization, key, body string
}

var wantSent = map[string][]sent{
	"get":  {{method: "GET", url: baseURL + "/profile/me", authorization: "Bearer " + token}},
	"post": {wantCreate}, "refused": {wantCreate},
	"repeated": {
		{method: "GET", url: baseURL + "/profile/me", authorization: "Bearer " + token},
		{method: "GET", url: baseURL + "/profile/me", authorization: "Bearer " + token},
	},
}

var wantCreate = sent{
	method: "POST", url: baseURL + "/users/123456789/subscription", key: apiKey,
	body: `{"duration_days":30,"traffic_limit_gb":100,"device_limit":3,` +
		`"connected_squads":["3f2504e0-4f89-41d3-9a0c-0305e82c3301"],"replace_existing":true}`,
}

func TestEveryContestantSendsTheSameAndDecodesTheSame(t *testing.T) {
	t.Parallel()
	for _, s := range scenarios {
		for _, c := range s.field() {
			t.Run(s.name+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				var got []sent
				call, err := s.prepare(c, func(req *http.Request) { got = append(got, see(t, req)) })
				require.NoError(t, err)

				for range 2 { // the second finds nothing left of the first
					got = nil
					value, err := call(t.Context())
					require.NoError(t, err)
					assert.JSONEq(t, wantValue(t, s, value), encode(t, value))
					assertSent(t, wantSent[s.name], got)
				}
			})
		}
	}
}

// wantValue is the last answer itself: each member of it has to come back, and none
// besides. Our error says the same of a refusal in its own words.
func wantValue(t *testing.T, s scenario, value any) string {
	t.Helper()
	if _, isOurs := value.([]quartet.Field); isOurs {
		return `[{"path":"duration_days","message":"Input should be a valid integer, unable to parse string as an integer","type":"int_parsing"}]`
	}
	return s.answers[len(s.answers)-1].body
}

func encode(t *testing.T, value any) string {
	t.Helper()
	data, err := json.Marshal(value)
	require.NoError(t, err)
	return string(data)
}

// see reads a request and puts its body back.
func see(t *testing.T, req *http.Request) sent {
	t.Helper()
	s := sent{
		method: req.Method, url: req.URL.String(),
		authorization: req.Header.Get("Authorization"), key: req.Header.Get("X-API-Key"),
	}
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		assert.NoError(t, err)
		s.body = string(body)
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	return s
}

func assertSent(t *testing.T, want, got []sent) {
	t.Helper()
	require.Len(t, got, len(want))
	for i, w := range want {
		g := got[i]
		if w.body != "" {
			assert.JSONEq(t, w.body, g.body)
			w.body, g.body = "", ""
		}
		assert.Equal(t, w, g)
	}
}

// BenchmarkClient is for profiles of one contestant at a time; go run . compares them.
func BenchmarkClient(b *testing.B) {
	for _, s := range scenarios {
		for _, c := range s.field() {
			b.Run(s.name+"/"+c.name, func(b *testing.B) { s.bench(b, c) })
		}
	}
}
