package quartet

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
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
	case !validPort(base.Port()):
		return nil, errors.New("base URL: the port is not between 1 and 65535")
	case base.RawQuery != "" || base.ForceQuery:
		return nil, errors.New("base URL: has a query; give the part before the question mark")
	case base.Fragment != "" || strings.HasSuffix(text, "#"):
		return nil, errors.New("base URL: has a fragment; give the part before the #")
	}
	escaped := strings.TrimRight(base.EscapedPath(), "/")
	base.Path, err = url.PathUnescape(escaped)
	base.RawPath = ""
	if strings.IndexByte(escaped, '%') >= 0 {
		base.RawPath = escaped
	}
	return base, err
}

func validPort(port string) bool {
	if port == "" {
		return true
	}
	n, err := strconv.Atoi(port)
	return err == nil && n > 0 && n < 1<<16
}

// setURL puts an operation's path and query, and the caller's own query, behind the base
// URL.
func setURL(u, base *url.URL, op *operation.Operation, in operation.Input, extra url.Values) error {
	path, err := expand(op.Path, in.Path)
	if err != nil {
		return err
	}
	*u = *base
	u.Path += path
	u.RawPath = ""
	if base.RawPath != "" || strings.IndexByte(path, '%') >= 0 {
		u.RawPath = base.EscapedPath() + path
		if u.Path, err = url.PathUnescape(u.RawPath); err != nil {
			return err
		}
	}
	if len(in.Query)+len(extra) == 0 {
		return nil
	}
	query := url.Values{}
	for _, values := range []url.Values{in.Query, extra} {
		for name, list := range values {
			query[name] = append(query[name], list...)
		}
	}
	u.RawQuery = query.Encode()
	return nil
}

// expand replaces the template's parameters by values, in order. Each value stays
// one segment: what would change the path is refused or escaped.
func expand(template string, values []string) (string, error) {
	if len(values) == 0 {
		return template, nil
	}
	var b strings.Builder
	b.Grow(len(template)) // a name in it is about as long as its value
	for _, value := range values {
		before, rest, _ := strings.Cut(template, "{")
		name, after, _ := strings.Cut(rest, "}")
		if value == "" || value == "." || value == ".." || strings.ContainsFunc(value, isControl) {
			return "", fmt.Errorf("path parameter %s: %q cannot stand in a path", name, value)
		}
		b.WriteString(before)
		b.WriteString(url.PathEscape(value))
		template = after
	}
	b.WriteString(template)
	return b.String(), nil
}
