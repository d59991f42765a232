package redact

import (
	"net/http"
	"slices"
	"strings"
)

// Header is the header of a request or an answer as it is kept, credentials redacted: a line "Name: value" for every
// value, in any order. It is a string because it takes one allocation to keep and most are never looked at.
type Header string

// usualHeaders carry credentials in every API.
var usualHeaders = []string{"Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie"}

// Header returns a copy with "[redacted]" in the place of every credential. Authorization and Proxy-Authorization keep a
// scheme that is known. A line break within a value becomes a space, as when net/http sends it.
func (r *Redactor) Header(h http.Header) Header {
	var room [512]byte // more than most need, so that the copy is the only allocation
	lines := room[:0]
	for name, values := range h {
		hidden := r.headers.has([]byte(name), true) // net/http sends no other names
		for _, value := range values {
			lines = append(append(lines, name...), ": "...)
			switch {
			case !hidden:
				lines = appendLine(lines, value)
			case strings.EqualFold(name, "Authorization") || strings.EqualFold(name, "Proxy-Authorization"):
				lines = appendCredential(lines, value)
			case value != "":
				lines = append(lines, redacted...)
			}
			lines = append(lines, '\n')
		}
	}
	return Header(lines)
}

func appendLine(b []byte, value string) []byte {
	start := len(b)
	b = append(b, value...)
	if strings.IndexByte(value, '\n') >= 0 {
		for i, c := range b[start:] {
			if c == '\n' {
				b[start+i] = ' '
			}
		}
	}
	return b
}

// appendCredential keeps the scheme. One that is not known may be the first word of a credential sent without a scheme.
func appendCredential(b []byte, value string) []byte {
	scheme, credential, _ := strings.Cut(value, " ")
	if slices.ContainsFunc(schemes, func(known string) bool { return strings.EqualFold(known, scheme) }) {
		b = append(b, scheme...)
		value = credential
		if value != "" {
			b = append(b, ' ')
		}
	}
	if value != "" {
		b = append(b, redacted...)
	}
	return b
}

// Credentials returns what Header hides, in the clear, for [Redactor.Echo] and [Redactor.Answer]: each value, its words but the
// first, which may be a scheme, and cookies one by one. It must not outlive the exchange.
func (r *Redactor) Credentials(h http.Header) []string {
	var secrets []string
	for name, values := range h {
		if !r.headers.has([]byte(name), true) {
			continue
		}
		for _, value := range values {
			secrets = append(secrets, value)
			if words := strings.Fields(value); len(words) > 1 {
				secrets = append(secrets, words[1:]...)
			}
			cookies, _ := http.ParseCookie(value) // what reads as none is hidden as a whole
			for _, cookie := range cookies {
				secrets = append(secrets, cookie.Value)
			}
		}
	}
	return secrets
}

// Answer returns the header of an answer that anybody may have written: as Header does, without the secrets of the
// request wherever a value repeats them, and with those redacted that an address in it holds. Of an answer to a request
// with more than 64 secrets no header is kept.
func (r *Redactor) Answer(h http.Header, secrets []string) Header {
	if len(secrets) > maxSecrets {
		return ""
	}
	shown := make(http.Header, len(h))
	for name, values := range h {
		for _, value := range values {
			var e echoes
			e.find(secrets, []byte(value))
			if hidden, found := e.hide(nil, []byte(value)); found {
				value = string(hidden)
			}
			shown[name] = append(shown[name], r.hideIn(value, true))
		}
	}
	return r.Header(shown)
}

// schemes are those in use for Authorization.
var schemes = []string{"Bearer", "Basic", "Digest", "Token", "ApiKey", "DPoP", "Negotiate", "NTLM", "HOBA", "OAuth"}

// HTTP returns the header with the names as they were and, of each name, the values in their order.
func (h Header) HTTP() http.Header {
	header := http.Header{}
	for line := range strings.Lines(string(h)) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		header[name] = append(header[name], value)
	}
	return header
}
