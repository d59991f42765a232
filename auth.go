package quartet

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"unicode"

	"github.com/quartet-go/quartet/internal/operation"
)

const apiKeyHeader = "X-Api-Key" // X-API-Key as net/http writes it

// credential is what authorizes a call: none, a value for one of the documents'
// schemes, a source of bearer tokens, or a function of the caller's own.
type credential struct {
	kind      operation.Auth // of header; 0 for the others
	header    []string       // the value of the header that kind names; shared, never changed
	tokens    *tokenCache
	authorize func(*http.Request) error
}

// WithBearerToken sends "Authorization: Bearer TOKEN" with every operation that
// takes a credential. It replaces any other credential. An empty token and one with
// control characters are refused.
func WithBearerToken(token string) Option {
	return withCredential("WithBearerToken", operation.Bearer, token)
}

// WithAPIKey sends "X-API-Key: KEY" with every operation that takes one, which are
// those of the subscription API; New of the others refuses it. It replaces any other
// credential. An empty key and one with control characters are refused.
func WithAPIKey(key string) Option {
	return withCredential("WithAPIKey", operation.APIKey, key)
}

// WithAuthorizer calls authorize once an attempt, on a request of that attempt's own,
// to add the credential of any other scheme. An error ends the call. It replaces any
// other credential and is not called for public operations. nil is refused.
func WithAuthorizer(authorize func(*http.Request) error) Option {
	return func(c *config) error {
		if authorize == nil {
			return errors.New("WithAuthorizer: the function is nil")
		}
		c.credential = credential{authorize: authorize}
		return nil
	}
}

func withCredential(option string, kind operation.Auth, value string) Option {
	return func(c *config) error {
		if err := checkCredential(value); err != nil {
			return fmt.Errorf("%s: %w", option, err)
		}
		header := value // an option may be applied more than once
		if kind == operation.Bearer {
			header = "Bearer " + value
		}
		c.credential = credential{kind: kind, header: []string{header}}
		return nil
	}
}

func checkCredential(value string) error {
	switch {
	case value == "":
		return errors.New("the credential is empty")
	case strings.ContainsFunc(value, isControl):
		return errors.New("the credential has a line break or another control character")
	}
	return nil
}

// isControl also knows the two characters that Unicode has for ends of lines.
func isControl(r rune) bool { return unicode.IsControl(r) || r == 0x2028 || r == 0x2029 }

// check refuses a kind that the API does not take at all, since sent nowhere it would
// leave every call unauthenticated without a word; and any credential that everybody
// on the way could read.
func (c credential) check(s scope, plainHTTP bool) error {
	var errs []error
	if c.kind&operation.APIKey != 0 && s.takes&operation.APIKey == 0 {
		errs = append(errs, fmt.Errorf("WithAPIKey: the %s API takes no API key; use WithBearerToken", s.api))
	}
	if c.given() && !plainHTTP && s.base != nil && s.base.Scheme == "http" && !isLoopback(s.base.Hostname()) {
		errs = append(errs, errors.New("base URL: a credential would go over plain http to another machine; use https, or WithPlainHTTP if that is meant"))
	}
	return errors.Join(errs...)
}

func (c credential) given() bool { return c.kind != 0 || c.tokens != nil || c.authorize != nil }

// isLoopback reports whether host is this machine: an address of it, or a name that
// RFC 6761, section 6.3, keeps for it.
func isLoopback(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// apply adds the credential to a request of op. It returns the token of a source that it
// used.
func (c credential) apply(ctx context.Context, req *http.Request, op *operation.Operation) (token Secret, err error) {
	switch {
	case op.Auth == 0:
	case c.authorize != nil:
		err = c.authorize(req)
	case c.tokens != nil:
		if token, err = c.tokens.get(ctx); err == nil {
			req.Header["Authorization"] = []string{"Bearer " + token.Reveal()}
		}
	case c.kind&op.Auth == operation.Bearer:
		req.Header["Authorization"] = c.header
	case c.kind&op.Auth == operation.APIKey:
		req.Header[apiKeyHeader] = c.header
	}
	return token, err
}
