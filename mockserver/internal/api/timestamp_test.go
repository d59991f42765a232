package api_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/quartet-go/quartet/mockserver/internal/api"
)

func TestTimestampHasSixDigitsOrNone(t *testing.T) {
	t.Parallel()
	second := time.Date(2026, 3, 1, 15, 4, 5, 0, time.FixedZone("", 3*3600))
	for fraction, want := range map[time.Duration]string{
		0:                      "2026-03-01T12:04:05",
		999:                    "2026-03-01T12:04:05", // below a microsecond
		time.Microsecond:       "2026-03-01T12:04:05.000001",
		500 * time.Millisecond: "2026-03-01T12:04:05.500000",
		123456789:              "2026-03-01T12:04:05.123456",
		-time.Nanosecond:       "2026-03-01T12:04:04.999999",
	} {
		stamp := api.Timestamp(second.Add(fraction))
		assert.Equal(t, `"`+want+`"`, string(stamp.AppendJSON(nil)))
	}
	assert.Equal(t, `x"0001-01-01T00:00:00"`, string(new(api.Timestamp).AppendJSON([]byte("x"))))
}
