package quartet

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"time"

	"github.com/quartet-go/quartet/internal/operation"
)

// RetryPolicy says how often and how fast failed calls are repeated. The zero value
// of a member keeps its default.
type RetryPolicy struct {
	// MaxAttempts counts all attempts of a call, the first included. The default
	// is 4; 1 never repeats.
	MaxAttempts int
	// BaseDelay bounds the wait before the second attempt. It doubles with every
	// further one, and each wait is drawn evenly between 0 and its bound, so that
	// clients that failed together do not come back together. The default is
	// 250 ms.
	BaseDelay time.Duration
	// MaxDelay bounds every drawn wait. The default is 8 s.
	MaxDelay time.Duration
	// MaxRetryAfter bounds what an answer's Retry-After may ask. When it asks for
	// more, the call ends at once with that answer. The default is 60 s.
	MaxRetryAfter time.Duration
}

var defaultRetryPolicy = RetryPolicy{
	MaxAttempts:   4,
	BaseDelay:     250 * time.Millisecond,
	MaxDelay:      8 * time.Second,
	MaxRetryAfter: 60 * time.Second,
}

func (p RetryPolicy) check() error {
	if p.MaxAttempts < 0 {
		return fmt.Errorf("MaxAttempts is %d; give 1 or more, or 0 for the default", p.MaxAttempts)
	}
	for name, d := range map[string]time.Duration{"BaseDelay": p.BaseDelay, "MaxDelay": p.MaxDelay, "MaxRetryAfter": p.MaxRetryAfter} {
		if d < 0 {
			return fmt.Errorf("%s is %s; give a positive duration, or 0 for the default", name, d)
		}
	}
	return nil
}

func (p RetryPolicy) withDefaults() RetryPolicy {
	if p.MaxAttempts == 0 {
		p.MaxAttempts = defaultRetryPolicy.MaxAttempts
	}
	if p.BaseDelay == 0 {
		p.BaseDelay = defaultRetryPolicy.BaseDelay
	}
	if p.MaxDelay == 0 {
		p.MaxDelay = defaultRetryPolicy.MaxDelay
	}
	if p.MaxRetryAfter == 0 {
		p.MaxRetryAfter = defaultRetryPolicy.MaxRetryAfter
	}
	return p
}

// backoff draws the wait after the given number of attempts.
func (p RetryPolicy) backoff(attempts int) time.Duration {
	bound := min(p.BaseDelay, p.MaxDelay)
	for range attempts - 1 {
		bound += min(bound, p.MaxDelay-bound)
	}
	return rand.N(bound)
}

// decide says whether there is to be another attempt, and how long to wait before.
func (c *call) decide(ctx context.Context) {
	c.again, c.delay = false, 0
	policy := &c.config.retry
	switch {
	case ctx.Err() != nil || c.attempts >= policy.MaxAttempts:
		return
	case c.tokenRefused():
		c.replayed, c.again = true, true
		c.config.credential.tokens.discard(c.last.token)
		c.observeRetry(ctx)
		return
	case !c.last.repeatable(c.op.Retry):
		return
	}
	delay, asked := c.last.retryAfter()
	switch {
	case !asked:
		delay = policy.backoff(c.attempts)
	case delay > policy.MaxRetryAfter:
		return
	}
	if !c.deadline.IsZero() && time.Until(c.deadline) <= delay {
		c.gaveUp = fmt.Errorf("the next attempt would come after the deadline: %w", context.DeadlineExceeded)
		return
	}
	if !c.config.budget.take(c.last.cost()) {
		c.gaveUp = errBudgetEmpty
		return
	}
	c.again, c.delay = true, delay
	c.observeRetry(ctx)
}

// tokenRefused reports whether the answer calls for a fresh token, for the first time:
// the server has not acted, whatever the operation.
func (c *call) tokenRefused() bool {
	return c.last.status == http.StatusUnauthorized && !c.last.token.IsZero() && !c.replayed
}

// cost is what repeating the attempt takes out of the budget.
func (a *attempt) cost() int {
	if errors.Is(a.err, context.DeadlineExceeded) {
		return timeoutCost
	}
	return retryCost
}

// repeatable says whether what an attempt ended in may be repeated under class.
func (a *attempt) repeatable(class operation.Class) bool {
	if class == operation.Guarded {
		return a.didNotAct()
	}
	if a.lost() {
		return transient(a.err)
	}
	switch a.status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests,
		http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// didNotAct reports whether the attempt failed in a way that the server certainly
// did not act on.
func (a *attempt) didNotAct() bool {
	switch a.status {
	case 0:
		return a.err != nil && !a.mayBeWritten() && transient(a.err)
	case http.StatusTooManyRequests:
		return true
	case http.StatusServiceUnavailable:
		_, asked := a.retryAfter()
		return asked
	default:
		return false
	}
}

// outcomeUnknown reports whether the server may have acted without saying so. A 2xx
// that breaks the contract may be anybody's. Among the 5xx, which proxies send as well
// when an answer got lost, only those that say that nothing was done settle it.
func (a *attempt) outcomeUnknown() bool {
	if a.lost() {
		return a.mayBeWritten()
	}
	return a.status >= 500 && a.status != http.StatusNotImplemented && !a.didNotAct()
}

// transient reports whether repeating can help. Everything that is not known to be
// lasting is taken to be a broken connection.
func transient(err error) bool {
	var (
		verification *tls.CertificateVerificationError
		conn         *net.OpError
		notTLS       tls.RecordHeaderError
		host         x509.HostnameError
		dns          *net.DNSError
		refused      *refusedError
	)
	switch {
	case errors.As(err, &verification), errors.As(err, &notTLS), errors.As(err, &host):
		return false
	case errors.As(err, &conn) && conn.Op == "remote error": // a TLS alert: the server refuses our side
		return false
	case errors.As(err, &dns) && dns.IsNotFound:
		return false
	case errors.As(err, &refused), errors.Is(err, ErrResponseTooLarge), errors.Is(err, context.Canceled):
		return false
	}
	return true
}

// refusedError is a refusal of our own or of the caller's authorizer, before
// anything was sent.
type refusedError struct{ err error }

func (e *refusedError) Error() string { return e.err.Error() }
func (e *refusedError) Unwrap() error { return e.err }
