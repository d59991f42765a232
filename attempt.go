package quartet

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/quartet-go/quartet/internal/operation"
)

// maxDrain bounds what is read of a body that nobody wants, so that its connection
// can be used again.
const maxDrain = 64 << 10

// attempt is how one attempt ended: status, header and body of its answer, and the
// error that kept it from one or cut it short.
type attempt struct {
	status  int // 0 when no answer came
	header  http.Header
	sent    *http.Request // nil when it was not authorized
	token   Secret        // of a TokenSource that the request carried
	body    []byte
	buffer  *bytes.Buffer    // behind body
	limited io.LimitedReader // what fills it
	err     error
	written *written       // nil when nothing was sent, and for classes that do not ask
	raw     *http.Response // nil when no answer came

	started time.Time   // when somebody asks
	added   http.Header // by observers
}

func (a *attempt) ok() bool { return a.status >= 200 && a.status < 300 }

// lost reports whether the attempt failed without an answer to go by. One outside 2xx
// says enough by its status, however its body fared.
func (a *attempt) lost() bool { return a.err != nil && (a.status == 0 || a.ok()) }

func (a *attempt) retryAfter() (wait time.Duration, asked bool) {
	return retryAfter(a.header, time.Now)
}

// mayBeWritten reports whether something of the request may have left.
func (a *attempt) mayBeWritten() bool {
	return a.sent != nil && (a.status != 0 || a.written == nil || a.written.maybe(a.err))
}

// response is the raw answer with a body that can be read from the start.
func (a *attempt) response() *http.Response {
	if a.raw != nil {
		a.raw.Body, a.raw.ContentLength = io.NopCloser(bytes.NewReader(a.keep())), int64(len(a.body))
	}
	return a.raw
}

// RoundTrip makes one attempt and decides whether there is to be another.
func (c *call) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := c.ctx.Err(); err != nil { // nothing is sent: the attempt before stays the last
		c.again = false
		return nil, err
	}
	if req.Response == nil { // a step of a redirect belongs to its attempt
		c.attempts++
	}
	resp, err := c.once(req)
	c.decide(c.ctx)
	return resp, err
}

// once makes one attempt: rate limiter, timeout, authorizer, transport, and the whole
// body of the answer, so that a connection lost within it is this attempt's failure.
func (c *call) once(req *http.Request) (*http.Response, error) {
	c.last.release()
	c.last = attempt{}
	observed := c.observeAttemptStart(req.Context())
	if c.last.err = c.limit(observed); c.last.err != nil {
		c.observeAttemptDone(observed)
		return nil, c.last.err
	}
	ctx, cancel, timedOut := c.bound(observed, req.Response != nil)
	defer cancel()
	resp, err := c.send(ctx, req)
	if err == nil {
		c.last.status, c.last.header, c.last.raw = resp.StatusCode, resp.Header, resp
		err = c.receive(resp)
	}
	if err != nil {
		c.last.err = timedOut.explain(ctx, c.quiet(err, cmp.Or(c.last.sent, req)))
	}
	c.observeAttemptDone(observed)
	if c.last.lost() {
		return nil, c.last.err
	}
	resp.Body = http.NoBody // it has been read; see response
	return resp, nil
}

// limit waits for the rate limiter, no longer than the call may take.
func (c *call) limit(ctx context.Context) error {
	if c.config.limiter == nil {
		return nil
	}
	if !c.deadline.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, c.deadline)
		defer cancel()
	}
	if err := c.config.limiter.Wait(ctx); err != nil {
		return &refusedError{fmt.Errorf("rate limiter: %w", err)}
	}
	return nil
}

// bound gives a request a context that ends with its attempt's timeout or with the call's.
// A step of a redirect has what its attempt has left.
func (c *call) bound(ctx context.Context, redirected bool) (context.Context, context.CancelFunc, timeout) {
	deadline, timedOut := c.deadline, c.timedOut
	if d := c.config.attemptLimit(); d > 0 {
		if !redirected {
			c.attemptEnds = time.Now().Add(d)
		}
		if deadline.IsZero() || c.attemptEnds.Before(deadline) {
			deadline, timedOut = c.attemptEnds, timeout{"attempt", d}
		}
	}
	if deadline.IsZero() {
		return ctx, func() {}, timedOut
	}
	ctx, cancel := context.WithDeadline(ctx, deadline)
	return ctx, cancel, timedOut
}

// attemptLimit is the shorter of the attempt's timeout and the http.Client's own, 0 for
// neither.
func (c *config) attemptLimit() time.Duration {
	limit, client := c.attemptTimeout, c.httpClient.Timeout
	if client > 0 && (limit == 0 || client < limit) {
		return client
	}
	return limit
}

// explain names the timeout that struck, which "context deadline exceeded" leaves open.
// The error of the context stays reachable.
func (e timeout) explain(ctx context.Context, err error) error {
	if e.after == 0 || !errors.Is(err, context.DeadlineExceeded) || ctx.Err() == nil {
		return err
	}
	return fmt.Errorf("no answer within the %s's timeout of %s: %w", e.what, e.after, err)
}

// send authorizes req, which is this attempt's own, and hands it to the transport.
func (c *call) send(ctx context.Context, req *http.Request) (*http.Response, error) {
	watched := ctx
	if c.op.Retry == operation.Guarded {
		c.last.written = new(written)
		watched = c.last.written.trace(ctx)
	}
	authorizer := c.config.credential.authorize != nil
	if authorizer { // it may make requests of its own, which nobody watches
		req = req.WithContext(ctx)
	} else {
		req = req.WithContext(watched)
	}
	c.fill(req)
	token, err := c.config.credential.apply(ctx, req, c.op)
	if err != nil {
		return nil, &refusedError{fmt.Errorf("authorize the request: %w", err)}
	}
	if err := ctx.Err(); err != nil { // nothing has been sent, and nothing will be
		return nil, err
	}
	c.last.sent, c.last.token = req, token
	if authorizer && c.last.written != nil {
		req = req.WithContext(watched)
	}
	resp, err := c.config.transport.RoundTrip(req)
	if err == nil && (resp == nil || resp.StatusCode < 100) { // net/http's never does, fakes may
		return nil, errors.New("the transport returned neither an error nor an answer with a status")
	}
	return resp, err
}

// setBody gives req the body of the call. A guarded request keeps net/http from sending
// it again by itself once it was written, as it does over HTTP/2 after some resets and for
// requests with an Idempotency-Key; since net/http replays without asking what has no
// body, such a request always has one, if of no length.
func (c *call) setBody(req *http.Request) {
	body, seen := c.body, c.last.written
	if body == nil && seen == nil {
		return
	}
	req.ContentLength = int64(len(body))
	req.Body = io.NopCloser(bytes.NewReader(body))
	req.GetBody = func() (io.ReadCloser, error) {
		if seen != nil && seen.left() {
			return nil, errors.New("the connection was lost after the request was written")
		}
		return io.NopCloser(bytes.NewReader(body)), nil
	}
}

// Header values that every request has. They are shared: net/http and the methods of
// Header replace them as a whole.
var (
	jsonMedia = []string{"application/json"}
	userAgent = []string{"quartet-go/" + Version}
)

// fill gives an attempt's request, which has only what http.Client put there, a header and
// a body of its own, and a URL where an authorizer may add to it.
func (c *call) fill(req *http.Request) {
	header := make(http.Header, 4+len(c.config.extra.header))
	maps.Copy(header, c.last.added)
	header["Accept"], header["User-Agent"] = jsonMedia, userAgent
	maps.Copy(header, c.config.extra.header)
	if cookies := req.Header["Cookie"]; cookies != nil {
		header["Cookie"] = cookies
	}
	if c.body != nil {
		header["Content-Type"] = jsonMedia
	}
	c.setBody(req)
	req.Header = header
	if c.config.credential.authorize != nil {
		target := *req.URL
		req.URL = &target
	}
}

// receive takes in the body of the answer, or throws it away when nobody wants it:
// then nothing that is wrong with it matters.
func (c *call) receive(resp *http.Response) error {
	if resp.Body == nil { // net/http never leaves it out, fake transports may
		return nil
	}
	if c.last.ok() && c.out == nil && c.config.extra.answer == nil {
		_, _ = io.CopyN(io.Discard, resp.Body, maxDrain)
		_ = resp.Body.Close()
		return nil
	}
	limit := c.config.maxFailure
	if c.last.ok() {
		limit = c.config.maxAnswer
	}
	return c.last.read(resp, limit)
}

// read takes in the body up to its limit. An error answer that is cut short keeps what
// came.
func (a *attempt) read(resp *http.Response, limit int64) error {
	a.buffer = buffers.Get().(*bytes.Buffer)
	if n := resp.ContentLength; n > 0 && n <= limit {
		a.buffer.Grow(int(min(n, defaultMaxAnswer)) + bytes.MinRead) // so that it need not grow later
	}
	a.limited = io.LimitedReader{R: resp.Body, N: limit + 1}
	_, err := a.buffer.ReadFrom(&a.limited)
	if err == nil && a.limited.N == 0 && resp.ContentLength-limit <= maxDrain { // -1 when it is not known
		_, _ = io.CopyN(io.Discard, resp.Body, maxDrain) // little enough to keep the connection for
	}
	a.body = a.buffer.Bytes()
	if err != nil { // a body that ends so may be one that still writes what it was given to read into
		a.buffer = nil
	}
	closeErr := resp.Body.Close()
	switch {
	case int64(len(a.body)) > limit:
		a.body = a.body[:limit]
		return fmt.Errorf("%w: over %d bytes", ErrResponseTooLarge, limit)
	case err != nil:
		return fmt.Errorf("the answer was cut short: %w", err)
	default:
		return closeErr
	}
}

// buffers are for bodies, one after the other.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// mostPooled bounds a buffer that is used again. The body in a larger one may be kept as it is.
const mostPooled = 64 << 10

func (a *attempt) pooled() bool { return a.buffer != nil && a.buffer.Cap() <= mostPooled }

// keep returns the body for good.
func (a *attempt) keep() []byte {
	if a.pooled() {
		body := bytes.Clone(a.body)
		a.release()
		a.body = body
	}
	return a.body
}

// release gives up the body, whose buffer may be used again.
func (a *attempt) release() {
	if a.pooled() {
		a.buffer.Reset()
		buffers.Put(a.buffer)
	}
	a.buffer, a.body = nil, nil
}
