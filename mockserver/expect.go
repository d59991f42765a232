package mockserver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Expectation says which calls a test expects, and how many. It is a value: each method
// returns a new one.
//
//	srv.Verify(t, mockserver.Expect("updateUser").JSON("login", "test@mail.com").Times(1))
type Expectation struct {
	operation   string
	criteria    []criterion
	least, most int // most < 0: no bound
	within      time.Duration
}

// criterion is one thing that a call must have.
type criterion struct {
	in, name string
	want     string
	same     func(got string) bool
}

// Expect expects at least one call of an operation, "" for calls of any kind.
func Expect(operation string) Expectation {
	return Expectation{operation: operation, least: 1, most: -1}
}

// Times expects exactly n calls.
func (e Expectation) Times(n int) Expectation { return e.between(n, n) }

// AtLeast expects n calls or more.
func (e Expectation) AtLeast(n int) Expectation { return e.between(n, -1) }

// AtMost expects n calls or fewer.
func (e Expectation) AtMost(n int) Expectation { return e.between(0, n) }

// Never expects no call.
func (e Expectation) Never() Expectation { return e.between(0, 0) }

func (e Expectation) between(least, most int) Expectation {
	e.least, e.most = least, most
	return e
}

// Within waits until the expectation holds, for so long at most, in real time. By default
// it has to hold at once.
func (e Expectation) Within(d time.Duration) Expectation {
	e.within = d
	return e
}

// Path expects a parameter of the path, such as user_id, to have this value.
func (e Expectation) Path(name, value string) Expectation { return e.with("path", name, value) }

// Query expects a parameter of the query to have this value.
func (e Expectation) Query(name, value string) Expectation { return e.with("query", name, value) }

// Header expects a header of the request to have this value.
func (e Expectation) Header(name, value string) Expectation {
	return e.with("header", http.CanonicalHeaderKey(name), value)
}

// JSON expects a member of the request's body to have this value, which is compared as
// JSON. The path has dots, as in an [Entry]'s issues: billing_properties.0.type. The
// journal keeps no secrets, so that a member which the documents mark as one cannot be
// expected: look at the space's State for what became of it.
func (e Expectation) JSON(path string, value any) Expectation {
	want, err := json.Marshal(value)
	if err != nil {
		want = []byte(fmt.Sprintf("a value that is no JSON: %v", err))
	}
	return e.and(criterion{"body", path, string(want), func(got string) bool { return sameJSON(want, []byte(got)) }})
}

func (e Expectation) with(in, name, value string) Expectation {
	return e.and(criterion{in, name, value, func(got string) bool { return got == value }})
}

func (e Expectation) and(c criterion) Expectation {
	e.criteria = append(slices.Clip(e.criteria), c)
	return e
}

// String says what is expected, as a failure does.
func (e Expectation) String() string {
	parts := []string{orElse(e.operation, "any call")}
	for _, c := range e.criteria {
		parts = append(parts, fmt.Sprintf("%s %s = %s", c.in, c.name, c.want))
	}
	return strings.Join(parts, ", ")
}

func (e Expectation) wanted() string {
	switch {
	case e.most == 0:
		return "no call"
	case e.least == e.most:
		return "exactly " + calls(e.least)
	case e.most < 0:
		return "at least " + calls(e.least)
	default:
		return "at most " + calls(e.most)
	}
}

func (e Expectation) holds(n int) bool { return n >= e.least && (e.most < 0 || n <= e.most) }

// matches reports whether a call is one that is expected, and how many of the criteria it
// meets.
func (e Expectation) matches(entry *Entry) (all bool, met int) {
	all = true
	if e.operation == "" || e.operation == entry.Operation {
		met++
	} else {
		all = false
	}
	for _, c := range e.criteria {
		if got, there := c.of(entry); there && c.same(got) {
			met++
		} else {
			all = false
		}
	}
	return all, met
}

// of returns what a call has where the criterion looks.
func (c criterion) of(e *Entry) (got string, there bool) {
	switch c.in {
	case "path":
		return pathValue(e.Route, e.Path, c.name)
	case "query":
		values, _ := url.ParseQuery(e.Query) // a pair in error has no value
		return values.Get(c.name), values.Has(c.name)
	case "header":
		values := e.RequestHeader.Values(c.name)
		return strings.Join(values, ", "), len(values) > 0
	default:
		return member(e.RequestBody, c.name)
	}
}

// pathValue returns the segment of path that stands where route has the parameter.
func pathValue(route, path, name string) (string, bool) {
	segments := strings.Split(path, "/")
	for i, segment := range strings.Split(route, "/") {
		if segment == "{"+name+"}" && i < len(segments) {
			value, err := url.PathUnescape(segments[i])
			return value, err == nil
		}
	}
	return "", false
}

// member returns the JSON at a dotted path.
func member(body []byte, path string) (string, bool) {
	raw := json.RawMessage(body)
	for name := range strings.SplitSeq(path, ".") {
		var members map[string]json.RawMessage
		var items []json.RawMessage
		i, err := strconv.Atoi(name)
		switch {
		case err == nil && json.Unmarshal(raw, &items) == nil:
			if i < 0 || i >= len(items) {
				return "", false
			}
			raw = items[i]
		case json.Unmarshal(raw, &members) == nil && members[name] != nil:
			raw = members[name]
		default:
			return "", false
		}
	}
	return string(bytes.TrimSpace(raw)), true
}

// sameJSON compares values; how numbers are written does not matter.
func sameJSON(a, b []byte) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}
