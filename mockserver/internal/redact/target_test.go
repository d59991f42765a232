package redact_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTargetQuery(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"":                            "",
		"course_id=go&page=2":         "course_id=go&page=2",
		"course_id=%41+b&&=&a":        "course_id=%41+b&&=&a",
		"password=abc&a=b":            "password=[redacted]&a=b",
		"a=b&TOKEN=a=b&c=d":           "a=b&TOKEN=[redacted]&c=d",
		"x-api-key=abc":               "x-api-key=[redacted]",
		"token=":                      "token=",
		"token":                       "token",
		"token=&a=b":                  "token=&a=b",
		"to%6ben=abc":                 "to%6ben=[redacted]",
		"%20token+=abc":               "%20token+=[redacted]",
		"%zz=abc&a=b":                 "%zz=[redacted]&a=b",
		"a=%zz&b=%":                   "a=%zz&b=%",
		"token=%zz%&a=b":              "token=[redacted]&a=b",
		"user[password]=abc":          "user[password]=[redacted]",
		"user%5Bpassword%5D[]=abc":    "user%5Bpassword%5D[]=[redacted]",
		"a=b;token=abc;c=d&e=f":       "a=b;token=[redacted]&e=f",
		"a=b?token=abc&c=d":           "a=b?token=[redacted]&c=d",
		"a=http%3A%2F%2Fx%3Fkey%3Dab": "a=http%3A%2F%2Fx%3Fkey%3D[redacted]",
		"to%c5%bfen=a&\u212aey=b":     "to%c5%bfen=a&\u212aey=[redacted]",
	} {
		_, shown := documents().Target("/", raw)
		assert.Equal(t, want, shown, raw)
	}
}

func TestTargetPath(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"/users/7/subscription":   "/users/7/subscription",
		"/a%20b/token":            "/a%20b/token",
		"/me%3Fa=b":               "/me%3Fa=b",
		"/me%3Ftoken=abc/def&a=b": "/me%3Ftoken=[redacted]",
		"/me%3Fa%3Db%26key%3Dabc": "/me%3Fa%3Db%26key%3D[redacted]",
		"/users;token=abc/7":      "/users;token=[redacted]",
		"/password=abc":           "/password=[redacted]",
		"/%E2%84%AAey=abc%zz%":    "/%E2%84%AAey=[redacted]",
		"*":                       "*",
		(&url.URL{Path: "/a?token=b"}).EscapedPath(): "/a%3Ftoken=[redacted]",
	} {
		shown, query := documents().Target(raw, "")
		assert.Equal(t, want, shown, raw)
		assert.Empty(t, query)
	}
}
