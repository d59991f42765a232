package quartet_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet"
)

func TestTimestampsAreReadWithAndWithoutZone(t *testing.T) {
	t.Parallel()
	base := time.Date(2026, 1, 5, 12, 34, 56, 0, time.UTC)
	for digits := range 10 {
		fraction, nanos := "", 0
		if digits > 0 {
			fraction = "." + "123456789"[:digits]
			for i := range 9 {
				nanos *= 10
				if i < digits {
					nanos += i + 1
				}
			}
		}
		for zone, offset := range map[string]time.Duration{"": 0, "Z": 0, "+00:00": 0, "+03:00": -3 * time.Hour, "-05:30": 5*time.Hour + 30*time.Minute} {
			text := "2026-01-05T12:34:56" + fraction + zone
			var got quartet.Time
			require.NoError(t, json.Unmarshal([]byte(`"`+text+`"`), &got), text)
			assert.True(t, got.Equal(base.Add(time.Duration(nanos)+offset)), "%s is read as %s", text, got)
			if zone == "" {
				assert.Equal(t, time.UTC, got.Location(), text)
			}
		}
	}
}

func TestTimestampsThatAreNoneAreRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`""`, `"yesterday"`, `"2026-01-05"`, `"2026-13-05T12:34:56"`, `"2026-01-05T25:00:00Z"`, `"2026-01-05T12:34:56+0300x"`, `5`, `{}`, `true`} {
		var got quartet.Time
		require.Error(t, json.Unmarshal([]byte(text), &got), text)
		assert.True(t, got.IsZero())
	}
}

func TestATimestampIsLeftAsItIsByNull(t *testing.T) {
	t.Parallel()
	got := quartet.Time{Time: time.Unix(5, 0)}
	require.NoError(t, json.Unmarshal([]byte("null"), &got))
	assert.Equal(t, int64(5), got.Unix())
}

func TestATimestampIsWrittenAsRFC3339(t *testing.T) {
	t.Parallel()
	data, err := json.Marshal(quartet.Time{Time: time.Date(2026, 1, 5, 12, 34, 56, 789012000, time.UTC)})
	require.NoError(t, err)
	assert.JSONEq(t, `"2026-01-05T12:34:56.789012Z"`, string(data))
}

func FuzzTime(f *testing.F) {
	for _, seed := range []string{"", "2026-01-05T12:34:56", "2026-01-05T12:34:56.789012", "2026-01-05T12:34:56.123456789Z", "2026-01-05T12:34:56,5+03:00", "0000-01-01T00:00:00Z", "9999-12-31T23:59:60Z"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		data, err := json.Marshal(text)
		require.NoError(t, err)
		var got, again quartet.Time
		if json.Unmarshal(data, &got) != nil {
			return
		}
		if data, err = json.Marshal(got); err != nil { // an offset that RFC 3339 cannot write
			return
		}
		if err := json.Unmarshal(data, &again); err != nil || !again.Equal(got.Time) {
			t.Fatalf("%q is read as %s, written as %s and read as %s: %v", text, got, data, again, err)
		}
		if strings.HasSuffix(text, "Z") && got.UTC().Location() != time.UTC {
			t.Fatalf("%q is not UTC", text)
		}
	})
}
