package vendorapi_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/quartet-go/quartet/vendorapi"
)

func TestACounterThatTheServerNeverSetHasNoValue(t *testing.T) {
	t.Parallel()
	for counter, set := range map[vendorapi.Counter]bool{
		-842150451: false, -12851: false, 0: true, 1: true, -1: true, 0xCDCDCDCD: true, 0xCDCD: true, 9223372036854775807: true,
	} {
		value, ok := counter.Value()
		assert.Equal(t, set, ok, "%d", counter)
		if set {
			assert.Equal(t, int64(counter), value)
		} else {
			assert.Zero(t, value)
		}
	}
}

func TestAUnixTimeOfZeroIsNone(t *testing.T) {
	t.Parallel()
	at, ok := vendorapi.UnixTime(1529418565).Time()
	assert.True(t, ok)
	assert.Equal(t, time.Date(2018, 6, 19, 14, 29, 25, 0, time.UTC), at)
	at, ok = vendorapi.UnixTime(0).Time()
	assert.False(t, ok)
	assert.True(t, at.IsZero())
	at, ok = vendorapi.UnixTime(-1).Time()
	assert.True(t, ok)
	assert.Equal(t, time.Date(1969, 12, 31, 23, 59, 59, 0, time.UTC), at)
}
