package main

import (
	"fmt"
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
