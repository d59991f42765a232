package mockserver_test

import (
	"bytes"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

// busy gives a space something of all that a snapshot holds.
func busy(t *testing.T, m mock) {
	t.Helper()
	require.NoError(t, m.AddFault(
		mockserver.Fault{Name: "third", Operation: "getMyProfile", Nth: 3, Status: 503},
		mockserver.Fault{Name: "half", Operation: "listPayments", Probability: 0.5, Status: 500, Header: map[string]string{"Accept": ""}}))
	require.NoError(t, m.SetLimits(mockserver.Limit{Operation: "listSubscriptions", Requests: 2, Per: time.Minute}))
	m.call("GET", "/profile/me", "").ok()
	m.call("GET", "/profile/subscriptions", "").ok()
	m.call("PUT", "/profile/name-change", rename).ok()
}

// A restored world goes on from where it was: state, counts of faults, limits, clock. The
// journal is not part of it.
func TestRestore(t *testing.T) {
	t.Parallel()
	m := inProcess(t, at(noon))
	busy(t, m)
	snapshot, want := m.Snapshot(), m.State()
	goOn := func() []int {
		return []int{
			m.call("GET", "/profile/me", "").status, m.call("GET", "/profile/me", "").status, // the second and the third
			m.call("GET", "/profile/subscriptions", "").status, m.call("GET", "/profile/subscriptions", "").status, // 429
		}
	}
	require.Equal(t, []int{200, 503, 200, 429}, goOn())
	m.Advance(time.Hour)
	require.NoError(t, m.Update(func(s *mockserver.State) { spoilAll(s); s.Variation.Seed = 7 }))
	m.ClearFaults()
	require.NoError(t, m.SetLimits())
	calls := len(m.Journal())

	m.Restore(snapshot)
	assert.Equal(t, want, m.State())
	assert.Equal(t, noon, m.Now())
	assert.Equal(t, []int{200, 503, 200, 429}, goOn())
	assert.Len(t, m.Journal(), calls+4)
	assert.EqualValues(t, calls+4, m.Journal()[calls+3].Number)

	m.Restore(snapshot)
	assert.Equal(t, want, m.State(), "once more")

	other := m.Space("other")
	other.Restore(snapshot)
	assert.Equal(t, want, other.State(), "another space")
	m.call("PUT", "/profile/name-change", `{"first_name":"X","last_name":"Y"}`).ok()
	assert.Equal(t, want, other.State(), "which is its own")
}

// Whatever happens to the space, to others that were restored from it, or to what it has
// given out, a snapshot stays.
func TestSnapshotNeverChanges(t *testing.T) {
	t.Parallel()
	m := start(t, at(noon))
	busy(t, m)
	snapshot := m.Snapshot()
	want := snapshot.State()
	given := snapshot.State()
	spoil(&given)
	given.Faults[1].Header["Accept"] = "spoilt"
	assert.Equal(t, want, snapshot.State(), "what it has given out is a copy")

	m.Space("first").Restore(snapshot)
	_, call := m.in("first")
	call("PUT", "/profile/name-change", `{"first_name":"First","last_name":null}`).ok()
	assert.Equal(t, want, snapshot.State(), "the first write after it")

	var clients sync.WaitGroup
	for i := range 8 {
		clients.Go(func() {
			space := m.Space(fmt.Sprint(i % 4))
			for n := range 8 {
				if n%4 == 0 {
					space.Restore(snapshot)
				}
				if n%4 > 1 {
					assert.NoError(t, space.Update(spoilAll))
				}
				_, err := space.IssueCode("usr_anna")
				assert.NoError(t, err)
				for _, request := range requests {
					req := newRequest(t, request.method, space.URL()+request.path, request.body)
					req.Header.Set("Authorization", "Bearer "+mockserver.DefaultToken)
					resp, err := m.Client().Do(req)
					if assert.NoError(t, err) {
						assert.NoError(t, resp.Body.Close())
					}
				}
				_ = space.Snapshot()
				space.Advance(time.Second)
			}
		})
	}
	clients.Wait()
	assert.Equal(t, want, snapshot.State())
	assert.Equal(t, want, m.State(), "the space that it was taken of has not been called")
}

// spoilAll can be done again and again.
func spoilAll(s *mockserver.State) {
	s.Faults, s.Limits = nil, nil
	s.Profile.Users["usr_anna"].Codes = nil
	s.Profile.Users["usr_anna"].PaymentDetails["brand"] = "spoilt"
	s.Billing.Users["test@mail.com"].Permissions[0] = "spoilt"
	s.Subscription.Users[3].Subscription = nil
	s.Vendor.CompanyName = "spoilt"
}

func TestFork(t *testing.T) {
	t.Parallel()
	m := inProcess(t, at(noon))
	busy(t, m)
	want := m.State()
	fork, err := m.Fork("fork")
	require.NoError(t, err)
	assert.Same(t, fork, m.Space("fork"))
	assert.Equal(t, want, fork.State())
	assert.Empty(t, fork.Journal())
	for _, taken := range []string{"fork", ""} {
		_, err = m.Fork(taken)
		assert.EqualError(t, err, fmt.Sprintf("mockserver: Fork: there is a space %q already", taken))
	}

	_, inFork := m.in("fork")
	inFork("PUT", "/profile/name-change", `{"first_name":"Fork","last_name":null}`).ok()
	inFork("GET", "/profile/me", "").ok()
	assert.Equal(t, 503, inFork("GET", "/profile/me", "").status, "the count of the fault goes on from where it was")
	fork.Advance(time.Hour)
	assert.Equal(t, want, m.State(), "the origin does not see it")
	m.call("PUT", "/profile/name-change", `{"first_name":"Origin","last_name":null}`).ok()
	m.ClearFaults()
	assert.Equal(t, "Fork", *fork.State().Profile.Users["usr_anna"].FirstName, "nor the other way round")
	assert.Len(t, fork.Faults(), 2)

	fork.Reset()
	assert.Equal(t, want, fork.State(), "it came into being as its origin was then")
	assert.Empty(t, fork.Journal())
	second, err := fork.Fork("second")
	require.NoError(t, err)
	assert.Equal(t, want, second.State())
}

func TestReset(t *testing.T) {
	t.Parallel()
	m := inProcess(t, at(noon))
	space, call := m.in("a")
	busy(t, m)
	call("PUT", "/profile/name-change", rename).ok()
	space.Advance(time.Hour)
	space.Reset()
	assert.Equal(t, unchanged(noon), space.State())
	assert.Empty(t, space.Journal())
	call("GET", "/profile/me", "").ok()
	assert.EqualValues(t, 1, space.Journal()[0].Number, "it counts from 1 again")
	assert.NotEmpty(t, m.Faults(), "the other space is as it was")
	m.Reset()
	assert.Equal(t, unchanged(noon), m.State())
}

// A world that is written to a file and read into another server is the same, and what is
// drawn in it is the same.
func TestSnapshotAsAFile(t *testing.T) {
	t.Parallel()
	first := inProcess(t, at(noon))
	require.NoError(t, first.Update(func(s *mockserver.State) {
		s.Random, s.Variation = 7, mockserver.Variation{Seed: 9, Values: true}
	}))
	busy(t, first)
	for range 5 {
		first.call("GET", "/profile/payments", "")
	}
	snapshot := first.Snapshot()
	var file bytes.Buffer
	require.NoError(t, snapshot.State().Write(&file))

	state, err := mockserver.ReadState("caught.yaml", &file)
	require.NoError(t, err)
	second := inProcess(t, mockserver.WithState(state))
	assert.Equal(t, snapshot.State(), second.State())

	draws := func(m mock) (drawn []any) {
		for range 30 {
			drawn = append(drawn, m.call("GET", "/profile/payments", "").status)
			code, err := m.IssueCode("usr_boris")
			require.NoError(t, err)
			drawn = append(drawn, code)
		}
		return append(drawn, m.call("GET", "/profile/me", "").status, m.call("GET", "/profile/me", "").status, m.State())
	}
	assert.Equal(t, draws(first), draws(second))
}

// crowded is the default state with so many users of each API.
func crowded(users int) mockserver.State {
	state := mockserver.DefaultState()
	for i := range users - 3 {
		id := int64(i + 1000)
		anna, login, user := *state.Profile.Users["usr_anna"], *state.Billing.Users["test@mail.com"], *state.Subscription.Users[3]
		login.ID, user.TelegramID = id, nil
		state.Profile.Users[fmt.Sprint("usr_", i)] = &anna
		state.Billing.Users[fmt.Sprint(i, "@mail.com")] = &login
		state.Subscription.Users[id] = &user
	}
	return state
}

// What a snapshot, a restored world, a fork and a new space cost does not depend on the
// number of users; the first write after that copies them all.
func BenchmarkSnapshot(b *testing.B) {
	for _, users := range []int{3, 100_000} {
		s, err := mockserver.New(mockserver.WithState(crowded(users)))
		require.NoError(b, err)
		snapshot := s.Snapshot()
		last := 0
		unique := func() string { last++; return fmt.Sprint(last) }
		run := func(name string, what func()) {
			b.Run(fmt.Sprint(name, "/", users), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					what()
				}
			})
		}
		run("Snapshot", func() { _ = s.Snapshot() })
		run("Restore", func() { s.Restore(snapshot) })
		run("Fork", func() {
			_, err := s.Fork(unique())
			require.NoError(b, err)
		})
		run("Space", func() { s.Space(unique()) })
		run("FirstWrite", func() {
			s.Restore(snapshot)
			_, err := s.IssueCode("usr_boris")
			require.NoError(b, err)
		})
		run("NextWrite", func() {
			_, err := s.IssueCode("usr_boris")
			require.NoError(b, err)
		})
	}
}
