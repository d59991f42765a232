package model

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet"
)

// ending is what a call has come to.
type ending struct {
	trouble
	status int // of the answer, also of one that nobody saw
	acted  int // how often the server carried it out
}

// judge holds the attempts against the class of the operation: what may be repeated, and
// what has to be. It returns what has settled the call.
func (m *machine) judge(c call, p plan, arrivals []int, err error) ending {
	class := operations()[c.operation].class
	end, seen := ending{}, 0
	for i, l := range c.legs {
		for n := range arrivals[i] {
			end.trouble, end.status = p.at(seen), l.status
			seen++
			if end.leaves == other {
				end.status = end.fault.Status
			}
			if end.acts {
				end.acted++
			}
			if n < arrivals[i]-1 && !end.repeatable(class, l, p) {
				m.Fatalf("%s, which is %s, was repeated after %s", l.operation, class, end)
			}
		}
		if arrivals[i] == 0 {
			m.Fatalf("%s never came: %s", l.operation, say(err))
		}
		if end.repeatable(class, l, p) && attempts(err) != maxAttempts {
			m.Fatalf("%s, which is %s, was not repeated after %s: %s", l.operation, class, end, say(err))
		}
		if end.leaves != whole {
			for _, rest := range arrivals[i+1:] {
				require.Zero(m, rest, "requests after one that failed")
			}
			break
		}
	}
	if class == "guarded" && end.acted > 1 {
		m.Fatalf("%s, which is guarded, was carried out %d times", c.operation, end.acted)
	}
	return end
}

// say is the text of an error without the ports, which differ each time: a failure can be
// made smaller only while it stays the same.
func say(err error) string {
	if err == nil {
		return ""
	}
	return ports.ReplaceAllString(err.Error(), ":port")
}

var ports = regexp.MustCompile(`:\d+`)

// attempts is how many an error tells of, 0 for none.
func attempts(err error) int {
	var e *quartet.Error
	if errors.As(err, &e) {
		return e.Attempts
	}
	return 0
}

// repeatable reports whether the contract lets a client repeat, and so demands it.
func (e ending) repeatable(class string, l leg, p plan) bool {
	asked := e.leaves == other && e.fault.RetryAfter > 0
	switch {
	case e.cancel, asked && e.fault.RetryAfter > patience(p):
		return false
	case class == "guarded":
		return e.leaves == other && (e.status == http.StatusTooManyRequests || e.status == http.StatusServiceUnavailable && asked)
	case e.leaves == nothing:
		return true
	case e.leaves == cut:
		return e.status < 300 && !operations()[l.operation].silent()
	case e.leaves == other:
		return slices.Contains([]int{408, 425, 429, 500, 502, 503, 504}, e.status)
	}
	return false
}

// unknown reports whether nobody can tell from what a client saw whether the call acted.
func (e ending) unknown(class string) bool {
	switch {
	case class != "guarded":
		return false
	case e.leaves == nothing:
		return true
	case e.leaves == other:
		asked := e.status == http.StatusServiceUnavailable && e.fault.RetryAfter > 0
		return e.status >= 500 && e.status != http.StatusNotImplemented && !asked
	}
	return e.leaves != whole && e.status < 300
}

// result holds what the client returns against what has settled the call.
func (m *machine) result(c call, end ending, answer any, err error) {
	op := operations()[c.operation]
	require.Equal(m, end.unknown(op.class), errors.Is(err, quartet.ErrOutcomeUnknown), "ErrOutcomeUnknown after %s: %s", end, say(err))
	if end.status < 300 && (end.leaves == whole || op.silent() && end.leaves != nothing) {
		require.Empty(m, say(err))
		return
	}
	require.True(m, answer == nil || reflect.ValueOf(answer).IsNil(), "an answer beside an error")
	var e *quartet.Error
	require.ErrorAs(m, err, &e)
	require.Equal(m, c.operation, e.Operation)
	switch {
	case end.leaves == nothing:
		require.Zero(m, e.StatusCode)
		require.Equal(m, end.cancel, errors.Is(err, context.Canceled), say(err))
	case end.status < 300:
		require.ErrorIs(m, err, quartet.ErrBadResponse)
		require.Equal(m, end.leaves == tooLarge, errors.Is(err, quartet.ErrResponseTooLarge), say(err))
	default:
		require.Equal(m, end.status, e.StatusCode, say(err))
	}
	if end.leaves == whole {
		m.refusal(c, e)
	}
}

// good holds a good answer against what the server knows now.
func (m *machine) good(c call, answer any) {
	if c.verdict.answer != nil {
		require.Empty(m, difference(c.verdict.answer(m.known), answer, false), "the answer of %s", c.operation)
	}
	if c.then != nil {
		c.then()
	}
}

// refusal holds an error against the verdict: which members it blames, and its words.
func (m *machine) refusal(c call, e *quartet.Error) {
	var blamed []string
	for _, field := range e.Fields {
		blamed = append(blamed, field.Path)
		require.NotEmpty(m, field.Message)
	}
	slices.Sort(blamed)
	slices.Sort(c.verdict.blamed)
	require.Equal(m, c.verdict.blamed, blamed, "members that the error blames: %s", say(e))
	if c.verdict.message != "" && !strings.Contains(e.Message, "[redacted]") { // a short secret takes innocent text with it
		require.Equal(m, c.verdict.message, e.Message)
	}
}
