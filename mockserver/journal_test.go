package mockserver_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

// All that an entry says, on receipt and at the end.
func TestEntry(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, m mock) {
		_, call := m.in("a")
		require.NoError(t, m.Space("a").AddFault(mockserver.Fault{Name: "late", Delay: mockserver.Delay{Time: time.Minute}}))
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			call("POST", "/users/3/subscription?a=b%20c&d", `{"is_trial":true,"device_limit":"x"}`, "X-Attempt: 2", "X-Tag: t", "Accept: */*")
		}()
		synctest.Wait()
		require.Len(t, m.Space("a").Journal(), 1)
		want := mockserver.Entry{
			Number: 1, Space: "a", Operation: "createUserSubscription", Route: "/users/{user_id}/subscription",
			Method: "POST", Path: "/users/3/subscription", Query: "a=b%20c&d", Attempt: "2", Arrived: noon,
			RequestHeader: http.Header{"Accept": {"*/*"}, "Content-Type": {"application/json"}, "X-Attempt": {"2"}, "X-Mock-Space": {"a"}, "X-Tag": {"t"}},
			RequestBody:   []byte(`{"is_trial":true,"device_limit":"x"}`), RequestBytes: 36,
			ResponseHeader: http.Header{},
		}
		assert.Equal(t, want, m.Space("a").Journal()[0])

		<-ended
		got := m.Space("a").Journal()[0]
		want.Done, want.Status, want.Duration, want.Fault = true, 422, time.Minute, "late"
		want.Issues = []string{"body.device_limit type"}
		want.ResponseHeader = http.Header{"Content-Type": {"application/json"}}
		want.ResponseBody = []byte(`{"detail":[{"type":"int_parsing","loc":["body","device_limit"],"msg":"Input should be a valid integer, unable to parse string as an integer","input":"x"}]}`)
		want.ResponseBytes = len(want.ResponseBody)
		assert.Equal(t, want, got)
	})
}

func TestEntryOfWhatIsNoOperation(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, m mock) {
		m.call("GET", "/nowhere?x=1", "")
		m.call("DELETE", "/profile/me", "")
		m.call("GET", "/_space//profile/me", "")
		entries := m.Journal()
		require.Len(t, entries, 2, "a call in no space is in no journal")
		assert.Equal(t, []any{"", "", "/nowhere", 404, true}, []any{entries[0].Operation, entries[0].Route, entries[0].Path, entries[0].Status, entries[0].Done})
		assert.Equal(t, []any{"", "", 405, "GET"}, []any{entries[1].Operation, entries[1].Route, entries[1].Status, entries[1].ResponseHeader.Get("Allow")})
	})
}

// What has no answer says so, and how large one was is told also where little of it was sent.
func TestEntryOfFaults(t *testing.T) {
	t.Parallel()
	whole := len(start(t).call("GET", "/profile/me", "").body)
	for kind, want := range map[mockserver.Kind]struct{ status, bytes int }{
		mockserver.ConnectionReset:   {0, 0},
		mockserver.ConnectionClosed:  {0, 0},
		mockserver.AppliedButLost:    {0, 0},
		mockserver.ResetAfterHeaders: {200, whole},
		mockserver.ResetInBody:       {200, whole},
		mockserver.TruncatedBody:     {200, whole},
		mockserver.MalformedJSON:     {200, whole - 1},
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			m := inProcess(t)
			require.NoError(t, m.AddFault(mockserver.Fault{Name: "f", Kind: kind}))
			get(t, m.Space(""), "/profile/me")
			entry := m.Journal()[0]
			assert.Equal(t, []any{true, want.status, want.bytes, "f"}, []any{entry.Done, entry.Status, entry.ResponseBytes, entry.Fault})
		})
	}
}

// Entries stand in the order of arrival, whenever they are answered.
func TestJournalIsInTheOrderOfArrival(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, m mock) {
		require.NoError(t, m.AddFault(mockserver.Fault{Nth: 1, Delay: mockserver.Delay{Time: time.Hour}}, mockserver.Fault{Nth: 2, Delay: mockserver.Delay{Time: time.Minute}}))
		ended := make(chan struct{}, 2)
		for _, path := range []string{"/profile/me", "/profile/payments"} {
			go func() { m.call("GET", path, "").ok(); ended <- struct{}{} }()
			synctest.Wait()
		}
		m.call("GET", "/profile/subscriptions", "").ok()
		states := func() (all []string) {
			for _, e := range m.Journal() {
				all = append(all, fmt.Sprint(e.Number, e.Operation, e.Done))
			}
			return all
		}
		assert.Equal(t, []string{"1getMyProfilefalse", "2listPaymentsfalse", "3listSubscriptionstrue"}, states())
		<-ended
		assert.Equal(t, []string{"1getMyProfilefalse", "2listPaymentstrue", "3listSubscriptionstrue"}, states())
		<-ended
		assert.Equal(t, []string{"1getMyProfiletrue", "2listPaymentstrue", "3listSubscriptionstrue"}, states())
	})
}

func TestJournalIsBoundedByCount(t *testing.T) {
	t.Parallel()
	m := inProcess(t, mockserver.WithJournal(5, 0))
	for range 8 {
		m.call("GET", "/profile/me", "").ok()
	}
	entries := m.Journal()
	require.Len(t, entries, 5)
	assert.EqualValues(t, 4, entries[0].Number)
	assert.EqualValues(t, 3, m.Dropped())
	m.Reset()
	assert.Empty(t, m.Journal())
	assert.Zero(t, m.Dropped())
}

func TestJournalIsBoundedByBytes(t *testing.T) {
	t.Parallel()
	m := inProcess(t, mockserver.WithJournal(0, 50_000))
	body := `{"first_name":"` + strings.Repeat("x", 10_000) + `","last_name":null}`
	for range 10 {
		m.call("PUT", "/profile/name-change", body).ok()
	}
	assert.Len(t, m.Journal(), 4)
	assert.EqualValues(t, 6, m.Dropped())
	m.call("PUT", "/profile/name-change", `{"first_name":"`+strings.Repeat("x", 60_000)+`","last_name":null}`).ok()
	assert.Empty(t, m.Journal(), "one that has no room alone is not kept")
	assert.EqualValues(t, 11, m.Dropped())
	m.call("GET", "/profile/payments", "").ok()
	assert.Len(t, m.Journal(), 1)
}

// However loud a space is, a quiet one keeps its calls.
func TestNoisySpaceLeavesTheQuietTheirShare(t *testing.T) {
	t.Parallel()
	m := inProcess(t, mockserver.WithJournal(40, 0))
	for i := range 3 {
		for range 10 {
			m.call("GET", fmt.Sprintf("/_space/quiet-%d/profile/me", i), "").ok()
		}
	}
	for range 200 {
		m.call("GET", "/_space/noisy/profile/me", "").ok()
	}
	for i := range 3 {
		assert.Len(t, m.Space(fmt.Sprint("quiet-", i)).Journal(), 10)
		assert.Zero(t, m.Space(fmt.Sprint("quiet-", i)).Dropped())
	}
	assert.Len(t, m.Space("noisy").Journal(), 10)
	assert.EqualValues(t, 190, m.Space("noisy").Dropped())
}

// A call that is under way when the journal is emptied ends as if nothing had been.
func TestResetWhileACallIsUnderWay(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, m mock) {
		require.NoError(t, m.AddFault(mockserver.Fault{Delay: mockserver.Delay{Time: time.Hour}}))
		ended := make(chan struct{})
		go func() { defer close(ended); m.call("GET", "/profile/me", "").ok() }()
		synctest.Wait()
		m.Reset()
		assert.Empty(t, m.Journal())
		<-ended
		assert.Empty(t, m.Journal())
		m.call("GET", "/profile/me", "").ok()
		assert.EqualValues(t, 1, m.Journal()[0].Number)
	})
}

// A megabyte of mistakes is answered with the first thousand of them, and does not push
// everything else out of the journal.
func TestMistakesWithoutEndAreBounded(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	m.call("GET", "/profile/me", "").ok()
	body := `{"connected_squads":[` + strings.Repeat("0,", 400_000) + `0]}`
	a := m.call("POST", "/users/3/subscription", body)
	assert.Equal(t, 422, a.status)
	assert.Less(t, len(a.body), 200_000)
	entries := m.Journal()
	require.Len(t, entries, 2)
	assert.Len(t, entries[1].Issues, 1000)
}

// A call that is under way when its space is removed leaves nothing behind.
func TestCallThatOutlivesItsSpace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := inProcess(t)
		tb := &namedTB{name: "TestX"}
		space := m.SpaceFor(tb)
		require.NoError(t, space.AddFault(mockserver.Fault{Delay: mockserver.Delay{Time: time.Second}}))
		answered := make(chan error)
		go func() {
			resp, err := space.Client().Get(space.URL() + "/profile/me")
			if err == nil {
				err = resp.Body.Close()
			}
			answered <- err
		}()
		synctest.Wait()
		require.Len(t, space.Journal(), 1)
		tb.end()
		require.NoError(t, <-answered)
		assert.Empty(t, space.Journal())
	})
}

// A call is in the journal before its body has come, and its body before it is answered.
func TestCallIsRecordedBeforeItsBody(t *testing.T) {
	t.Parallel()
	m := start(t)
	conn, err := net.Dial("tcp", strings.TrimPrefix(m.URL(), "http://"))
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "PUT /profile/name-change HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: "+
		strconv.Itoa(len(rename))+"\r\n\r\n")
	require.NoError(t, err)
	m.Verify(t, mockserver.Expect("changeName").Within(time.Minute))
	entry := m.Journal()[0]
	assert.False(t, entry.Done)
	assert.Empty(t, entry.RequestBody)
	_, err = io.WriteString(conn, rename)
	require.NoError(t, err)
	m.Verify(t, mockserver.Expect("changeName").JSON("first_name", "Zoe").Within(time.Minute))
	assert.Equal(t, len(rename), m.Journal()[0].RequestBytes)
}
