package quartet

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/quartet-go/quartet/internal/operation"
)

// parseBaseURL reads a base URL and drops trailing slashes of its path. Errors do
// not repeat the URL, since a malformed one may hide a password anywhere.
func parseBaseURL(text string) (*url.URL, error) {
	base, err := url.Parse(text)
	if err != nil {
		return nil, errors.New("base URL: cannot be parsed; give one such as https://api.example.com/prefix")
	}
	switch {
	case base.User != nil:
		return nil, errors.New("base URL: has user info; give credentials by an option such as WithBearerToken")
	case base.Scheme != "http" && base.Scheme != "https":
		return nil, errors.New("base URL: the scheme is not http or https; give one such as https://api.example.com/prefix")
	case base.Host == "" || base.Opaque != "" || base.Hostname() == "":
		return nil, errors.New("base URL: has no host; give one such as https://api.example.com/prefix")
	case base.RawQuery != "" || base.ForceQuery:
		return nil, errors.New("base URL: has a query; give the part before the question mark")
	case base.Fragment != "" || strings.HasSuffix(text, "#"):
		return nil, errors.New("base URL: has a fragment; give the part before the #")
	}
	base.RawPath = strings.TrimRight(base.EscapedPath(), "/")
	base.Path, err = url.PathUnescape(base.RawPath)
	return base, err
}

// requestURL puts an operation's path and query behind the base URL.
func requestURL(base *url.URL, op *operation.Operation, in operation.Input) (*url.URL, error) {
	path, err := expand(op.Path, in.Path)
	if err != nil {
		return nil, err
	}
	u := *base
	u.RawPath += path
	if u.Path, err = url.PathUnescape(u.RawPath); err != nil {
		return nil, err
	}
	u.RawQuery = in.Query.Encode()
	return &u, nil
}

// expand replaces the template's parameters by values, in order. Each value stays
// one segment: what would change the path is refused or escaped.
func expand(template string, values []string) (string, error) {
	var b strings.Builder
	for _, value := range values {
		before, rest, _ := strings.Cut(template, "{")
		name, after, _ := strings.Cut(rest, "}")
		if value == "" || value == "." || value == ".." || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return "", fmt.Errorf("path parameter %s: %q cannot stand in a path", name, value)
		}
		b.WriteString(before)
		b.WriteString(url.PathEscape(value))
		template = after
	}
	b.WriteString(template)
	return b.String(), nil
}
