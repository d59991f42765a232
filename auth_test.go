package quartet_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/profile"
	"github.com/quartet-go/quartet/subscription"
)

// recorder answers every request with the same answer and keeps what was asked.
func recorder(status int, body string) (quartet.Option, *[]*http.Request) {
	requests := new([]*http.Request)
	return quartet.WithTransport(transport(func(r *http.Request) (*http.Response, error) {
		*requests = append(*requests, r)
		return answer(status, body), nil
	})), requests
}

func TestCredentialsGoWhereTheDocumentWantsThem(t *testing.T) {
	t.Parallel()
	me := func(t *testing.T, opts ...quartet.Option) {
		t.Helper()
		_, _ = profileClient(t, opts...).GetMyProfile(t.Context())
	}
	methods := func(t *testing.T, opts ...quartet.Option) {
		t.Helper()
		_, _ = profileClient(t, opts...).ListAvailablePaymentMethods(t.Context())
	}
	create := func(t *testing.T, opts ...quartet.Option) {
		t.Helper()
		_, _ = subscriptionClient(t, opts...).CreateUserSubscription(t.Context(), 1, subscription.CreateSubscriptionRequest{})
	}
	custom := quartet.WithAuthorizer(func(r *http.Request) error {
		r.Header.Set("Authorization", "Custom x")
		return nil
	})
	for name, test := range map[string]struct {
		call   func(*testing.T, ...quartet.Option)
		opts   []quartet.Option
		bearer string // Authorization
		key    string // X-API-Key
	}{
		"none":                                    {call: me},
		"a bearer token":                          {call: me, opts: []quartet.Option{quartet.WithBearerToken("tok")}, bearer: "Bearer tok"},
		"the later token":                         {call: me, opts: []quartet.Option{quartet.WithBearerToken("a"), quartet.WithBearerToken("b")}, bearer: "Bearer b"},
		"an authorizer":                           {call: me, opts: []quartet.Option{custom}, bearer: "Custom x"},
		"an authorizer after a token":             {call: me, opts: []quartet.Option{quartet.WithBearerToken("a"), custom}, bearer: "Custom x"},
		"a token after an authorizer":             {call: me, opts: []quartet.Option{custom, quartet.WithBearerToken("a")}, bearer: "Bearer a"},
		"a public operation, token":               {call: methods, opts: []quartet.Option{quartet.WithBearerToken("tok")}},
		"a public operation, authorizer":          {call: methods, opts: []quartet.Option{custom}},
		"an API key":                              {call: create, opts: []quartet.Option{quartet.WithAPIKey("key")}, key: "key"},
		"a bearer token at the subscription API":  {call: create, opts: []quartet.Option{quartet.WithBearerToken("key")}, bearer: "Bearer key"},
		"a key that replaces a token, never both": {call: create, opts: []quartet.Option{quartet.WithBearerToken("a"), quartet.WithAPIKey("b")}, key: "b"},
		"a token that replaces a key, never both": {call: create, opts: []quartet.Option{quartet.WithAPIKey("a"), quartet.WithBearerToken("b")}, bearer: "Bearer b"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			option, requests := recorder(404, "")
			test.call(t, append(test.opts, option)...)
			require.Len(t, *requests, 1)
			assert.Equal(t, test.bearer, (*requests)[0].Header.Get("Authorization"))
			assert.Equal(t, test.key, (*requests)[0].Header.Get("X-API-Key"))
		})
	}
}

func TestACredentialOfACallHoldsForThatCallAlone(t *testing.T) {
	t.Parallel()
	option, requests := recorder(200, profileJSON)
	client := profileClient(t, option, quartet.WithBearerToken("client"))
	_, err := client.GetMyProfile(t.Context(), quartet.WithBearerToken("call"))
	require.NoError(t, err)
	_, err = client.GetMyProfile(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "Bearer call", (*requests)[0].Header.Get("Authorization"))
	assert.Equal(t, "Bearer client", (*requests)[1].Header.Get("Authorization"))
}

func TestCredentialsThatCannotHoldAreRefusedAndNotShown(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		option quartet.Option
		text   string
	}{
		"an empty token":            {quartet.WithBearerToken(""), "WithBearerToken: the credential is empty"},
		"a token with a line break": {quartet.WithBearerToken("planted\nX: y"), "control character"},
		"a token with a NUL":        {quartet.WithBearerToken("planted\x00"), "control character"},
		"a token with a DEL":        {quartet.WithBearerToken("planted\x7f"), "control character"},
		"an API key":                {quartet.WithAPIKey("planted"), "WithAPIKey: the profile API takes no API key; use WithBearerToken"},
		"a nil authorizer":          {quartet.WithAuthorizer(nil), "WithAuthorizer: the function is nil"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := profile.New(baseURL, test.option)
			require.ErrorContains(t, err, test.text)
			assert.NotContains(t, err.Error(), "planted")

			_, err = profileClient(t, always(200, profileJSON)).GetMyProfile(t.Context(), test.option)
			require.ErrorContains(t, err, test.text)
			assert.Zero(t, asError(t, err).Attempts, "nothing was sent")
		})
	}
	_, err := subscription.New(baseURL, quartet.WithAPIKey("a\r\nb"))
	assert.ErrorContains(t, err, "WithAPIKey: the credential has a line break")
}

func TestTheAuthorizerIsCalledOnceAnAttemptOnARequestOfItsOwn(t *testing.T) {
	t.Parallel()
	option, requests := recorder(503, "")
	calls := 0
	client := profileClient(t, option, hurried, quartet.WithAuthorizer(func(r *http.Request) error {
		calls++
		assert.Empty(t, r.Header.Values("Authorization"), "what an attempt before added")
		assert.Empty(t, r.URL.RawQuery, "what an attempt before added")
		r.Header.Add("Authorization", "Signed")
		r.URL.RawQuery += "&signature=x"
		return nil
	}))
	_, err := client.GetMyProfile(t.Context())
	require.Error(t, err)
	assert.Equal(t, 4, calls)
	for _, r := range *requests {
		assert.Equal(t, []string{"Signed"}, r.Header.Values("Authorization"))
		assert.Equal(t, "&signature=x", r.URL.RawQuery)
	}
}

func TestACredentialGoesOverPlainHTTPToThisMachineAlone(t *testing.T) {
	t.Parallel()
	credentials := map[string]quartet.Option{
		"a token":    quartet.WithBearerToken("planted"),
		"a source":   quartet.WithTokenSource(numbered(time.Hour)),
		"a function": quartet.WithAuthorizer(func(*http.Request) error { return nil }),
	}
	for host, refused := range map[string]bool{
		"http://api.example.com": true, "http://10.0.0.1": true, "http://[fe80::1]:80": true, "http://localhost.example.com": true,
		"http://notlocalhost": true, "http://128.0.0.1": true, "http://0.0.0.0": true, "http://127.0.0.1.example.com": true,
		"https://api.example.com": false, "http://127.0.0.1:80": false, "http://127.9.9.9": false, "http://[::1]:80": false, "http://localhost": false,
		"http://LOCALHOST.": false, "http://x.localhost:8080": false, "http://[::ffff:127.0.0.1]": false,
	} {
		for name, credential := range credentials {
			t.Run(host+"/"+name, func(t *testing.T) {
				t.Parallel()
				const text = "a credential would go over plain http"
				check := func(err error) {
					t.Helper()
					if !refused {
						require.NoError(t, err)
						return
					}
					require.ErrorContains(t, err, text)
					assert.NotContains(t, err.Error(), planted)
				}
				option, requests := recorder(200, profileJSON)
				_, err := profile.New(host, credential)
				check(err)
				_, err = profile.New(host, credential, quartet.WithPlainHTTP())
				require.NoError(t, err)

				client := profileAt(t, host, option) // without a credential there is nothing to read
				_, err = client.With(credential)
				check(err)
				_, err = client.GetMyProfile(t.Context(), credential)
				check(err)
				assert.Len(t, *requests, map[bool]int{true: 0, false: 1}[refused])
				_, err = client.GetMyProfile(t.Context(), credential, quartet.WithPlainHTTP())
				require.NoError(t, err)
			})
		}
	}
}

func TestAnOptionMaySetTheCredentialOfSeveralClients(t *testing.T) {
	t.Parallel()
	token := quartet.WithBearerToken("tok")
	for range 3 {
		option, requests := recorder(200, profileJSON)
		_, err := profileClient(t, option, token).GetMyProfile(t.Context(), token)
		require.NoError(t, err)
		assert.Equal(t, "Bearer tok", (*requests)[0].Header.Get("Authorization"))
	}
}
