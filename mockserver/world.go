package mockserver

import "sync"

// world is the state of a server behind its lock.
type world struct {
	mu    sync.RWMutex
	state State
	// byTelegram finds subscription users; no request changes who has which id.
	byTelegram map[int64]int64
}

// State returns a copy of the state.
func (s *Server) State() State {
	s.world.mu.RLock()
	defer s.world.mu.RUnlock()
	return s.world.state.clone()
}

// SetState replaces the state by a copy of the given one. A state that is not sound is
// refused and changes nothing, see [State.Check].
func (s *Server) SetState(state State) error {
	if err := state.Check(); err != nil {
		return err
	}
	s.world.set(state.clone())
	return nil
}

// Update changes the state while no request is under way: edit gets a copy, which
// becomes the state when it is sound. A copy that is not is refused and changes nothing,
// see [State.Check]. edit must not call the server, which waits for it.
func (s *Server) Update(edit func(*State)) error {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	edited := s.world.state.clone()
	edit(&edited)
	if err := edited.Check(); err != nil {
		return err
	}
	s.world.replace(edited.clone()) // edit may have kept a pointer
	return nil
}

func (w *world) set(state State) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.replace(state)
}

func (w *world) replace(state State) {
	w.state = state
	w.byTelegram = make(map[int64]int64, len(state.Subscription.Users))
	for id, user := range state.Subscription.Users {
		if user.TelegramID != nil {
			w.byTelegram[*user.TelegramID] = id
		}
	}
}

// lock locks the state, for reading only or for all, and returns how to unlock it.
func (w *world) lock(readOnly bool) (unlock func()) {
	if readOnly {
		w.mu.RLock()
		return w.mu.RUnlock
	}
	w.mu.Lock()
	return w.mu.Unlock
}

func (w *world) token(credential string) (Token, bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	token, known := w.state.Tokens[credential]
	return token, known
}

// anonymous is who calls without a credential.
func (w *world) anonymous() Token {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return Token{Profile: w.state.Profile.DefaultUser, Billing: true, Subscription: true}
}
