package mockserver_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

// limited is a mock with one limit on a frozen clock.
func limited(t *testing.T, l mockserver.Limit) mock {
	t.Helper()
	m := inProcess(t, at(noon))
	require.NoError(t, m.SetLimits(l))
	return m
}

// get calls getMyProfile.
func (m mock) get() outcome {
	m.t.Helper()
	got := try(m.Client(), newRequest(m.t, "GET", m.URL()+"/profile/me", ""))
	require.NoError(m.t, got.err)
	return got
}

// model is a limit reckoned another way: in whole numbers, of which one request costs per, and one
// nanosecond brings back requests.
type model struct {
	window        bool
	requests, per int64
	used          int64 // bucket: of requests*per; window: of requests
	at            time.Time
}

// take returns what the answer says: the status, what is left, and the seconds until all or one is back.
func (m *model) take(now time.Time) (status int, left, reset, retry int64) {
	seconds := func(ns int64) int64 { return (ns + 1e9 - 1) / 1e9 }
	if m.window {
		if now.Sub(m.at) >= time.Duration(m.per) {
			m.used, m.at = 0, now
		}
		end := seconds(m.per - int64(now.Sub(m.at)))
		if m.used == m.requests {
			return 429, 0, end, end
		}
		m.used++
		return 200, m.requests - m.used, end, 0
	}
	m.used = max(m.used-int64(now.Sub(m.at))*m.requests, 0)
	m.at = now
	capacity := m.requests * m.per
	round := func(units int64) int64 { return (2*units + m.requests) / (2 * m.requests) } // to nanoseconds
	status = 429
	if missing := m.used + m.per - capacity; 2*missing > m.requests { // over half a nanosecond
		retry = seconds(round(missing))
	} else {
		status, m.used = 200, min(m.used+m.per, capacity)
	}
	return status, (capacity - m.used + m.requests/2) / m.per, seconds(round(m.used)), retry
}

// Random calls and moves of the clock give what the model says, header by header, for limits whose
// time divides by their requests and such where it does not.
func TestLimitsKeepTheirModel(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []mockserver.Algorithm{"", mockserver.TokenBucket, mockserver.FixedWindow} {
		for i, l := range []mockserver.Limit{
			{Requests: 1, Per: time.Second}, {Requests: 5, Per: time.Minute}, {Requests: 7, Per: time.Minute},
			{Requests: 3, Per: 10 * time.Second}, {Requests: 100, Per: 1500 * time.Millisecond}, {Requests: 13, Per: time.Hour + 1},
		} {
			t.Run(fmt.Sprint(algorithm, l.Requests, l.Per), func(t *testing.T) {
				t.Parallel()
				l.Operation, l.Algorithm = "getMyProfile", algorithm
				m := limited(t, l)
				want := model{window: algorithm == mockserver.FixedWindow, requests: int64(l.Requests), per: int64(l.Per), at: noon.Add(-2 * l.Per)}
				draw := rand.New(rand.NewPCG(uint64(i), 1))
				var refused uint64
				for range 600 {
					got := m.get()
					status, left, reset, retry := want.take(m.Now())
					require.Equal(t, status, got.status, m.Now())
					assert.Equal(t, fmt.Sprintf(`"getMyProfile";q=%d;w=%d`, l.Requests, int64(l.Per+time.Second-1)/1e9), got.header.Get("RateLimit-Policy"))
					require.Equal(t, fmt.Sprintf(`"getMyProfile";r=%d;t=%d`, left, reset), got.header.Get("RateLimit"), m.Now())
					if status == 429 {
						refused++
						require.Equal(t, strconv.FormatInt(retry, 10), got.header.Get("Retry-After"), m.Now())
						assert.JSONEq(t, `{"detail":"Too Many Requests"}`, got.body)
					}
					switch draw.IntN(8) {
					case 0: // up to twice the time in which one comes back
						m.Advance(time.Duration(draw.Int64N(2 * int64(l.Per) / int64(l.Requests))))
					case 1:
						m.Advance(l.Per / time.Duration(l.Requests))
					case 2:
						m.Advance(time.Duration(retry) * time.Second)
					case 3:
						m.Advance(time.Duration(draw.Int64N(10)))
					}
				}
				assert.Equal(t, refused, m.Limits()[0].Refused)
				assert.Positive(t, refused)
			})
		}
	}
}

// After exactly Retry-After the next call passes. A nanosecond before, one of a window does not; one of
// a bucket does not either where the time was a whole number of seconds, so that nothing was rounded.
func TestRetryAfterOfALimitIsExact(t *testing.T) {
	t.Parallel()
	for _, l := range []mockserver.Limit{
		{Requests: 3, Per: 30 * time.Second},
		{Requests: 3, Per: 30 * time.Second, Algorithm: mockserver.FixedWindow},
		{Requests: 1, Per: 24 * time.Hour},
		{Requests: 7, Per: 7 * time.Second},
	} {
		l.Operation = "getMyProfile"
		m := limited(t, l)
		for range l.Requests {
			require.Equal(t, 200, m.get().status)
		}
		for range 5 {
			got := m.get()
			require.Equal(t, 429, got.status)
			seconds, err := strconv.Atoi(got.header.Get("Retry-After"))
			require.NoError(t, err)
			m.Advance(time.Duration(seconds)*time.Second - 1)
			got = m.get()
			require.Equal(t, 429, got.status, "%+v", l)
			assert.Equal(t, "1", got.header.Get("Retry-After"))
			m.Advance(1)
			require.Equal(t, 200, m.get().status, "%+v", l)
			for l.Algorithm == mockserver.FixedWindow && m.get().status == 200 {
				continue // the new window, too
			}
		}
	}
}

// A bucket that is not called fills up again, and holds no more than it holds.
func TestLimitHoldsNoMoreThanItSays(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []mockserver.Algorithm{mockserver.TokenBucket, mockserver.FixedWindow} {
		m := limited(t, mockserver.Limit{Operation: "getMyProfile", Requests: 3, Per: time.Minute, Algorithm: algorithm})
		for _, idle := range []time.Duration{0, time.Hour, 100 * 365 * 24 * time.Hour, -time.Hour} {
			m.Advance(idle)
			var got []int
			for range 4 {
				got = append(got, m.get().status)
			}
			want := []int{200, 200, 200, 429}
			if idle < 0 {
				want = []int{429, 429, 429, 429}
			}
			assert.Equal(t, want, got, "%s after %s", algorithm, idle)
		}
		assert.LessOrEqual(t, m.get().header.Get("Retry-After"), "60", "from the time that the clock was set back to")
		m.Advance(time.Minute)
		assert.Equal(t, 200, m.get().status)
	}
}

// However many come at once, as many pass as may.
func TestLimitUnderConcurrency(t *testing.T) {
	t.Parallel()
	m := limited(t, mockserver.Limit{Operation: "getMyProfile", Requests: 10, Per: time.Minute})
	var callers sync.WaitGroup
	var passed atomic.Int64
	for range 64 {
		req := newRequest(t, "GET", m.URL()+"/profile/me", "")
		callers.Go(func() {
			if try(m.Client(), req).status == http.StatusOK {
				passed.Add(1)
			}
		})
	}
	callers.Wait()
	assert.EqualValues(t, 10, passed.Load())
	assert.EqualValues(t, 54, m.Limits()[0].Refused)
}

// Limits are of one operation in one space, say so in its API's words, and come before everything else
// that could be wrong; a fault that answers instead does not count.
func TestLimitsAreOfAnOperationInASpace(t *testing.T) {
	t.Parallel()
	state := mockserver.DefaultState()
	state.Clock = mockserver.Clock{At: noon, Frozen: true}
	state.Limits = []mockserver.Limit{
		{Operation: "getProfile", Requests: 1, Per: time.Minute, Algorithm: mockserver.FixedWindow},
		{Operation: "updateUser", Requests: 1, Per: time.Minute},
	}
	state.Faults = []mockserver.Fault{{Nth: 1, Status: 503}}
	m := start(t, mockserver.WithState(state))
	status := func(method, path string) outcome {
		return try(m.Client(), newRequest(t, method, m.URL()+path, "{"))
	}
	assert.Equal(t, 503, status("PATCH", manage).status)
	assert.Equal(t, 422, status("PATCH", manage).status, "the first of two to be counted")
	got := status("PATCH", manage)
	answer{t, got.status, got.header, got.body}.is(429, `{"message":"Too Many Requests"}`)
	assert.Equal(t, 401, status("GET", "/v1.0/profile").status)
	got = status("GET", "/v1.0/profile")
	answer{t, got.status, got.header, got.body}.is(429, `{"error":{"code":429,"message":"Too Many Requests"}}`)
	assert.Equal(t, 503, status("GET", "/_space/a/v1.0/profile").status)
	assert.Equal(t, 401, status("GET", "/_space/a/v1.0/profile").status, "a space of its own")
	other := status("GET", "/profile/me")
	assert.Equal(t, 200, other.status)
	assert.NotContains(t, other.header, "Ratelimit")
	assert.NotContains(t, other.header, "Ratelimit-Policy")

	require.NoError(t, m.SetLimits())
	assert.Equal(t, 401, status("GET", "/v1.0/profile").status)
}

// What was used up is so, too, in what a snapshot restores, in a fork and in a file.
func TestLimitsAreKeptBySnapshots(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []mockserver.Algorithm{mockserver.TokenBucket, mockserver.FixedWindow} {
		m := limited(t, mockserver.Limit{Operation: "getMyProfile", Requests: 2, Per: time.Minute, Algorithm: algorithm})
		require.Equal(t, 200, m.get().status)
		m.Advance(7 * time.Second)
		require.Equal(t, 200, m.get().status)
		snapshot := m.Snapshot()
		want := m.get()
		require.Equal(t, 429, want.status)
		m.Advance(time.Minute)
		require.Equal(t, 200, m.get().status)

		same := func(m mock, how string) {
			got := m.get()
			assert.Equal(t, want.status, got.status, how)
			assert.Equal(t, want.header, got.header, how)
		}
		m.Restore(snapshot)
		same(m, "restored")
		m.Restore(snapshot)
		fork, err := m.Fork("fork")
		require.NoError(t, err)
		got := try(&http.Client{Transport: fork.Transport()}, newRequest(t, "GET", fork.URL()+"/profile/me", ""))
		assert.Equal(t, want.header, got.header)
		var file strings.Builder
		require.NoError(t, snapshot.State().Write(&file))
		state, err := mockserver.ReadState("s.yaml", strings.NewReader(file.String()))
		require.NoError(t, err)
		same(inProcess(t, mockserver.WithState(state)), "from a file")
	}
}

// A seed may begin with a limit that is used up.
func TestLimitThatIsUsedUpFromTheStart(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []mockserver.Algorithm{mockserver.TokenBucket, mockserver.FixedWindow} {
		m := limited(t, mockserver.Limit{Operation: "getMyProfile", Requests: 2, Per: time.Minute, Algorithm: algorithm, Used: 2})
		assert.Equal(t, 429, m.get().status)
		m.Advance(time.Minute)
		assert.Equal(t, 200, m.get().status)
	}
}

func TestWrongLimitSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	good := mockserver.Limit{Operation: "getMyProfile", Requests: 1, Per: time.Second}
	for want, edit := range map[string]func(*mockserver.Limit){
		`limits.1.operation: there is no operation ""; there are `:                             func(l *mockserver.Limit) { l.Operation = "" },
		"limits.1.operation: the operation has a limit already":                                func(l *mockserver.Limit) { l.Operation = good.Operation },
		"limits.1.requests: it must be at least 1":                                             func(l *mockserver.Limit) { l.Requests = 0 },
		"limits.1.per: it needs a time, such as 1m":                                            func(l *mockserver.Limit) { l.Per = 0 },
		"limits.1.per: it is less than a nanosecond a request":                                 func(l *mockserver.Limit) { l.Requests, l.Per = 6, 5 },
		"limits.1.algorithm: there is no such algorithm; there are token-bucket, fixed-window": func(l *mockserver.Limit) { l.Algorithm = "leaky" },
		"limits.1.used: it is from 0 to requests":                                              func(l *mockserver.Limit) { l.Used = 1.5 },
	} {
		wrong := good
		wrong.Operation = "listPayments"
		edit(&wrong)
		require.ErrorContains(t, m.SetLimits(good, wrong), "mockserver: SetLimits: "+want)
		assert.Empty(t, m.Limits())
		file := string(seedFile(t)) + fmt.Sprintf("limits:\n  - {operation: getMyProfile, requests: 1, per: 1s}\n  - {operation: %s, requests: %d, per: %s, algorithm: %q, used: %g}\n",
			strconv.Quote(wrong.Operation), wrong.Requests, wrong.Per, wrong.Algorithm, wrong.Used)
		_, err := mockserver.ReadState("s.yaml", strings.NewReader(file))
		require.ErrorContains(t, err, fmt.Sprintf("s.yaml:%d: %s", strings.Count(file, "\n"), want))
	}
}
