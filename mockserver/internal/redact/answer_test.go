package redact_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCredentials(t *testing.T) {
	t.Parallel()
	secrets := documents().Credentials(http.Header{
		"Authorization": {"Bearer abc", "bare"}, "X-Api-Key": {"key"}, "Cookie": {"a=b; c=d"}, "Accept": {"x y"},
	})
	slices.Sort(secrets)
	assert.Equal(t, []string{"Bearer abc", "a=b; c=d", "abc", "b", "bare", "c=d", "d", "key"}, secrets)
	assert.Empty(t, documents().Credentials(nil))
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	header := http.Header{
		"Set-Cookie": {"a=b", "c=d"}, "Location": {"https://host/b?x=1&token=hidden&y=2"}, "Content-Type": {"text/html; charset=utf-8"},
		"X-Echo": {"it was s3cret", "a"}, "X-Short": {"a cat"}, "Vary": {"Accept", "Origin"},
	}
	before := header.Clone()
	assert.Equal(t, http.Header{
		"Set-Cookie": {"[redacted]", "[redacted]"}, "Location": {"https://host/b?x=1&token=[redacted]&y=2"}, "Content-Type": {"text/html; charset=utf-8"},
		"X-Echo": {"it was [redacted]", "[redacted]"}, "X-Short": {"[redacted] cat"}, "Vary": {"Accept", "Origin"},
	}, documents().Answer(header, []string{"s3cret", "a", ""}).HTTP())
	assert.Equal(t, before, header, "the caller's header stays")
	assert.Empty(t, documents().Answer(nil, nil))
	assert.Empty(t, documents().Answer(header, strings.Fields(strings.Repeat("secret ", 65))))
}
