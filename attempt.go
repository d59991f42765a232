package quartet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"time"
)

// Caps on what is read of an answer, counted after decompression.
const (
	maxAnswer = 10 << 20
	maxError  = 1 << 20
)

// maxDrain bounds what is read of a body that nobody wants, so that its connection
// can be used again.
const maxDrain = 64 << 10

// attempt is how one attempt ended: status, header and body of its answer, and the
// error that kept it from one or cut it short.
type attempt struct {
	status int // 0 when no answer came
	header http.Header
	sent   http.Header // of the request, nil when it was not authorized
	body   []byte
	err    error
	trace  *connTrace
}

// connTrace observes whether the attempt got a connection. It is written by the
// transport's goroutines, also after the attempt has ended.
type connTrace struct{ asked, got atomic.Bool }

func (a *attempt) ok() bool { return a.status >= 200 && a.status < 300 }

// lost reports whether the attempt failed without an answer to go by. One outside 2xx
// says enough by its status, however its body fared.
func (a *attempt) lost() bool { return a.err != nil && (a.status == 0 || a.ok()) }

func (a *attempt) retryAfter() time.Duration { return retryAfter(a.header, time.Now()) }

// mayBeWritten reports whether something of the request may have left. It certainly
// has not when the transport asked for a connection and never got one; a transport
// that is not net/http's tells nothing, which proves nothing.
func (a *attempt) mayBeWritten() bool {
	if a.trace == nil {
		return false
	}
	return !a.trace.asked.Load() || a.trace.got.Load()
}

// RoundTrip makes one attempt: timeout, authorizer, transport, and the whole body of
// the answer, so that a connection lost within it is this attempt's failure.
func (c *call) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil { // nothing is sent: the attempt before stays the last
		if c.attempts == 0 {
			c.last.err = err
		}
		return nil, err
	}
	c.attempts++
	c.last = attempt{}
	ctx := req.Context()
	if d := c.config.attemptTimeout; d > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, d, fmt.Errorf("no answer within the attempt's timeout of %s", d))
		defer cancel()
	}
	resp, err := c.send(ctx, req)
	if err == nil {
		c.last.status, c.last.header = resp.StatusCode, resp.Header
		err = c.receive(resp.Body)
		resp.Body, resp.ContentLength = http.NoBody, 0
	}
	if err != nil {
		c.last.err = explainTimeout(ctx, withoutQuery(err, req.URL.RawQuery))
	}
	if c.last.lost() {
		return nil, c.last.err
	}
	return resp, nil
}

// send authorizes req, which is this attempt's own, and hands it to the transport.
func (c *call) send(ctx context.Context, req *http.Request) (*http.Response, error) {
	trace := new(connTrace)
	req = req.WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { trace.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { trace.got.Store(true) },
	}))
	if err := c.config.credential.apply(req, c.op); err != nil {
		return nil, &refusedError{fmt.Errorf("authorize the request: %w", err)}
	}
	c.last.trace, c.last.sent = trace, req.Header
	transport := c.config.httpClient.Transport
	if transport == nil {
		transport = http.DefaultTransport
	}
	return transport.RoundTrip(req)
}

// receive takes in the body of the answer, or throws it away when nobody wants it:
// then nothing that is wrong with it matters.
func (c *call) receive(body io.ReadCloser) error {
	if body == nil { // net/http never leaves it out, fake transports do
		return nil
	}
	if c.out == nil && c.last.ok() {
		_, _ = io.CopyN(io.Discard, body, maxDrain)
		_ = body.Close()
		return nil
	}
	return c.last.read(body)
}

// read takes in the body up to its cap. An error answer that is cut short keeps what
// came.
func (a *attempt) read(body io.ReadCloser) error {
	limit := maxError
	if a.ok() {
		limit = maxAnswer
	}
	data, err := io.ReadAll(io.LimitReader(body, int64(limit)+1))
	closeErr := body.Close()
	a.body = data[:min(len(data), limit)]
	switch {
	case len(data) > limit:
		return fmt.Errorf("%w: over %d bytes", ErrResponseTooLarge, limit)
	case err != nil:
		return fmt.Errorf("the answer was cut short: %w", err)
	default:
		return closeErr
	}
}

// withoutQuery takes the query out of the text of err. net/http's transport does not
// show it, others return a [*url.Error] or say what they were asked.
func withoutQuery(err error, query string) error {
	if text := err.Error(); query != "" && strings.Contains(text, query) {
		return &quietError{text: strings.NewReplacer("?"+query, "", query, redacted).Replace(text), err: err}
	}
	return err
}

// quietError says less than the error it stands for.
type quietError struct {
	text string
	err  error
}

func (e *quietError) Error() string { return e.text }
func (e *quietError) Unwrap() error { return e.err }

// explainTimeout names the timeout that struck and keeps the context's error
// reachable. Transports return either of the two, net/http's the cause alone.
func explainTimeout(ctx context.Context, err error) error {
	switch cause := context.Cause(ctx); {
	case ctx.Err() == nil || errors.Is(cause, ctx.Err()):
		return err
	case errors.Is(err, cause):
		return fmt.Errorf("%w: %w", err, ctx.Err())
	case errors.Is(err, ctx.Err()):
		return fmt.Errorf("%w: %w", cause, err)
	default:
		return err
	}
}
