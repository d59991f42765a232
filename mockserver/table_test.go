package mockserver_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

// failedSpace calls a space of a test that fails, and returns what the test has logged.
func failedSpace(t *testing.T, m mock, calls func(space *mockserver.Space)) string {
	t.Helper()
	tb := &namedTB{name: "TestX"}
	calls(m.SpaceFor(tb))
	tb.Errorf("failed")
	tb.end()
	require.Len(t, tb.logs, 1)
	return "\n" + tb.logs[0] + "\n"
}

func get(t *testing.T, space *mockserver.Space, path string) {
	t.Helper()
	resp, err := space.Client().Get(space.URL() + path)
	if err == nil {
		assert.NoError(t, resp.Body.Close())
	}
}

func TestFailedTestPrintsItsJournal(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, m mock) {
		got := failedSpace(t, m, func(space *mockserver.Space) {
			require.NoError(t, space.AddFault(
				mockserver.Fault{Name: "late", Operation: "listPayments", Delay: mockserver.Delay{Time: 1234567 * time.Microsecond}},
				mockserver.Fault{Name: "lost", Operation: "listSubscriptions", Kind: mockserver.AppliedButLost},
				mockserver.Fault{Name: "held", Operation: "getPaymentMethod", Kind: mockserver.NoAnswer}))
			get(t, space, "/profile/me?a=b")
			get(t, space, "/profile/payments")
			space.Advance(time.Hour)
			get(t, space, "/profile/subscriptions")
			get(t, space, "/profile/my;password=planted")
			resp, err := space.Client().Do(newRequest(t, "DELETE", space.URL()+"/profile/subscription?token=planted", ""))
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			ended := make(chan struct{})
			go func() { defer close(ended); get(t, space, "/profile/payment-method") }()
			synctest.Wait()
			t.Cleanup(func() { m.Close(); <-ended })
		})
		assert.Equal(t, `
journal of space "TestX": 6 calls
  #  arrived       operation           request                                        answer     took       fault  wrong with it
  1  12:00:00.123  getMyProfile        GET /profile/me?a=b                            200        0s         -      -
  2  12:00:00.123  listPayments        GET /profile/payments                          200        1.234567s  late   -
  3  13:00:00.123  listSubscriptions   GET /profile/subscriptions                     none       0s         lost   -
  4  13:00:00.123  -                   GET /profile/my;password=[redacted]            404        0s         -      -
  5  13:00:00.123  cancelSubscription  DELETE /profile/subscription?token=[redacted]  422        0s         -      query.course_id required
  6  13:00:00.123  getPaymentMethod    GET /profile/payment-method                    under way  -          -      -
`, got)
	})
}

// The journal is printed once, by the test that it belongs to, and only when it has failed.
func TestJournalIsPrintedOnceAndOnlyOnFailure(t *testing.T) {
	t.Parallel()
	whole, sub, fine, silent := &namedTB{name: "TestWhole"}, &namedTB{name: "TestWhole/sub"}, &namedTB{name: "TestWhole/fine"}, &namedTB{name: "TestWhole/silent"}
	m := mock{startOn(whole), t}
	for _, tb := range []*namedTB{sub, fine} {
		get(t, m.SpaceFor(tb), "/profile/me")
	}
	m.SpaceFor(silent)
	m.call("GET", "/profile/me", "").ok()
	m.call("GET", "/_space/b/profile/payments", "").ok()
	m.call("GET", "/_space/a/profile/subscriptions", "").ok()
	m.Space("not called")
	sub.Errorf("failed")
	silent.Errorf("failed")
	fine.end()
	silent.end()
	sub.end()
	sub.end()
	require.Len(t, sub.logs, 1)
	assert.Contains(t, sub.logs[0], `journal of space "TestWhole/sub": 1 call`)
	assert.Empty(t, fine.logs, "it has not failed")
	assert.Empty(t, silent.logs, "it has failed without a call")

	whole.Errorf("a subtest has failed")
	whole.end()
	require.Len(t, whole.logs, 1)
	titles := ""
	for line := range strings.Lines(whole.logs[0]) {
		if strings.HasPrefix(line, "journal") {
			titles += line
		}
	}
	assert.Equal(t, "journal of the default space: 1 call\njournal of space \"a\": 1 call\njournal of space \"b\": 1 call\n", titles)
}

func TestNothingIsPrintedForATestThatPasses(t *testing.T) {
	t.Parallel()
	passed, plain := &namedTB{name: "TestX"}, &fakeTB{}
	for _, tb := range []mockserver.TB{passed, plain} {
		m := mock{startOn(tb), t}
		m.call("GET", "/profile/me", "").ok()
	}
	plain.Errorf("failed, but this kind of test cannot say so")
	passed.end()
	plain.end()
	assert.Empty(t, passed.logs)
	assert.Empty(t, plain.logs)
}

func TestLongJournalIsCut(t *testing.T) {
	t.Parallel()
	m := inProcess(t, mockserver.WithJournal(150, 0))
	got := failedSpace(t, m, func(space *mockserver.Space) {
		for i := range 160 {
			get(t, space, fmt.Sprint("/profile/me?n=", i))
		}
	})
	lines := strings.Split(strings.TrimSpace(got), "\n")
	require.Len(t, lines, 103)
	assert.Equal(t, `journal of space "TestX": 150 calls, 10 older dropped`, lines[0])
	assert.Equal(t, "  the last 100 of them:", lines[1])
	assert.Contains(t, lines[3], "GET /profile/me?n=60 ")
	assert.Contains(t, lines[102], "GET /profile/me?n=159 ")
}

// Every call is one line with as many columns, whatever its target, its members and the
// name of its fault are made of.
func TestNothingBreaksTheTable(t *testing.T) {
	t.Parallel()
	odd := []string{"a\tb", "a\nb", "a\r\vb\f", "\x1b[2J", "\x00", "\xff", "\xffopen", "é\u202ex", "\u2028", strings.Repeat("x", 5000), strings.Repeat("é", 5000), `"\t"`}
	m := inProcess(t)
	got := failedSpace(t, m, func(space *mockserver.Space) {
		require.NoError(t, space.AddFault(mockserver.Fault{Name: "a\tb\nc\xff", Tag: "Profile", Delay: mockserver.Delay{Time: 1}}))
		for _, text := range odd {
			for _, target := range []*url.URL{{Path: "/profile/me" + text, RawQuery: text}, {Path: "/profile/me", RawQuery: text}} {
				req := &http.Request{Method: http.MethodGet, URL: target, Header: http.Header{"X-Mock-Space": {space.ID()}}}
				m.ServeHTTP(httptest.NewRecorder(), req.WithContext(t.Context()))
			}
		}
	})
	lines := strings.Split(strings.Trim(got, "\n"), "\n")
	require.Len(t, lines, 2+2*len(odd))
	for _, line := range lines[1:] {
		for _, c := range line {
			assert.True(t, c >= ' ' && c != '\ufffd' && c != '\u202e' && c != '\u2028', "%q", line)
		}
		assert.Less(t, len(line), 700)
	}
}
