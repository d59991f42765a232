package mockserver

import (
	"fmt"
	"math"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// drawn returns which of n calls, by their numbers, the space's last fault takes, when they come from
// so many goroutines.
func drawn(t *testing.T, s *Space, n, goroutines int) []bool {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/profile/me", http.NoBody)
	require.NoError(t, err)
	last := s.Faults()[len(s.Faults())-1].Name
	taken := make([]bool, n)
	var callers sync.WaitGroup
	for range goroutines {
		callers.Go(func() {
			for range n / goroutines {
				if met := s.meet(nil, req); met != nil && met.Name == last {
					taken[met.Seen-1] = true // each number is one call's
				}
			}
		})
	}
	callers.Wait()
	return taken
}

func count(taken []bool) (n int) {
	for _, t := range taken {
		if t {
			n++
		}
	}
	return n
}

// chance is a server whose spaces all have a fault of this probability.
func chance(t *testing.T, seed uint64, p float64) *Server {
	t.Helper()
	state := DefaultState()
	state.Random = seed
	state.Faults = []Fault{{Probability: p, Status: http.StatusTeapot}}
	s, err := New(WithState(state))
	require.NoError(t, err)
	return s
}

// In 10,000 calls a stated probability is met within four standard deviations, and so is what follows
// from draws that do not depend on each other: how often the draw changes from one call to the next,
// and how often two calls are taken that lie 2, 7 or 100 apart.
func TestProbabilityIsMet(t *testing.T) {
	t.Parallel()
	const n = 10_000
	for _, p := range []float64{0.01, 0.3, 0.7, 0.75, 0.99} {
		for _, seed := range []uint64{0, 1, 2, 1 << 63} {
			t.Run(fmt.Sprint(p, " seed ", seed), func(t *testing.T) {
				t.Parallel()
				m := chance(t, seed, p)
				for _, id := range []string{"", "a", "b"} {
					taken := drawn(t, m.Space(id), n, 1)
					within := func(q float64, of, got int, what string) {
						t.Helper()
						assert.InDelta(t, q*float64(of), got, 4*math.Sqrt(float64(of)*q*(1-q)), "%s in space %q", what, id)
					}
					within(p, n, count(taken), "calls")
					for _, apart := range []int{1, 2, 7, 100} {
						var both, differ int
						for i := apart; i < n; i++ {
							if taken[i] && taken[i-apart] {
								both++
							}
							if taken[i] != taken[i-apart] {
								differ++
							}
						}
						// Pairs overlap, so that these counts vary a little more than if they did not.
						q := p * p
						spread := math.Sqrt(float64(n) * (q*(1-q) + 2*(p*p*p-q*q)))
						assert.InDelta(t, q*float64(n-apart), both, 4*spread, "both of %d apart in space %q", apart, id)
						q = 2 * p * (1 - p)
						spread = math.Sqrt(float64(n) * (q*(1-q) + 2*(p*(1-p)-q*q)))
						assert.InDelta(t, q*float64(n-apart), differ, 4*spread, "one of %d apart in space %q", apart, id)
					}
				}
			})
		}
	}
}

// Which calls are taken depends on seed, space and number alone: not on how many come at a time, nor
// on another fault that takes some of them.
func TestDrawsDependOnNothingElse(t *testing.T) {
	t.Parallel()
	const n = 10_000
	one := drawn(t, chance(t, 1, 0.3).Space("a"), n, 1)
	assert.Equal(t, one, drawn(t, chance(t, 1, 0.3).Space("a"), n, 1), "another server")
	other := map[string][]bool{
		"seed":         drawn(t, chance(t, 2, 0.3).Space("a"), n, 1),
		"space":        drawn(t, chance(t, 1, 0.3).Space("b"), n, 1),
		"neither name": drawn(t, chance(t, 1, 0.3).Space(""), n, 1),
	}
	renamed := chance(t, 1, 0.3).Space("a")
	faults := renamed.Faults()
	faults[0].Name = "renamed"
	renamed.ClearFaults()
	require.NoError(t, renamed.AddFault(faults...))
	other["rule"] = drawn(t, renamed, n, 1)
	for what, taken := range other {
		same := 0
		for i := range taken {
			if taken[i] == one[i] {
				same++
			}
		}
		q := 0.3*0.3 + 0.7*0.7
		assert.InDelta(t, q*n, same, 4*math.Sqrt(n*q*(1-q)), "another %s: as like as chance makes it", what)
	}

	space := chance(t, 1, 0.3).Space("a")
	behind := append([]Fault{{Name: "before", Every: 10, Status: 500}}, space.Faults()...)
	space.ClearFaults()
	require.NoError(t, space.AddFault(behind...))
	for i, took := range drawn(t, space, n, 1) {
		require.Equal(t, one[i] && (i+1)%10 != 0, took, "call %d: another fault takes every tenth", i+1)
	}
}

// From 64 goroutines the very same numbers are taken as one after another, also by a fault that counts
// what it has taken.
func TestDrawsAreTheSameUnderConcurrency(t *testing.T) {
	t.Parallel()
	const n = 64 * 200
	for _, p := range []float64{0.01, 0.3, 0.75} {
		for _, most := range []uint64{0, 50} {
			space := func() *Space {
				space := chance(t, 7, p).Space("a")
				f := space.Faults()[0]
				f.AtMost = most
				space.ClearFaults()
				require.NoError(t, space.AddFault(f))
				return space
			}
			one := drawn(t, space(), n, 1)
			assert.Equal(t, one, drawn(t, space(), n, 64))
			assert.Positive(t, count(one))
			if most > 0 {
				assert.EqualValues(t, most, count(one))
			}
		}
	}
}
