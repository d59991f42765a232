package mockserver

import "fmt"

// Option sets one thing of a new server.
type Option func(*Server) error

// WithState starts with the given state, of which the server makes a copy, instead of
// [DefaultState]. A state that is not sound is refused, see [State.Check].
func WithState(state State) Option {
	return func(s *Server) error {
		if err := state.Check(); err != nil {
			return fmt.Errorf("WithState: %w", err)
		}
		s.begin.state = state.clone()
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

// WithClock sets the clock that every space begins with, in place of the state's own. By
// default it is the real time.
func WithClock(c Clock) Option {
	return func(s *Server) error {
		s.begin.clock = &c
		return nil
	}
}

// WithVariation varies the answers of every space, in place of what the state says of it.
// Without this option the environment variable QUARTET_MOCK_VARIATION can give a seed, so
// that a whole test suite can be run under variation as it is.
func WithVariation(v Variation) Option {
	return func(s *Server) error {
		s.begin.variation = &v
		return nil
	}
}

// WithCheckedAnswers checks every answer of the server against its document. Each place that
// breaks it is counted in Violations, and the answer is reported: logged, or failing the test
// that started the server. It is on in Start, and with WithProxy.
func WithCheckedAnswers() Option {
	return func(s *Server) error {
		s.prove = true
		return nil
	}
}
