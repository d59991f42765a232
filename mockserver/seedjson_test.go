package mockserver_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

// What other languages' encoders write is read: tabs, escapes, halves of surrogate pairs.
func text(user *mockserver.ProfileUser, name string) string {
	return fmt.Sprint(user.PaymentDetails[name])
}

func TestSeedInJSON(t *testing.T) {
	t.Parallel()
	file := "{\n\t\"profile\": {\"default_user\": \"\\ud83d\\ude00\", \"payment_methods\": [\"card\"],\n" +
		"\t\t\"users\": {\"\\ud83d\\ude00\": {\"first_name\": \"\\u0410\\/\\n\", \"payment_method\": \"card\",\n" +
		"\t\t\t\"payment_details\": {\"n\": 12345678901234567890.10, \"e\": 1E5, \"no\": null, \"yes\": true, \"date\": \"2026-01-05\", \"<<\": \"x\"}}}}\n}\n"
	state, err := mockserver.ReadState("s.json", strings.NewReader(file))
	require.NoError(t, err)
	user := state.Profile.Users["\U0001F600"]
	require.NotNil(t, user)
	assert.Equal(t, "\u0410/\n", *user.FirstName)
	assert.Equal(t, `12345678901234567890.10 1E5 <nil> true 2026-01-05 x`, strings.Join([]string{
		text(user, "n"), text(user, "e"), text(user, "no"), text(user, "yes"), text(user, "date"), text(user, "<<"),
	}, " "))

	_, err = mockserver.ReadState("s.json", strings.NewReader(strings.Replace(file, `"card",`, `"cash",`, 1)))
	assert.EqualError(t, err, `s.json:3: profile.users.`+"\U0001F600"+`.payment_method: "cash" is none of payment_methods`)
	_, err = mockserver.ReadState("s.json", strings.NewReader(`{"tokens":{},`+"\n"+`"tokens":{}}`))
	assert.ErrorContains(t, err, "s.json:2: tokens: the member stands twice, first in line 1")
}
