package quartet

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// retryAfter reads the Retry-After of an answer: seconds, with a fraction too, or an
// HTTP date in any of its three forms, judged against the answer's own Date so that
// the clocks need not agree (RFC 9110, sections 10.2.3 and 5.6.7). A time that
// has passed is 0; a header that is absent or unreadable asks nothing.
func retryAfter(header http.Header, now func() time.Time) (wait time.Duration, asked bool) {
	values := header["Retry-After"]
	if len(values) == 0 {
		return 0, false
	}
	value := strings.TrimSpace(values[0])
	// Out of range, ParseFloat returns an infinity: far too long is not unreadable.
	if seconds, err := strconv.ParseFloat(value, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		return fromSeconds(seconds), !math.IsNaN(seconds)
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	sent, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		sent = now()
	}
	return max(at.Sub(sent), 0), true
}

// fromSeconds rounds up, so that a wait is never shorter than asked, and bounds
// what a Duration cannot hold.
func fromSeconds(seconds float64) time.Duration {
	switch {
	case math.IsNaN(seconds) || seconds <= 0:
		return 0
	case seconds >= math.MaxInt64/float64(time.Second):
		return math.MaxInt64
	}
	return time.Duration(math.Ceil(seconds * float64(time.Second)))
}
