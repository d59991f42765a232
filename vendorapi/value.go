package vendorapi

import "time"

// The server's marks for a field that it never set: the bytes 0xCD that fill fresh
// memory, read as a signed number of 32 and of 16 bits [seed].
const (
	unset32 = -842150451 // 0xCDCDCDCD
	unset16 = -12851     // 0xCDCD
)

// Value returns the number, and false when it is the server's mark for "never set".
// The number itself is kept as sent.
func (c Counter) Value() (int64, bool) {
	if c == unset32 || c == unset16 {
		return 0, false
	}
	return int64(c), true
}

// Time returns the instant in UTC, and false for 0, which means none.
func (t UnixTime) Time() (time.Time, bool) {
	if t == 0 {
		return time.Time{}, false
	}
	return time.Unix(int64(t), 0).UTC(), true
}
