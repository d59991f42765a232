package mockserver

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Limit bounds how often an operation may be called in a space. Over it the answer is 429
// in the API's own words, with Retry-After. Every call of the operation counts, also one
// that is refused for another reason, and its answer has the fields RateLimit-Policy and
// RateLimit (draft-ietf-httpapi-ratelimit-headers-10); only one that a fault answers
// instead does not count, and has none. Like a
// [Fault] it is plain data, the same in Go and in a seed file.
type Limit struct {
	Operation string        `yaml:"operation"`           // operationId; an operation has at most one limit
	Requests  int           `yaml:"requests"`            // how many
	Per       time.Duration `yaml:"per"`                 // in this time on the space's clock
	Algorithm Algorithm     `yaml:"algorithm,omitempty"` // "": token-bucket

	// What it has done so far. A snapshot keeps it.

	Used    float64   `yaml:"used,omitempty"`    // of Requests, at Since
	Since   time.Time `yaml:"since,omitempty"`   // fixed-window: when the window began; token-bucket: when Used was reckoned; zero: at the next call
	Refused uint64    `yaml:"refused,omitempty"` // calls over the limit
}

// Algorithm is how a limit counts.
type Algorithm string

// The algorithms.
const (
	TokenBucket Algorithm = "token-bucket" // Requests at once, and then one more each Per/Requests
	FixedWindow Algorithm = "fixed-window" // Requests from the first call on until Per has passed
)

var algorithms = []Algorithm{TokenBucket, FixedWindow}

// SetLimits replaces the space's limits. An error names the member that is wrong, and
// nothing is changed.
func (s *Space) SetLimits(limits ...Limit) error {
	var c checker
	if checkLimits(&c, limits); c.err() != nil {
		return fmt.Errorf("mockserver: SetLimits: %w", c.err())
	}
	s.limits.set(slices.Clone(limits))
	return nil
}

// Limits returns the space's limits, with what they have done so far.
func (s *Space) Limits() []Limit {
	s.limits.mu.Lock()
	defer s.limits.mu.Unlock()
	return slices.Clone(s.limits.all)
}

func checkLimits(c *checker, limits []Limit) {
	for i, l := range limits {
		expect := func(ok bool, message, member string) { c.expect(ok, message, "limits", i, member) }
		expect(operationNamed(l.Operation) != nil, unknownOperation(l.Operation), "operation")
		expect(slices.IndexFunc(limits, func(other Limit) bool { return other.Operation == l.Operation }) == i, "the operation has a limit already", "operation")
		expect(l.Requests > 0, "it must be at least 1", "requests")
		expect(l.Per > 0, "it needs a time, such as 1m", "per")
		expect(l.Per <= 0 || time.Duration(l.Requests) <= l.Per, "it is less than a nanosecond a request", "per")
		expect(l.Algorithm == "" || slices.Contains(algorithms, l.Algorithm), "there is no such algorithm; there are "+list(algorithms), "algorithm")
		expect(l.Used >= 0 && l.Used <= float64(l.Requests), "it is from 0 to requests", "used")
	}
}

// limits are the limits of a space.
type limits struct {
	some atomic.Bool // so that a space without limits takes no lock

	mu  sync.Mutex
	all []Limit
}

func (l *limits) set(all []Limit) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = all
	l.some.Store(len(all) > 0)
}

// take counts a call. The fields belong on its answer; over the limit retry is how long
// to wait.
func (l *limits) take(operation string, now func() time.Time) (fields [][2]string, retry time.Duration, over bool) {
	if !l.some.Load() {
		return nil, 0, false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.all {
		if l.all[i].Operation == operation {
			return l.all[i].take(now())
		}
	}
	return nil, 0, false
}

// overLimit counts a call against the limit of its operation, nil while that is kept.
func (c *call) overLimit() *refusal {
	var retry time.Duration
	var over bool
	if c.limit, retry, over = c.limits.take(c.op.ID, c.clock.now); !over {
		return nil
	}
	c.limit = append(c.limit, [2]string{"Retry-After", strconv.Itoa(wholeSeconds(retry))})
	return &refusal{status: http.StatusTooManyRequests, undocumented: true}
}

func (l *Limit) take(now time.Time) (fields [][2]string, retry time.Duration, over bool) {
	if l.Since.IsZero() || now.Before(l.Since) { // a clock that is set back gives nothing back
		l.Since = now
	}
	each := float64(l.Per) / float64(l.Requests) // nanoseconds; token-bucket: in which one comes back
	passed := now.Sub(l.Since)
	switch {
	case l.Algorithm != FixedWindow:
		l.Used = max(l.Used-float64(passed)/each, 0)
		l.Since = now
	case passed >= l.Per || l.Used == 0:
		l.Used, l.Since = 0, now
	}
	missing := (l.Used + 1 - float64(l.Requests)) * each // nanoseconds
	if over = missing > halfNanosecond; over {
		l.Refused++
	} else {
		l.Used = min(l.Used+1, float64(l.Requests))
	}
	left := float64(l.Requests) - l.Used
	reset := l.Per - now.Sub(l.Since)
	retry = reset
	if l.Algorithm != FixedWindow {
		reset, retry = time.Duration(math.Round(l.Used*each)), time.Duration(math.Round(missing))
	}
	name := strconv.Quote(l.Operation)
	return [][2]string{
		{"RateLimit-Policy", fmt.Sprintf("%s;q=%d;w=%d", name, l.Requests, wholeSeconds(l.Per))},
		{"RateLimit", fmt.Sprintf("%s;r=%d;t=%d", name, int(left+halfNanosecond/each), wholeSeconds(reset))},
	}, retry, over
}

// halfNanosecond is what arithmetic may lose: the clock does not show it.
const halfNanosecond = 0.5

// wholeSeconds rounds up, so that nobody comes too early.
func wholeSeconds(d time.Duration) int {
	seconds := int(d / time.Second)
	if d%time.Second > 0 {
		seconds++
	}
	return seconds
}
