package mockserver_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

// benchCall is a call that can be made again and again with the same answer.
type benchCall struct {
	name, method, path, body string
	status                   int
}

var benchCalls = []benchCall{
	{"GET", http.MethodGet, "/profile/me", "", http.StatusOK},
	{"PUT", http.MethodPut, "/profile/name-change", `{"first_name":"Anna","last_name":"Petrova"}`, http.StatusOK},
	{"PUT-refused", http.MethodPut, "/profile/name-change", `{"first_name":1}`, http.StatusUnprocessableEntity},
	{"POST", http.MethodPost, "/users/1/subscription", `{"is_trial":false,"duration_days":30,"traffic_limit_gb":100,` +
		`"device_limit":1,"connected_squads":["a"],"replace_existing":true}`, http.StatusCreated},
}

// request returns the call, and what makes it ready to be sent again.
func (c benchCall) request(b *testing.B, space string) (req *http.Request, again func()) {
	b.Helper()
	body := strings.NewReader(c.body)
	req = httptest.NewRequestWithContext(b.Context(), c.method, "http://mock.invalid"+c.path, body)
	req.RequestURI = "" // as a client's request has it; the server reads the URL
	req.Header.Set("Authorization", "Bearer "+mockserver.DefaultToken)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "bench")
	req.Header.Set("Accept-Encoding", "gzip") // only variation heeds it
	if c.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if space != "" {
		req.Header.Set("X-Mock-Space", space)
	}
	return req, func() { body.Reset(c.body) }
}

// benchWorlds are servers whose calls should cost nearly the same, but for the last.
var benchWorlds = []struct {
	name   string
	server func(testing.TB) *mockserver.Server
	spaces int
}{
	{name: "default", server: func(b testing.TB) *mockserver.Server { return benchServer(b) }},
	{name: "checked", server: func(b testing.TB) *mockserver.Server { return benchServer(b, mockserver.WithCheckedAnswers()) }},
	{name: "users=100000", server: func(b testing.TB) *mockserver.Server {
		return benchServer(b, mockserver.WithState(stateOf(100_000)))
	}},
	{name: "spaces=1000", server: func(b testing.TB) *mockserver.Server {
		return benchServer(b, mockserver.WithSpaces(2000, time.Hour))
	}, spaces: 1000},
	{name: "faults=10", server: withIdleFaults},
	{name: "varied", server: func(b testing.TB) *mockserver.Server {
		return benchServer(b, mockserver.WithVariation(mockserver.Variation{Seed: 1}))
	}},
}

func benchServer(b testing.TB, opts ...mockserver.Option) *mockserver.Server {
	b.Helper()
	s, err := mockserver.New(opts...)
	require.NoError(b, err)
	return s
}

// stateOf returns the default state with so many users more in each API that has users.
func stateOf(users int) mockserver.State {
	state := mockserver.DefaultState()
	for i := range users {
		profile, login := *state.Profile.Users["usr_boris"], *state.Billing.Users["test@mail.com"]
		login.ID = int64(1000 + i)
		state.Profile.Users[fmt.Sprint("usr_", i)] = &profile
		state.Billing.Users[fmt.Sprintf("user-%d@example.com", i)] = &login
		state.Subscription.Users[int64(1000+i)] = &mockserver.SubscriptionUser{Status: "active", Language: "en"}
	}
	return state
}

// withIdleFaults has faults that are about other calls, or about these and never take one.
func withIdleFaults(b testing.TB) *mockserver.Server {
	b.Helper()
	s := benchServer(b)
	for i := range 5 {
		require.NoError(b, s.AddFault(
			mockserver.Fault{Operation: "listPayments", Status: 503},
			mockserver.Fault{Header: map[string]string{"X-Other": fmt.Sprint(i)}, Kind: mockserver.ConnectionReset},
		))
	}
	return s
}

// BenchmarkServeHTTP is the way of a request without a wire; the recorder's own cost is in
// it. The journal is on, as always.
func BenchmarkServeHTTP(b *testing.B) {
	for _, world := range benchWorlds {
		b.Run(world.name, func(b *testing.B) {
			s := world.server(b)
			for _, call := range benchCalls {
				b.Run(call.name, func(b *testing.B) { call.serve(b, s, world.spaces) })
			}
		})
	}
}

// serve makes the call in so many spaces in turn, 0 for the default one.
func (c benchCall) serve(b *testing.B, s *mockserver.Server, spaces int) {
	reqs := make([]*http.Request, max(spaces, 1))
	again := make([]func(), len(reqs))
	for i := range reqs {
		space := ""
		if spaces > 0 {
			space = fmt.Sprint("space-", i)
		}
		reqs[i], again[i] = c.request(b, space)
	}
	serve := func(i int) {
		again[i]()
		out := httptest.NewRecorder()
		s.ServeHTTP(out, reqs[i])
		if out.Code != c.status {
			b.Fatal(out.Code, out.Body)
		}
	}
	for i := range reqs { // the first write in a space copies its state
		serve(i)
	}
	runtime.GC() // what is left of a large state is not this call's cost
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		serve(n % len(reqs))
	}
}

// BenchmarkTransport is what a Go test pays for a call in process.
func BenchmarkTransport(b *testing.B) {
	for _, call := range benchCalls {
		b.Run(call.name, func(b *testing.B) {
			transport := benchServer(b).Transport()
			req, again := call.request(b, "")
			b.ReportAllocs()
			for b.Loop() {
				again()
				resp, err := transport.RoundTrip(req)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != call.status {
					b.Fatal(resp.Status, err)
				}
				_ = resp.Body.Close() // in memory
			}
		})
	}
}
