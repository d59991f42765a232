package mockserver

import (
	"net/http"
	"strconv"
	"time"

	shared "github.com/quartet-go/quartet/mockserver/internal/api"
	api "github.com/quartet-go/quartet/mockserver/internal/api/subscription"
)

// subscriptionServer answers the subscription API.
type subscriptionServer struct {
	data *data
	now  time.Time
	room *subscriptionAnswer
}

// subscriptionAnswer is room for an answer, the largest of all. It is encoded before
// another call has the room.
type subscriptionAnswer struct {
	user         api.User
	promoGroup   api.PromoGroup
	subscription api.Subscription
}

var _ api.Server = subscriptionServer{}

// What a subscription gets when the request leaves it out or says 0 (contract:
// subscription, trial and paid defaults).
const (
	trialDays, trialTrafficGB, trialDevices = 3, 10, 2
	paidTrafficGB, paidDevices              = 100, 1
)

func (s subscriptionServer) CreateUserSubscription(userID int64, body *api.CreateSubscriptionRequest) (*api.User, error) {
	id, user := s.find(userID)
	if user == nil {
		return nil, &refusal{status: http.StatusNotFound, message: "User not found"}
	}
	old := user.Subscription
	if old != nil && !isTrue(body.ReplaceExisting) {
		return nil, &refusal{status: http.StatusBadRequest, message: "User already has a subscription. Use replace_existing=true to replace it"}
	}
	created, err := s.create(id, body, old)
	if err != nil {
		return nil, err
	}
	user.Subscription = created
	user.HasHadPaidSubscription = user.HasHadPaidSubscription || !created.IsTrial
	user.UpdatedAt = s.now
	return s.room.of(id, user, s.now), nil
}

// find takes the id as Telegram's first, then as the internal one.
func (s subscriptionServer) find(userID int64) (int64, *SubscriptionUser) {
	id, ok := s.data.byTelegram[userID]
	if !ok {
		id = userID
	}
	return id, s.data.subscription.edit(id)
}

// create makes the new subscription. It keeps the id of the one it replaces and, as a
// trial that names no squads, also the squads.
func (s subscriptionServer) create(id int64, body *api.CreateSubscriptionRequest, old *Subscription) (*Subscription, error) {
	sub := &Subscription{IsTrial: isTrue(body.IsTrial), StartDate: s.now, ConnectedSquads: body.ConnectedSquads}
	var days int
	if sub.IsTrial {
		sub.Status = "trial"
		days = orDefault(body.DurationDays, trialDays)
		sub.TrafficLimitGB = orDefault(body.TrafficLimitGB, trialTrafficGB)
		sub.DeviceLimit = orDefault(body.DeviceLimit, trialDevices)
		switch {
		case body.SquadUUID != nil && *body.SquadUUID != "":
			sub.ConnectedSquads = []string{*body.SquadUUID}
		case len(sub.ConnectedSquads) == 0 && old != nil:
			sub.ConnectedSquads = old.ConnectedSquads
		}
	} else {
		sub.Status = "active"
		days = orDefault(body.DurationDays, 0)
		sub.TrafficLimitGB = orDefault(body.TrafficLimitGB, paidTrafficGB)
		sub.DeviceLimit = orDefault(body.DeviceLimit, paidDevices)
	}
	if days == 0 {
		return nil, &refusal{status: http.StatusBadRequest, message: "duration_days is required for paid subscriptions"}
	}
	end, ok := addDays(s.now, days)
	if !ok {
		return nil, &refusal{status: http.StatusBadRequest, message: "duration_days is out of range"}
	}
	sub.EndDate = end
	if old != nil {
		sub.ID = old.ID
	} else {
		sub.ID = s.newID(id)
	}
	url := "https://connect.example.com/s/" + strconv.FormatInt(sub.ID, 10)
	sub.SubscriptionURL = &url
	return sub, nil
}

// newID is reckoned from the user's id, so that it does not depend on who else gets a
// subscription at the same time; where it is taken, the next that is free.
func (s subscriptionServer) newID(user int64) int64 {
	id := 500 + max(user, 0)%1_000_000_000
	for s.data.subscriptions.get(id) != nil {
		id++
	}
	s.data.subscriptions.add(id, &struct{}{})
	return id
}

// addDays refuses dates that the server's timestamps cannot hold: years 1 to 9999.
func addDays(t time.Time, days int) (time.Time, bool) {
	const most = 9999 * 366
	if days < -most || days > most {
		return time.Time{}, false
	}
	t = t.AddDate(0, 0, days)
	return t, t.Year() >= 1 && t.Year() <= 9999
}

func isTrue(b *bool) bool { return b != nil && *b }

// orDefault returns the number, or the default when there is none or it is 0.
func orDefault(number *int, otherwise int) int {
	if number == nil || *number == 0 {
		return otherwise
	}
	return *number
}

func (a *subscriptionAnswer) of(id int64, u *SubscriptionUser, now time.Time) *api.User {
	a.user = api.User{
		ID: id, Status: api.UserStatus(u.Status), Language: u.Language,
		BalanceKopeks: u.BalanceKopeks, BalanceRubles: float64(u.BalanceKopeks) / 100,
		HasHadPaidSubscription: u.HasHadPaidSubscription, HasMadeFirstTopup: u.HasMadeFirstTopup,
		CreatedAt: shared.Timestamp(u.CreatedAt), UpdatedAt: shared.Timestamp(u.UpdatedAt),
		TelegramID: u.TelegramID, Username: u.Username, FirstName: u.FirstName, LastName: u.LastName,
		ReferralCode: u.ReferralCode, ReferredByID: u.ReferredByID,
		LastActivity: (*shared.Timestamp)(u.LastActivity),
	}
	if u.PromoGroup != nil {
		group := u.PromoGroup
		a.promoGroup = api.PromoGroup{
			ID: group.ID, Name: group.Name, ServerDiscountPercent: group.ServerDiscountPercent,
			TrafficDiscountPercent: group.TrafficDiscountPercent, DeviceDiscountPercent: group.DeviceDiscountPercent,
			ApplyDiscountsToAddons: group.ApplyDiscountsToAddons,
		}
		a.user.PromoGroup = &a.promoGroup
	}
	if u.Subscription != nil {
		a.subscription = u.Subscription.answer(now)
		a.user.Subscription = &a.subscription
	}
	return &a.user
}

func (s *Subscription) answer(now time.Time) api.Subscription {
	actual := s.Status
	if !now.Before(s.EndDate) && (s.Status == "active" || s.Status == "trial") {
		actual = "expired"
	}
	squads := s.ConnectedSquads
	if squads == nil {
		squads = []string{} // never null
	}
	return api.Subscription{
		ID: s.ID, Status: api.SubscriptionStatus(s.Status), ActualStatus: api.SubscriptionStatus(actual), IsTrial: s.IsTrial,
		StartDate: shared.Timestamp(s.StartDate), EndDate: shared.Timestamp(s.EndDate),
		TrafficLimitGB: s.TrafficLimitGB, TrafficUsedGB: s.TrafficUsedGB, DeviceLimit: s.DeviceLimit,
		AutopayEnabled: s.AutopayEnabled, AutopayDaysBefore: s.AutopayDaysBefore,
		SubscriptionURL: s.SubscriptionURL, SubscriptionCryptoLink: s.CryptoLink,
		ConnectedSquads: squads,
	}
}
