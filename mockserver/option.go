package mockserver

import (
	"errors"
	"fmt"
	"time"
)

// Option sets one thing of a new server.
type Option func(*Server) error

// WithState starts with the given state, of which the server makes a copy, instead of
// [DefaultState]. A state that is not sound is refused, see [State.Check].
func WithState(state State) Option {
	return func(s *Server) error {
		if err := state.Check(); err != nil {
			return fmt.Errorf("WithState: %w", err)
		}
		s.world.set(state.clone())
		return nil
	}
}

// WithStrictAuth requires a credential on every operation but listAvailablePaymentMethods.
// By default only the vendor API does, as its document says.
func WithStrictAuth() Option {
	return func(s *Server) error {
		s.strictAuth = true
		return nil
	}
}

// WithSplitBalance keeps the vendor's balance at GET /v1.0/profile/balance. By default it
// stands beside the access codes, as the published document prints it.
func WithSplitBalance() Option {
	return func(s *Server) error {
		s.splitBalance = true
		return nil
	}
}

// WithClock takes the time from now, which rules timestamps and expiry. By default it is
// time.Now. now is called by many requests at once, while the state is locked: it must not
// call the server. nil is refused.
func WithClock(now func() time.Time) Option {
	return func(s *Server) error {
		if now == nil {
			return errors.New("WithClock: the function is nil")
		}
		s.now = now
		return nil
	}
}
