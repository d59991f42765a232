package mockserver_test

import (
	"encoding/json"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

func TestDefaultStateIsSound(t *testing.T) {
	t.Parallel()
	state := mockserver.DefaultState()
	assert.NoError(t, state.Check())
}

func TestCheckNamesWhatIsNotSound(t *testing.T) {
	t.Parallel()
	const noJSON = "this is not made of what JSON has: nil, booleans, texts, numbers, []any and map[string]any"
	anna := func(s *mockserver.State) *mockserver.ProfileUser { return s.Profile.Users["usr_anna"] }
	boris := func(s *mockserver.State) *mockserver.ProfileUser { return s.Profile.Users["usr_boris"] }
	for want, spoil := range map[string]func(*mockserver.State){
		"tokens.[redacted]: a token must not be empty or begin or end with white space": func(s *mockserver.State) { s.Tokens[" a"] = mockserver.Token{Billing: true} },
		"tokens.[redacted]: the token opens no API":                                     func(s *mockserver.State) { s.Tokens["a"] = mockserver.Token{} },
		`tokens.[redacted].profile: there is no profile user "b"`:                       func(s *mockserver.State) { s.Tokens["a"] = mockserver.Token{Profile: "b"} },
		"tokens.[redacted].vendor: there is no vendor user 5":                           func(s *mockserver.State) { s.Tokens["a"] = mockserver.Token{Vendor: 5} },

		`profile.default_user: there is no user ""`:                                       func(s *mockserver.State) { s.Profile.DefaultUser = "" },
		"profile.users.: a user_id must not be empty":                                     func(s *mockserver.State) { s.Profile.Users[""] = anna(s) },
		"profile.users.x: the user has no members":                                        func(s *mockserver.State) { s.Profile.Users["x"] = nil },
		"profile.users.usr_anna.payment_method: \"gold\" is none of payment_methods":      func(s *mockserver.State) { anna(s).PaymentMethod = "gold" },
		"profile.users.usr_anna.payment_details: " + noJSON:                               func(s *mockserver.State) { anna(s).PaymentDetails["a"] = math.NaN() },
		"profile.users.usr_anna.payments.0: " + noJSON:                                    func(s *mockserver.State) { anna(s).Payments[0]["a"] = big.NewInt(5) },
		"profile.users.usr_anna.payments.1: " + noJSON:                                    func(s *mockserver.State) { anna(s).Payments[1]["a"] = map[any]any{1: 2} },
		"profile.users.usr_anna.codes.0.code: a code must not be empty":                   func(s *mockserver.State) { anna(s).Codes[0].Code = "" },
		"profile.users.usr_anna.codes.1.code: the code stands twice":                      func(s *mockserver.State) { anna(s).Codes[1].Code = "111111" },
		"profile.users.usr_anna.subscriptions.0.course_id: a course_id must not be empty": func(s *mockserver.State) { anna(s).Subscriptions[0].CourseID = "" },
		"profile.users.usr_anna.subscriptions.2.course_id: the course stands twice":       func(s *mockserver.State) { anna(s).Subscriptions[2].CourseID = "go-basics" },
		"profile.users.usr_anna.subscriptions.2: " + noJSON:                               func(s *mockserver.State) { anna(s).Subscriptions[2].Members = map[string]any{"a": math.Inf(1)} },

		"profile.users.usr_boris.payment_details: " + noJSON: func(s *mockserver.State) { boris(s).PaymentDetails["a"] = json.Number("true") },
		"profile.users.usr_boris.payments.0: " + noJSON:      func(s *mockserver.State) { boris(s).Payments = []map[string]any{{"a": json.Number("1 ")}} },
		"profile.users.usr_boris.payments.1: " + noJSON:      func(s *mockserver.State) { boris(s).Payments = []map[string]any{{}, {"a": json.Number("")}} },

		"billing.users.: a login must not be empty":                                   func(s *mockserver.State) { s.Billing.Users[""] = &mockserver.BillingUser{ID: 9, Status: "active"} },
		"billing.users.x: the user has no members":                                    func(s *mockserver.State) { s.Billing.Users["x"] = nil },
		"billing.users.test@mail.com.id: the id is also that of camera-7@example.com": func(s *mockserver.State) { s.Billing.Users["test@mail.com"].ID = 2 },
		"billing.users.test@mail.com.status: \"gone\" is none of statuses":            func(s *mockserver.State) { s.Billing.Users["test@mail.com"].Status = "gone" },

		"subscription.users.9: the user has no members":                       func(s *mockserver.State) { s.Subscription.Users[9] = nil },
		"subscription.users.3.telegram_id: the telegram_id is also that of 1": func(s *mockserver.State) { s.Subscription.Users[3].TelegramID = s.Subscription.Users[1].TelegramID },
		"subscription.users.2.referred_by_id: there is no such user":          func(s *mockserver.State) { *s.Subscription.Users[2].ReferredByID = 99 },

		"vendor.users.9: the user has no members":     func(s *mockserver.State) { s.Vendor.Users[9] = nil },
		"vendor.users.10015.role: there is no role 7": func(s *mockserver.State) { s.Vendor.Users[10015].Role = 7 },
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			state := mockserver.DefaultState()
			spoil(&state)
			assert.EqualError(t, state.Check(), want)
		})
	}
}

func TestCheckTellsAllAtOnceInOrder(t *testing.T) {
	t.Parallel()
	state := mockserver.DefaultState()
	state.Vendor.Users[10015].Role = 7
	state.Tokens["a"] = mockserver.Token{}
	err := state.Check()
	require.Error(t, err)
	assert.Equal(t, []string{"tokens.[redacted]: the token opens no API", "vendor.users.10015.role: there is no role 7"}, strings.Split(err.Error(), "\n"))
}
