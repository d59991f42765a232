package quartet

import (
	"bytes"
	"encoding/json"
	"reflect"
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
	if err := t.Time.UnmarshalJSON(data); err == nil { // RFC 3339, by far the most common and the fastest
		return nil
	}
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	parsed, err := parseTime(text)
	if err != nil { // of a type to which encoding/json adds the place; the text may be anything
		return &json.UnmarshalTypeError{Value: "string", Type: reflect.TypeFor[Time]()}
	}
	t.Time = parsed
	return nil
}

func parseTime(text string) (time.Time, error) {
	if parsed, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return parsed, nil
	}
	return time.ParseInLocation(naive, text, time.UTC)
}
