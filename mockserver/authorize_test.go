package mockserver_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

// wrongTokens are credentials that must never pass, wherever they are sent. Each API has at least
// one token of the seed among them that opens another API only.
var wrongTokens = map[string][]string{
	"profile":      {"wrong", "", "manager-token"},
	"billing":      {"wrong", "", "boris-token"},
	"subscription": {"wrong", "", "manager-token"},
	"vendor":       {"wrong", "", "boris-token"},
}

const public = "listAvailablePaymentMethods"

func TestCredentials(t *testing.T) {
	t.Parallel()
	for id, request := range requests {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			for _, tc := range []struct {
				rule  string
				opts  []mockserver.Option
				needs bool // a call without a credential gets 401
			}{
				{"by default", nil, request.api == "vendor"},
				{"with strict auth", []mockserver.Option{mockserver.WithStrictAuth()}, id != public},
			} {
				opts := append(tc.opts, mockserver.WithSplitBalance())
				call := func(headers ...string) answer {
					return inProcess(t, opts...).call(request.method, request.path, request.body, headers...)
				}
				if tc.needs {
					call().is(401, unauthenticated[request.api].missing)
				} else {
					call().ok()
				}
				call(admin).ok()
				for _, token := range wrongTokens[request.api] {
					a := call(bearer + token)
					a.is(401, unauthenticated[request.api].wrong)
					assert.Equal(t, unauthenticated[request.api].challenge, a.header.Get("WWW-Authenticate"), tc.rule)
				}
			}
		})
	}
}

var unauthenticated = map[string]struct{ missing, wrong, challenge string }{
	"profile":      {`{"detail":"Not authenticated"}`, `{"detail":"Not authenticated"}`, "Bearer"},
	"billing":      {`{"message":"Unauthenticated."}`, `{"message":"Unauthenticated."}`, ""},
	"subscription": {`{"detail":"Missing API key"}`, `{"detail":"Invalid or expired API key"}`, ""},
	"vendor": {`{"error":{"code":401,"message":"Authorization is required"}}`,
		`{"error":{"code":401,"message":"The credential is not valid"}}`, "Bearer"},
}

func TestCredentialIsLookedAtBeforeTheBody(t *testing.T) {
	t.Parallel()
	m := start(t, mockserver.WithStrictAuth())
	m.call("PUT", "/profile/name-change", `{`).is(401, `{"detail":"Not authenticated"}`)
}

func TestAPIKeyOpensTheSubscriptionAPIOnly(t *testing.T) {
	t.Parallel()
	m := start(t)
	m.call("GET", "/v1.0/profile", "", "X-API-Key: "+mockserver.DefaultToken).
		is(401, `{"error":{"code":401,"message":"Authorization is required"}}`)
}

func TestEveryAuthorizationHeaderMustBeKnown(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	for wrong, headers := range map[bool][]string{
		true:  {"Bearer boris-token", "Bearer wrong"},
		false: {"Bearer boris-token", ""},
	} {
		req := newRequest(t, "GET", m.URL()+"/profile/me", "")
		req.Header["Authorization"] = headers
		a := m.send(req)
		if wrong {
			a.is(401, `{"detail":"Not authenticated"}`)
			continue
		}
		assert.Equal(t, "usr_boris", a.at("user_id"))
	}
}

func TestDefaultUserCallsWithoutCredential(t *testing.T) {
	t.Parallel()
	m := start(t)
	require.NoError(t, m.Update(func(s *mockserver.State) { s.Profile.DefaultUser = "usr_boris" }))
	assert.Equal(t, "usr_boris", m.call("GET", "/profile/me", "").at("user_id"))
}

func TestTokenIsKnownAsSoonAsTheStateHasIt(t *testing.T) {
	t.Parallel()
	m := start(t)
	assert.Equal(t, 401, m.call("GET", "/profile/me", "", bearer+"new").status)
	require.NoError(t, m.Update(func(s *mockserver.State) { s.Tokens["new"] = mockserver.Token{Profile: "usr_boris"} }))
	assert.Equal(t, "usr_boris", m.call("GET", "/profile/me", "", bearer+"new").at("user_id"))
}
