package api

import (
	"strconv"
	"time"
)

// Timestamp is a time that is written in UTC without a zone and without a fraction of zero,
// as the server of the published document does.
type Timestamp time.Time

// AppendJSON appends the value.
func (t *Timestamp) AppendJSON(b []byte) []byte {
	utc := time.Time(*t).UTC()
	b = utc.AppendFormat(append(b, '"'), time.RFC3339)
	b = b[:len(b)-1] // the zone, Z
	if micros := utc.Nanosecond() / 1000; micros > 0 {
		point := len(b)
		b = strconv.AppendInt(b, int64(1_000_000+micros), 10) // seven digits
		b[point] = '.'
	}
	return append(b, '"')
}
