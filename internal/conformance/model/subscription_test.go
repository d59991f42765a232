package model

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/mockserver"
	"github.com/quartet-go/quartet/subscription"
)

func opensSubscription(t mockserver.Token) bool { return t.Subscription }

// subscription makes one call of the subscription API.
func (m *machine) subscription() {
	credential := m.credential("subscription", opensSubscription)
	opts := m.options()
	switch asKey := rapid.Bool().Draw(m.T, "credential as key"); {
	case credential != "" && asKey:
		opts = append(opts, quartet.WithAPIKey(credential))
	default:
		opts = append(opts, bearer(credential)...)
	}
	c, err := subscription.New(m.space.URL(), opts...)
	require.NoError(m, err)
	// Internal ids and Telegram's, those of nobody among them.
	id := rapid.SampledFrom([]int64{1, 2, 3, 4, 5, 7000000001, 7000000002, 7000000003, 6, 0, -1, math.MaxInt64, math.MinInt64}).Draw(m.T, "user")
	req := m.drawSubscription()
	made := call{
		operation: "createUserSubscription", input: req,
		send: func(ctx context.Context, opts ...quartet.Option) (any, error) {
			return c.CreateUserSubscription(ctx, id, req, opts...)
		},
		verdict: m.createSubscription(id, req),
	}
	if !m.allowed(credential, m.strict, opensSubscription) {
		made.verdict = verdict{status: http.StatusUnauthorized, message: "Invalid or expired API key"}
		if credential == "" {
			made.verdict.message = "Missing API key"
		}
	}
	m.do(made)
}

func (m *machine) drawSubscription() subscription.CreateSubscriptionRequest {
	amounts := rapid.SampledFrom([]int{0, 1, 7, 30, -3, math.MaxInt32})
	return subscription.CreateSubscriptionRequest{
		IsTrial:         rapid.Bool().Draw(m.T, "trial"),
		ReplaceExisting: rapid.SampledFrom([]bool{true, true, false}).Draw(m.T, "replace"),
		DurationDays:    maybe(m.T, rapid.SampledFrom([]int{1, 30, 365, 0, -5, 2_912_600, 3_000_000, -800_000, math.MaxInt, math.MinInt}), "days"),
		TrafficLimitGB:  maybe(m.T, amounts, "traffic"),
		DeviceLimit:     maybe(m.T, amounts, "devices"),
		SquadUUID:       maybe(m.T, texts, "squad"),
		ConnectedSquads: rapid.OneOf(rapid.Just[[]string](nil), rapid.Just([]string{}), rapid.SliceOfN(texts, 1, 3)).Draw(m.T, "squads"),
	}
}

// createSubscription makes a new subscription, or puts one in the place of the old one.
func (m *machine) createSubscription(asked int64, req subscription.CreateSubscriptionRequest) verdict {
	id := m.subscriber(asked)
	user := m.known.Subscription.Users[id]
	if user == nil {
		return verdict{status: http.StatusNotFound, message: "User not found"}
	}
	old := user.Subscription
	if old != nil && !req.ReplaceExisting {
		return verdict{status: http.StatusBadRequest, message: "User already has a subscription. Use replace_existing=true to replace it"}
	}
	days := given(req.DurationDays, map[bool]int{true: 3}[req.IsTrial])
	if days == 0 {
		return verdict{status: http.StatusBadRequest, message: "duration_days is required for paid subscriptions"}
	}
	end := m.now.AddDate(0, 0, days)
	if days > 366*9999 || days < -366*9999 || end.Year() < 1 || end.Year() > 9999 {
		return verdict{status: http.StatusBadRequest, message: "duration_days is out of range"}
	}
	created := &mockserver.Subscription{IsTrial: req.IsTrial, StartDate: m.now, EndDate: end, ConnectedSquads: req.ConnectedSquads}
	if req.IsTrial {
		created.Status = "trial"
		created.TrafficLimitGB, created.DeviceLimit = given(req.TrafficLimitGB, 10), given(req.DeviceLimit, 2)
		switch {
		case req.SquadUUID != nil && *req.SquadUUID != "":
			created.ConnectedSquads = []string{*req.SquadUUID}
		case len(req.ConnectedSquads) == 0 && old != nil:
			created.ConnectedSquads = old.ConnectedSquads
		}
	} else {
		created.Status = "active"
		created.TrafficLimitGB, created.DeviceLimit = given(req.TrafficLimitGB, 100), given(req.DeviceLimit, 1)
	}
	after := m.known
	after.Subscription.Users = with(after.Subscription.Users, id, func(u *mockserver.SubscriptionUser) {
		u.Subscription, u.UpdatedAt = created, m.now
		u.HasHadPaidSubscription = u.HasHadPaidSubscription || !req.IsTrial
	})
	return verdict{
		status: http.StatusCreated, after: after,
		answer: func(s mockserver.State) any { return m.subscriptionUser(s, id) },
		open: func(after *mockserver.State, seen mockserver.State) string {
			return m.identify(after, seen, id, old)
		},
	}
}

// subscriber is the internal id that an id stands for: Telegram's comes first.
func (m *machine) subscriber(asked int64) int64 {
	for id, user := range m.known.Subscription.Users {
		if user.TelegramID != nil && *user.TelegramID == asked {
			return id
		}
	}
	return asked
}

// given is the number, or the default when there is none or it is 0.
func given(number *int, otherwise int) int {
	if number == nil || *number == 0 {
		return otherwise
	}
	return *number
}

// identify takes the id and the address of a new subscription over from the server: a
// replacement keeps the id, any other is free, and the address is made of it.
func (m *machine) identify(after *mockserver.State, seen mockserver.State, id int64, old *mockserver.Subscription) string {
	var got mockserver.Subscription
	if user := seen.Subscription.Users[id]; user != nil && user.Subscription != nil {
		got = *user.Subscription
	}
	switch {
	case old != nil && got.ID != old.ID:
		return fmt.Sprintf("the replacement of subscription %d has the id %d", old.ID, got.ID)
	case got.SubscriptionURL == nil || !strings.HasSuffix(*got.SubscriptionURL, fmt.Sprint("/", got.ID)):
		return fmt.Sprintf("the address of subscription %d is not made of its id", got.ID)
	}
	for other, user := range m.known.Subscription.Users {
		if other != id && user.Subscription != nil && user.Subscription.ID == got.ID {
			return fmt.Sprintf("the id %d is that of another subscription", got.ID)
		}
	}
	after.Subscription.Users = with(after.Subscription.Users, id, func(u *mockserver.SubscriptionUser) {
		created := *u.Subscription
		created.ID, created.SubscriptionURL = got.ID, got.SubscriptionURL
		u.Subscription = &created
	})
	return ""
}

// subscriptionUser is a user as the API shows it.
func (m *machine) subscriptionUser(s mockserver.State, id int64) *subscription.User {
	u := s.Subscription.Users[id]
	shown := &subscription.User{
		ID: id, Status: subscription.UserStatus(u.Status), Language: u.Language,
		BalanceKopeks: u.BalanceKopeks, BalanceRubles: float64(u.BalanceKopeks) / 100,
		HasHadPaidSubscription: u.HasHadPaidSubscription, HasMadeFirstTopup: u.HasMadeFirstTopup,
		CreatedAt: quartet.Time{Time: u.CreatedAt}, UpdatedAt: quartet.Time{Time: u.UpdatedAt},
		TelegramID: u.TelegramID, Username: u.Username, FirstName: u.FirstName, LastName: u.LastName,
		ReferralCode: u.ReferralCode, ReferredByID: u.ReferredByID, LastActivity: shownTime(u.LastActivity),
	}
	if g := u.PromoGroup; g != nil {
		shown.PromoGroup = &subscription.PromoGroup{
			ID: g.ID, Name: g.Name, ServerDiscountPercent: g.ServerDiscountPercent, TrafficDiscountPercent: g.TrafficDiscountPercent,
			DeviceDiscountPercent: g.DeviceDiscountPercent, ApplyDiscountsToAddons: g.ApplyDiscountsToAddons,
		}
	}
	if sub := u.Subscription; sub != nil {
		actual := sub.Status
		if !sub.EndDate.After(m.now) {
			actual = "expired"
		}
		shown.Subscription = &subscription.Subscription{
			ID: sub.ID, Status: subscription.SubscriptionStatus(sub.Status), ActualStatus: subscription.SubscriptionStatus(actual),
			IsTrial: sub.IsTrial, StartDate: quartet.Time{Time: sub.StartDate}, EndDate: quartet.Time{Time: sub.EndDate},
			TrafficLimitGB: sub.TrafficLimitGB, TrafficUsedGB: sub.TrafficUsedGB, DeviceLimit: sub.DeviceLimit,
			AutopayEnabled: sub.AutopayEnabled, AutopayDaysBefore: sub.AutopayDaysBefore,
			SubscriptionURL: sub.SubscriptionURL, SubscriptionCryptoLink: sub.CryptoLink,
			ConnectedSquads: append([]string{}, sub.ConnectedSquads...),
		}
	}
	return shown
}

func shownTime(t *time.Time) *quartet.Time {
	if t == nil {
		return nil
	}
	return &quartet.Time{Time: *t}
}
