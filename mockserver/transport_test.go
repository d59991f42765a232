package mockserver_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
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

// What a plain http.Client sees of each fault is the same over a socket and in process.
func TestTransportFailsAsTheSocketDoes(t *testing.T) {
	t.Parallel()
	faults := []mockserver.Fault{
		{Status: 401}, {Status: 404}, {Status: 422}, {Status: 429, RetryAfter: time.Second}, {Status: 503, Body: "busy"},
		{Status: 204}, {Status: 205}, {Status: 304}, {Status: 302},
		{Kind: mockserver.ConnectionRefused},
		{Delay: mockserver.Delay{Time: time.Millisecond}},
	}
	for _, kind := range kinds {
		faults = append(faults, brief(kind))
	}
	requests := []struct{ method, path, body string }{
		{"GET", "/profile/me", ""},
		{"HEAD", "/profile/me", ""},
		{"PUT", "/profile/name-change", rename},
		{"PUT", "/v1.0/profile", newProfile}, // which has no body in its answer
		{"POST", "/nowhere", "{}"},
	}
	for _, f := range faults {
		t.Run(fmt.Sprint(f.Kind, f.Status, f.Delay.Time), func(t *testing.T) {
			t.Parallel()
			for _, r := range requests {
				var seen [2]outcome
				var states [2]mockserver.State
				for i, m := range []mock{start(t, at(noon)), inProcess(t, at(noon))} {
					m.with(f)
					req := withHeader(newRequest(t, r.method, m.URL()+r.path, r.body), "Authorization", "Bearer default-token")
					seen[i], states[i] = try(fresh(t, m), req), m.State()
					seen[i].header.Del("Connection") // a socket's only
					var wrapped *url.Error
					if seen[i].status == 0 {
						require.ErrorAs(t, seen[i].err, &wrapped)
					}
					seen[i].err = cause(seen[i].err)
				}
				if f.Kind == mockserver.ConnectionRefused {
					assert.Error(t, seen[0].err) // which of its errors is a matter of time, see there
					seen[0].err = seen[1].err
				}
				assert.Equal(t, seen[0], seen[1], "%s %s", r.method, r.path)
				assert.Equal(t, states[0], states[1])
			}
		})
	}
}

// So is what it sees of its own patience: a cancellation, a deadline, its timeout.
func TestTransportGivesUpAsTheSocketDoes(t *testing.T) {
	t.Parallel()
	for _, f := range []mockserver.Fault{
		{Kind: mockserver.NoAnswer},
		{Delay: mockserver.Delay{Time: time.Hour}},
		{Delay: mockserver.Delay{Time: time.Hour, OnClock: true}},
		{Kind: mockserver.SlowDrip, Over: time.Hour},
	} {
		patience := 30 * time.Millisecond
		if f.Kind == mockserver.SlowDrip {
			patience = 500 * time.Millisecond // in which its headers come, on a busy machine, too
		}
		for _, m := range []mock{start(t, at(noon)), inProcess(t, at(noon))} {
			m.with(f)
			status := map[bool]int{true: 200}[f.Kind == mockserver.SlowDrip]
			get := newRequest(t, "GET", m.URL()+"/profile/me", "")

			deadline, cancel := context.WithTimeout(t.Context(), patience)
			got := try(m.Client(), get.WithContext(deadline))
			require.ErrorIs(t, got.err, context.DeadlineExceeded)
			assert.Equal(t, status, got.status)
			cancel()

			cancelled, cancel := context.WithCancel(t.Context())
			time.AfterFunc(patience, cancel)
			got = try(m.Client(), get.WithContext(cancelled))
			require.ErrorIs(t, got.err, context.Canceled)
			assert.Equal(t, status, got.status)

			client := *m.Client()
			client.Timeout = patience
			got = try(&client, get)
			var timeout net.Error
			require.ErrorAs(t, got.err, &timeout)
			assert.True(t, timeout.Timeout())
			assert.Equal(t, status, got.status)
		}
	}
}
