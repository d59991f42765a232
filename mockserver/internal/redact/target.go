package redact

import (
	"encoding/hex"
	"net/url"
	"strings"
)

// usualParameters are names under which credentials are put into queries, besides those of the documents.
var usualParameters = []string{
	"access_token", "api_key", "apikey", "auth", "authorization", "client_secret", "id_token", "key", "passwd", "password",
	"pwd", "refresh_token", "secret", "token",
}

// Target returns the path and the query of a request, both as they were sent, with "[redacted]" in the place of the value
// of every secret parameter, and of every one whose name is malformed. In a path there are parameters too: behind a
// semicolon, or when a client has escaped the question mark; there all that follows the name is hidden.
func (r *Redactor) Target(escapedPath, rawQuery string) (path, query string) {
	return r.hideIn(escapedPath, false), r.hideIn(rawQuery, true)
}

// hideIn redacts the values of parameters wherever they stand, also those of an address within a value. A semicolon may
// begin a name, as some servers have it, but does not end a value, as others have it.
func (r *Redactor) hideIn(raw string, isQuery bool) string {
	if strings.IndexByte(raw, '=') < 0 && strings.IndexByte(raw, '%') < 0 {
		return raw
	}
	var out strings.Builder
	name, kept := 0, 0
	for i := 0; i < len(raw); {
		c, width := character(raw[i:])
		start := i
		i += width
		switch c {
		case '&', ';', '?', '/', '#':
			name = i
		case '=':
			secret := r.isSecretParameter(raw[name:start])
			name = i
			if !secret {
				continue
			}
			out.WriteString(raw[kept:i])
			if i = valueEnd(raw, i, isQuery); i > name {
				out.WriteString(redacted)
			}
			kept = i
		}
	}
	if kept == 0 {
		return raw
	}
	out.WriteString(raw[kept:])
	return out.String()
}

func valueEnd(raw string, start int, isQuery bool) int {
	if end := strings.IndexByte(raw[start:], '&'); isQuery && end >= 0 {
		return start + end
	}
	return len(raw)
}

// character returns the first character, also when it is escaped, and its width.
func character(raw string) (c byte, width int) {
	if raw[0] == '%' && len(raw) >= 3 {
		var b [1]byte
		if _, err := hex.Decode(b[:], []byte(raw[1:3])); err == nil {
			return b[0], 3
		}
	}
	return raw[0], 1
}

// isSecretParameter reads a name, also one of the kind user[password]. What cannot be read may be any name.
func (r *Redactor) isSecretParameter(raw string) bool {
	name, err := url.QueryUnescape(raw)
	if err != nil {
		return true
	}
	for part := range strings.FieldsFuncSeq(name, func(c rune) bool { return c == '[' || c == ']' || c == ' ' }) {
		if r.parameters.has([]byte(part), isASCII(part)) {
			return true
		}
	}
	return false
}
