package model

import (
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
var met = tally{counts: map[string]int{}}

type tally struct {
	mu     sync.Mutex
	steps  int
	counts map[string]int
}

// count adds to a count.
func (t *tally) count(name string, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts[name] += n
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

// complete demands of a run that is long enough that it has met everything.
func (t *tally) complete(tb testing.TB) {
	tb.Helper()
	t.mu.Lock()
	defer t.mu.Unlock()
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
	fmt.Fprintf(&b, "steps: %d\n", t.steps)
	for _, name := range slices.Sorted(maps.Keys(t.counts)) {
		fmt.Fprintf(&b, "  %-60s %6d\n", name, t.counts[name])
	}
	return b.String()
}
