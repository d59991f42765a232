package mockserver_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

const rename = `{"first_name":"Zoe","last_name":null}`

// in is a mock that is called in the space.
func (m mock) in(id string) (space *mockserver.Space, call func(method, path, body string, headers ...string) answer) {
	space = m.Space(id)
	return space, func(method, path, body string, headers ...string) answer {
		m.t.Helper()
		return m.call(method, path, body, append(headers, "X-Mock-Space: "+id)...)
	}
}

func TestSpaceIsChosenByHeaderOrPrefix(t *testing.T) {
	t.Parallel()
	m := start(t)
	space, inA := m.in("a")
	inA("PUT", "/profile/name-change", rename).ok()
	assert.Equal(t, "Zoe", inA("GET", "/profile/me", "").at("first_name"))
	assert.Equal(t, "Zoe", m.call("GET", "/_space/a/profile/me", "").at("first_name"))
	assert.Equal(t, "Zoe", inA("GET", "/_space/a/profile/me", "").at("first_name"), "both, and the same")
	assert.Equal(t, "Anna", m.call("GET", "/profile/me", "").at("first_name"), "the default space")
	assert.Equal(t, "Anna", m.call("GET", "/_space/b/profile/me", "").at("first_name"), "another space")
	assert.Equal(t, "Zoe", *space.State().Profile.Users["usr_anna"].FirstName)
	assert.Equal(t, m.URL()+"/_space/a", space.URL())
}

// Whatever an id is made of, its URL leads to it, over a socket and in process.
func TestSpaceURLHoldsAnyID(t *testing.T) {
	t.Parallel()
	for _, m := range []mock{start(t), inProcess(t)} {
		for _, id := range []string{"TestX/sub_test#01", "a b", "ключ", "..", "%2F", "?x=1"} {
			space := m.Space(id)
			resp, err := space.Client().Get(space.URL() + "/profile/me")
			require.NoError(t, err, id)
			require.NoError(t, resp.Body.Close())
			assert.Equal(t, http.StatusOK, resp.StatusCode, id)
			assert.Len(t, space.Journal(), 1, id)
			assert.Equal(t, "/profile/me", space.Journal()[0].Path, id)
		}
		assert.Empty(t, m.Journal())
	}
}

func TestTransportOfASpaceNeedsNoPrefix(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	client := &http.Client{Transport: m.Space("a").Transport()}
	resp, err := client.Get("https://api.example.com/profile/me")
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Len(t, m.Space("a").Journal(), 1)
}

func TestSpaceThatIsNamedWrongly(t *testing.T) {
	t.Parallel()
	m := start(t)
	for path, want := range map[string]string{
		"/_space/":               `{"detail":"The path names no space; one is written as /_space/ID/path"}`,
		"/_space//profile/me":    `{"detail":"The path names no space; one is written as /_space/ID/path"}`,
		"/_space/b/profile/me":   `{"detail":"The request names two spaces, \"a\" and \"b\""}`,
		"/_space/b/v1.0/profile": `{"error":{"code":400,"message":"The request names two spaces, \"a\" and \"b\""}}`,
	} {
		m.send(withHeader(newRequest(t, "GET", m.URL()+path, ""), "X-Mock-Space", "a")).is(400, want)
	}
	m.call("GET", "/_space/"+strings.Repeat("x", 257)+"/profile/me", "").is(400, `{"detail":"The id of the space is over 256 bytes"}`)
}

func withHeader(req *http.Request, name, value string) *http.Request {
	req.Header.Set(name, value)
	return req
}

// Past the bound a call is told so; spaces that nobody calls make room after their time,
// those in use and those that Go code asked for do not.
func TestSpacesAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := inProcess(t, mockserver.WithSpaces(3, time.Minute))
		visit := func(id string) int { return m.call("GET", "/_space/"+id+"/profile/me", "").status }
		m.Space("kept")
		require.Equal(t, 200, visit("a"))
		m.call("GET", "/_space/b/profile/me", "").is(507, `{"detail":"There is no room for another space: at most 3 may be at a time, the default one included, and those that expire do so after 1m0s without a call"}`)
		assert.Equal(t, 200, visit("a"), "those that are there go on")

		<-time.After(30 * time.Second)
		assert.Equal(t, 200, visit("a"))
		<-time.After(59 * time.Second)
		assert.Equal(t, 507, visit("b"), "a has been called a minute ago less a second")
		<-time.After(2 * time.Second)
		assert.Equal(t, 200, visit("b"))
		assert.Equal(t, 507, visit("a"), "it has expired, kept has not")
	})
}

// An id of any length leads to a space that is there; only those that a call would bring
// into being are bounded.
func TestSpaceOfGoCodeMayHaveALongID(t *testing.T) {
	t.Parallel()
	m := start(t)
	_, call := m.in(strings.Repeat("long", 100))
	call("GET", "/profile/me", "").ok()
}

// 64 tests at once on one server, over its socket, half of them by header and half by prefix:
// each has a clock, faults, limits, codes, state and a journal of its own.
func TestSpacesNeverSeeEachOther(t *testing.T) {
	t.Parallel()
	m := start(t)
	before := m.State()
	t.Run("all", func(t *testing.T) {
		t.Parallel()
		for i := range 64 {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				ownWorld(t, mock{m.Server, t}, i)
			})
		}
	})
	t.Cleanup(func() {
		assert.Equal(t, before, m.State(), "the default space")
		assert.Empty(t, m.Journal())
		assert.Empty(t, m.Faults())
		assert.Empty(t, m.Limits())
	})
}

func ownWorld(t *testing.T, m mock, i int) {
	space := m.SpaceFor(t)
	prefix, header := "/_space/"+strings.ReplaceAll(space.ID(), "/", "%2F"), []string(nil)
	if i%2 == 0 {
		prefix, header = "", []string{"X-Mock-Space: " + space.ID()}
	}
	sent := 0
	call := func(method, path, body string) answer {
		t.Helper()
		sent++
		a := m.call(method, prefix+path, body, header...)
		assert.Equal(t, noon.AddDate(0, 0, i).Format(http.TimeFormat), a.header.Get("Date"))
		return a
	}
	space.Freeze(noon.AddDate(0, 0, i))
	require.NoError(t, space.AddFault(mockserver.Fault{Operation: "listPayments", Nth: uint64(1 + i%4), Status: 500 + i%4}))
	require.NoError(t, space.SetLimits(mockserver.Limit{Operation: "listSubscriptions", Requests: 1 + i%4, Per: time.Minute}))
	code, err := space.IssueCode("usr_anna")
	require.NoError(t, err)

	for n := 1; n <= 4; n++ {
		name := fmt.Sprintf("%d-%d", i, n)
		call("PUT", "/profile/name-change", fmt.Sprintf(`{"first_name":%q,"last_name":null}`, name)).ok()
		assert.Equal(t, name, call("GET", "/profile/me", "").at("first_name"))
		assert.Equal(t, map[bool]int{true: 500 + i%4, false: 200}[n == 1+i%4], call("GET", "/profile/payments", "").status, "call %d of space %d", n, i)
		assert.Equal(t, map[bool]int{true: 429, false: 200}[n > 1+i%4], call("GET", "/profile/subscriptions", "").status, "call %d of space %d", n, i)
		call("PATCH", manage, `{"login":"test@mail.com","permissions_to_attach":["`+name+`"]}`).ok()
		call("POST", "/users/3/subscription", `{"is_trial":true,"replace_existing":true}`).ok()
		call("PUT", "/v1.0/profile/settings", fmt.Sprintf(`{"lang":%d}`, i)).is(401, `{"error":{"code":401,"message":"Authorization is required"}}`)
	}
	change := `{"new_phone":"1","verification_code":"` + code + `"}`
	call("PUT", "/profile/phone-change", change).ok()
	assert.Equal(t, 422, call("PUT", "/profile/phone-change", change).status, "a code is good for one change")

	state := space.State()
	assert.Equal(t, []string{fmt.Sprint(i, "-1"), fmt.Sprint(i, "-2"), fmt.Sprint(i, "-3"), fmt.Sprint(i, "-4"),
		"archives-preview-download", "archives-show"}, state.Billing.Users["test@mail.com"].Permissions)
	assert.Equal(t, noon.AddDate(0, 0, i+3), state.Subscription.Users[3].Subscription.EndDate)
	assert.EqualValues(t, 4, state.Faults[0].Seen)
	assert.EqualValues(t, 1, state.Faults[0].Applied)
	assert.EqualValues(t, 3-i%4, state.Limits[0].Refused)
	journal := space.Journal()
	assert.Len(t, journal, sent)
	for n, entry := range journal {
		assert.EqualValues(t, n+1, entry.Number)
		assert.Equal(t, space.ID(), entry.Space)
		assert.Equal(t, noon.AddDate(0, 0, i), entry.Arrived)
	}
}

// A test that runs again, or twice at once, gets a space of its own each time; it is gone
// when the test has ended.
func TestSpaceForNamesAndRemovesSpaces(t *testing.T) {
	t.Parallel()
	m := start(t)
	tb, again, nameless := &namedTB{name: "TestX/a b"}, &namedTB{name: "TestX/a b"}, &fakeTB{}
	first, second, third := m.SpaceFor(tb), m.SpaceFor(again), m.SpaceFor(nameless)
	assert.Equal(t, []string{"TestX/a b", "TestX/a b#2", "test"}, []string{first.ID(), second.ID(), third.ID()})
	assert.NotSame(t, first, second)
	assert.Same(t, first, m.Space("TestX/a b"))
	_, call := m.in(first.ID())
	call("PUT", "/profile/name-change", rename).ok()
	tb.end()
	fresh := m.SpaceFor(tb)
	assert.Equal(t, "TestX/a b", fresh.ID())
	assert.Empty(t, fresh.Journal())
	call("GET", "/profile/me", "").is(200, `{"user_id":"usr_anna","first_name":"Anna","last_name":"Petrova","email":"anna@example.com",
		"phone":"+79210001122","avatar_url":"https://img.example.com/anna.png"}`)
	for _, tb := range []*fakeTB{&tb.fakeTB, &again.fakeTB, nameless} {
		tb.end()
	}
}

// A name that is longer than an id may be is cut; two that begin alike stay apart, and keep
// their ids from run to run.
func TestSpaceForATestWithALongName(t *testing.T) {
	t.Parallel()
	m := start(t)
	for last, id := range map[string]string{"а": "~2a853cf7", "б": "~5d820c61"} {
		tb := &namedTB{name: strings.Repeat("длинное имя ", 30) + last}
		space := m.SpaceFor(tb)
		assert.True(t, strings.HasSuffix(space.ID(), id), space.ID())
		resp, err := space.Client().Get(space.URL() + "/profile/me")
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Equal(t, http.StatusOK, resp.StatusCode)
		tb.end()
	}
}

// However many calls come at once, there are no more spaces than the bound, and all calls in
// one space find the same.
func TestSpacesAreBoundedUnderConcurrency(t *testing.T) {
	t.Parallel()
	m := start(t, mockserver.WithSpaces(10, 0))
	statuses := make([]int, 64)
	var clients sync.WaitGroup
	for i := range statuses {
		clients.Go(func() {
			resp, err := m.Client().Get(fmt.Sprintf("%s/_space/%d/profile/me", m.URL(), i%32))
			if assert.NoError(t, err) {
				statuses[i] = resp.StatusCode
				assert.NoError(t, resp.Body.Close())
			}
		})
	}
	clients.Wait()
	full := slices.DeleteFunc(slices.Clone(statuses), func(status int) bool { return status != 507 })
	good := slices.DeleteFunc(slices.Clone(statuses), func(status int) bool { return status != 200 })
	assert.Len(t, statuses, len(full)+len(good))
	assert.GreaterOrEqual(t, len(good), 9, "the default space is one of ten")
	assert.LessOrEqual(t, len(good), 18)
}

// A call under way keeps its space, however long ago it came.
func TestSpaceInUseDoesNotExpire(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := inProcess(t, mockserver.WithSpaces(2, time.Minute), mockserver.WithState(withFault(mockserver.Fault{
			Operation: "getMyProfile", Delay: mockserver.Delay{Time: time.Hour}})))
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			m.call("GET", "/_space/slow/profile/me", "").ok()
		}()
		<-time.After(59 * time.Minute)
		assert.Equal(t, 507, m.call("GET", "/_space/other/profile/payments", "").status)
		<-ended
		<-time.After(59 * time.Second)
		assert.Equal(t, 507, m.call("GET", "/_space/other/profile/payments", "").status, "it has ended less than a minute ago")
		<-time.After(2 * time.Second)
		m.call("GET", "/_space/other/profile/payments", "").ok()
	})
}

// withFault is the default state with a fault.
func withFault(f mockserver.Fault) mockserver.State {
	state := mockserver.DefaultState()
	state.Faults = []mockserver.Fault{f}
	return state
}

// Calls that are refused a space leave nothing behind.
func TestExpiredSpaceStartsAnew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := inProcess(t, mockserver.WithSpaces(2, time.Minute))
		m.call("PUT", "/_space/a/profile/name-change", rename).ok()
		<-time.After(2 * time.Minute)
		assert.Equal(t, "Zoe", m.call("GET", "/_space/a/profile/me", "").at("first_name"), "nobody needs the room")
		<-time.After(2 * time.Minute)
		m.call("GET", "/_space/b/profile/me", "").ok()
		<-time.After(2 * time.Minute)
		assert.Equal(t, "Anna", m.call("GET", "/_space/a/profile/me", "").at("first_name"))
		assert.Len(t, m.Space("a").Journal(), 1)
	})
}

func TestSpaceOptions(t *testing.T) {
	t.Parallel()
	_, err := mockserver.New(mockserver.WithSpaces(0, -time.Second))
	assert.EqualError(t, err, "mockserver: WithSpaces: 0 spaces, -1s: neither may be negative")
}
