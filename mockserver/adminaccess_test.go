package mockserver_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

func TestAdminAnswersItsOwnMachineOnly(t *testing.T) {
	t.Parallel()
	srv, err := mockserver.New()
	require.NoError(t, err)
	guarded, err := mockserver.New(mockserver.WithAdminToken("t0ken"))
	require.NoError(t, err)
	for name, tc := range map[string]struct {
		peer, host string
		header     http.Header
		method     string
		status     int // without a token
		reason     string
	}{
		"loopback":            {"127.0.0.1:5", "localhost:8080", nil, "GET", 200, ""},
		"another loopback":    {"127.8.8.8:5", "127.0.0.1", nil, "GET", 200, ""},
		"loopback of IPv6":    {"[::1]:5", "[::1]:8080", nil, "GET", 200, ""},
		"mapped":              {"[::ffff:127.0.0.1]:5", "[::1]", nil, "GET", 200, ""},
		"a unix socket":       {"@", "mock.localhost", nil, "GET", 200, ""},
		"any name there":      {"@", "mock", nil, "GET", 200, ""},
		"a page there":        {"@", "mock", http.Header{"Sec-Fetch-Site": {"cross-site"}}, "GET", 403, "a page of another site"},
		"a named proxy there": {"@", "mock", http.Header{"Via": {"1.1 proxy"}}, "GET", 403, "comes through a proxy"},
		"in process":          {"", "mock.invalid", nil, "GET", 200, ""},
		"a network":           {"192.0.2.7:5", "192.0.2.1:8080", nil, "GET", 403, "this one is at 192.0.2.7:5"},
		"a network of IPv6":   {"[2001:db8::1]:5", "localhost", nil, "GET", 403, "this one is at"},
		"nonsense":            {"localhost", "localhost", nil, "GET", 403, "this one is at"},
		"a proxy":             {"127.0.0.1:5", "localhost", http.Header{"X-Forwarded-For": {"192.0.2.7"}}, "GET", 403, "comes through a proxy"},
		"a rebound name":      {"127.0.0.1:5", "evil.example", nil, "GET", 403, "asked for another host (evil.example) than localhost or an IP address"},
		"a misleading name":   {"127.0.0.1:5", "127.0.0.1.evil.example:80", nil, "GET", 403, "asked for another host"},
		"a page":              {"127.0.0.1:5", "localhost:8080", http.Header{"Sec-Fetch-Site": {"cross-site"}}, "DELETE", 403, "a page of another site"},
		"a page of old":       {"127.0.0.1:5", "localhost:8080", http.Header{"Origin": {"http://localhost:3000"}}, "DELETE", 403, "a page of another site"},
		"a page that reads":   {"127.0.0.1:5", "localhost:8080", http.Header{"Sec-Fetch-Site": {"cross-site"}}, "GET", 403, "a page of another site"},
		"a page beside":       {"127.0.0.1:5", "localhost:8080", http.Header{"Sec-Fetch-Site": {"same-site"}}, "GET", 403, "a page of another site"},
		"an old page reads":   {"127.0.0.1:5", "localhost:8080", http.Header{"Origin": {"http://evil.example"}}, "GET", 403, "a page of another site"},
		"typed by a person":   {"127.0.0.1:5", "localhost:8080", http.Header{"Sec-Fetch-Site": {"none"}}, "GET", 200, ""},
		"another proxy":       {"127.0.0.1:5", "localhost", http.Header{"Via": {""}}, "GET", 403, "comes through a proxy"},
		"half a name":         {"127.0.0.1:5", "[::1", nil, "GET", 403, "asked for another host"},
		"a page of this site": {"127.0.0.1:5", "localhost:8080", http.Header{"Sec-Fetch-Site": {"same-origin"}}, "DELETE", 204, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ask := func(srv *mockserver.Server, path string, header ...string) *httptest.ResponseRecorder {
				req := httptest.NewRequestWithContext(t.Context(), tc.method, path, nil)
				req.RemoteAddr, req.Host = tc.peer, tc.host
				maps.Copy(req.Header, tc.header)
				for i := 0; i+1 < len(header); i += 2 {
					req.Header.Set(header[i], header[i+1])
				}
				w := httptest.NewRecorder()
				srv.ServeHTTP(w, req)
				return w
			}
			w := ask(srv, "/_mock/v1/faults")
			assert.Equal(t, tc.status, w.Code)
			if tc.reason != "" {
				assert.Contains(t, w.Body.String(), tc.reason)
				assert.Contains(t, w.Body.String(), "start the server with an admin token")
				assert.Equal(t, 403, ask(srv, "/_mock/v1/nothing").Code, "not even what there is")
			}

			granted := 200
			if tc.method == "DELETE" {
				granted = 204
			}
			assert.Equal(t, granted, ask(guarded, "/_mock/v1/faults", "Authorization", "Bearer t0ken").Code)
			for _, wrong := range []string{"", "Bearer t0ke", "Bearer t0ken2", "Basic t0ken", "t0ken"} {
				w := ask(guarded, "/_mock/v1/faults", "Authorization", wrong)
				assert.Equal(t, 401, w.Code, wrong)
				assert.Equal(t, "Bearer", w.Header().Get("WWW-Authenticate"))
				assert.NotContains(t, w.Body.String(), "t0ken")
			}
			if tc.method == "GET" {
				for _, srv := range []*mockserver.Server{srv, guarded} {
					assert.Equal(t, 200, ask(srv, "/_mock/v1/health").Code, "anybody may ask")
					assert.Equal(t, 200, ask(srv, "/_mock/v1/ready").Code)
				}
			}
		})
	}
}

func TestAdminTokenIsVisible(t *testing.T) {
	t.Parallel()
	for _, token := range []string{"", " ", "a b", "a\n", "\u00e9"} {
		_, err := mockserver.New(mockserver.WithAdminToken(token))
		assert.EqualError(t, err, "mockserver: WithAdminToken: a token is not empty and has visible ASCII characters only")
	}
}

func TestReadinessEndsWithTheServer(t *testing.T) {
	t.Parallel()
	srv, err := mockserver.New()
	require.NoError(t, err)
	ready := func() int {
		w := httptest.NewRecorder()
		srv.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/_mock/v1/ready", nil))
		return w.Code
	}
	assert.Equal(t, 200, ready())
	srv.Close()
	assert.Equal(t, 503, ready())
}
