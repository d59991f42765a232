package quartet

import (
	"crypto/subtle"
	"fmt"
	"io"
	"log/slog"
)

const redacted = "[redacted]"

// Secret is a password, a one-time code or a key. It prints, logs and marshals as
// "[redacted]"; only the clients write its value, and only to the wire. Make one
// with NewSecret and read it with Reveal.
//
// The zero Secret holds nothing: as an optional member of a request it is left
// out. NewSecret("") holds the empty string and is sent as such.
//
// Secrets are not comparable with ==; use Equal.
type Secret struct {
	_ [0]func() // == would compare pointers: let the compiler refuse it
	// A pointer, so that package fmt shows an address when it meets a Secret in
	// an unexported field, where it cannot call String.
	value *string
}

// NewSecret returns a Secret that holds value.
func NewSecret(value string) Secret { return Secret{value: &value} }

// Reveal returns the value, "" for the zero Secret.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// IsZero reports whether s holds nothing at all; NewSecret("") is not zero.
func (s Secret) IsZero() bool { return s.value == nil }

// Equal reports whether both hold the same value, in a time that does not depend
// on where they differ. The zero Secret equals only itself.
func (s Secret) Equal(other Secret) bool {
	if s.value == nil || other.value == nil {
		return s.value == other.value
	}
	return subtle.ConstantTimeCompare([]byte(*s.value), []byte(*other.value)) == 1
}

// String returns "[redacted]".
func (s Secret) String() string { return redacted }

// Format writes "[redacted]" for every verb and flag.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue returns "[redacted]".
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText returns "[redacted]", which is also what encoding/json writes.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// UnmarshalText stores text as the value.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = NewSecret(string(text))
	return nil
}
