package quartet_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/billing"
	"github.com/quartet-go/quartet/profile"
	"github.com/quartet-go/quartet/subscription"
	"github.com/quartet-go/quartet/vendorapi"
)

func TestOptionsThatCannotHoldAreRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		option quartet.Option
		text   string
	}{
		"a nil option":             {nil, "option 1 is nil"},
		"a nil http.Client":        {quartet.WithHTTPClient(nil), "WithHTTPClient: the client is nil"},
		"a nil transport":          {quartet.WithTransport(nil), "WithTransport: the transport is nil"},
		"a negative timeout":       {quartet.WithTimeout(-1), "WithTimeout: -1ns is negative"},
		"a negative attempt's":     {quartet.WithAttemptTimeout(-time.Second), "WithAttemptTimeout: -1s is negative"},
		"negative attempts":        {quartet.WithRetry(quartet.RetryPolicy{MaxAttempts: -1}), "WithRetry: MaxAttempts is -1"},
		"a negative BaseDelay":     {quartet.WithRetry(quartet.RetryPolicy{BaseDelay: -1}), "BaseDelay is -1ns"},
		"a negative MaxDelay":      {quartet.WithRetry(quartet.RetryPolicy{MaxDelay: -1}), "MaxDelay is -1ns"},
		"a negative MaxRetryAfter": {quartet.WithRetry(quartet.RetryPolicy{MaxRetryAfter: -1}), "MaxRetryAfter is -1ns"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, err := profile.New(baseURL, test.option)
			require.ErrorContains(t, err, test.text)
			assert.Nil(t, client)

			good := profileClient(t, always(200, profileJSON))
			client, err = good.With(test.option)
			require.ErrorContains(t, err, "profile.With: ")
			require.ErrorContains(t, err, test.text)
			assert.Nil(t, client)

			_, err = good.GetMyProfile(t.Context(), test.option)
			require.ErrorContains(t, err, test.text)
			require.ErrorContains(t, err, "profile getMyProfile")
			assert.Zero(t, asError(t, err).Attempts)
		})
	}
}

func TestNewNamesEverythingThatIsWrong(t *testing.T) {
	t.Parallel()
	_, err := profile.New("ftp://api.example.com", quartet.WithTimeout(-1), nil, quartet.WithBearerToken(""))
	for _, text := range []string{"scheme", "WithTimeout", "option 2 is nil", "WithBearerToken"} {
		require.ErrorContains(t, err, text)
	}
}

func TestWithMakesAnotherClientAndLeavesTheFirst(t *testing.T) {
	t.Parallel()
	first := profileClient(t, always(503, ""), quartet.WithoutRetry())
	second, err := first.With(hurried)
	require.NoError(t, err)
	_, err = second.GetMyProfile(t.Context())
	assert.Equal(t, 4, asError(t, err).Attempts)
	_, err = first.GetMyProfile(t.Context())
	assert.Equal(t, 1, asError(t, err).Attempts)
}

func TestEveryClientHasNewAndWith(t *testing.T) {
	t.Parallel()
	down := always(404, "")
	b, err := billing.New(baseURL, down)
	require.NoError(t, err)
	b, err = b.With(quartet.WithoutRetry())
	require.NoError(t, err)
	_, err = b.UpdateUser(t.Context(), billing.UpdateUserRequest{})
	require.ErrorContains(t, err, "billing updateUser: 404 Not Found")
	_, err = b.With(nil)
	require.ErrorContains(t, err, "billing.With")

	s, err := subscriptionClient(t, down).With(quartet.WithoutRetry())
	require.NoError(t, err)
	_, err = s.CreateUserSubscription(t.Context(), 1, subscription.CreateSubscriptionRequest{})
	require.ErrorContains(t, err, "subscription createUserSubscription: 404 Not Found")
	_, err = s.With(nil)
	require.ErrorContains(t, err, "subscription.With")

	v, err := vendorapi.New(baseURL, down)
	require.NoError(t, err)
	_, err = v.GetProfile(t.Context())
	require.ErrorContains(t, err, "vendor getProfile: 404 Not Found")
	_, err = v.With(nil)
	require.ErrorContains(t, err, "vendor.With")
}
