package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPreflight(t *testing.T) {
	t.Parallel()
	closed := begin(t, nil, "-addr", "127.0.0.1:0")
	some := begin(t, nil, "-addr", "127.0.0.1:0", "-cors", "https://a.example")
	all := begin(t, nil, "-addr", "127.0.0.1:0", "-cors", "*")
	for i, tc := range []struct {
		s            *served
		path, origin string
		status       int
		allowed      string
	}{
		{closed, "/profile/name-change", "https://a.example", 405, ""},
		{some, "/profile/name-change", "https://a.example", 204, "https://a.example"},
		{some, "/profile/name-change", "https://b.example", 204, ""},
		{all, "/profile/name-change", "https://b.example", 204, "*"},
		{all, "/_space/a/profile/name-change", "https://b.example", 204, "*"},
		{all, "/_mock/v1/health", "https://b.example", 403, ""},
		{all, "/%5fmock/v1/health", "https://b.example", 404, ""},
		{all, "/_space/a/_mock/v1/state", "https://b.example", 403, ""},
		{all, "/_space/a%2Fb/_mock/v1/state", "https://b.example", 403, ""},
		{all, "/_space/a/%5Fmock/v1/state", "https://b.example", 404, ""},
		{all, "/%5fspace/a/_mock/v1/state", "https://b.example", 404, ""},
		{all, "/_space/_mock/profile/name-change", "https://b.example", 204, "*"},
	} {
		_, from := tc.s.dial(t, fmt.Sprintf("OPTIONS %s HTTP/1.1\r\nHost: a\r\nOrigin: %s\r\n"+
			"Access-Control-Request-Method: PUT\r\nAccess-Control-Request-Headers: authorization,content-type\r\n\r\n", tc.path, tc.origin))
		resp := answer(t, from)
		assert.Equal(t, tc.allowed, resp.header.Get("Access-Control-Allow-Origin"), "case %d", i)
		assert.Equal(t, tc.status, resp.status, "case %d", i)
		if tc.allowed != "" {
			assert.Equal(t, "PUT", resp.header.Get("Access-Control-Allow-Methods"))
			assert.Equal(t, "authorization,content-type", resp.header.Get("Access-Control-Allow-Headers"))
		}
	}
}

// A page can read that there is no room, and may ask before.
func TestPagesReadRefusals(t *testing.T) {
	t.Parallel()
	seed := file(t, "seed.yaml", "faults: [{kind: no-answer, operation: listPayments}]\n")
	s := begin(t, nil, "-addr", "127.0.0.1:0", "-cors", "https://a.example", "-max-requests", "1", "-seed", seed)
	assertHeldIsKept(t, s)
	const origin = "Origin: https://a.example\r\n"
	_, from := s.dial(t, strings.Replace(simple, "Host: a\r\n", "Host: a\r\n"+origin, 1))
	resp := answer(t, from)
	assert.Equal(t, 503, resp.status)
	assert.Equal(t, "https://a.example", resp.header.Get("Access-Control-Allow-Origin"))

	_, from = s.dial(t, "OPTIONS /profile/me HTTP/1.1\r\nHost: a\r\n"+origin+"Access-Control-Request-Method: GET\r\n\r\n")
	resp = answer(t, from)
	assert.Equal(t, 204, resp.status)
	assert.Equal(t, "https://a.example", resp.header.Get("Access-Control-Allow-Origin"))
}

// No page reads what steers the mock, wherever its space stands.
func TestAdminAPIIsClosedToPages(t *testing.T) {
	t.Parallel()
	s := begin(t, nil, "-addr", "127.0.0.1:0", "-cors", "https://a.example", "-admin-token", "t0ken")
	for _, path := range []string{"/_mock/v1/state", "/_space/x/_mock/v1/state"} {
		_, from := s.dial(t, "GET "+path+" HTTP/1.1\r\nHost: a\r\nOrigin: https://a.example\r\nAuthorization: Bearer t0ken\r\n\r\n")
		resp := answer(t, from)
		assert.Equal(t, 200, resp.status, path)
		assert.Empty(t, resp.header.Get("Access-Control-Allow-Origin"), path)
	}
}
