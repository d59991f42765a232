package redact_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestHeader(t *testing.T) {
	t.Parallel()
	header := http.Header{
		"Authorization":       {"Bearer abc", "bearer  a b", "Basic", "basic ", "abc", "my secret", "Bearer\tabc", ""},
		"authorization":       {"Token abc"},
		"Proxy-Authorization": {"Digest user=\"u\", x=y"},
		"Cookie":              {"a=b; c=d", ""},
		"Set-Cookie":          {"a=b; Path=/", "c=d"},
		"X-Api-Key":           {"abc"},
		"x-API-key":           {"Bearer abc"},
		"Accept":              {"a: b", "", "c\r\nAuthorization: d\n"},
		"Nothing":             {},
	}
	before := header.Clone()
	kept := documents().Header(header)
	assert.Equal(t, http.Header{
		"Authorization":       {"Bearer [redacted]", "bearer [redacted]", "Basic", "basic", "[redacted]", "[redacted]", "[redacted]", ""},
		"authorization":       {"Token [redacted]"},
		"Proxy-Authorization": {"Digest [redacted]"},
		"Cookie":              {"[redacted]", ""},
		"Set-Cookie":          {"[redacted]", "[redacted]"},
		"X-Api-Key":           {"[redacted]"},
		"x-API-key":           {"[redacted]"},
		"Accept":              {"a: b", "", "c\r Authorization: d "},
	}, kept.HTTP())
	assert.Equal(t, before, header, "the caller's header stays")
}

func TestHeaderIsLinesOfText(t *testing.T) {
	t.Parallel()
	kept := documents().Header(http.Header{"Cookie": {"a=b", "c=d"}})
	assert.Equal(t, "Cookie: [redacted]\nCookie: [redacted]\n", string(kept))
	assert.Empty(t, documents().Header(nil))
	assert.Empty(t, documents().Header(nil).HTTP())
}
