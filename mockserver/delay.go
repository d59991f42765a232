package mockserver

import (
	"context"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"
)

// Delay is how long an answer is held back, from the call's arrival on, drawn for each
// call. The zero Delay is none.
type Delay struct {
	Distribution Distribution  `yaml:"distribution,omitempty"` // "": fixed
	Time         time.Duration `yaml:"time,omitempty"`         // fixed: the delay; uniform: the least; normal: the mean; log-normal: the median
	Deviation    time.Duration `yaml:"deviation,omitempty"`    // normal: the standard deviation
	Sigma        float64       `yaml:"sigma,omitempty"`        // log-normal: the standard deviation of the logarithm
	Max          time.Duration `yaml:"max,omitempty"`          // uniform: the most; else what is drawn is cut there; 0: no bound
	OnClock      bool          `yaml:"on_clock,omitempty"`     // it passes on the space's clock, so that Advance ends it, instead of in real time
}

// Distribution is how delays vary.
type Distribution string

// The distributions.
const (
	Fixed     Distribution = "fixed"
	Uniform   Distribution = "uniform"
	Normal    Distribution = "normal"
	LogNormal Distribution = "log-normal"
)

var distributions = []Distribution{Fixed, Uniform, Normal, LogNormal}

func (d *Delay) check(expect func(ok bool, message, member string)) {
	expect(d.Distribution == "" || slices.Contains(distributions, d.Distribution), "there is no such distribution; there are "+list(distributions), "distribution")
	expect(d.Time >= 0, notNegative, "time")
	expect(d.Time > 0 || d.Distribution == Uniform || *d == Delay{}, "it needs a time", "time")
	expect((d.Deviation > 0) == (d.Distribution == Normal), "the distribution normal has one above 0, and no other has", "deviation")
	expect((d.Sigma > 0) == (d.Distribution == LogNormal), "the distribution log-normal has one above 0, and no other has", "sigma")
	expect(d.Sigma <= 10, "one over 10 draws delays without end", "sigma")
	expect(d.Max >= 0, notNegative, "max")
	expect(d.Max == 0 && d.Distribution != Uniform || d.Max > d.Time, "it must be more than the time; the distribution uniform needs one", "max")
}

// draw returns the delay of one call.
func (d *Delay) draw(r *rand.Rand) time.Duration {
	drawn, mean := float64(d.Time), float64(d.Time)
	switch d.Distribution {
	case Uniform:
		drawn += r.Float64() * float64(d.Max-d.Time)
	case Normal:
		drawn = mean + r.NormFloat64()*float64(d.Deviation)
	case LogNormal:
		drawn = mean * math.Exp(r.NormFloat64()*d.Sigma)
	}
	most := float64(d.Max)
	if d.Max == 0 {
		most = float64(math.MaxInt64 / 2)
	}
	return time.Duration(min(max(drawn, 0), most))
}

// late holds the answer back, and reports false when nobody waits for it any more, or the
// server drains and the clock on which it would end stands still. The delay begins when the
// call arrives, so that whoever has seen that in the journal can move the clock.
func (c *call) late(w http.ResponseWriter) (waited bool) {
	on, from := &clock{real: time.Now}, c.entry.begun
	if c.fault.Delay.OnClock {
		on, from = &c.clock, c.entry.arrived
	}
	open := c.server.open.Load()
	c.hold(open.closed, w, func(ctx context.Context) { waited = on.wait(ctx, from.Add(c.fault.delay), open.Done()) })
	return waited
}
