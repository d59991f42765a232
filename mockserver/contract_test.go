package mockserver_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

// requests has one request for each operation, which the seed's defaults answer with a 2xx when
// the administrator sends it and the balance has a path of its own.
var requests = map[string]struct{ api, method, path, body string }{
	"getMyProfile":                {"profile", "GET", "/profile/me", ""},
	"listSubscriptions":           {"profile", "GET", "/profile/subscriptions", ""},
	"listPayments":                {"profile", "GET", "/profile/payments", ""},
	"changePassword":              {"profile", "PUT", "/profile/password-change", passwordChange},
	"changeEmail":                 {"profile", "PUT", "/profile/email-change", `{"new_email":"a@b","verification_code":"111111"}`},
	"changePhone":                 {"profile", "PUT", "/profile/phone-change", `{"new_phone":"1","verification_code":"111111"}`},
	"changeName":                  {"profile", "PUT", "/profile/name-change", `{"first_name":"A","last_name":null}`},
	"changeAvatar":                {"profile", "PUT", "/profile/avatar-change", `{"avatar_url":"a","verification_code":"111111"}`},
	"getPaymentMethod":            {"profile", "GET", "/profile/payment-method", ""},
	"changePaymentMethod":         {"profile", "PUT", "/profile/payment-method-change", `{"method":"sbp","details":{}}`},
	"listAvailablePaymentMethods": {"profile", "GET", "/profile/available-payment-methods", ""},
	"cancelSubscription":          {"profile", "DELETE", "/profile/subscription?course_id=go-basics", ""},
	"updateUser":                  {"billing", "PATCH", manage, `{"login":"test@mail.com"}`},
	"createUserSubscription":      {"subscription", "POST", "/users/3/subscription", `{"is_trial":true}`},
	"getProfile":                  {"vendor", "GET", "/v1.0/profile", ""},
	"listAccessCodes":             {"vendor", "GET", "/v1.0/profile/accesscodes", ""},
	"updateProfile":               {"vendor", "PUT", "/v1.0/profile", newProfile},
	"getBalance":                  {"vendor", "GET", "/v1.0/profile/balance", ""},
	"updateSettings":              {"vendor", "PUT", "/v1.0/profile/settings", `{"lang":1}`},
}

// Every answer of every call in these tests is checked against its document, see mock.call. Here
// every status that a document names is met.
func TestEveryOperationAnswersWithEveryDocumentedStatus(t *testing.T) {
	t.Parallel()
	assert.Len(t, operations(), 19)
	for _, op := range operations() {
		for status := range op.route.Operation.Responses.Map() {
			name := op.id + " " + status
			if name == "createUserSubscription 500" {
				continue // the panel behind the real server, which a mock has not
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				want, err := strconv.Atoi(status)
				assert.NoError(t, err)
				assert.Equal(t, want, provoke(t, op.id, want).status)
			})
		}
	}
}

// provoke makes a call that gets the status.
func provoke(t *testing.T, id string, status int, opts ...mockserver.Option) answer {
	request := requests[id]
	token, path, body := admin, request.path, request.body
	split := mockserver.WithSplitBalance()
	switch status {
	case 400:
		body = `{"duration_days":0}`
	case 401:
		token = bearer + "wrong"
	case 403:
		token = manager
	case 404:
		path = map[string]string{"createUserSubscription": "/users/999/subscription", "getBalance": path}[id]
		split = func(*mockserver.Server) error { return nil }
	case 422:
		body = map[bool]string{true: "[]"}[body != ""]
		if id == "cancelSubscription" {
			path = "/profile/subscription"
		}
	}
	return inProcess(t, append(opts, split)...).call(request.method, path, body, token)
}

func TestEveryOperationAnswersOverASocket(t *testing.T) {
	t.Parallel()
	m := start(t, mockserver.WithSplitBalance())
	for id, request := range requests {
		require.NoError(t, m.SetState(mockserver.DefaultState()), id)
		a := m.call(request.method, request.path, request.body, admin)
		assert.Equal(t, map[bool]int{true: 201, false: 200}[id == "createUserSubscription"], a.status, id)
	}
}
