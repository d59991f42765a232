package quartet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
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
	in     any // what the request's body was made of
	out    any // where the answer goes, nil to ignore its body

	attempts int
	last     attempt       // the attempt that ended last
	delay    time.Duration // wait before the next attempt
	gaveUp   error         // why there is no next attempt though one might have helped
}

// run sends req until an attempt settles the call, and reads the answer.
// The steps of a call meet here, outermost first; RoundTrip has the steps of an attempt.
func (c *call) run(ctx context.Context, req *request) error {
	client := *c.config.httpClient
	client.Transport = c
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	loop := retryablehttp.Client{
		HTTPClient:   &client,
		RetryMax:     c.config.retry.MaxAttempts - 1,
		CheckRetry:   c.checkRetry,
		Backoff:      func(_, _ time.Duration, _ int, _ *http.Response) time.Duration { return c.delay },
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
		PrepareRetry: req.refresh,
	}
	attempt := &retryablehttp.Request{Request: req.http.WithContext(ctx)}
	_ = req.refresh(attempt.Request) // never fails
	if req.body != nil {
		if err := attempt.SetBody(bytes.NewReader(req.body)); err != nil {
			return refused(c.api, c.op, err)
		}
	}
	resp, _ := loop.Do(attempt) // what its error says, the last attempt says better
	if resp != nil {
		_ = resp.Body.Close() // http.NoBody: RoundTrip has read and closed the real one
	}
	return c.settle(ctx)
}

// checkRetry decides whether to go on after an attempt, and how long to wait before.
func (c *call) checkRetry(ctx context.Context, _ *http.Response, _ error) (bool, error) {
	if ctx.Err() != nil || c.attempts >= c.config.retry.MaxAttempts || !c.last.repeatable(c.op.Retry) {
		return false, nil
	}
	c.delay = c.config.retry.backoff(c.attempts)
	if asked := c.last.retryAfter(); asked > 0 {
		if asked > c.config.retry.MaxRetryAfter {
			return false, nil
		}
		c.delay = asked
	}
	if deadline, bounded := ctx.Deadline(); bounded && time.Until(deadline) <= c.delay {
		c.gaveUp = fmt.Errorf("the next attempt would come after the deadline: %w", context.DeadlineExceeded)
		return false, nil
	}
	return true, nil
}

// settle turns the last attempt into the call's result.
func (c *call) settle(ctx context.Context) error {
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

func (c *call) failure(reasons ...error) *Error {
	e := refused(c.api, c.op, nil)
	e.StatusCode, e.Header, e.Body = c.last.status, c.last.header, c.last.body
	e.Attempts, e.RetryAfter, e.reasons = c.attempts, c.last.retryAfter(), reasons
	if c.last.status != 0 && !c.last.ok() {
		e.readBody(c.redactor())
	}
	return e
}
