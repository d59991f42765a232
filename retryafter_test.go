package quartet_test

import (
	"math"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/quartet-go/quartet"
)

func TestRetryAfterIsReadInEveryForm(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)
	const skewed = "Mon, 05 Jan 2015 12:00:00 GMT" // the server's clock
	for _, test := range []struct {
		value, date string
		want        time.Duration
	}{
		{"", "", 0},
		{"0", "", 0},
		{"120", "", 2 * time.Minute},
		{" 120 ", "", 2 * time.Minute},
		{"0.5", "", 500 * time.Millisecond},
		{".5", "", 500 * time.Millisecond},
		{"0.0000000001", "", 1}, // never less than asked
		{"-1", "", 0},
		{"NaN", "", 0},
		{"soon", "", 0},
		{"1, 2", "", 0},
		{"1e400", "", math.MaxInt64},
		{"-1e400", "", 0},
		{"9223372036.9", "", math.MaxInt64},
		{"Mon, 05 Jan 2026 12:00:30 GMT", "", 30 * time.Second},
		{"Monday, 05-Jan-26 12:00:30 GMT", "", 30 * time.Second},
		{"Mon Jan  5 12:00:30 2026", "", 30 * time.Second},
		{"Mon, 05 Jan 2026 11:59:30 GMT", "", 0},
		{"Mon, 05 Jan 2015 12:00:30 GMT", skewed, 30 * time.Second},
		{"Mon, 05 Jan 2015 11:00:00 GMT", skewed, 0},
		{"Mon, 05 Jan 2026 12:00:30 GMT", "tomorrow", 30 * time.Second},
	} {
		header := http.Header{"Retry-After": {test.value}}
		if test.date != "" {
			header.Set("Date", test.date)
		}
		assert.Equal(t, test.want, quartet.RetryAfter(header, now), "%q, sent %q", test.value, test.date)
	}
	assert.Equal(t, time.Second, quartet.RetryAfter(http.Header{"Retry-After": {"1", "2"}}, now), "of two the first one holds, as with Header.Get")
	assert.Zero(t, quartet.RetryAfter(nil, now))
}

func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{"", "0", "1", "0.25", "-3", "1e99", "NaN", "Inf", "Mon, 05 Jan 2026 12:00:30 GMT", "Monday, 05-Jan-26 12:00:30 GMT", "Mon Jan  5 12:00:30 2026"} {
		f.Add(seed, "Mon, 05 Jan 2026 12:00:00 GMT")
	}
	f.Fuzz(func(t *testing.T, value, date string) {
		got := quartet.RetryAfter(http.Header{"Retry-After": {value}, "Date": {date}}, time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC))
		if got < 0 {
			t.Fatalf("%q is read as %s", value, got)
		}
		if seconds, err := strconv.ParseUint(value, 10, 31); err == nil && got != time.Duration(seconds)*time.Second {
			t.Fatalf("%q seconds are read as %s", value, got)
		}
	})
}
