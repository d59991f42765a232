package quartet

import (
	"net/http"
	"time"
)

// Internals that the tests of package quartet_test reach.
var (
	ExpandPath = expand
	Decode     = decode
	Counting   = counting
)

func Backoff(p RetryPolicy, attempts int) time.Duration { return p.backoff(attempts) }

func RetryAfter(header http.Header, now time.Time) time.Duration {
	wait, _ := retryAfter(header, now)
	return wait
}
