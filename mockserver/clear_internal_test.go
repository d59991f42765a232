package mockserver

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// A body that the journal keeps without redaction is one that redaction leaves as it is.
func FuzzBodyInTheClear(f *testing.F) {
	loaded, err := load()
	require.NoError(f, err)
	operations := slices.Collect(loaded.contract.Operations())
	for i := range operations {
		for _, body := range []string{
			`{"first_name":"Anna","last_name":"Petrova"}`, `{"first_name":"Anna","last_name":null,"password":"planted"}`,
			`{"first_name":{"password":"planted"},"last_name":null}`, `{"FIRST_NAME":"Anna","PASSWORD":"planted"}`, `{"\u0070assword":"planted"}`,
			`{"method":"card","details":{"token":"planted","password":"planted"}}`, `{"lang":1} {"password":"planted"}`, `{"lang":1`,
			`{"is_trial":true,"connected_squads":["a"],"squad_uuid":null}`, `{"login":"l","password":"planted","billing_properties":[{"type":"password","value":"planted"}]}`,
		} {
			f.Add(uint8(i), []byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, index uint8, body []byte) {
		op := operations[int(index)%len(operations)]
		verdict := op.Validate(contract.Request{ContentType: "application/json", Body: body})
		if verdict.Declared && !op.SecretBody {
			shown, secrets := loaded.redactor.Body(body)
			assert.Equal(t, string(body), string(shown))
			assert.Empty(t, secrets)
		}
	})
}
