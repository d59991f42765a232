package model

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/quartet-go/quartet"
)

// met counts what the sequences have met.
var met = tally{counts: map[string]int{}, distinct: map[[sha256.Size]byte]bool{}}

type tally struct {
	mu     sync.Mutex
	steps  int
	counts map[string]int

	rounds   int // that are over, of which each may have the same seed
	runs     int // of four calls one after the other, with what they sent
	distinct map[[sha256.Size]byte]bool
}

// count adds to a count.
func (t *tally) count(name string, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts[name] += n
}

// run counts the last calls of a sequence, where there are so many.
func (t *tally) run(calls []string) {
	const length = 4
	if len(calls) < length {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.runs++
	t.distinct[sha256.Sum256(fmt.Append(nil, t.rounds, calls[len(calls)-length:]))] = true
}

// step counts one call.
func (t *tally) step(c call, p plan, arrivals []int, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.steps++
	end := "succeeded"
	var e *quartet.Error
	switch {
	case errors.Is(err, quartet.ErrOutcomeUnknown):
		end = "outcome unknown"
	case errors.As(err, &e) && e.StatusCode != 0:
		end = fmt.Sprint("answered ", e.StatusCode)
	case err != nil:
		end = "lost"
	}
	t.counts["operation "+c.operation]++
	t.counts["end "+end]++
	if err == nil {
		t.counts["success of "+c.operation]++
	}
	if errors.Is(err, quartet.ErrOutcomeUnknown) {
		t.counts["unknown outcome of "+c.operation]++
	}
	seen := 0
	for _, n := range arrivals {
		for range n {
			t.counts["trouble "+p.at(seen).String()]++
			seen++
		}
	}
}

// complete demands that the workers did not draw the same, and of a run that is long enough
// that it has met everything.
func (t *tally) complete(tb testing.TB) {
	tb.Helper()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rounds++
	assert.Greater(tb, 10*len(t.distinct), 9*t.runs, "of %d runs of four calls %d are distinct", t.runs, len(t.distinct))
	if t.steps < 5000 {
		return
	}
	for name, op := range operations() {
		assert.NotZero(tb, t.counts["success of "+name], "%s never succeeded", name)
		if op.class == "guarded" {
			assert.NotZero(tb, t.counts["unknown outcome of "+name], "%s never had an unknown outcome", name)
		}
	}
	for _, d := range troubles {
		assert.NotZero(tb, t.counts["trouble "+d.String()], "no attempt met %s", d)
	}
}

// String lists the counts.
func (t *tally) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var b strings.Builder
	fmt.Fprintf(&b, "steps: %d besides those with refused connections; of %d runs of four calls %d are distinct\n", t.steps, t.runs, len(t.distinct))
	for _, name := range slices.Sorted(maps.Keys(t.counts)) {
		fmt.Fprintf(&b, "  %-60s %6d\n", name, t.counts[name])
	}
	return b.String()
}
