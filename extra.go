package quartet

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
)

// extra is what a caller adds to requests beyond the document, and where the raw answer
// goes.
type extra struct {
	header http.Header
	query  url.Values
	fields map[string]any
	answer **http.Response
}

// WithHeader sets a header of every request, for instance one that a newer server
// knows. Names and values that cannot stand in a header are refused, and so are
// credentials, which have options of their own, cookies, which a jar sends, and headers
// that net/http sets.
func WithHeader(name, value string) Option {
	return func(c *config) error {
		name := http.CanonicalHeaderKey(name)
		switch {
		case name == "" || strings.ContainsFunc(name, func(r rune) bool { return !isTokenChar(r) }):
			return fmt.Errorf("WithHeader: %q is not a header's name", name)
		case strings.ContainsFunc(value, func(r rune) bool { return isControl(r) && r != '\t' }):
			return fmt.Errorf("WithHeader: the value of %s has a line break or another control character", name)
		case name == "Authorization" || name == apiKeyHeader:
			return fmt.Errorf("WithHeader: %s is a credential; use WithBearerToken, WithAPIKey or WithAuthorizer", name)
		case slices.Contains([]string{"Host", "Content-Length", "Content-Type", "Accept-Encoding", "Transfer-Encoding", "Connection", "Trailer", "Cookie"}, name):
			return fmt.Errorf("WithHeader: %s is not the caller's to set", name)
		}
		c.extra.header = c.extra.header.Clone()
		if c.extra.header == nil {
			c.extra.header = http.Header{}
		}
		c.extra.header.Set(name, value)
		return nil
	}
}

// isTokenChar follows RFC 9110, section 5.6.2.
func isTokenChar(r rune) bool {
	return r < 0x7f && (r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || strings.ContainsRune("!#$%&'*+-.^_`|~", r))
}

// WithQuery adds a parameter to the query of every request.
func WithQuery(name, value string) Option {
	return func(c *config) error {
		if name == "" {
			return errors.New("WithQuery: the name is empty")
		}
		query := maps.Clone(c.extra.query)
		if query == nil {
			query = url.Values{}
		}
		query[name] = append(slices.Clone(query[name]), value)
		c.extra.query = query
		return nil
	}
}

// WithJSONField sets a member of the request's JSON body, for instance one that a newer
// server knows; it replaces a member of that name. value is encoded by encoding/json; a
// [Secret] is sent in the clear, one within another value is refused, and so is a call of
// an operation without a body.
func WithJSONField(name string, value any) Option {
	return func(c *config) error {
		fields := maps.Clone(c.extra.fields)
		if fields == nil {
			fields = map[string]any{}
		}
		fields[name] = value
		c.extra.fields = fields
		return nil
	}
}

// WithResponse stores the last answer in *dst, its body readable from the start, also
// when the call fails on it; nil when there was no answer. It may hold secrets. Its use
// is for one call; dst must not be shared by calls that run at the same time. nil is
// refused.
func WithResponse(dst **http.Response) Option {
	return func(c *config) error {
		if dst == nil {
			return errors.New("WithResponse: the pointer is nil")
		}
		*dst = nil // a call that is refused before it is sent leaves nothing of the call before
		c.extra.answer = dst
		return nil
	}
}

// addTo sets the extra members in an encoded body.
func (x *extra) addTo(body []byte) ([]byte, error) {
	if len(x.fields) == 0 {
		return body, nil
	}
	if body == nil {
		return nil, errors.New("WithJSONField: the operation takes no body")
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return nil, fmt.Errorf("WithJSONField: %w", err)
	}
	for name, value := range x.fields {
		if secret, ok := value.(Secret); ok {
			value = secret.Reveal()
		} else if len(appendSecrets(nil, reflect.ValueOf(value))) > 0 {
			return nil, fmt.Errorf("WithJSONField: %s: a Secret stands within the value, where it would be sent as [redacted]; give what its Reveal returns", name)
		}
		encoded, err := json.Marshal(value)
		if err != nil {
			return nil, fmt.Errorf("WithJSONField: %s: %w", name, err)
		}
		members[name] = encoded
	}
	return json.Marshal(members)
}
