package mockserver_test

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

func TestClockShowsWhatItIsSetTo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := inProcess(t)
		pass := func(d time.Duration) { <-time.After(d) }
		equal := func(want time.Time, why string) {
			t.Helper()
			assert.True(t, want.Equal(m.Now()), "%s: %s, not %s", why, want, m.Now())
		}
		equal(time.Now(), "the real time")
		pass(time.Hour)
		equal(time.Now(), "the real time")

		m.Freeze(time.Time{})
		frozen := time.Now()
		pass(time.Hour)
		equal(frozen, "frozen where it was")
		m.Advance(time.Minute)
		equal(frozen.Add(time.Minute), "advanced")
		m.Advance(-time.Hour)
		pass(time.Hour)
		equal(frozen.Add(-59*time.Minute), "moved back, and still frozen")
		m.Freeze(noon)
		equal(noon, "frozen at")

		m.SetClock(mockserver.Clock{At: noon})
		pass(time.Hour)
		equal(noon.Add(time.Hour), "running from")
		m.Advance(time.Minute)
		pass(time.Minute)
		equal(noon.Add(time.Hour+2*time.Minute), "advanced, and still running")

		m.SetClock(mockserver.Clock{})
		equal(time.Now(), "the real time again")
		m.Advance(time.Hour)
		pass(time.Hour)
		equal(time.Now().Add(time.Hour), "the real time, moved ahead")
	})
}

// The Date header shows the space's clock, unless that is the real time.
func TestDateIsThatOfTheClock(t *testing.T) {
	t.Parallel()
	for _, m := range []mock{start(t), inProcess(t)} {
		date := func() string { return m.get().header.Get("Date") }
		before := time.Now().Truncate(time.Second)
		real, err := time.Parse(time.RFC1123, date())
		require.NoError(t, err)
		assert.False(t, real.Before(before))
		m.Freeze(noon)
		assert.Equal(t, "Sun, 01 Mar 2026 12:00:00 GMT", date())
		m.Advance(25 * time.Hour)
		assert.Equal(t, "Mon, 02 Mar 2026 13:00:00 GMT", date())
		m.with(mockserver.Fault{Kind: mockserver.ResetInBody})
		got := try(m.Client(), newRequest(t, "GET", m.URL()+"/profile/me", ""))
		assert.Equal(t, "Mon, 02 Mar 2026 13:00:00 GMT", got.header.Get("Date"))
	}
}

// Each space has its own; a new one begins as the server did.
func TestClocksAreOfASpace(t *testing.T) {
	t.Parallel()
	m := inProcess(t, at(noon))
	m.Space("a").Advance(time.Hour)
	assert.Equal(t, noon, m.Now())
	assert.Equal(t, noon.Add(time.Hour), m.Space("a").Now())
	assert.Equal(t, noon, m.Space("b").Now())
	m.Space("a").Reset()
	assert.Equal(t, noon, m.Space("a").Now())
}

// Moves from many goroutines add up.
func TestAdvancesAddUp(t *testing.T) {
	t.Parallel()
	m := inProcess(t, at(noon))
	var movers sync.WaitGroup
	for range 64 {
		movers.Go(func() {
			for range 100 {
				m.Advance(time.Second)
				_ = m.Now()
			}
		})
	}
	movers.Wait()
	assert.Equal(t, noon.Add(6400*time.Second), m.Now())
}

// A seed says what its clock shows, in each of the ways.
func TestClockOfASeed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for clock, want := range map[string]struct {
			at     time.Time // zero: the real time
			passes time.Duration
		}{
			"{at: 2026-03-01T12:00:00Z, frozen: true}": {noon.Truncate(time.Second), 0},
			"{at: 2026-03-01T12:00:00Z}":               {noon.Truncate(time.Second), time.Hour},
			"{frozen: true}":                           {time.Time{}, 0},
			"{}":                                       {time.Time{}, time.Hour},
		} {
			state, err := mockserver.ReadState("s.yaml", strings.NewReader(string(seedFile(t))+"clock: "+clock+"\n"))
			require.NoError(t, err)
			m := inProcess(t, mockserver.WithState(state))
			if want.at.IsZero() {
				want.at = time.Now()
			}
			shown := m.Now()
			assert.True(t, want.at.Equal(shown), "%s shows %s", clock, shown)
			<-time.After(time.Hour)
			assert.Equal(t, want.passes, m.Now().Sub(shown), clock)
		}
	})
}
