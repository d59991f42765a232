package quartet

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// refreshAhead is how long before its end a token is replaced, and refreshPatience how
// long the call that does so waits for the source while the token still holds.
const (
	refreshAhead    = time.Minute
	refreshPatience = 5 * time.Second
)

// TokenSource gives bearer tokens that expire, for instance from an OAuth 2.0 server.
// It is asked once at a time, when a call needs a token and there is none, when the
// token is about to expire, and when the server has refused it.
type TokenSource interface {
	Token(ctx context.Context) (Token, error)
}

// Token is a bearer token.
type Token struct {
	Value     Secret
	ExpiresAt time.Time // zero: it does not expire
}

// TokenError says that a TokenSource gave no token; the call was not sent.
type TokenError struct{ Err error }

// Error repeats what the source said.
func (e *TokenError) Error() string { return "no token: " + e.Err.Error() }

// Unwrap returns what the source said.
func (e *TokenError) Unwrap() error { return e.Err }

// WithTokenSource sends a bearer token of source with every operation that takes a
// credential. A token is kept until a minute before it expires, or the last quarter of a
// shorter life, and calls that need a new one wait for the same answer of the source. A call that the server answers with 401 is
// sent once more with a fresh token, within its attempts. A source that fails is a
// [*TokenError]. It replaces any other credential. nil is refused.
func WithTokenSource(source TokenSource) Option {
	return func(c *config) error {
		if source == nil {
			return errors.New("WithTokenSource: the source is nil")
		}
		c.credential = credential{tokens: &tokenCache{source: source}}
		return nil
	}
}

// tokenCache keeps the token of a source.
type tokenCache struct {
	source TokenSource

	mu     sync.Mutex
	token  Token
	ahead  time.Duration // how long before its end it is replaced
	asking *asking       // nil while nobody asks the source
}

// asking is one question to the source, and what came of it.
type asking struct {
	done      chan struct{}
	token     Secret
	err       error
	abandoned bool // whoever asked went away, which says nothing about the source
}

// get returns a token that is good for now: the one at hand, another caller's answer, or
// one of its own asking. While the token at hand is good, nobody waits for another caller.
func (t *tokenCache) get(ctx context.Context) (Secret, error) {
	for {
		now := time.Now()
		t.mu.Lock()
		token, other := t.token, t.asking
		if token.goodAt(now.Add(t.ahead)) || other != nil && token.goodAt(now) {
			t.mu.Unlock()
			return token.Value, nil
		}
		if other == nil {
			mine := &asking{done: make(chan struct{}), abandoned: true}
			t.asking = mine
			t.mu.Unlock()
			if token.goodAt(now) { // a source that hangs shall not cost the call its time
				short, cancel := context.WithTimeout(ctx, refreshPatience)
				defer cancel()
				ctx = short
			}
			t.ask(ctx, mine)
			return mine.token, mine.err
		}
		t.mu.Unlock()
		select {
		case <-other.done:
			if !other.abandoned {
				return other.token, other.err
			}
		case <-ctx.Done():
			return Secret{}, ctx.Err()
		}
	}
}

// ask fills in a and lets those who wait for it go on, also when the source panics. A
// source that fails while the old token still holds is forgiven.
func (t *tokenCache) ask(ctx context.Context, a *asking) {
	defer func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.asking = nil
		close(a.done)
	}()
	fresh, err := t.source.Token(ctx)
	if err == nil {
		if err = checkCredential(fresh.Value.Reveal()); err != nil {
			err = fmt.Errorf("the source's token is not usable: %w", err)
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case err == nil:
		t.token, a.token = fresh, fresh.Value
		t.ahead = refreshAhead
		if !fresh.ExpiresAt.IsZero() { // a short life is not all refreshing
			t.ahead = min(refreshAhead, time.Until(fresh.ExpiresAt)/4)
		}
	case t.token.goodAt(time.Now()):
		a.token = t.token.Value
	default:
		a.err = &TokenError{err}
	}
	a.abandoned = a.err != nil && ctx.Err() != nil
}

// discard forgets a token that the server has refused.
func (t *tokenCache) discard(value Secret) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.token.Value.Equal(value) {
		t.token = Token{}
	}
}

func (t Token) goodAt(at time.Time) bool {
	return !t.Value.IsZero() && (t.ExpiresAt.IsZero() || at.Before(t.ExpiresAt))
}
