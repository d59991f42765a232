package mockserver_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

// complaint returns the only failure of a verification.
func complaint(t *testing.T, verify func(mockserver.TB)) string {
	t.Helper()
	tb := &fakeTB{}
	verify(tb)
	require.Empty(t, tb.fatals)
	require.Len(t, tb.errors, 1)
	return "\n" + tb.errors[0] + "\n"
}

// bubble runs a test on fake time, so that calls take no time at all.
func bubble(t *testing.T, test func(t *testing.T, m mock), opts ...mockserver.Option) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, inProcess(t, append(opts, at(noon))...)) })
}

func TestFailureWithoutAnyCall(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, m mock) {
		assert.Equal(t, `
mockserver: expected at least 1 call of getMyProfile, found 0 among 0 calls in the default space
`, complaint(t, func(tb mockserver.TB) { m.Verify(tb, mockserver.Expect("getMyProfile")) }))
		assert.Equal(t, `
mockserver: expected exactly 2 calls of any operation with header X-Tag = a, body x = [1,"é\t"], found 0 among 0 calls in space "s"
`, complaint(t, func(tb mockserver.TB) {
			m.Space("s").Verify(tb, mockserver.Expect("").Header("x-tag", "a").JSON("x", []any{1, "é\t"}).Times(2))
		}))
	})
}

func TestFailureShowsTheNearestCall(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, m mock) {
		m.call("PATCH", manage, `{"login":"test@mail.com","status":"active"}`).ok()
		m.call("PATCH", manage, `{"login":"camera-7@example.com","status":"active","billing_info":{"billing_extra":[1,`+"\n\t"+`{"a":null}]}}`).ok()
		m.call("GET", "/profile/me", "").ok()
		//nolint:dupword // what is the same in two columns
		assert.Equal(t, `
mockserver: expected exactly 1 call of updateUser with body login = "camera-7@example.com", body status = "blocked", body billing_info.billing_extra = [1,{"a":1}], body name = null, found 0 among 3 calls in the default space
                                   expected                nearest: #2
  operation                        updateUser              updateUser
  body login                       "camera-7@example.com"  "camera-7@example.com"
  body status                      "blocked"               "active"        <- differs
  body billing_info.billing_extra  [1,{"a":1}]             [1,{"a":null}]  <- differs
  body name                        null                    (absent)        <- differs
  #  arrived       operation   request                            answer  took  fault  wrong with it
  2  12:00:00.123  updateUser  PATCH /api/v1/billing/user/manage  200     0s    -      -
to see 3 calls whole: Journal(); a test of Start or SpaceFor prints a table when it fails
`, complaint(t, func(tb mockserver.TB) {
			m.Verify(tb, mockserver.Expect("updateUser").JSON("login", "camera-7@example.com").JSON("status", "blocked").
				JSON("billing_info.billing_extra", []any{1, map[string]int{"a": 1}}).JSON("name", nil).Times(1))
		}))
	})
}

// A call of the operation is nearer than one of another, whatever else they have; of equals
// the latest is shown, and where there is none of the operation that is what differs.
func TestNearestIsOfTheSameOperation(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, m mock) {
		m.call("GET", "/profile/me", "")
		m.call("GET", "/profile/payments", "", "X-Tag: a", "X-Run: 1")
		//nolint:dupword // what is the same in two columns
		assert.Equal(t, `
mockserver: expected at least 1 call of getMyProfile with header X-Tag = a, header X-Run = 1, found 0 among 2 calls in the default space
                expected      nearest: #1
  operation     getMyProfile  getMyProfile
  header X-Tag  a             (absent)  <- differs
  header X-Run  1             (absent)  <- differs
  #  arrived       operation     request          answer  took  fault  wrong with it
  1  12:00:00.123  getMyProfile  GET /profile/me  200     0s    -      -
to see 2 calls whole: Journal(); a test of Start or SpaceFor prints a table when it fails
`, complaint(t, func(tb mockserver.TB) {
			m.Verify(tb, mockserver.Expect("getMyProfile").Header("X-Tag", "a").Header("X-Run", "1"))
		}))
		got := complaint(t, func(tb mockserver.TB) { m.Verify(tb, mockserver.Expect("updateUser")) })
		assert.Contains(t, got, `
             expected    nearest: #2
  operation  updateUser  listPayments  <- differs
`)
	})
}

func TestFailureOfTooManyShowsThem(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, m mock) {
		m.call("GET", "/profile/me", "").ok()
		m.call("GET", "/profile/payments", "").ok()
		m.call("GET", "/profile/me?x=1", "", bearer+"wrong")
		const want = `
mockserver: expected at most 1 call of getMyProfile, found 2 among 3 calls in the default space
  #  arrived       operation     request              answer  took  fault  wrong with it
  1  12:00:00.123  getMyProfile  GET /profile/me      200     0s    -      -
  3  12:00:00.123  getMyProfile  GET /profile/me?x=1  401     0s    -      -
to see 3 calls whole: Journal(); a test of Start or SpaceFor prints a table when it fails
`
		e := mockserver.Expect("getMyProfile")
		assert.Equal(t, want, complaint(t, func(tb mockserver.TB) { m.Verify(tb, e.AtMost(1)) }))
		assert.Equal(t, strings.Replace(want, "at most 1 call", "no call", 1), complaint(t, func(tb mockserver.TB) { m.Verify(tb, e.Never()) }))
		begun := time.Now()
		assert.Equal(t, strings.Replace(want, "at most", "exactly", 1), complaint(t, func(tb mockserver.TB) { m.Verify(tb, e.Times(1).Within(time.Hour)) }))
		assert.Zero(t, time.Since(begun), "to wait would not make them fewer")
	})
}

func TestVerifyOnly(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, m mock) {
		m.call("GET", "/profile/me", "").ok()
		m.call("PUT", "/profile/name-change", `{"first_name":1,"first_name":2}`)
		m.call("GET", "/nowhere", "")
		me, name := mockserver.Expect("getMyProfile"), mockserver.Expect("changeName")
		assert.Equal(t, `
mockserver: expected nothing else, found 2 calls more in the default space
  #  arrived       operation   request                   answer  took  fault  wrong with it
  2  12:00:00.123  changeName  PUT /profile/name-change  422     0s    -      body.first_name duplicate
  3  12:00:00.123  -           GET /nowhere              404     0s    -      -
to see 3 calls whole: Journal(); a test of Start or SpaceFor prints a table when it fails
`, complaint(t, func(tb mockserver.TB) { m.VerifyOnly(tb, me) }))

		tb := &fakeTB{}
		m.VerifyOnly(tb, me, mockserver.Expect("").Times(3))
		m.Space("other").VerifyOnly(tb)
		m.VerifyOnly(tb, me.Times(2), name, mockserver.Expect("").Times(3))
		if assert.Len(t, tb.errors, 1, "what is expected otherwise is expected all the same") {
			assert.Contains(t, tb.errors[0], "expected exactly 2 calls of getMyProfile, found 1 among 3 calls")
		}
	})
}

func TestVerifyOrder(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, m mock) {
		for _, path := range []string{"me", "payments", "me", "subscriptions"} {
			m.call("GET", "/profile/"+path, "").ok()
		}
		me, payments, subscriptions := mockserver.Expect("getMyProfile"), mockserver.Expect("listPayments"), mockserver.Expect("listSubscriptions")
		tb := &fakeTB{}
		m.VerifyOrder(tb, me, payments, subscriptions)
		m.VerifyOrder(tb, me.Times(2), subscriptions)
		m.VerifyOrder(tb, payments, me)
		m.VerifyOrder(tb, mockserver.Expect("").AtLeast(4))
		m.VerifyOrder(tb)
		assert.Empty(t, tb.errors)
		assert.Empty(t, tb.fatals)

		const all = `
  #  arrived       operation          request                     answer  took  fault  wrong with it
  1  12:00:00.123  getMyProfile       GET /profile/me             200     0s    -      -
  2  12:00:00.123  listPayments       GET /profile/payments       200     0s    -      -
  3  12:00:00.123  getMyProfile       GET /profile/me             200     0s    -      -
  4  12:00:00.123  listSubscriptions  GET /profile/subscriptions  200     0s    -      -
to see 4 calls whole: Journal(); a test of Start or SpaceFor prints a table when it fails
`
		for want, order := range map[string][]mockserver.Expectation{
			"expected a call of listPayments, behind #4; the last such call was #2":              {subscriptions, payments},
			"expected call 2 of 2 of getMyProfile, behind #1, #2, #3; the last such call was #3": {me, payments, me.Times(2)},
			"expected a call of updateUser, behind #1; there was none":                           {me, mockserver.Expect("updateUser")},
			"expected a call of updateUser, the first of all; there was none":                    {mockserver.Expect("updateUser")},
		} {
			assert.Equal(t, "\nmockserver: out of order in the default space: "+want+all,
				complaint(t, func(tb mockserver.TB) { m.VerifyOrder(tb, order...) }))
		}
	})
}

// Within returns at the instant at which the call comes, without polling, also while the
// call is held; and it fails when its time is over, to the nanosecond.
func TestWithinWaits(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, m mock) {
		require.NoError(t, m.AddFault(mockserver.Fault{Operation: "getMyProfile", Delay: mockserver.Delay{Time: time.Minute}}))
		begun := time.Now()
		go func() {
			<-time.After(3 * time.Second)
			resp, err := m.Client().Get(m.URL() + "/profile/me")
			if assert.NoError(t, err) {
				assert.NoError(t, resp.Body.Close())
			}
		}()
		tb := &fakeTB{}
		m.Verify(tb, mockserver.Expect("getMyProfile").Within(time.Hour))
		assert.Equal(t, 3*time.Second, time.Since(begun))
		assert.False(t, m.Journal()[0].Done)
		assert.Empty(t, tb.errors)

		got := complaint(t, func(tb mockserver.TB) {
			m.Verify(tb, mockserver.Expect("getMyProfile").Times(2).Within(90*time.Second))
		})
		assert.Equal(t, 93*time.Second, time.Since(begun))
		assert.Equal(t, `
mockserver: expected exactly 2 calls of getMyProfile, found 1 among 1 call in the default space
  #  arrived       operation     request          answer  took  fault    wrong with it
  1  12:00:00.123  getMyProfile  GET /profile/me  200     1m0s  fault-1  -
waited 1m30s for it
to see 1 call whole: Journal(); a test of Start or SpaceFor prints a table when it fails
`, got)

		_ = complaint(t, func(tb mockserver.TB) {
			m.VerifyOrder(tb, mockserver.Expect("getMyProfile").Within(time.Second), mockserver.Expect("updateUser").Within(7*time.Second))
		})
		assert.Equal(t, 100*time.Second, time.Since(begun), "an order waits as long as any of it may")
	})
}

// That nothing comes can only be known at the end; that something has come is known at once.
func TestWithinWatchesWhatMustNotCome(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, m mock) {
		begun := time.Now()
		never := mockserver.Expect("getMyProfile").Never().Within(5 * time.Second)
		tb := &fakeTB{}
		m.Verify(tb, never)
		assert.Equal(t, 5*time.Second, time.Since(begun))
		m.Verify(tb, mockserver.Expect("").AtLeast(0).Within(time.Hour))
		assert.Equal(t, 5*time.Second, time.Since(begun), "what always holds needs no time")
		assert.Empty(t, tb.errors)

		go func() {
			<-time.After(2 * time.Second)
			m.call("GET", "/profile/me", "").ok()
		}()
		got := complaint(t, func(tb mockserver.TB) { m.Verify(tb, never) })
		assert.Equal(t, 7*time.Second, time.Since(begun))
		assert.Contains(t, got, "expected no call of getMyProfile, found 1 among 1 call")
		assert.NotContains(t, got, "waited")
	})
}

// Both at the same instant: the call counts.
func TestWithinLooksOnceMoreWhenItsTimeIsOver(t *testing.T) {
	t.Parallel()
	for range 20 {
		bubble(t, func(t *testing.T, m mock) {
			tb := &fakeTB{}
			go func() {
				<-time.After(time.Second)
				m.call("GET", "/profile/me", "").ok()
			}()
			synctest.Wait()
			m.Verify(tb, mockserver.Expect("getMyProfile").Within(time.Second+time.Nanosecond))
			assert.Empty(t, tb.errors)
		})
	}
}

func TestFailureTellsOfDroppedCalls(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, m mock) {
		for range 3 {
			m.call("GET", "/profile/me", "").ok()
		}
		assert.Contains(t, complaint(t, func(tb mockserver.TB) { m.Verify(tb, mockserver.Expect("getMyProfile").Times(3)) }),
			"found 2 among 2 calls in the default space\n")
		assert.Contains(t, complaint(t, func(tb mockserver.TB) { m.Verify(tb, mockserver.Expect("getMyProfile").Times(3)) }),
			"\nthe journal has dropped the oldest 1 call to keep its bounds, see WithJournal\n")
	}, mockserver.WithJournal(2, 0))
}

// What a client sends cannot spoil the table that shows it.
func TestFailureShowsTextsOnOneLineAndCut(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, m mock) {
		req := newRequest(t, http.MethodGet, m.URL()+"/profile/me", "")
		req.Header["X-Tag"] = []string{"a\tb\x1b[31m\xff", strings.Repeat("é", 100)}
		m.send(req).ok()
		got := complaint(t, func(tb mockserver.TB) { m.Verify(tb, mockserver.Expect("getMyProfile").Header("X-Tag", "a\nb")) })
		assert.Contains(t, got, `expected at least 1 call of getMyProfile with header X-Tag = a\nb, found 0`)
		assert.Regexp(t, `(?m)^  header X-Tag  a\\nb          a\\tb\\x1b\[31m\\xff, é{54}\.\.\. \(211 bytes\)  <- differs$`, got)
	})
}

// Whoever asks a space in which nothing was called may have meant another.
func TestVerifyNamesTheSpacesThatHaveCalls(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	m.call("GET", "/_space/tenant/profile/me", "").ok()
	tb := &fakeTB{}
	m.Verify(tb, mockserver.Expect("getMyProfile"))
	require.Len(t, tb.errors, 1)
	assert.Contains(t, tb.errors[0], "found 0 among 0 calls in the default space\nthere are calls in space \"tenant\" (1 call)")
}
