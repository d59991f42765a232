package mockserver_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/billing"
	"github.com/quartet-go/quartet/mockserver"
	"github.com/quartet-go/quartet/profile"
	"github.com/quartet-go/quartet/subscription"
	"github.com/quartet-go/quartet/vendorapi"
)

// Under every variation that the documents allow, also of what the answers say, each
// operation of the clients gets an answer that it can use, and leaves the state that it
// should.
func TestClientsTakeEveryVariation(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		t.Run(fmt.Sprint("seed ", seed+1), func(t *testing.T) {
			t.Parallel()
			srv := mockserver.Start(t, mockserver.WithVariation(mockserver.Variation{Seed: seed + 1, Values: true}))
			calls := clientCalls(t, srv, srv)
			for _, op := range operations() {
				require.Contains(t, calls, op.id)
			}
			for name, call := range calls {
				for range 3 {
					require.NoError(t, call(t.Context()), name)
				}
			}
			anna := srv.State().Profile.Users["usr_anna"]
			assert.Equal(t, "Zoe", *anna.FirstName)
			assert.Equal(t, "sbp", anna.PaymentMethod)
			assert.Equal(t, "blocked", srv.State().Billing.Users["test@mail.com"].Status)
			assert.Equal(t, 30, srv.State().Subscription.Users[1].Subscription.DeviceLimit)
			assert.Equal(t, 1, srv.State().Vendor.Users[10015].Language)
			srv.Verify(t, mockserver.Expect("changeEmail").Times(3))
		})
	}
}

// clientCalls has one call for each operation, which can be repeated, to a server that acts on
// the state of srv.
func clientCalls(t *testing.T, srv, at *mockserver.Server) map[string]func(context.Context) error {
	t.Helper()
	opts := []quartet.Option{quartet.WithBearerToken(mockserver.DefaultToken), quartet.WithHTTPClient(at.Client())}
	p, err := profile.New(at.URL(), opts...)
	require.NoError(t, err)
	b, err := billing.New(at.URL(), opts...)
	require.NoError(t, err)
	s, err := subscription.New(at.URL(), quartet.WithAPIKey(mockserver.DefaultToken), quartet.WithHTTPClient(at.Client()))
	require.NoError(t, err)
	v, err := vendorapi.New(at.URL(), opts...)
	require.NoError(t, err)

	code := func() quartet.Secret {
		issued, err := srv.IssueCode("usr_anna")
		require.NoError(t, err)
		return quartet.NewSecret(issued)
	}
	old := quartet.NewSecret("anna-secret")
	returns := func(_ any, err error) error { return err }
	return map[string]func(context.Context) error{
		"getMyProfile":                func(ctx context.Context) error { return returns(p.GetMyProfile(ctx)) },
		"listSubscriptions":           func(ctx context.Context) error { return returns(p.ListSubscriptions(ctx)) },
		"listPayments":                func(ctx context.Context) error { return returns(p.ListPayments(ctx)) },
		"getPaymentMethod":            func(ctx context.Context) error { return returns(p.GetPaymentMethod(ctx)) },
		"listAvailablePaymentMethods": func(ctx context.Context) error { return returns(p.ListAvailablePaymentMethods(ctx)) },
		"changePassword": func(ctx context.Context) error {
			return returns(p.ChangePassword(ctx, profile.ChangePasswordRequest{
				OldPassword: old, NewPassword: old, NewPasswordConfirm: old, VerificationCode: code(),
			}))
		},
		"changeEmail": func(ctx context.Context) error {
			return returns(p.ChangeEmail(ctx, profile.ChangeEmailRequest{NewEmail: "zoe@example.com", VerificationCode: code()}))
		},
		"changePhone": func(ctx context.Context) error {
			return returns(p.ChangePhone(ctx, profile.ChangePhoneRequest{NewPhone: "1", VerificationCode: code()}))
		},
		"changeAvatar": func(ctx context.Context) error {
			return returns(p.ChangeAvatar(ctx, profile.ChangeAvatarRequest{AvatarURL: "x", VerificationCode: code()}))
		},
		"changeName": func(ctx context.Context) error {
			return returns(p.ChangeName(ctx, profile.ChangeNameRequest{FirstName: quartet.Ptr("Zoe")}))
		},
		"changePaymentMethod": func(ctx context.Context) error {
			return returns(p.ChangePaymentMethod(ctx, profile.ChangePaymentMethodRequest{Method: "sbp"}))
		},
		"cancelSubscription": func(ctx context.Context) error {
			err := srv.Update(func(state *mockserver.State) { state.Profile.Users["usr_anna"].Subscriptions[0].Cancelled = false })
			require.NoError(t, err)
			return returns(p.CancelSubscription(ctx, "go-basics"))
		},
		"updateUser": func(ctx context.Context) error {
			return returns(b.UpdateUser(ctx, billing.UpdateUserRequest{Login: "test@mail.com", Status: quartet.Ptr(billing.UserStatus("blocked"))}))
		},
		"createUserSubscription": func(ctx context.Context) error {
			return returns(s.CreateUserSubscription(ctx, 1, subscription.CreateSubscriptionRequest{
				DurationDays: quartet.Ptr(30), DeviceLimit: quartet.Ptr(30), ReplaceExisting: true,
			}))
		},
		"getProfile":      func(ctx context.Context) error { return returns(v.GetProfile(ctx)) },
		"listAccessCodes": func(ctx context.Context) error { return returns(v.ListAccessCodes(ctx)) },
		"getBalance":      func(ctx context.Context) error { return returns(v.GetBalance(ctx)) },
		"updateProfile": func(ctx context.Context) error {
			return v.UpdateProfile(ctx, vendorapi.UpdateProfileRequest{CompanyName: "A", FirstName: "B", LastName: "C"})
		},
		"updateSettings": func(ctx context.Context) error {
			return v.UpdateSettings(ctx, vendorapi.UpdateSettingsRequest{Lang: 1})
		},
	}
}
