package mockserver_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

// took returns how long a call takes in the bubble's time.
func took(t *testing.T, m mock) time.Duration {
	t.Helper()
	begun := time.Now()
	got := try(m.Client(), newRequest(t, "GET", m.URL()+"/profile/me", ""))
	require.NoError(t, got.err)
	require.Equal(t, 200, got.status)
	return time.Since(begun)
}

// In real time a delay is exact, and the other members of the fault hold behind it.
func TestDelayPassesInRealTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := inProcess(t, at(noon)).with(mockserver.Fault{Delay: mockserver.Delay{Time: 250 * time.Millisecond}, To: 2})
		assert.Equal(t, 250*time.Millisecond, took(t, m), "whatever the space's clock does")
		m.SetClock(mockserver.Clock{At: noon})
		assert.Equal(t, 250*time.Millisecond, took(t, m))
		assert.Zero(t, took(t, m))

		m.ClearFaults()
		m.with(mockserver.Fault{Delay: mockserver.Delay{Distribution: mockserver.Uniform, Time: time.Second, Max: time.Minute}})
		seen := map[time.Duration]bool{}
		for range 20 {
			delay := took(t, m)
			assert.True(t, delay >= time.Second && delay < time.Minute, delay)
			seen[delay] = true
		}
		assert.Len(t, seen, 20, "each call draws its own")
		m.ClearFaults()

		begun := time.Now()
		m.with(mockserver.Fault{Delay: mockserver.Delay{Time: time.Hour}, Status: teapot})
		assert.Equal(t, "x", m.marks(several(1)...))
		assert.Equal(t, time.Hour, time.Since(begun))
		m.ClearFaults()
		m.with(mockserver.Fault{Delay: mockserver.Delay{Time: time.Hour}, Kind: mockserver.AppliedButLost})
		assert.Error(t, try(m.Client(), newRequest(t, "GET", m.URL()+"/profile/me", "")).err)
		assert.Equal(t, 2*time.Hour, time.Since(begun))
	})
}

// A call has acted before its delay ends, which Advance does, at once and on every kind of clock.
func TestDelayOnTheClock(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]mockserver.Clock{"real": {}, "running": {At: noon}, "frozen": {At: noon, Frozen: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := inProcess(t, mockserver.WithClock(c)).with(mockserver.Fault{Delay: mockserver.Delay{Time: time.Minute, OnClock: true}})
				begun, ended := time.Now(), begin(m.Client(), newRequest(t, "PUT", m.URL()+"/profile/name-change", rename))
				synctest.Wait()
				assert.Equal(t, "Zoe", m.firstName(), "it has acted")
				assert.Empty(t, ended)
				assert.False(t, m.Journal()[0].Done)

				m.Advance(time.Minute - 1)
				synctest.Wait()
				assert.Empty(t, ended)
				m.Advance(-time.Second)
				m.Advance(time.Second)
				synctest.Wait()
				assert.Empty(t, ended)
				m.Advance(1)
				synctest.Wait()
				require.Len(t, ended, 1)
				assert.Equal(t, 200, (<-ended).status)
				assert.Equal(t, begun, time.Now(), "no time has passed")
			})
		})
	}
}

// Where nobody moves the clock, one that runs gets there by itself; moved ahead it gets there sooner.
func TestDelayOnARunningClockPassesByItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := inProcess(t, mockserver.WithClock(mockserver.Clock{At: noon})).with(mockserver.Fault{Delay: mockserver.Delay{Time: time.Minute, OnClock: true}})
		assert.Equal(t, time.Minute, took(t, m))
		time.AfterFunc(10*time.Second, func() { m.Advance(40 * time.Second) })
		assert.Equal(t, 20*time.Second, took(t, m))
		time.AfterFunc(10*time.Second, func() { m.Freeze(time.Time{}) })
		time.AfterFunc(time.Hour, func() { m.SetClock(mockserver.Clock{At: m.Now().Add(49 * time.Second)}) })
		assert.Equal(t, time.Hour+time.Second, took(t, m))
	})
}

// Who has seen in the journal that a call has arrived can move the clock: the delay has begun.
func TestDelayBeginsWithTheArrival(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := inProcess(t, at(noon)).with(mockserver.Fault{Delay: mockserver.Delay{Time: time.Minute, OnClock: true}})
		for range 500 {
			m.Reset()
			m.with(mockserver.Fault{Delay: mockserver.Delay{Time: time.Minute, OnClock: true}})
			ended := begin(m.Client(), newRequest(t, "GET", m.URL()+"/profile/me", ""))
			m.arrived("getMyProfile")
			m.Advance(time.Minute)
			require.Equal(t, 200, (<-ended).status) // or the bubble is deadlocked
		}
	})
}

// A client that gives up ends the delay and gets its own error, in process and over a socket.
func TestDelayEndsWhenTheClientGivesUp(t *testing.T) {
	t.Parallel()
	for _, onClock := range []bool{false, true} {
		for _, listening := range []bool{false, true} {
			t.Run(fmt.Sprintf("on clock %t, listening %t", onClock, listening), func(t *testing.T) {
				t.Parallel()
				m := inProcess(t, at(noon)).with(mockserver.Fault{Delay: mockserver.Delay{Time: time.Hour, OnClock: onClock}})
				handler, client, url := watching(m), m.Client(), m.URL()
				if listening {
					server := listen(t, m, handler, startListening)
					client, url = server.Client(), server.URL
				}
				ctx, giveUp := context.WithCancelCause(t.Context())
				ended := begin(client, newRequest(t, "PUT", url+"/profile/name-change", rename).WithContext(ctx))
				m.arrived("changeName")
				enough := errors.New("had enough")
				giveUp(enough)
				require.ErrorIs(t, (<-ended).err, enough)
				if listening {
					<-handler.returned
				}
				assert.Equal(t, "Zoe", m.firstName(), "it has acted")
				m.journals(false)
			})
		}
	}
}

// The timeout of a client is what it is over a socket.
func TestDelayMeetsTheTimeoutOfAClient(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := inProcess(t).with(mockserver.Fault{Delay: mockserver.Delay{Time: time.Hour}})
		begun := time.Now()
		got := try(&http.Client{Transport: m.Transport(), Timeout: time.Second}, newRequest(t, "GET", m.URL()+"/profile/me", ""))
		require.ErrorIs(t, got.err, context.DeadlineExceeded)
		assert.Equal(t, time.Second, time.Since(begun))
	})
}
