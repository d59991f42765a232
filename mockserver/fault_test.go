package mockserver_test

import (
	"bytes"
	"context"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/quartet-go/quartet/mockserver"
)

// teapot is a status that nothing but a fault answers with.
const teapot = http.StatusTeapot

// marks makes the calls one after another, each written as "METHOD /path" and headers behind it,
// and returns an x for each that a fault has taken.
func (m mock) marks(calls ...string) string {
	m.t.Helper()
	var marks strings.Builder
	for _, call := range calls {
		head, headers, _ := strings.Cut(call, "\n")
		method, path, _ := strings.Cut(head, " ")
		req := newRequest(m.t, method, m.URL()+path, "")
		for header := range strings.SplitSeq(headers, "\n") {
			if name, value, ok := strings.Cut(header, ": "); ok {
				req.Header.Add(name, value)
			}
		}
		resp, err := m.Client().Do(req)
		require.NoError(m.t, err)
		require.NoError(m.t, resp.Body.Close())
		marks.WriteByte(map[bool]byte{true: 'x', false: '-'}[resp.StatusCode == teapot])
	}
	return marks.String()
}

// several is so many of the same call.
func several(n int) []string { return slices.Repeat([]string{"GET /profile/me"}, n) }

// Which calls a fault is about: each selector alone, and several.
func TestFaultIsAboutCalls(t *testing.T) {
	t.Parallel()
	calls := []string{
		"GET /profile/me",
		"GET /profile/payments\nX-A: 1",
		"PUT /profile/name-change\nX-A: 2\nX-A: 1",
		"PATCH /api/v1/billing/user/manage\nx-a: 2",
		"GET /v1.0/profile\nX-B: 1",
		"PUT /v1.0/profile\nX-A: ",
		"GET /nowhere",
		"PUT /profile/me",
		"GET /profile/me\nX-A: 1\nX-B: 1",
	}
	for want, f := range map[string]mockserver.Fault{
		"xxxxxxxxx": {},
		"x-------x": {Operation: "getMyProfile"},
		"xxx-xx--x": {Tag: "Profile"}, // of two documents
		"---x-----": {Tag: "Users"},
		"--x--x-x-": {Method: "PUT"},
		"-xxx-x--x": {Header: map[string]string{"x-a": ""}},
		"-xx-----x": {Header: map[string]string{"X-A": "1"}},
		"--xx-----": {Header: map[string]string{"X-A": "2"}},
		"--------x": {Header: map[string]string{"X-A": "1", "X-B": ""}},
		"--x--x---": {Tag: "Profile", Method: "PUT", Header: map[string]string{"X-A": ""}},
		"---------": {Operation: "getMyProfile", Method: "PUT"},
	} {
		m := inProcess(t)
		f.Status = teapot
		require.NoError(t, m.AddFault(f))
		assert.Equal(t, want, m.marks(calls...), "%+v", f)
		assert.EqualValues(t, strings.Count(want, "x"), m.Faults()[0].Seen)
		assert.EqualValues(t, strings.Count(want, "x"), m.Faults()[0].Applied)
	}
}

// Which of those calls it takes, by their numbers.
func TestFaultTakesCallsByNumber(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		want string
		mockserver.Fault
	}{
		{"--x-------", mockserver.Fault{Nth: 3}},
		{"--xxxxxxxx", mockserver.Fault{From: 3}},
		{"xxx-------", mockserver.Fault{To: 3}},
		{"-xxx------", mockserver.Fault{From: 2, To: 4}},
		{"---x------", mockserver.Fault{From: 4, To: 4}},
		{"--x--x--x-", mockserver.Fault{Every: 3}},
		{"---x-x----", mockserver.Fault{Every: 2, From: 3, To: 7}},
		{"xx--------", mockserver.Fault{AtMost: 2}},
		{"-x-x------", mockserver.Fault{AtMost: 2, Every: 2}},
		{"--x-------", mockserver.Fault{Nth: 3, AtMost: 5}},
		{"xxxxxxxxxx", mockserver.Fault{Probability: 1}},
	} {
		m := inProcess(t)
		tc.Status = teapot
		require.NoError(t, m.AddFault(tc.Fault))
		assert.Equal(t, tc.want, m.marks(several(10)...), "%+v", tc.Fault)
		assert.EqualValues(t, 10, m.Faults()[0].Seen)
		assert.EqualValues(t, strings.Count(tc.want, "x"), m.Faults()[0].Applied)
	}
}

// A window of time is one on the space's clock: it begins with After and ends before Until.
func TestFaultHoldsInAWindowOfTheClock(t *testing.T) {
	t.Parallel()
	m := inProcess(t, at(noon))
	require.NoError(t, m.AddFault(mockserver.Fault{After: noon.Add(time.Minute), Until: noon.Add(2 * time.Minute), Status: teapot}))
	for _, step := range []struct {
		move time.Duration
		want string
	}{{0, "-"}, {time.Minute - 1, "-"}, {1, "x"}, {time.Minute - 1, "x"}, {1, "-"}, {-1, "x"}, {-time.Hour, "-"}} {
		m.Advance(step.move)
		assert.Equal(t, step.want, m.marks(several(1)...), m.Now())
	}
	assert.EqualValues(t, 3, m.Faults()[0].Seen, "calls outside of the window are not counted")
}

// The first that takes a call wins; the others count it all the same.
func TestFirstFaultWins(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	require.NoError(t, m.AddFault(
		mockserver.Fault{Name: "second call", Nth: 2, Status: 500},
		mockserver.Fault{Name: "payments", Operation: "listPayments", Status: 502},
		mockserver.Fault{Name: "twos", Every: 2, AtMost: 2, Status: 503},
		mockserver.Fault{Name: "rest", Method: "GET", Status: 504},
	))
	var got []int
	for _, path := range []string{"me", "me", "payments", "payments", "me", "me", "me", "me"} {
		got = append(got, try(m.Client(), newRequest(t, "GET", m.URL()+"/profile/"+path, "")).status)
	}
	assert.Equal(t, []int{504, 500, 502, 502, 504, 503, 504, 503}, got)
	var counted []uint64
	for _, f := range m.Faults() {
		counted = append(counted, f.Seen, f.Applied)
	}
	assert.Equal(t, []uint64{8, 1, 2, 2, 8, 2, 8, 3}, counted)
	var met []string
	for _, entry := range m.Journal() {
		met = append(met, entry.Fault)
	}
	assert.Equal(t, []string{"rest", "second call", "payments", "payments", "rest", "twos", "rest", "twos"}, met)
}

// A fault of a seed is in every space, unless it names one.
func TestFaultOfASpace(t *testing.T) {
	t.Parallel()
	state := mockserver.DefaultState()
	state.Faults = []mockserver.Fault{{Space: "a", Nth: 1, Status: teapot}, {Nth: 2, Status: teapot}}
	m := inProcess(t, mockserver.WithState(state))
	assert.Equal(t, "-x-", m.marks(several(3)...))
	assert.Equal(t, "xx-", mock{m.Server, t}.marks(slices.Repeat([]string{"GET /_space/a/profile/me"}, 3)...))
	assert.Equal(t, "-x-", mock{m.Server, t}.marks(slices.Repeat([]string{"GET /_space/b/profile/me"}, 3)...))
	assert.Zero(t, m.Faults()[0].Seen)
	assert.EqualValues(t, 3, m.Space("a").Faults()[0].Seen)
}

// wrongFaults has a fault for each rule that it breaks.
var wrongFaults = []struct{ yaml, member, message string }{
	{`{kind: broken}`, "kind", "there is no such kind; there are connection-reset, connection-closed, no-answer, connection-refused, applied-but-lost," +
		" reset-after-headers, reset-in-body, truncated-body, malformed-json, broken-contract, wrong-content-type, oversized-body, slow-drip"},
	{`{kind: no-answer, status: 500}`, "status", "a fault has a kind or a status, not both"},
	{`{method: GET}`, "kind", "it does nothing: it needs a kind, a status or a delay"},
	{`{status: 199}`, "status", "a status is from 200 to 599"},
	{`{status: 600}`, "status", "a status is from 200 to 599"},
	{`{status: 204, body: x}`, "body", "an answer with this status has none"},
	{`{kind: no-answer, body: x}`, "body", "only a fault with a status has one"},
	{`{kind: no-answer, retry_after: 1s}`, "retry_after", "only a fault with a status has one"},
	{`{status: 503, retry_after_date: true}`, "retry_after_date", "it needs retry_after, from which the date is reckoned"},
	{`{status: 503, content_type: text/plain}`, "content_type", "only a body or the kind wrong-content-type has one"},
	{`{status: 503, body: x, content_type: "a\nb"}`, "content_type", "it holds a control character"},
	{`{status: 503, over: 1s}`, "over", "only the kind slow-drip has one"},
	{`{status: 503, size: 1}`, "size", "only the kind oversized-body has one"},
	{`{kind: oversized-body, size: -1}`, "size", "it must not be negative"},
	{`{kind: oversized-body, size: 1073741825}`, "size", "it must not be over 1 GiB"},
	{`{status: 500, operation: getMe}`, "operation", `there is no operation "getMe"; there are `},
	{`{status: 500, tag: Me}`, "tag", "no operation has this tag"},
	{`{status: 500, method: get}`, "method", "a method is written in upper case"},
	{`{status: 500, header: {"a b": x}}`, "header.a b", "this is no name of a header"},
	{`{status: 500, header: {"": x}}`, "header.", "this is no name of a header"},
	{`{status: 500, after: 2026-01-02, until: 2026-01-02}`, "until", "it is not later than after, so it never holds"},
	{`{status: 500, from: 3, to: 2}`, "to", "it is less than from, so it never holds"},
	{`{status: 500, nth: 3, to: 3}`, "nth", "nth stands alone, without from, to and every"},
	{`{status: 500, nth: 3, every: 3}`, "nth", "nth stands alone, without from, to and every"},
	{`{status: 500, probability: 1.1}`, "probability", "a probability is from 0 to 1"},
	{`{status: 500, probability: -0.1}`, "probability", "a probability is from 0 to 1"},
	{`{kind: connection-refused, method: GET}`, "kind", "connection-refused is about connections: it has nth, from, to, every, probability and at_most only"},
	{`{kind: connection-refused, delay: {time: 1s}}`, "kind", "connection-refused is about connections: it has nth, from, to, every, probability and at_most only"},
	{`{delay: {distribution: gamma, time: 1s}}`, "delay.distribution", "there is no such distribution; there are fixed, uniform, normal, log-normal"},
	{`{delay: {on_clock: true}}`, "delay.time", "it needs a time"},
	{`{delay: {time: 1s, deviation: 1s}}`, "delay.deviation", "the distribution normal has one above 0, and no other has"},
	{`{delay: {distribution: normal, time: 1s}}`, "delay.deviation", "the distribution normal has one above 0, and no other has"},
	{`{delay: {distribution: log-normal, time: 1s}}`, "delay.sigma", "the distribution log-normal has one above 0, and no other has"},
	{`{delay: {distribution: log-normal, time: 1s, sigma: 11}}`, "delay.sigma", "one over 10 draws delays without end"},
	{`{delay: {distribution: uniform, time: 1s}}`, "delay.max", "it must be more than the time; the distribution uniform needs one"},
	{`{delay: {time: 2s, max: 1s}}`, "delay.max", "it must be more than the time; the distribution uniform needs one"},
}

// A seed file with a wrong fault is refused with the line and the member; so is the same fault in Go,
// and nothing is added.
func TestWrongFaultSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	lines := 1 + bytes.Count(seedFile(t), []byte("\n"))
	for _, wrong := range wrongFaults {
		file := string(seedFile(t)) + "faults:\n  - {status: 500}\n  - " + wrong.yaml + "\n"
		_, err := mockserver.ReadState("s.yaml", strings.NewReader(file))
		require.Error(t, err, wrong.yaml)
		want := "faults.1." + wrong.member + ": " + wrong.message
		assert.Equal(t, "s.yaml:"+strconv.Itoa(lines+2)+": "+want, err.Error()[:min(len(err.Error()), len("s.yaml:"+strconv.Itoa(lines+2)+": "+want))], wrong.yaml)
		assert.NotContains(t, err.Error(), "\n", "one mistake is told once")

		var f mockserver.Fault
		require.NoError(t, yaml.Unmarshal([]byte(wrong.yaml), &f))
		m := inProcess(t)
		require.NoError(t, m.AddFault(mockserver.Fault{Status: 500}))
		err = m.AddFault(mockserver.Fault{Status: 501}, f)
		require.ErrorContains(t, err, "mockserver: AddFault: faults.2."+wrong.member+": "+wrong.message, wrong.yaml)
		assert.Len(t, m.Faults(), 1, wrong.yaml)

		state := mockserver.DefaultState()
		state.Faults = []mockserver.Fault{{Status: 500}, f}
		require.ErrorContains(t, state.Check(), want, wrong.yaml)
	}
}

// What a seed file cannot say is wrong in Go, too.
func TestWrongFaultInGo(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	for want, f := range map[string]mockserver.Fault{
		"faults.0.retry_after: it must not be negative":                                       {Status: 500, RetryAfter: -1},
		"faults.0.over: it must not be negative":                                              {Kind: mockserver.SlowDrip, Over: -1},
		"faults.0.delay.time: it must not be negative":                                        {Delay: mockserver.Delay{Time: -1, Distribution: mockserver.Uniform, Max: 1}},
		"faults.0.probability: a probability is from 0 to 1":                                  {Status: 500, Probability: math.NaN()},
		"faults.0.delay.sigma: one over 10 draws delays without end":                          {Delay: mockserver.Delay{Time: 1, Sigma: math.NaN()}},
		"faults.0.space: the fault is added to another space, so it never holds":              {Status: 500, Space: "a"},
		"faults.0.delay.deviation: the distribution normal has one above 0, and no other has": {Delay: mockserver.Delay{Time: 1, Distribution: mockserver.Normal, Deviation: -1}},
	} {
		assert.EqualError(t, m.AddFault(f), "mockserver: AddFault: "+want)
	}
	assert.EqualError(t, m.Space("a").AddFault(mockserver.Fault{Kind: mockserver.ConnectionRefused}),
		"mockserver: AddFault: faults.0.kind: connections belong to the default space")
	assert.Empty(t, m.Faults())
}

// Over calls as they are made: a probability of 0.7 is neither all nor nothing.
func TestProbabilityOfCalls(t *testing.T) {
	t.Parallel()
	m := inProcess(t).with(mockserver.Fault{Probability: 0.7, Status: teapot})
	marks := m.marks(several(4000)...)
	assert.InDelta(t, 2800, strings.Count(marks, "x"), 4*math.Sqrt(4000*0.7*0.3))
	m.Reset()
	m.with(mockserver.Fault{Probability: 0.7, Status: teapot})
	assert.Equal(t, marks[:500], m.marks(several(500)...), "the same in each run")
}

// Whatever list of faults a seed has: it is read or refused, and a call that meets it ends.
func FuzzFault(f *testing.F) {
	for _, wrong := range wrongFaults {
		f.Add("[" + wrong.yaml + "]")
	}
	for _, list := range []string{
		"[]", "~", "{}", "[~]", "[{}]", "[[]]", "[{status: 503}, {status: 503, name: fault-1}]",
		"[{kind: broken-contract, operation: changeName, from: 0, every: 1}]",
		"[{kind: slow-drip, over: 1ns}]", "[{kind: oversized-body, size: 100}]", "[{kind: malformed-json, header: {X-A: ''}}]",
		"[{kind: no-answer}]", "[{kind: connection-refused}]", "[{kind: wrong-content-type, content_type: é}]",
		"[{delay: {time: 1ns}, status: 204}]", "[{delay: {time: 1h, on_clock: true}}]",
		"[{delay: {distribution: log-normal, time: 2562047h, sigma: 10}}]", "[{delay: {distribution: uniform, max: 2562047h}}]",
		"[{probability: 1e-300, seen: 18446744073709551615, applied: 18446744073709551615, kind: connection-reset, at_most: 1}]",
		"[{status: 503, retry_after: 2562047h47m16.854775807s, retry_after_date: true}]",
		"[{after: 9999-12-31, until: 0001-01-01, status: 500}]", "[{space: a, tag: Profile, method: PUT, status: 599, body: x}]",
	} {
		f.Add(list)
	}
	seed := string(seedFile(f)) + "clock: {at: 2026-03-01, frozen: true}\nfaults: "
	f.Fuzz(func(t *testing.T, list string) {
		state, err := mockserver.ReadState("fuzz", strings.NewReader(seed+strings.ReplaceAll(list, "\n", " ")+"\n"))
		if err != nil {
			return
		}
		for i := range state.Faults {
			state.Faults[i].Size = min(state.Faults[i].Size, 1<<20) // not to wait for a GiB
		}
		synctest.Test(t, func(t *testing.T) { // where the longest delay is over at once
			m := inProcess(t, mockserver.WithState(state))
			ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
			defer cancel()
			for range 3 {
				for _, call := range [][2]string{{"PUT", "/profile/name-change"}, {"PUT", "/v1.0/profile"}, {"HEAD", "/nowhere"}} {
					got := try(m.Client(), newRequest(t, call[0], m.URL()+call[1], rename).WithContext(ctx))
					if got.err == nil && got.status < 200 {
						t.Errorf("neither an answer nor an error: %+v", got)
					}
				}
			}
			for _, entry := range m.Journal() {
				if !entry.Done {
					t.Errorf("the journal has a call that never ended: %+v", entry)
				}
			}
		})
	})
}
