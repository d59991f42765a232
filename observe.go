package quartet

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"time"
)

// Observer watches calls. Its methods are called in the calling goroutine, so they
// must be quick, and by many calls at once. They see names, numbers and errors that
// are safe to show, without the header and the body of an answer.
type Observer interface {
	// Start is called first. The call goes on with the context it returns, which the
	// other methods get: room for a span.
	Start(ctx context.Context, e Event) context.Context
	// AttemptStart is called before each attempt, which goes on with the context it
	// returns, down to the transport. What it puts into header, which is empty, is sent
	// along: room for traceparent.
	AttemptStart(ctx context.Context, e Event, header http.Header) context.Context
	// AttemptDone is called after each attempt, with its context.
	AttemptDone(ctx context.Context, e Event)
	// Retry is called before the wait for a further attempt.
	Retry(ctx context.Context, e Event)
	// Done is called last, with the call's context.
	Done(ctx context.Context, e Event)
}

// Event is what an Observer is told. Members that a method's line does not name are
// zero. A redirect that is followed is a further AttemptStart and AttemptDone with the
// same number. A call that is refused before anything is sent, because of an option or
// an argument, is not observed.
type Event struct {
	API       string // always: name of the API, such as "profile"
	Operation string // always: operationId, such as "changePassword"
	Method    string // always: HTTP method
	Path      string // always: path template, such as "/users/{user_id}/subscription"
	Scheme    string // always: "https" or "http"
	Host      string // always: host and, where given, port of the base URL

	Attempt       int           // all but Start: its number, from 1; Done: how many there were
	StatusCode    int           // AttemptDone, Retry, Done: of the answer, 0 when there was none
	Err           error         // AttemptDone, Retry, Done: why it failed, nil when it did not
	StartedAt     time.Time     // Start, AttemptStart, AttemptDone, Done
	Duration      time.Duration // AttemptDone, Done
	Delay         time.Duration // Retry: the wait before the next attempt
	RequestBytes  int           // AttemptStart, AttemptDone: of the request's body
	ResponseBytes int           // AttemptDone: of the answer's body, as far as it was read
}

// WithObserver adds an observer; those that were given before stay. nil is refused.
func WithObserver(observer Observer) Option {
	return func(c *config) error {
		if observer == nil {
			return errors.New("WithObserver: the observer is nil")
		}
		// A slice of its own, so that clients made by With do not share one.
		c.observers = append(append([]Observer(nil), c.observers...), observer)
		return nil
	}
}

// WithLogger writes one debug record an attempt, one warning a retry, with its reason and
// delay, and one record a finished call: info when it succeeded, error when it failed.
// They hold operation, path template, status, duration, attempt and sizes. Handlers get
// the call's context. nil is refused. By default nothing is logged.
func WithLogger(logger *slog.Logger) Option {
	if logger == nil {
		return func(*config) error { return errors.New("WithLogger: the logger is nil") }
	}
	return WithObserver(logObserver{logger})
}

type logObserver struct{ logger *slog.Logger }

func (o logObserver) Start(ctx context.Context, _ Event) context.Context { return ctx }

func (o logObserver) AttemptStart(ctx context.Context, _ Event, _ http.Header) context.Context {
	return ctx
}

func (o logObserver) AttemptDone(ctx context.Context, e Event) {
	o.log(ctx, slog.LevelDebug, "attempt", e,
		slog.Int("attempt", e.Attempt), slog.Duration("duration", e.Duration),
		slog.Int("request_bytes", e.RequestBytes), slog.Int("response_bytes", e.ResponseBytes))
}

func (o logObserver) Retry(ctx context.Context, e Event) {
	o.log(ctx, slog.LevelWarn, "retry", e, slog.Int("attempt", e.Attempt), slog.Duration("delay", e.Delay))
}

func (o logObserver) Done(ctx context.Context, e Event) {
	level := slog.LevelInfo
	if e.Err != nil {
		level = slog.LevelError
	}
	o.log(ctx, level, "call", e, slog.Int("attempts", e.Attempt), slog.Duration("duration", e.Duration))
}

func (o logObserver) log(ctx context.Context, level slog.Level, message string, e Event, more ...slog.Attr) {
	if !o.logger.Enabled(ctx, level) {
		return
	}
	attrs := append([]slog.Attr{
		slog.String("api", e.API), slog.String("operation", e.Operation),
		slog.String("method", e.Method), slog.String("path", e.Path), slog.Int("status", e.StatusCode),
	}, more...)
	if e.Err != nil {
		attrs = append(attrs, slog.String("error", e.Err.Error()))
	}
	o.logger.LogAttrs(ctx, level, "quartet: "+message, attrs...)
}

func (c *call) event() Event {
	return Event{
		API: c.api, Operation: c.op.ID, Method: c.op.Method, Path: c.op.Path,
		Scheme: c.url.Scheme, Host: c.url.Host,
		Attempt: c.attempts, StatusCode: c.last.status,
	}
}

func (c *call) observeStart(ctx context.Context) context.Context {
	if len(c.config.observers) > 0 {
		c.started = time.Now()
	}
	for _, observer := range c.config.observers {
		e := c.event()
		e.StartedAt = c.started
		ctx = observer.Start(ctx, e)
	}
	return ctx
}

func (c *call) observeAttemptStart(ctx context.Context) context.Context {
	if len(c.config.observers) == 0 {
		return ctx
	}
	c.last.started, c.last.added = time.Now(), http.Header{}
	for _, observer := range c.config.observers {
		e := c.event()
		e.StartedAt, e.RequestBytes = c.last.started, len(c.body)
		header := http.Header{} // of its own, so that none sees what another adds
		ctx = observer.AttemptStart(ctx, e, header)
		maps.Copy(c.last.added, header)
	}
	return ctx
}

func (c *call) observeAttemptDone(ctx context.Context) {
	for _, observer := range c.config.observers {
		e := c.event()
		e.StartedAt, e.Duration = c.last.started, time.Since(c.last.started)
		e.Err = c.attemptError()
		e.RequestBytes, e.ResponseBytes = len(c.body), len(c.last.body)
		observer.AttemptDone(ctx, e)
	}
}

func (c *call) observeRetry(ctx context.Context) {
	for _, observer := range c.config.observers {
		e := c.event()
		e.Err, e.Delay = c.attemptError(), c.delay
		observer.Retry(ctx, e)
	}
}

func (c *call) observeDone(ctx context.Context, err *Error) {
	for _, observer := range c.config.observers {
		e := c.event()
		e.StartedAt, e.Duration = c.started, time.Since(c.started)
		if err != nil { // a nil *Error in an error is not nil
			e.Err = err.shown()
		}
		observer.Done(ctx, e)
	}
}

// attemptError is how the last attempt failed, nil when it did not. What a server or a
// transport says goes through the same hands as in the call's error.
func (c *call) attemptError() error {
	var e *Error
	switch {
	case c.last.lost():
		e = c.failure(c.last.err)
	case !c.last.ok():
		e = c.failure()
	default:
		return nil
	}
	e.Attempts = 1 // it tells of this one: the call goes on
	return e.shown()
}
