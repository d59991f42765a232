package quartet

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"time"

	"github.com/quartet-go/quartet/internal/operation"
)

// Option sets one thing, for every call of a client when it is given to New or
// With, for one call when it is given to a method. Of two options that set the
// same thing the later holds, and a call's options come after the client's.
type Option func(*config) error

// config is what options set. It is copied, never shared, so that a client stays
// as it was made.
type config struct {
	httpClient     *http.Client // the caller's, never modified
	rootCAs        *x509.CertPool
	transport      http.RoundTripper // what those two come to
	credential     credential
	plainHTTP      bool
	retry          RetryPolicy
	budget         *RetryBudget // nil for none
	limiter        RateLimiter  // nil for none
	timeout        time.Duration
	attemptTimeout time.Duration
	maxAnswer      int64
	maxFailure     int64
	observers      []Observer
	extra          extra
}

const (
	defaultTimeout        = 2 * time.Minute
	defaultAttemptTimeout = 30 * time.Second
	defaultMaxAnswer      = 10 << 20
	defaultMaxFailure     = 1 << 20
)

func defaultConfig() config {
	return config{
		httpClient:     &http.Client{},
		transport:      defaultTransport(),
		retry:          defaultRetryPolicy,
		budget:         NewRetryBudget(),
		timeout:        defaultTimeout,
		attemptTimeout: defaultAttemptTimeout,
		maxAnswer:      defaultMaxAnswer,
		maxFailure:     defaultMaxFailure,
	}
}

// scope is what options are applied to: a client, or one call of it.
type scope struct {
	api   string
	takes operation.Auth // kinds of credential that some operation takes
	base  *url.URL       // nil when it is not known yet
	call  bool
}

// with returns a copy of c with opts applied, or all their errors.
func (c config) with(s scope, opts []Option) (config, error) {
	before := c
	var errs []error
	for i, opt := range opts {
		if opt == nil {
			errs = append(errs, fmt.Errorf("option %d is nil", i+1))
			continue
		}
		errs = append(errs, opt(&c))
	}
	errs = append(errs, c.credential.check(s, c.plainHTTP), c.resolveTransport(before, s))
	return c, errors.Join(errs...)
}

// resolveTransport works out the transport when one of the options behind it changed.
func (c *config) resolveTransport(before config, s scope) error {
	if c.httpClient == before.httpClient && c.rootCAs == before.rootCAs {
		return nil
	}
	c.transport = c.httpClient.Transport
	if c.transport == nil {
		c.transport = defaultTransport()
	}
	if c.rootCAs == nil {
		return nil
	}
	if s.call {
		return errors.New("WithRootCAs: the pool cannot go into a transport for one call; give both to New or With")
	}
	base, ok := c.transport.(*http.Transport)
	if !ok {
		return fmt.Errorf("WithRootCAs: the transport is a %T, which has no certificate pool to set; give the pool to it yourself", c.transport)
	}
	if base.DialTLSContext != nil || base.DialTLS != nil { //nolint:staticcheck // deprecated, but it would win
		return errors.New("WithRootCAs: the transport makes its TLS connections itself; give the pool to it yourself")
	}
	base = base.Clone()
	if base.TLSClientConfig == nil {
		base.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	base.TLSClientConfig.RootCAs = c.rootCAs
	c.transport = base
	return nil
}

// WithHTTPClient sends through client: its Transport, cookie jar and Timeout hold.
// The client itself is not modified. Its CheckRedirect is not used: a redirect is
// followed for reads and within the origin only. nil is refused. The default is a
// client of a copy of net/http's default transport, which all clients share.
func WithHTTPClient(client *http.Client) Option {
	return func(c *config) error {
		if client == nil {
			return errors.New("WithHTTPClient: the client is nil")
		}
		c.httpClient = client
		return nil
	}
}

// WithTransport sends through transport, for instance the mock server's in-process
// one. nil is refused. The default is that of WithHTTPClient.
func WithTransport(transport http.RoundTripper) Option {
	return func(c *config) error {
		if transport == nil {
			return errors.New("WithTransport: the transport is nil")
		}
		client := *c.httpClient
		client.Transport = transport
		c.httpClient = &client
		return nil
	}
}

// WithRootCAs accepts server certificates of the authorities in pool, for instance a
// private one, instead of the system's. It holds for a client and needs the default
// transport or an *http.Transport, which it copies. nil is refused. No option switches
// the check of certificates off.
func WithRootCAs(pool *x509.CertPool) Option {
	return func(c *config) error {
		if pool == nil {
			return errors.New("WithRootCAs: the pool is nil")
		}
		c.rootCAs = pool
		return nil
	}
}

// WithPlainHTTP lets a credential go over http:// to a host that is not this machine,
// where everybody on the way can read it. Without it New refuses that.
func WithPlainHTTP() Option {
	return func(c *config) error {
		c.plainHTTP = true
		return nil
	}
}

// RateLimiter bounds how fast attempts follow each other. *rate.Limiter of
// golang.org/x/time/rate is one.
type RateLimiter interface {
	// Wait blocks until an attempt may be made, or returns why it never may.
	Wait(ctx context.Context) error
}

// WithRateLimiter waits for limiter before every attempt, retries too. An error of it
// ends the call. nil takes a limiter away.
func WithRateLimiter(limiter RateLimiter) Option {
	return func(c *config) error {
		c.limiter = limiter
		return nil
	}
}

// WithResponseLimit bounds what is read of a 2xx answer's body and of any other's, in
// bytes after decompression. 0 keeps what there is; the defaults are 10 MiB and 1 MiB.
// A longer answer is [ErrResponseTooLarge].
func WithResponseLimit(answer, failure int64) Option {
	return func(c *config) error {
		if answer < 0 || failure < 0 {
			return fmt.Errorf("WithResponseLimit: %d and %d: a limit must not be negative", answer, failure)
		}
		// One byte more is read, to see that there is more.
		c.maxAnswer = min(cmp.Or(answer, c.maxAnswer), math.MaxInt64-1)
		c.maxFailure = min(cmp.Or(failure, c.maxFailure), math.MaxInt64-1)
		return nil
	}
}

// WithRetry sets how failed calls are repeated; members that are zero keep their
// defaults. Negative members are refused.
func WithRetry(policy RetryPolicy) Option {
	return func(c *config) error {
		if err := policy.check(); err != nil {
			return fmt.Errorf("WithRetry: %w", err)
		}
		c.retry = policy.withDefaults()
		return nil
	}
}

// WithoutRetry makes one attempt only.
func WithoutRetry() Option { return WithRetry(RetryPolicy{MaxAttempts: 1}) }

// WithTimeout bounds a call, all its attempts and waits together, when its context
// has no deadline. The default is 2 minutes; 0 sets no bound.
func WithTimeout(d time.Duration) Option {
	return func(c *config) error {
		if d < 0 {
			return fmt.Errorf("WithTimeout: %s is negative", d)
		}
		c.timeout = d
		return nil
	}
}

// WithAttemptTimeout bounds one attempt from its start to the last byte of its
// answer. The default is 30 seconds; 0 sets no bound.
func WithAttemptTimeout(d time.Duration) Option {
	return func(c *config) error {
		if d < 0 {
			return fmt.Errorf("WithAttemptTimeout: %s is negative", d)
		}
		c.attemptTimeout = d
		return nil
	}
}
