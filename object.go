package quartet

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Object is a JSON object whose members no document fixes. Reading one from an
// answer keeps every member; numbers are kept as [json.Number], digit by digit,
// so that 9007199254740993 and 1.10 survive a round trip. To send one, any value
// that encoding/json can marshal may stand in it.
type Object map[string]any

// Decode stores the members in dst, a pointer to a struct or map of the caller's
// own, by the rules of encoding/json.
func (o Object) Decode(dst any) error {
	data, err := json.Marshal(map[string]any(o))
	if err != nil {
		return fmt.Errorf("quartet: encode object: %w", err)
	}
	if err := json.Unmarshal(data, dst); err != nil {
		return fmt.Errorf("quartet: decode object: %w", err)
	}
	return nil
}

// MarshalJSON writes a JSON object, {} for a nil Object.
func (o Object) MarshalJSON() ([]byte, error) {
	if o == nil {
		return []byte("{}"), nil
	}
	return json.Marshal(map[string]any(o))
}

// UnmarshalJSON reads a JSON object. null gives a nil Object.
func (o *Object) UnmarshalJSON(data []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var members map[string]any
	if err := decoder.Decode(&members); err != nil {
		return err
	}
	*o = members
	return nil
}
