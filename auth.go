package quartet

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/quartet-go/quartet/internal/operation"
)

const apiKeyHeader = "X-API-Key"

// credential is what authorizes a call: none, one of the documents' schemes, or a
// function of the caller's own.
type credential struct {
	kind      operation.Auth // 0 for none or a function
	value     Secret
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
		if value == "" {
			return errors.New(option + ": the credential is empty")
		}
		if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return errors.New(option + ": the credential has a line break or another control character")
		}
		c.credential = credential{kind: kind, value: NewSecret(value)}
		return nil
	}
}

// check refuses a kind that the API does not take at all: sent nowhere, it would
// leave every call unauthenticated without a word.
func (c credential) check(api string, takes operation.Auth) error {
	if c.kind&operation.APIKey != 0 && takes&operation.APIKey == 0 {
		return fmt.Errorf("WithAPIKey: the %s API takes no API key; use WithBearerToken", api)
	}
	return nil
}

// apply adds the credential to a request of op.
func (c credential) apply(req *http.Request, op *operation.Operation) error {
	switch {
	case op.Auth == 0:
		return nil
	case c.authorize != nil:
		return c.authorize(req)
	case c.kind&op.Auth == operation.Bearer:
		req.Header.Set("Authorization", "Bearer "+c.value.Reveal())
	case c.kind&op.Auth == operation.APIKey:
		req.Header.Set(apiKeyHeader, c.value.Reveal())
	}
	return nil
}
