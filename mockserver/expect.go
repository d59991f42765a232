package mockserver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// Expectation says which calls a test expects, and how many. It is a value: each method
// returns a new one.
//
//	srv.Verify(t, mockserver.Expect("updateUser").JSON("login", "test@mail.com").Times(1))
type Expectation struct {
	operation   string
	criteria    []criterion
	least, most int
	asked       bool // for a least number; one call unless something is said
	within      time.Duration
	flaw        string // why it can hold for no call whatever
}

// criterion is one thing that a call must have.
type criterion struct {
	in, name string
	want     string
	same     func(got string) bool
}

// Expect expects at least one call of an operation, "" for calls of any kind.
func Expect(operation string) Expectation {
	return Expectation{operation: operation, least: 1, most: unbounded}
}

const unbounded = math.MaxInt

// Times expects exactly n calls.
func (e Expectation) Times(n int) Expectation { return e.between(n, n, true) }

// AtLeast expects n calls or more; with AtMost, a number between the two.
func (e Expectation) AtLeast(n int) Expectation { return e.between(n, e.most, true) }

// AtMost expects n calls or fewer, also none, unless AtLeast says otherwise.
func (e Expectation) AtMost(n int) Expectation {
	if e.asked {
		return e.between(e.least, n, true)
	}
	return e.between(0, n, false)
}

// Never expects no call.
func (e Expectation) Never() Expectation { return e.between(0, 0, true) }

func (e Expectation) between(least, most int, asked bool) Expectation {
	e.least, e.most, e.asked = least, most, asked
	if least < 0 || least > most {
		e.flaw = fmt.Sprintf("no number of calls is at least %d and at most %d", least, most)
	}
	return e
}

// Within waits until the expectation holds, for so long at most, in real time. One that
// holds as long as nothing comes, Never or AtMost, is watched for all of that time. By
// default it has to hold at once.
func (e Expectation) Within(d time.Duration) Expectation {
	e.within = d
	return e
}

// Path expects a parameter of the path, such as user_id, to have this value.
func (e Expectation) Path(name, value string) Expectation { return e.with("path", name, value) }

// Query expects a parameter of the query to have this value; of one that is repeated the
// last counts, as in the answer.
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
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false) // as a reader writes it
	if err := encoder.Encode(value); err != nil {
		e.flaw = fmt.Sprintf("the value for body %s is no JSON: %v", path, err)
	}
	want := bytes.TrimSpace(b.Bytes())
	return e.and(criterion{"body", path, string(want), func(got string) bool { return sameJSON(want, []byte(got)) }})
}

func (e Expectation) with(in, name, value string) Expectation {
	return e.and(criterion{in, name, value, func(got string) bool { return got == value }})
}

func (e Expectation) and(c criterion) Expectation {
	e.criteria = append(slices.Clip(e.criteria), c)
	return e
}

// String says which calls are expected, as a failure does.
func (e Expectation) String() string {
	what := "of " + e.operation
	if e.operation == "" {
		what = "of any operation"
	}
	var parts []string
	for _, c := range e.criteria {
		parts = append(parts, fmt.Sprintf("%s %s = %s", c.in, c.name, cell(c.want)))
	}
	if len(parts) > 0 {
		what += " with " + strings.Join(parts, ", ")
	}
	return what
}

// wanted says how many calls are expected.
func (e Expectation) wanted() string {
	switch {
	case e.most == 0:
		return "no call"
	case e.least == e.most:
		return "exactly " + calls(e.least)
	case e.most == unbounded:
		return "at least " + calls(e.least)
	case e.least > 0:
		return fmt.Sprintf("%d to %d calls", e.least, e.most)
	default:
		return "at most " + calls(e.most)
	}
}

// matches reports whether a call is one that is expected.
func (e Expectation) matches(entry *Entry) bool { return e.near(entry) == len(e.criteria)+1 }

// near says how much of what is expected a call has. A call of another operation is
// further away than any of the same.
func (e Expectation) near(entry *Entry) int {
	met := 0
	for _, c := range e.criteria {
		if got, there := c.of(entry); there && c.same(got) {
			met++
		}
	}
	if e.operation != "" && e.operation != entry.Operation {
		return met - len(e.criteria)
	}
	return met + 1
}

// of returns what a call has where the criterion looks.
func (c criterion) of(e *Entry) (got string, there bool) {
	switch c.in {
	case "path":
		return pathValue(e.Route, e.Path, c.name)
	case "query":
		values := queryOf(e.Query)[c.name]
		if len(values) == 0 {
			return "", false
		}
		return values[len(values)-1], true
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

// sameJSON compares values; how numbers and texts are written does not matter.
func sameJSON(a, b []byte) bool {
	x, errX := decodeJSON(a)
	y, errY := decodeJSON(b)
	return errX == nil && errY == nil && sameValue(x, y)
}

// decodeJSON keeps the digits of numbers: a float64 does not hold every int64.
func decodeJSON(text []byte) (value any, err error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	err = decoder.Decode(&value)
	return value, err
}

func sameValue(a, b any) bool {
	switch x := a.(type) {
	case json.Number:
		y, ok := b.(json.Number)
		return ok && contract.SameNumber(string(x), string(y))
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, sameValue)
	case map[string]any:
		y, ok := b.(map[string]any)
		return ok && maps.EqualFunc(x, y, sameValue)
	default:
		return a == b
	}
}
