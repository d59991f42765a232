package model

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/billing"
	"github.com/quartet-go/quartet/mockserver"
	"github.com/quartet-go/quartet/profile"
	"github.com/quartet-go/quartet/subscription"
)

// anyKnowledge draws values of the types of which a state consists, whatever members these
// have.
func anyKnowledge[T any](t *rapid.T) T {
	return rapid.MakeCustom[T](rapid.MakeConfig{Types: map[reflect.Type]*rapid.Generator[any]{
		reflect.TypeFor[string](): texts.AsAny(),
		reflect.TypeFor[time.Time](): rapid.Map(rapid.Int64Range(-62135596800_000_000, 253402300799_000_000), func(micros int64) any {
			return time.UnixMicro(micros).UTC() // in the years 1 to 9999
		}),
		reflect.TypeFor[[]any]():          rapid.SliceOfN(anything(2), 0, 4).AsAny(),
		reflect.TypeFor[map[string]any](): rapid.MapOfN(texts, anything(2), 0, 4).AsAny(),
	}}).Draw(t, reflect.TypeFor[T]().Name())
}

// Whatever a server knows the clients read, as the model says: every member of every answer,
// empty, null, unset or far out.
func TestWhatAServerKnowsIsWhatTheClientsRead(t *testing.T) {
	t.Parallel()
	srv := mockserver.Start(t, config{}.options()...)
	check(t, seedOfAll, func(t *rapid.T) {
		m := &machine{T: t, space: srv.SpaceFor(t), now: start}
		require.NoError(t, m.space.Update(func(s *mockserver.State) { know(t, s) }))
		m.known = m.space.State()
		m.readProfiles()
		m.readVendor()
		opts := append(m.options(), quartet.WithBearerToken(mockserver.DefaultToken))
		b, err := billing.New(m.space.URL(), opts...)
		require.NoError(t, err)
		s, err := subscription.New(m.space.URL(), opts...)
		require.NoError(t, err)
		update := billing.UpdateUserRequest{Login: "test@mail.com"}
		m.quiet(call{
			operation: "updateUser", verdict: m.updateUser(update),
			send: func(ctx context.Context, opts ...quartet.Option) (any, error) {
				return b.UpdateUser(ctx, update, opts...)
			},
		})
		create := subscription.CreateSubscriptionRequest{IsTrial: true, ReplaceExisting: true}
		m.quiet(call{
			operation: "createUserSubscription", verdict: m.createSubscription(1, create),
			send: func(ctx context.Context, opts ...quartet.Option) (any, error) {
				return s.CreateUserSubscription(ctx, 1, create, opts...)
			},
		})
	})
}

// know puts drawn values into a state, and mends what would make it unsound.
func know(t *rapid.T, s *mockserver.State) {
	anna := anyKnowledge[mockserver.ProfileUser](t)
	anna.Codes = nil
	for i := range anna.Subscriptions {
		anna.Subscriptions[i].CourseID = fmt.Sprint("course ", i)
	}
	s.Profile.PaymentMethods = []string{"card", "sbp", anna.PaymentMethod, "invoice"}
	s.Profile.Users["usr_anna"] = &anna

	customer := anyKnowledge[mockserver.BillingUser](t)
	customer.ID = 1
	s.Billing.Statuses = append(s.Billing.Statuses, customer.Status)
	s.Billing.Users["test@mail.com"] = &customer

	subscriber := anyKnowledge[mockserver.SubscriptionUser](t)
	subscriber.TelegramID, subscriber.ReferredByID = nil, nil
	if subscriber.Subscription != nil {
		subscriber.Subscription.ID = 501
	}
	s.Subscription.Users[1] = &subscriber

	for id, role := range s.Vendor.Roles {
		drawn := anyKnowledge[mockserver.VendorRole](t)
		drawn.NameEng = role.NameEng
		s.Vendor.Roles[id] = drawn
	}
	for id, user := range s.Vendor.Users {
		drawn := anyKnowledge[mockserver.VendorUser](t)
		drawn.Role = user.Role
		s.Vendor.Users[id] = &drawn
	}
	s.Vendor.AccessCodes = anyKnowledge[[]mockserver.AccessCode](t)
	s.Vendor.Balance = anyKnowledge[mockserver.VendorBalance](t)
}

// quiet makes a call of which nothing goes wrong.
func (m *machine) quiet(c call) {
	answer, err := c.send(m.Context())
	require.Empty(m, say(err))
	m.look(c, ending{trouble: right, acted: 1}, nil)
	m.good(c, answer)
}

// A nil object is sent as an empty one: a payment method without details.
func TestANilObjectIsAnEmptyOne(t *testing.T) {
	t.Parallel()
	srv := mockserver.Start(t)
	c, err := profile.New(srv.URL())
	require.NoError(t, err)
	_, err = c.ChangePaymentMethod(t.Context(), profile.ChangePaymentMethodRequest{Method: "card"})
	require.NoError(t, err)
	method, err := c.GetPaymentMethod(t.Context())
	require.NoError(t, err)
	require.Equal(t, &profile.PaymentMethod{Method: "card", Details: quartet.Object{}}, method)
}
