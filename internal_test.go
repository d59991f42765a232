package quartet

import "time"

// Internals that the tests of package quartet_test reach.
var (
	RetryAfter = retryAfter
	ExpandPath = expand
)

func Backoff(p RetryPolicy, attempts int) time.Duration { return p.backoff(attempts) }
