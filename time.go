package quartet

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// Time is a timestamp of an answer. It reads RFC 3339 with 0 to 9 fractional
// digits and also the form without a zone that some servers send, which means
// UTC (contract: subscription timestamps). It is written as RFC 3339.
type Time struct{ time.Time }

// naive is RFC 3339 without a zone; Parse admits a fraction behind the seconds.
const naive = "2006-01-02T15:04:05"

// UnmarshalJSON reads a JSON string as described at Time. null leaves t as it is.
func (t *Time) UnmarshalJSON(data []byte) error {
	if bytes.Equal(data, []byte("null")) {
		return nil
	}
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	parsed, err := parseTime(text)
	if err != nil {
		return err
	}
	t.Time = parsed
	return nil
}

func parseTime(text string) (time.Time, error) {
	if parsed, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return parsed, nil
	}
	parsed, err := time.ParseInLocation(naive, text, time.UTC)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is not a timestamp such as 2026-01-05T12:34:56.789012 or 2026-01-05T12:34:56Z", text)
	}
	return parsed, nil
}
