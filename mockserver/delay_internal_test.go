package mockserver

import (
	"math"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Each distribution over 10,000 calls: as many lie below each quantile as there should, within four
// standard deviations; nothing lies below 0 or over the maximum.
func TestDelaysAreDistributedAsTheySay(t *testing.T) {
	t.Parallel()
	const n, ms = 10_000, time.Millisecond
	normal := func(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }
	for name, tc := range map[string]struct {
		Delay
		below   func(time.Duration) float64 // the probability
		at      []time.Duration
		highest time.Duration
	}{
		"fixed": {Delay{Time: 7 * ms}, func(d time.Duration) float64 { return map[bool]float64{true: 1}[d > 7*ms] },
			[]time.Duration{7 * ms, 7*ms + 1}, 7 * ms},
		"uniform": {Delay{Distribution: Uniform, Time: 10 * ms, Max: 30 * ms},
			func(d time.Duration) float64 { return float64(d-10*ms) / float64(20*ms) },
			[]time.Duration{10 * ms, 12 * ms, 15 * ms, 20 * ms, 29 * ms, 30 * ms}, 30 * ms},
		"normal": {Delay{Distribution: Normal, Time: 100 * ms, Deviation: 10 * ms},
			func(d time.Duration) float64 { return normal(float64(d-100*ms) / float64(10*ms)) },
			[]time.Duration{80 * ms, 90 * ms, 95 * ms, 100 * ms, 105 * ms, 110 * ms, 120 * ms}, math.MaxInt64},
		"normal, cut at both ends": {Delay{Distribution: Normal, Time: 10 * ms, Deviation: 10 * ms, Max: 20 * ms},
			func(d time.Duration) float64 {
				return map[bool]float64{true: normal(float64(d-10*ms) / float64(10*ms))}[d > 0]
			},
			[]time.Duration{0, 1, 5 * ms, 10 * ms, 15 * ms, 20 * ms}, 20 * ms},
		"log-normal": {Delay{Distribution: LogNormal, Time: 20 * ms, Sigma: 0.5},
			func(d time.Duration) float64 { return normal(math.Log(float64(d)/float64(20*ms)) / 0.5) },
			[]time.Duration{5 * ms, 10 * ms, 20 * ms, 40 * ms, 60 * ms}, math.MaxInt64},
		"log-normal, cut": {Delay{Distribution: LogNormal, Time: 20 * ms, Sigma: 1, Max: 50 * ms},
			func(d time.Duration) float64 { return normal(math.Log(float64(d) / float64(20*ms))) },
			[]time.Duration{5 * ms, 10 * ms, 20 * ms, 40 * ms, 50 * ms}, 50 * ms},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := New()
			require.NoError(t, err)
			require.NoError(t, s.AddFault(Fault{Delay: tc.Delay}))
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
			require.NoError(t, err)
			drawn := make([]time.Duration, n)
			for i := range drawn {
				drawn[i] = s.meet(nil, req).delay
			}
			assert.GreaterOrEqual(t, slices.Min(drawn), time.Duration(0))
			assert.LessOrEqual(t, slices.Max(drawn), tc.highest)
			for _, at := range tc.at {
				below, p := 0, tc.below(at)
				for _, d := range drawn {
					if d < at {
						below++
					}
				}
				assert.InDelta(t, p*n, below, 4*math.Sqrt(n*p*(1-p)), "below %s", at)
			}
		})
	}
}
