package quartet_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"math"
	"net/http"
	"net/http/httptest"
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

func TestWithRootCAsAcceptsThePrivateAuthorityAndNoOther(t *testing.T) {
	t.Parallel()
	stranger := listenOver(t, http2, http.NotFound).roots() // httptest's certificates are all the same
	other := x509.NewCertPool()
	for _, over := range both {
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, profileJSON) }))
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.EnableHTTP2 = over == http2
		server.StartTLS()
		t.Cleanup(server.Close)
		for name, through := range map[string]func(*http.Transport) []quartet.Option{
			"the default transport": func(*http.Transport) []quartet.Option { return nil },
			"the caller's":          func(own *http.Transport) []quartet.Option { return []quartet.Option{quartet.WithTransport(own)} },
			"the caller's client": func(own *http.Transport) []quartet.Option {
				return []quartet.Option{quartet.WithHTTPClient(&http.Client{Transport: own})}
			},
		} {
			t.Run(string(over)+"/"+name, func(t *testing.T) {
				t.Parallel()
				own := &http.Transport{ForceAttemptHTTP2: over == http2}
				opts := through(own)
				_, err := profileAt(t, server.URL, append(opts, quartet.WithRootCAs(stranger))...).GetMyProfile(t.Context())
				require.NoError(t, err)

				_, err = profileAt(t, server.URL, append(opts, quartet.WithRootCAs(other), hurried)...).GetMyProfile(t.Context())
				require.ErrorAs(t, err, new(*tls.CertificateVerificationError))
				assert.Equal(t, 1, asError(t, err).Attempts)

				if own.TLSClientConfig != nil { // net/http's own setting up for HTTP/2
					assert.Nil(t, own.TLSClientConfig.RootCAs, "the caller's transport is as it was")
				}
			})
		}
	}
}

func TestWithRootCAsIsRefusedWhereItCannotHold(t *testing.T) {
	t.Parallel()
	pool := x509.NewCertPool()
	client := profileClient(t, quartet.WithRootCAs(pool))
	_, err := client.With(quartet.WithRootCAs(nil))
	require.ErrorContains(t, err, "WithRootCAs: the pool is nil")
	_, err = client.With(always(200, profileJSON))
	require.ErrorContains(t, err, "WithRootCAs: the transport is a quartet_test.transport")
	_, err = client.GetMyProfile(t.Context(), quartet.WithRootCAs(x509.NewCertPool()))
	require.ErrorContains(t, err, "WithRootCAs: the pool cannot go into a transport for one call")
	assert.Zero(t, asError(t, err).Attempts)
}

func TestResponseLimitsHoldEachForItsAnswers(t *testing.T) {
	t.Parallel()
	limit := int64(len(profileJSON))
	for name, test := range map[string]struct {
		status          int
		body            string
		answer, failure int64
		tooLarge        bool
	}{
		"an answer of the limit":    {200, profileJSON, limit, 1, false},
		"an answer over it":         {200, profileJSON + " ", limit, 1 << 20, true},
		"a failure of the limit":    {422, "abcd", 1, 4, false},
		"a failure over it":         {422, "abcde", 1 << 20, 4, true},
		"0 keeps the default":       {200, profileJSON, 0, 1, false},
		"0 keeps the failure's":     {422, "abcde", 1, 0, false},
		"the largest there is":      {200, profileJSON, math.MaxInt64, math.MaxInt64, false},
		"the largest, of a failure": {422, "abc", math.MaxInt64, math.MaxInt64, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := profileClient(t, always(test.status, test.body)).GetMyProfile(t.Context(), quartet.WithResponseLimit(test.answer, test.failure))
			assert.Equal(t, test.tooLarge, errors.Is(err, quartet.ErrResponseTooLarge), "%v", err)
			if !test.tooLarge && test.status == 200 {
				require.NoError(t, err)
			}
		})
	}
	for _, option := range []quartet.Option{quartet.WithResponseLimit(-1, 0), quartet.WithResponseLimit(0, -1)} {
		_, err := profile.New(baseURL, option)
		require.ErrorContains(t, err, "a limit must not be negative")
	}
}

func TestADeclaredLengthReservesNoMemoryThatDoesNotCome(t *testing.T) {
	t.Parallel()
	client := profileClient(t, quartet.WithoutRetry(), quartet.WithResponseLimit(math.MaxInt64, 0),
		quartet.WithTransport(transport(func(*http.Request) (*http.Response, error) {
			resp := answer(200, profileJSON)
			resp.ContentLength = 1 << 60
			return resp, nil
		})))
	_, err := client.GetMyProfile(t.Context())
	require.NoError(t, err)
}

func TestAConnectionIsKeptAfterACappedAnswerWhereTheProtocolAllowsIt(t *testing.T) {
	t.Parallel()
	server := listenOver(t, http2, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 1<<20)) })
	client := profileAt(t, server.url, quartet.WithHTTPClient(server.http), quartet.WithResponseLimit(1000, 0))
	for range 20 {
		_, err := client.GetMyProfile(t.Context())
		require.ErrorIs(t, err, quartet.ErrResponseTooLarge)
	}
	assert.EqualValues(t, 1, server.conns.Load(), "connections")
}

// limiter has the methods of golang.org/x/time/rate's Limiter that matter here.
type limiter struct {
	waits int
	err   error
}

func (l *limiter) Wait(context.Context) error {
	l.waits++
	return l.err
}

func TestTheRateLimiterIsAskedBeforeEveryAttempt(t *testing.T) {
	t.Parallel()
	var bounds quartet.RateLimiter = new(limiter)
	client := profileClient(t, always(503, ""), hurried, quartet.WithRateLimiter(bounds))
	_, err := client.GetMyProfile(t.Context())
	require.Error(t, err)
	assert.Equal(t, 4, bounds.(*limiter).waits)
	_, err = client.GetMyProfile(t.Context(), quartet.WithRateLimiter(nil))
	require.Error(t, err)
	assert.Equal(t, 4, bounds.(*limiter).waits, "nil takes it away")

	full := &limiter{err: errors.New("would exceed context deadline")}
	option, requests := recorder(200, messageJSON)
	_, err = profileClient(t, option, quartet.WithRateLimiter(full)).ChangePassword(t.Context(), secretPasswords)
	require.ErrorIs(t, err, full.err)
	require.ErrorContains(t, err, "rate limiter: would exceed")
	assert.NotErrorIs(t, err, quartet.ErrOutcomeUnknown)
	assert.Equal(t, 1, full.waits, "it ends the call")
	assert.Empty(t, *requests)
}
