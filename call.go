package quartet

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/quartet-go/quartet/internal/operation"
)

// call is one call of an operation. It is the http.RoundTripper below
// go-retryablehttp, whose loop it steers, and remembers how each attempt ended, since
// neither that loop nor http.Client hands over all of it.
type call struct {
	api    string
	op     *operation.Operation
	config *config
	ctx    context.Context // the caller's; those of requests may end earlier
	in     any             // what the request's body was made of
	out    any             // where the answer goes, nil to ignore its body

	url     url.URL
	body    []byte    // nil for none
	started time.Time // zero when nobody asks
	// deadline is the context's or that of the call's timeout, whichever there is; zero
	// for none. timedOut tells the latter.
	deadline    time.Time
	timedOut    timeout
	attemptEnds time.Time // by the attempt's timeout; zero for none

	client http.Client
	loop   retryablehttp.Client

	attempts int
	last     attempt       // the attempt that ended last
	again    bool          // whether there is to be another one
	delay    time.Duration // wait before it
	gaveUp   error         // why there is none though one might have helped
	replayed bool          // a 401 has been answered with a fresh token
}

// timeout names a timeout of ours.
type timeout struct {
	what  string
	after time.Duration // 0 for none
}

// prepare works out what every attempt sends.
func (c *call) prepare(base *url.URL, in operation.Input) error {
	if err := setURL(&c.url, base, c.op, in, c.config.extra.query); err != nil {
		return err
	}
	if in.Body != nil {
		var err error
		if c.body, err = json.Marshal(in.Body); err != nil {
			return fmt.Errorf("encode the request: %w", err)
		}
		if bytes.Contains(c.body, []byte(redacted)) && hasFreeSecret(reflect.ValueOf(in.Body)) {
			return errors.New("a Secret stands within a free-form value, where it would be sent as [redacted]; give what its Reveal returns")
		}
	}
	var err error
	c.body, err = c.config.extra.addTo(c.body)
	return err
}

// run makes attempts until one settles the call, and reads the answer. The steps of a
// call meet here, outermost first; RoundTrip has the steps of an attempt.
func (c *call) run(ctx context.Context) error {
	c.setDeadline(ctx)
	ctx = c.observeStart(ctx)
	c.ctx = ctx
	err := c.settle(ctx, c.attempt(ctx))
	if answer := c.config.extra.answer; answer != nil {
		*answer = c.last.response() //nolint:bodyclose // it is in memory
	}
	if err == nil {
		c.config.budget.succeeded()
	}
	c.observeDone(ctx, err)
	c.last.release()
	if err != nil { // not before: a nil *Error in an error is not nil
		return err
	}
	return nil
}

// setDeadline bounds the call when its context does not. There is no context for it:
// waits are never begun that would not end in time, and every attempt has one of its
// own.
func (c *call) setDeadline(ctx context.Context) {
	deadline, bounded := ctx.Deadline()
	if !bounded && c.config.timeout > 0 {
		deadline = time.Now().Add(c.config.timeout)
		c.timedOut = timeout{"call", c.config.timeout}
	}
	c.deadline = deadline
}

// attempt lets go-retryablehttp make the attempts and wait between them. Where there is
// nothing to wait for it begins anew, since that loop would set a timer all the same. It
// returns what kept the loop from making the first attempt; all else is in c.last.
func (c *call) attempt(ctx context.Context) error {
	c.client = *c.config.httpClient
	c.client.Transport = c
	c.client.CheckRedirect = c.checkRedirect
	c.client.Timeout = 0 // see attemptLimit; net/http's ends attempts in ways that do not tell why
	c.loop.HTTPClient = &c.client
	c.loop.RetryMax = math.MaxInt // decide counts
	c.loop.CheckRetry = func(context.Context, *http.Response, error) (bool, error) { return c.again && c.delay > 0, nil }
	c.loop.Backoff = func(time.Duration, time.Duration, int, *http.Response) time.Duration { return c.delay }
	c.loop.ErrorHandler = retryablehttp.PassthroughErrorHandler
	c.loop.PrepareRetry = newCookies
	for {
		c.again = false // a loop that fails before RoundTrip shall not begin anew
		req := (&http.Request{
			Method: c.op.Method, URL: &c.url, Host: c.url.Host, Header: http.Header{},
			Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		}).WithContext(ctx)
		resp, err := c.loop.Do(&retryablehttp.Request{Request: req})
		if resp != nil {
			_ = resp.Body.Close() // http.NoBody: once has read and closed the real one
		}
		if !c.again || c.delay > 0 {
			return err
		}
	}
}

// newCookies empties the header of a request before it is sent again: there is nothing in
// it but what the cookie jar has added, which it is about to do once more.
func newCookies(req *http.Request) error {
	req.Header = http.Header{}
	return nil
}

// checkRedirect follows a redirect for reads and within the origin, and no other: a
// write must not become a read, nor a credential somebody else's.
func (c *call) checkRedirect(req *http.Request, via []*http.Request) error {
	switch {
	case c.op.Retry != operation.Safe:
		c.gaveUp = errors.New("not followed: only reads follow redirects")
	case origin(req.URL) != origin(&c.url):
		c.gaveUp = fmt.Errorf("not followed: it leads to another origin, %s://%s", req.URL.Scheme, req.URL.Host)
	case len(via) >= maxRedirects:
		c.gaveUp = fmt.Errorf("not followed: it is number %d", len(via))
	default:
		return nil
	}
	return http.ErrUseLastResponse
}

const maxRedirects = 10

// origin follows RFC 6454, section 4: scheme, host and port, in one way of writing them.
func origin(u *url.URL) string {
	port := cmp.Or(u.Port(), map[string]string{"http": "80", "https": "443"}[u.Scheme])
	return u.Scheme + "://" + strings.ToLower(u.Hostname()) + ":" + port
}

// settle turns the last attempt into the call's result. interrupted is what the loop
// said.
func (c *call) settle(ctx context.Context, interrupted error) *Error {
	if c.last.err == nil && c.last.ok() {
		if c.out == nil {
			return nil
		}
		err := decode(c.last.body, c.out)
		if err == nil {
			return nil
		}
		c.last.err = err
	}
	var reasons []error
	switch {
	case c.last.lost() && c.last.ok():
		reasons = append(reasons, fmt.Errorf("%w: %w", ErrBadResponse, c.last.err))
	case c.last.lost() || errors.Is(c.last.err, ErrResponseTooLarge):
		reasons = append(reasons, c.last.err)
	case c.attempts == 0 && ctx.Err() == nil:
		reasons = append(reasons, interrupted)
	}
	if ctx.Err() != nil && !errors.Is(errors.Join(reasons...), ctx.Err()) {
		reasons = append(reasons, ctx.Err())
	}
	if c.gaveUp != nil {
		reasons = append(reasons, c.gaveUp)
	}
	if c.op.Retry == operation.Guarded && c.last.outcomeUnknown() {
		reasons = append(reasons, ErrOutcomeUnknown)
	}
	return c.failure(reasons...)
}

// refused is the error of a call that was never sent.
func (c *call) refused(reasons ...error) *Error { return c.error(hidden{reasons: reasons}) }

// error makes an error in one piece with what it hides.
func (c *call) error(kept hidden) *Error {
	e := &struct {
		Error
		kept hidden
	}{Error{API: c.api, Operation: c.op.ID, Method: c.op.Method, Path: c.op.Path}, kept}
	e.hidden = func() *hidden { return &e.kept }
	return &e.Error
}

// failure is the error of the last attempt.
func (c *call) failure(reasons ...error) *Error {
	e := c.error(hidden{c.last.header, c.last.keep(), reasons})
	e.StatusCode = c.last.status
	e.RequestID = requestID(c.last.header)
	e.Attempts = c.attempts
	e.RetryAfter, _ = c.last.retryAfter()
	if c.last.status != 0 && !c.last.ok() && c.last.err == nil { // one that was cut may be cut within a secret
		e.readBody(c.redactor(), c.memberNames)
	}
	return e
}
