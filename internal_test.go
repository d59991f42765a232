package quartet

import (
	"net/http"
	"testing"
	"time"

	"github.com/quartet-go/quartet/internal/operation"
)

// Internals that the tests of package quartet_test reach.
var (
	ExpandPath = expand
	Decode     = decode
	Counting   = counting
)

func Backoff(p RetryPolicy, attempts int) time.Duration { return p.backoff(attempts) }

func RetryAfter(header http.Header, now time.Time) time.Duration {
	wait, _ := retryAfter(header, func() time.Time { return now })
	return wait
}

//nolint:paralleltest // AllocsPerRun counts what the whole process allocates
func TestWatchingCostsNothingWhenNobodyDoes(t *testing.T) {
	ctx := t.Context()
	c := call{config: new(config), op: new(operation.Operation)}
	allocations := testing.AllocsPerRun(100, func() {
		c.observeAttemptDone(c.observeAttemptStart(c.observeStart(ctx)))
		c.observeRetry(ctx)
		c.observeDone(ctx, nil)
	})
	if allocations != 0 {
		t.Errorf("%v allocations", allocations)
	}
}
