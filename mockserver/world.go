package mockserver

import (
	"maps"
	"sync"
)

// world is what the four APIs remember in a space, behind its lock.
type world struct {
	mu     sync.RWMutex
	data   *data
	shared bool // with a snapshot: copied before the first write
}

// data is a state with what finds users and ids in it, so that the cost of a call does not
// grow with their number.
type data struct {
	State // without clock, faults and limits, which are rooms of their own
	index
}

type index struct {
	byTelegram    map[int64]int64 // ids of subscription users; no call changes who has which
	subscriptions map[int64]bool  // ids of subscriptions
}

func indexOf(users map[int64]*SubscriptionUser) index {
	found := index{byTelegram: make(map[int64]int64, len(users)), subscriptions: make(map[int64]bool, len(users))}
	for id, user := range users {
		if user.TelegramID != nil {
			found.byTelegram[*user.TelegramID] = id
		}
		if user.Subscription != nil {
			found.subscriptions[user.Subscription.ID] = true
		}
	}
	return found
}

// lock locks the state, for reading only or for all, and returns what unlocks it.
func (w *world) lock(readOnly bool) sync.Locker {
	if readOnly {
		w.mu.RLock()
		return w.mu.RLocker()
	}
	w.mu.Lock()
	if w.shared {
		w.data = &data{w.data.clone(), index{w.data.byTelegram, maps.Clone(w.data.subscriptions)}}
		w.shared = false
	}
	return &w.mu
}

func (w *world) token(credential string) (Token, bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	token, known := w.data.Tokens[credential]
	return token, known
}

// anonymous is who calls without a credential.
func (w *world) anonymous() Token {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return Token{Profile: w.data.Profile.DefaultUser, Billing: true, Subscription: true}
}
