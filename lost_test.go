package quartet_test

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/profile"
	"github.com/quartet-go/quartet/subscription"
	"github.com/quartet-go/quartet/vendorapi"
)

// faulty is a server behind a bad network: it acts on what reaches it.
type faulty struct {
	random *rand.Rand
	acted  int
	worked bool // one of the attempts could have succeeded
	body   string
}

func (f *faulty) RoundTrip(r *http.Request) (*http.Response, error) {
	switch f.random.IntN(8) {
	case 0: // it never arrives, which a transport that is not net/http's cannot prove
		return nil, syscall.ECONNREFUSED
	case 1:
		return answer(429, ""), nil
	case 2:
		return answer(503, "", "Retry-After", "1"), nil
	case 3:
		f.worked = true
	default:
		f.act(r)
		return f.lose()
	}
	f.act(r)
	return answer(200, f.body), nil
}

func (f *faulty) act(r *http.Request) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
	}
	f.acted++
}

// lose drops the answer of a server that has acted.
func (f *faulty) lose() (*http.Response, error) {
	switch f.random.IntN(5) {
	case 0:
		return nil, syscall.ECONNRESET
	case 1:
		return nil, context.DeadlineExceeded
	case 2:
		return answer([]int{500, 502, 503, 504}[f.random.IntN(4)], ""), nil
	case 3:
		resp := answer(200, "")
		resp.Body = io.NopCloser(io.MultiReader(io.LimitReader(zeroReader{}, 3), cutShort{}))
		return resp, nil
	default:
		return nil, io.ErrUnexpectedEOF
	}
}

type cutShort struct{}

func (cutShort) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

type operationCall struct {
	name, body string
	call       func(context.Context, quartet.Option) error
}

func on[C any](open func(string, ...quartet.Option) (C, error), call func(context.Context, C) error) func(context.Context, quartet.Option) error {
	return func(ctx context.Context, option quartet.Option) error {
		client, err := open(baseURL, option, quartet.WithRetryBudget(nil))
		if err != nil {
			return err
		}
		return call(ctx, client)
	}
}

func ofProfile[T any](name, body string, call func(*profile.Client, context.Context) (T, error)) operationCall {
	return operationCall{name, body, on(profile.New, func(ctx context.Context, c *profile.Client) error {
		_, err := call(c, ctx)
		return err
	})}
}

// guardedCalls are all guarded operations that the four documents have.
var guardedCalls = []operationCall{
	ofProfile("changeAvatar", messageJSON, func(c *profile.Client, ctx context.Context) (*profile.Message, error) {
		return c.ChangeAvatar(ctx, profile.ChangeAvatarRequest{})
	}),
	ofProfile("changeEmail", messageJSON, func(c *profile.Client, ctx context.Context) (*profile.Message, error) {
		return c.ChangeEmail(ctx, profile.ChangeEmailRequest{})
	}),
	ofProfile("changePassword", messageJSON, func(c *profile.Client, ctx context.Context) (*profile.Message, error) {
		return c.ChangePassword(ctx, secretPasswords)
	}),
	ofProfile("changePhone", messageJSON, func(c *profile.Client, ctx context.Context) (*profile.Message, error) {
		return c.ChangePhone(ctx, profile.ChangePhoneRequest{})
	}),
	ofProfile("cancelSubscription", messageJSON, func(c *profile.Client, ctx context.Context) (*profile.Message, error) {
		return c.CancelSubscription(ctx, "course-1")
	}),
	{"createUserSubscription", userJSON(""), on(subscription.New, func(ctx context.Context, c *subscription.Client) error {
		_, err := c.CreateUserSubscription(ctx, 1, subscription.CreateSubscriptionRequest{})
		return err
	})},
}

// safeCalls are all safe operations that the four documents have.
var safeCalls = []operationCall{
	ofProfile("listSubscriptions", `{"subscriptions":[]}`, func(c *profile.Client, ctx context.Context) (*profile.SubscriptionList, error) {
		return c.ListSubscriptions(ctx)
	}),
	ofProfile("listPayments", `{"payments":[]}`, func(c *profile.Client, ctx context.Context) (*profile.PaymentList, error) { return c.ListPayments(ctx) }),
	ofProfile("getPaymentMethod", `{"method":"card","details":{}}`, func(c *profile.Client, ctx context.Context) (*profile.PaymentMethod, error) {
		return c.GetPaymentMethod(ctx)
	}),
	ofProfile("listAvailablePaymentMethods", `{"methods":[]}`, func(c *profile.Client, ctx context.Context) (*profile.PaymentMethodList, error) {
		return c.ListAvailablePaymentMethods(ctx)
	}),
	{"getBalance", `{"accesscodes":[],"balance":` + balanceJSON + `}`, on(vendorapi.New, func(ctx context.Context, c *vendorapi.Client) error {
		_, err := c.GetBalance(ctx)
		return err
	})},
	{"getProfile", `{"user":{"_id":1,"companyname":"A","confirmed":true,"countryid":1,"email":"e","phone":"1","status":true,"userdetails":{"_id":2,
		"firstname":"J","lastname":"D","lastvisitdate":0,"role":{"_id":1,"createorders":true,"createproducts":true,"createusers":true,
		"manageprotect":true,"nameeng":"Administrator"},"settings":{"language":0}}}}`, on(vendorapi.New, func(ctx context.Context, c *vendorapi.Client) error {
		_, err := c.GetProfile(ctx)
		return err
	})},
	ofProfile("getMyProfile", profileJSON, func(c *profile.Client, ctx context.Context) (*profile.Profile, error) { return c.GetMyProfile(ctx) }),
	{"listAccessCodes", `{"result":0,"accesscodes":[` + codeJSON + `]}`, on(vendorapi.New, func(ctx context.Context, c *vendorapi.Client) error {
		_, err := c.ListAccessCodes(ctx)
		return err
	})},
}

func TestAGuardedCallIsActedOnOnceHoweverTheNetworkFails(t *testing.T) {
	t.Parallel()
	for _, op := range guardedCalls {
		t.Run(op.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				succeeded := 0
				for seed := range uint64(1_000) {
					server := &faulty{random: rand.New(rand.NewPCG(seed, 0)), body: op.body}
					err := op.call(t.Context(), quartet.WithTransport(server))
					require.LessOrEqual(t, server.acted, 1, "seed %d", seed)
					require.Equal(t, server.worked, err == nil, "seed %d: %v", seed, err)
					if server.acted == 1 && err != nil {
						require.ErrorIs(t, err, quartet.ErrOutcomeUnknown, "seed %d", seed)
					}
					if err == nil {
						succeeded++
					}
				}
				assert.Greater(t, succeeded, 50)
			})
		})
	}
}

func TestASafeCallSucceedsWheneverOneOfItsAttemptsWould(t *testing.T) {
	t.Parallel()
	for _, op := range safeCalls {
		t.Run(op.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				succeeded := 0
				for seed := range uint64(1_000) {
					server := &faulty{random: rand.New(rand.NewPCG(seed, 0)), body: op.body}
					err := op.call(t.Context(), quartet.WithTransport(server))
					require.Equal(t, server.worked, err == nil, "seed %d: %v", seed, err)
					if err != nil {
						require.Equal(t, 4, asError(t, err).Attempts, "seed %d: %v", seed, err)
					} else {
						succeeded++
					}
				}
				assert.Greater(t, succeeded, 300)
			})
		})
	}
}
