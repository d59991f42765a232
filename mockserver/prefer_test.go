package mockserver_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

// prefer makes a call with these preferences, and tells its status and how long it took.
func (m mock) prefer(values ...string) (int, time.Duration) {
	m.t.Helper()
	req := newRequest(m.t, "PUT", m.URL()+"/profile/name-change", rename)
	req.Header["Prefer"] = values
	begun := time.Now()
	got := try(m.Client(), req)
	require.NoError(m.t, got.err)
	return got.status, time.Since(begun)
}

func TestPreferChoosesStatusAndDelay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := inProcess(t, mockserver.WithPrefer())
		for _, tc := range []struct {
			values []string
			status int
			delay  time.Duration
		}{
			{[]string{"code=503"}, 503, 0},
			{[]string{"delay=250ms"}, 200, 250 * time.Millisecond},
			{[]string{"code=503, delay=250ms"}, 503, 250 * time.Millisecond},
			{[]string{"delay=1s;code=404"}, 404, time.Second},
			{[]string{"code=404", "delay=1s"}, 404, time.Second},
			{[]string{"code=404 delay=1s"}, 404, time.Second},
			{[]string{`code="503", delay="2s"`}, 503, 2 * time.Second},
			{[]string{"Code = 503 , DELAY= 1s"}, 503, time.Second},
			{[]string{"code=503, code=404", "code=401"}, 503, 0},
			{[]string{"delay=1h"}, 200, time.Minute},
			{[]string{"respond-async, wait=100, code=429"}, 429, 0},
			{[]string{"code=x, code=500"}, 500, 0},
			{nil, 200, 0},
			{[]string{""}, 200, 0},
			{[]string{"code"}, 200, 0},
			{[]string{"code="}, 200, 0},
			{[]string{"code=99"}, 200, 0},
			{[]string{"code=199"}, 200, 0},
			{[]string{"code=600"}, 200, 0},
			{[]string{"code=-503"}, 200, 0},
			{[]string{"delay=-1s"}, 200, 0},
			{[]string{"delay=250"}, 200, 0},
			{[]string{"delay=", "=503", "=", `"`, ";,; ="}, 200, 0},
			{[]string{"xcode=503, code-x=503, x=code=503"}, 200, 0},
			{[]string{`note="say, code=503, please", delay=1s`}, 200, time.Second},
			{[]string{`"code=503"`}, 200, 0},
		} {
			m.Reset()
			status, took := m.prefer(tc.values...)
			assert.Equal(t, tc.status, status, "%q", tc.values)
			assert.Equal(t, tc.delay, took, "%q", tc.values)
			assert.Equal(t, map[bool]string{true: "Zoe", false: "Anna"}[tc.status == 200], m.firstName(), "%q", tc.values)
			assert.Equal(t, map[bool]string{true: "prefer"}[tc.status != 200 || tc.delay != 0], m.Journal()[0].Fault)
		}
	})
}

// A preference is answered like a fault of this status, and has no say where another fault takes the
// call, nor without the option.
func TestPreferComesBehindFaults(t *testing.T) {
	t.Parallel()
	m := inProcess(t, mockserver.WithPrefer()).with(mockserver.Fault{Nth: 2, Status: teapot})
	call := func(m mock) outcome {
		return try(m.Client(), withHeader(newRequest(t, "GET", m.URL()+"/v1.0/profile", ""), "Prefer", "code=429"))
	}
	got := call(m)
	answer{t, got.status, got.header, got.body}.is(http.StatusTooManyRequests, `{"error":{"code":429,"message":"Too Many Requests"}}`)
	assert.Equal(t, teapot, call(m).status)
	assert.Equal(t, http.StatusTooManyRequests, call(m).status)
	assert.Len(t, m.Faults(), 1, "it is not in the list")

	assert.Equal(t, http.StatusUnauthorized, call(inProcess(t)).status)
}

// The code of the operation's own success asks for what happens anyway; another one below
// 300 is answered without a body, since the document has none for it.
func TestPreferredSuccess(t *testing.T) {
	t.Parallel()
	m := inProcess(t, mockserver.WithPrefer())
	m.call("PUT", "/profile/name-change", rename, "Prefer: code=200").is(200, `{"message":"The name is changed"}`)
	assert.Equal(t, "Zoe", m.call("GET", "/profile/me", "", "Prefer: code=200").at("first_name"))
	resp := record(m, withHeader(newRequest(t, "GET", "/profile/me", ""), "Prefer", "code=202"))
	assert.Equal(t, 202, resp.Code)
	assert.Empty(t, resp.Body.String())
}
