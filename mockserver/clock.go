package mockserver

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Clock says what time it is in a space. It rules timestamps, expiry, the windows of
// faults and rate limits. The zero Clock is the real time.
type Clock struct {
	At     time.Time `yaml:"at,omitempty"`     // the time it shows when it is set; zero: the real time
	Frozen bool      `yaml:"frozen,omitempty"` // it stands still until it is moved; else it runs on from At
}

// lastYear is the last in which a clock may be set: it may run, and no answer can show a year
// of five digits.
const (
	lastYear = 9998
	tooLate  = "the clock would come to a year after 9999, which no answer can show"
)

// check reports what is wrong with a clock by member.
func (c Clock) check(flaws *checker, path ...any) {
	flaws.expect(c.At.UTC().Year() <= lastYear, tooLate, append(path, "at")...)
}

// Now returns the time on the space's clock.
func (s *Space) Now() time.Time { return s.clock.now() }

// SetClock lets the space's clock run from a time, stand still, or show the real time
// again, see [Clock].
func (s *Space) SetClock(c Clock) { s.clock.set(c) }

// Freeze lets the space's clock stand still at this time; the zero time is the one that
// it shows now.
func (s *Space) Freeze(at time.Time) { s.clock.set(Clock{At: at, Frozen: true}) }

// Advance moves the space's clock by d, back where d is negative. A clock that is frozen
// remains so, one that runs goes on from there.
func (s *Space) Advance(d time.Duration) { s.clock.advance(d) }

// clock is the clock of a space. Whoever waits on it learns of every move.
type clock struct {
	real func() time.Time
	own  atomic.Bool // time, so that a clock that shows the real one takes no lock

	mu    sync.Mutex
	shown Clock
	since time.Time     // when shown was set, by the real time
	moved chan struct{} // closed by the next move; nil while nobody waits
}

func (c *clock) now() time.Time { return c.at(c.real()) }

// at returns what the clock shows at a real time.
func (c *clock) at(real time.Time) time.Time {
	if !c.own.Load() {
		return real
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.read(real)
}

func (c *clock) read(real time.Time) time.Time {
	switch {
	case c.shown.Frozen:
		return c.shown.At
	case c.shown.At.IsZero():
		return real
	default:
		return c.shown.At.Add(real.Sub(c.since))
	}
}

func (c *clock) set(shown Clock) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.move(shown)
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.move(Clock{At: c.read(c.real()).Add(d), Frozen: c.shown.Frozen})
}

func (c *clock) move(shown Clock) {
	if shown.Frozen && shown.At.IsZero() {
		shown.At = c.read(c.real())
	}
	shown.At = shown.At.Round(0) // wall time only: the clock may be moved against the real one
	c.shown, c.since = shown, c.real()
	c.own.Store(shown != Clock{})
	if c.moved != nil {
		close(c.moved)
		c.moved = nil
	}
}

// setting is what set would need to go on from here.
func (c *clock) setting() Clock {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.own.Load() {
		return Clock{}
	}
	return Clock{At: c.read(c.real()), Frozen: c.shown.Frozen}
}

// wait returns true when the clock shows the end, false when ctx has ended before, or when
// the clock stands still and from now on nobody moves it.
func (c *clock) wait(ctx context.Context, end time.Time, unmoved <-chan struct{}) bool {
	for {
		left, frozen, moved := c.until(end)
		if left <= 0 {
			return true
		}
		var passed <-chan time.Time
		var never <-chan struct{}
		if frozen {
			never = unmoved
		} else {
			passed = time.After(left)
		}
		select {
		case <-passed:
		case <-moved:
		case <-never:
			return false
		case <-ctx.Done():
			return false
		}
	}
}

// until says how much is left until end, and when to ask again.
func (c *clock) until(end time.Time) (left time.Duration, frozen bool, moved <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.moved == nil {
		c.moved = make(chan struct{})
	}
	return end.Sub(c.read(c.real())), c.shown.Frozen, c.moved
}
