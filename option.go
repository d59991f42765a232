package quartet

import (
	"errors"
	"fmt"
	"net/http"
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
	httpClient     *http.Client
	credential     credential
	retry          RetryPolicy
	timeout        time.Duration
	attemptTimeout time.Duration
}

const (
	defaultTimeout        = 2 * time.Minute
	defaultAttemptTimeout = 30 * time.Second
)

func defaultConfig() config {
	return config{
		httpClient:     &http.Client{},
		retry:          defaultRetryPolicy,
		timeout:        defaultTimeout,
		attemptTimeout: defaultAttemptTimeout,
	}
}

// with returns a copy of c with opts applied, or all their errors.
func (c config) with(api string, takes operation.Auth, opts []Option) (config, error) {
	var errs []error
	for i, opt := range opts {
		if opt == nil {
			errs = append(errs, fmt.Errorf("option %d is nil", i+1))
			continue
		}
		errs = append(errs, opt(&c))
	}
	errs = append(errs, c.credential.check(api, takes))
	return c, errors.Join(errs...)
}

// WithHTTPClient sends through client: its Transport, cookie jar and Timeout hold.
// The client itself is not modified, and its CheckRedirect is not used, since
// redirects are not followed. nil is refused. The default is a client of net/http's
// default transport.
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
// one. nil is refused. The default is net/http's default transport.
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
