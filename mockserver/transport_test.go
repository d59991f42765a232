package mockserver_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func record(h http.Handler, req *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	return w
}

func TestTransportAnswersAsTheSocketDoes(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ method, path, body string }{
		{"GET", "/profile/me", ""},
		{"GET", "", ""},
		{"GET", "/profile/me?", ""},
		{"HEAD", "/profile/me", ""},
		{"OPTIONS", "/profile/me", ""},
		{"PUT", "/profile/name-change", `{"first_name":1}`},
		{"PUT", "/profile/name-change", strings.Repeat("x", 1<<20+1)},
		{"PUT", "/v1.0/profile/settings", `{"lang":1}`},
		{"PATCH", manage, billingCURL},
		{"POST", "/users/a%2Fb/subscription", `{}`},
		{"DELETE", "/profile/subscription?course_id=go-basics", ""},
	} {
		overSocket, inside := start(t), inProcess(t)
		a := overSocket.call(tc.method, tc.path, tc.body, admin)
		b := inside.call(tc.method, tc.path, tc.body, admin)
		a.header.Del("Date")
		b.header.Del("Date")
		a.header.Del("Connection") // a socket's only
		assert.Equal(t, a.status, b.status, tc.path)
		assert.Equal(t, a.header, b.header, tc.path)
		assert.Equal(t, a.body, b.body, tc.path)
	}
}

// closing is a body that knows that it was closed.
type closing struct {
	io.Reader
	closed int
}

func (c *closing) Close() error { c.closed++; return nil }

func TestTransportClosesTheBodyAndChangesNothingElse(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	body := &closing{Reader: strings.NewReader(`{"login":"test@mail.com"}`)}
	req := newRequest(t, "PATCH", m.URL()+manage, "")
	req.Header.Set("Content-Type", "application/json")
	req.Body, req.GetBody = body, nil
	before := req.Clone(req.Context())
	resp, err := m.Transport().RoundTrip(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, 200, resp.StatusCode)
	assert.Same(t, req, resp.Request)
	assert.Equal(t, 1, body.closed)
	assert.Equal(t, before, req)
}

func TestTransportTakesARequestWithoutBody(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	req := newRequest(t, "GET", m.URL()+"/profile/me", "")
	req.Body = nil
	m.send(req).ok()
}

func TestTransportRefusesACancelledContext(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	body := &closing{Reader: strings.NewReader(`{"first_name":"A","last_name":null}`)}
	req := newRequest(t, "PUT", m.URL()+"/profile/name-change", "").WithContext(ctx)
	req.Body = body
	_, err := m.Transport().RoundTrip(req) //nolint:bodyclose // there is none
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, 1, body.closed)
	assert.Equal(t, "Anna", *m.State().Profile.Users["usr_anna"].FirstName)
}

func TestTransportGivesBackTheErrorOfABody(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	broken := errors.New("broken")
	body := &closing{Reader: iotest.ErrReader(broken)}
	req := newRequest(t, "PUT", m.URL()+"/profile/name-change", "")
	req.Body = body
	_, err := m.Transport().RoundTrip(req) //nolint:bodyclose // there is none
	require.ErrorIs(t, err, broken)
	assert.Equal(t, 1, body.closed)
}

func TestTransportRefusesAURLThatIsNone(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	req := newRequest(t, "GET", m.URL(), "")
	req.URL.Opaque = "no path"
	_, err := m.Transport().RoundTrip(req) //nolint:bodyclose // there is none
	assert.Error(t, err)
}
