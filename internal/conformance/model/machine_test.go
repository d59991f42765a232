package model

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/mockserver"
)

// verdict is what the contract says of a call that is carried out.
type verdict struct {
	status  int      // of the answer
	message string   // of an answer outside 2xx; "": the contract leaves it open
	blamed  []string // the members of the request that it names
	answer  func(known mockserver.State) any
	after   mockserver.State // what the server knows then
	// open fills into after what the contract leaves to the server, as the server has it,
	// and says what is wrong with that.
	open func(after *mockserver.State, seen mockserver.State) string
}

// blames says which members, for the record of a failure.
func (v *verdict) blames() string {
	if len(v.blamed) == 0 {
		return ""
	}
	return " for " + strings.Join(v.blamed, ", ")
}

func (v *verdict) good() bool { return v.status < 300 }

// call is one call through a client.
type call struct {
	operation string
	input     any   // for the record of a failure
	legs      []leg // the requests of which it consists when nothing goes wrong; nil: one
	send      func(ctx context.Context, opts ...quartet.Option) (any, error)
	verdict   verdict
	then      func() // when it has succeeded
}

// leg is a request that is a part of a call.
type leg struct {
	operation string
	status    int
}

// machine makes calls and knows what they must come to.
type machine struct {
	*rapid.T
	config
	space  *mockserver.Space
	known  mockserver.State // what the server must know now
	now    time.Time        // on the server's clock
	steps  int
	calls  []string // with what they sent
	vendor vendorMemory

	refusing *http.Transport // makes a new connection for each attempt, some of which are refused; nil: none are
}

// maxAttempts is how often a client tries.
const maxAttempts = 4

// options are those of every client: they wait for nothing that a server does not ask for.
func (m *machine) options() []quartet.Option {
	opts := []quartet.Option{
		quartet.WithRetry(quartet.RetryPolicy{MaxAttempts: maxAttempts, BaseDelay: 1, MaxDelay: 1}),
		quartet.WithRetryBudget(nil),
		quartet.WithResponseLimit(limit, limit),
	}
	if m.refusing != nil {
		opts = append(opts, quartet.WithTransport(m.refusing))
	}
	return opts
}

// do makes one call while things go wrong, and compares what comes of it with the model.
func (m *machine) do(c call) {
	if c.legs == nil {
		c.legs = []leg{{c.operation, c.verdict.status}}
	}
	m.steps++
	if m.refusing != nil {
		m.doRefused(c)
		return
	}
	p := drawPlan(m.T)
	m.Logf("%3d. %s %s: should be %d%s%s", m.steps, c.operation, canonical(c.input), c.verdict.status, c.verdict.blames(), p.suffix())
	require.NoError(m, m.space.AddFault(append(p.faults(), m.counters(c)...)...))
	ctx, opts := m.conditions(p)
	answer, err := c.send(ctx, opts...)
	if p.any(func(d trouble) bool { return d.cancel || d.wait }) {
		m.settle() // the server may still be about it
	}
	arrivals := m.arrivals(c)
	m.space.ClearFaults()

	end := m.judge(c, p, arrivals, err)
	m.result(c, end, answer, err)
	m.look(c, end, err)
	if err == nil {
		m.good(c, answer)
	}
	met.step(c, p, arrivals, err)
	m.calls = append(m.calls, c.operation+" "+canonical(c.input))
	met.run(m.calls)
}

// counters are faults that never happen and count the requests of a call.
func (m *machine) counters(c call) []mockserver.Fault {
	var all []mockserver.Fault
	for _, l := range c.legs {
		all = append(all, mockserver.Fault{Name: l.operation, Operation: l.operation, Nth: 1 << 20, Status: 500})
	}
	return all
}

// arrivals are how many requests have come for each leg.
func (m *machine) arrivals(c call) []int {
	all := make([]int, len(c.legs))
	for _, f := range m.space.Faults() {
		if i := slices.IndexFunc(c.legs, func(l leg) bool { return l.operation == f.Name }); i >= 0 {
			all[i] = int(f.Seen)
		}
	}
	return all
}

// conditions are the context and the options under which a plan can be carried out.
func (m *machine) conditions(p plan) (context.Context, []quartet.Option) {
	ctx := m.Context()
	opts := []quartet.Option{quartet.WithRetry(quartet.RetryPolicy{
		MaxAttempts: maxAttempts, BaseDelay: 1, MaxDelay: 1, MaxRetryAfter: patience(p),
	})}
	if p.any(func(d trouble) bool { return d.wait }) {
		opts = append(opts, quartet.WithAttemptTimeout(2*time.Second))
	}
	if p.any(func(d trouble) bool { return d.cancel }) {
		step := fmt.Sprint(m.steps)
		opts = append(opts, quartet.WithHeader("X-Step", step))
		cancelled, cancel := context.WithCancel(ctx)
		go func() {
			defer cancel()
			m.space.Verify(m, mockserver.Expect("").Header("X-Step", step).AtLeast(len(p.first)).Within(time.Minute))
		}()
		ctx = cancelled
	}
	return ctx, opts
}

// patience is how long a client lets a server make it wait.
func patience(p plan) time.Duration {
	if p.any(func(d trouble) bool { return d.wait }) {
		return time.Minute
	}
	return time.Millisecond
}

// settle waits until nothing is under way.
func (m *machine) settle() {
	require.Eventually(m, func() bool {
		return !slices.ContainsFunc(m.space.Journal(), func(e mockserver.Entry) bool { return !e.Done })
	}, time.Minute, time.Millisecond)
}

// look compares what the server knows with the one or two states that the call may have left.
// Where the caller cannot know which it is, looking must tell: it is exactly the one that is
// right by what went wrong.
func (m *machine) look(c call, end ending, err error) {
	seen := m.space.State()
	before, after := m.known, m.known
	if c.verdict.good() {
		after = c.verdict.after
	}
	acted := end.acted > 0
	if acted && c.verdict.good() && c.verdict.open != nil {
		require.Empty(m, c.verdict.open(&after, seen))
	}
	if errors.Is(err, quartet.ErrOutcomeUnknown) {
		notActed, hasActed := stateDifference(before, seen), stateDifference(after, seen)
		if notActed != "" && hasActed != "" {
			m.Fatalf("%s has an unknown outcome and left neither state:\nnot acted: %s\nacted: %s", c.operation, notActed, hasActed)
		}
	}
	m.known = before
	if acted {
		m.known = after
	}
	m.compare(seen)
}

// compare holds what the server knows against the model.
func (m *machine) compare(seen mockserver.State) {
	if diff := stateDifference(m.known, seen); diff != "" {
		m.Fatalf("the server does not know what it should: %s", diff)
	}
}

// stateDifference compares what calls can change, and what they must not.
func stateDifference(want, got mockserver.State) string {
	want.Clock, got.Clock = mockserver.Clock{}, mockserver.Clock{} // it is moved by the test alone
	want.Faults, got.Faults = nil, nil
	return difference(want, got, true)
}

// read makes a call of which nothing goes wrong, to see what the server tells.
func (m *machine) read(c call) {
	answer, err := c.send(m.Context())
	require.Empty(m, say(err))
	m.good(c, answer)
}
