package mockserver

import "sync"

// world is what the four APIs remember in a space, behind its lock.
type world struct {
	mu sync.RWMutex
	*data
	account account
}

// data is a State, without clock, faults and limits, in a form whose copies share what
// they have in common, and in which the cost of a call does not grow with the number of
// users.
type data struct {
	fixed         *State // what no call changes
	profile       layers[string, ProfileUser]
	billing       layers[string, BillingUser]
	subscription  layers[int64, SubscriptionUser]
	subscriptions layers[int64, struct{}]       // the ids in use
	byTelegram    map[int64]int64               // ids of subscription users; no call changes who has which
	vendor        layers[struct{}, VendorState] // the one there is, without its users
	vendorUsers   layers[int64, VendorUser]
}

// weigh, keep and undo are for all layers.
func (d *data) weigh() (grown int) {
	return d.profile.weigh() + d.billing.weigh() + d.subscription.weigh() + d.subscriptions.weigh() + d.vendor.weigh() + d.vendorUsers.weigh()
}

func (d *data) keep() {
	d.profile.keep()
	d.billing.keep()
	d.subscription.keep()
	d.subscriptions.keep()
	d.vendor.keep()
	d.vendorUsers.keep()
}

func (d *data) undo() {
	d.profile.undo()
	d.billing.undo()
	d.subscription.undo()
	d.subscriptions.undo()
	d.vendor.undo()
	d.vendorUsers.undo()
}

// held is what calls have made the state heavier by.
func (d *data) held() int64 {
	return int64(d.profile.weight + d.billing.weight + d.subscription.weight + d.subscriptions.weight + d.vendor.weight + d.vendorUsers.weight)
}

// room is what it weighs to put something as large in place of all that calls can change.
func (d *data) room() int64 {
	return int64(d.profile.room() + d.billing.room() + d.subscription.room() + d.vendor.room() + d.vendorUsers.room())
}

// newData takes a state over.
func newData(state *State) *data {
	vendor := state.Vendor
	vendor.Users = nil
	d := &data{
		fixed:         state,
		profile:       layersOver(state.Profile.Users),
		billing:       layersOver(state.Billing.Users),
		subscription:  layersOver(state.Subscription.Users),
		subscriptions: layersOver(map[int64]*struct{}{}),
		byTelegram:    map[int64]int64{},
		vendor:        layersOver(map[struct{}]*VendorState{{}: &vendor}),
		vendorUsers:   layersOver(state.Vendor.Users),
	}
	for id, user := range state.Subscription.Users {
		if user.TelegramID != nil {
			d.byTelegram[*user.TelegramID] = id
		}
		if user.Subscription != nil {
			d.subscriptions.base[user.Subscription.ID] = &struct{}{}
		}
	}
	return d
}

// share returns a copy. Neither sees what is written to the other later.
func (d *data) share() *data {
	other := *d
	other.profile, other.billing = d.profile.share(), d.billing.share()
	other.subscription, other.subscriptions = d.subscription.share(), d.subscriptions.share()
	other.vendor, other.vendorUsers = d.vendor.share(), d.vendorUsers.share()
	return &other
}

// state returns the State, which still shares everything with d.
func (d *data) state() State {
	state := *d.fixed
	state.Profile.Users, state.Billing.Users = d.profile.all(), d.billing.all()
	state.Subscription.Users = d.subscription.all()
	state.Vendor = *d.vendor.get(struct{}{})
	state.Vendor.Users = d.vendorUsers.all()
	return state
}

// lock locks the state, for reading only or for all, and returns what unlocks it.
func (w *world) lock(readOnly bool) sync.Locker {
	if readOnly {
		w.mu.RLock()
		return w.mu.RLocker()
	}
	w.mu.Lock()
	return &w.mu
}

func (w *world) token(credential string) (Token, bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	token, known := w.fixed.Tokens[credential]
	return token, known
}

// anonymous is who calls without a credential.
func (w *world) anonymous() Token {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return Token{Profile: w.fixed.Profile.DefaultUser, Billing: true, Subscription: true}
}
