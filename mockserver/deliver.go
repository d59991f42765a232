package mockserver

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// failed is what a fault answers instead of acting. The kinds that end the connection
// answer nothing.
func (c *call) failed() response {
	f := c.fault
	if f.Status == 0 {
		return response{}
	}
	resp := response{status: f.Status, body: []byte(f.Body), media: f.ContentType}
	switch {
	case bodiless(f.Status), f.Body == "" && f.Status < http.StatusBadRequest: // no error, so no words for one
		resp.body = nil
	case f.Body == "":
		resp = c.server.refuse(c.server.speaker(c.match, c.path), refusalOf(f.Status))
		resp.status = f.Status
	case f.ContentType == "" && !json.Valid(resp.body):
		resp.media = "text/plain; charset=utf-8"
	}
	switch {
	case f.RetryAfterDate:
		at := c.clock.now().Add(f.RetryAfter).Add(time.Second - 1) // a date has no fraction
		resp = resp.with([2]string{"Retry-After", at.UTC().Format(http.TimeFormat)})
	case f.RetryAfter > 0:
		resp = resp.with([2]string{"Retry-After", strconv.Itoa(wholeSeconds(f.RetryAfter))})
	}
	return resp
}

// refusalOf is what the API would mean by a status.
func refusalOf(status int) *refusal {
	switch status {
	case http.StatusUnauthorized:
		return &refusal{unauthenticated: true, sent: true}
	case http.StatusUnprocessableEntity:
		return &refusal{issues: []contract.Issue{contract.Reject(contract.InBody, "refused by a fault of the mock")}}
	default:
		return &refusal{status: status}
	}
}

// deliver sends the answer, or what the fault makes of it. The journal has it before the
// client does, so that whoever has an answer finds it there.
func (c *call) deliver(w http.ResponseWriter, resp response) {
	if c.server.proxy != nil && c.r.Context().Err() != nil { // the target's answer comes too late for a client that has gone
		c.complete(response{})
		abort(w, false)
		return
	}
	c.date(w)
	if c.fault == nil {
		c.complete(resp)
		resp.write(w)
		return
	}
	if c.fault.Kind == NoAnswer {
		c.hold(c.server.open.Load(), w, func(ctx context.Context) {
			if c.drain() == nil {
				<-ctx.Done()
			}
		})
		c.complete(response{})
		abort(w, false)
		return
	}
	if c.fault.delay > 0 && !c.late(w) {
		c.complete(response{})
		abort(w, false)
		return
	}
	c.spoil(w, resp)
}

// complete tells the journal and the coverage how the call has ended.
func (c *call) complete(resp response) {
	c.server.coverage.ended(c.op, resp.status)
	c.server.journal.complete(c, resp)
}

// date shows the space's clock also in the header, from which a client reckons a
// Retry-After that is a date. The real time is what net/http writes by itself.
func (c *call) date(w http.ResponseWriter) {
	if c.clock.own.Load() {
		w.Header().Set("Date", c.clock.now().UTC().Format(http.TimeFormat))
	}
}

// hold runs what may last until the client has gone or open ends. Then its reads and writes
// on the connection end, too.
func (c *call) hold(open context.Context, w http.ResponseWriter, last func(context.Context)) {
	ctx, cancel := context.WithCancel(c.r.Context())
	defer cancel()
	defer context.AfterFunc(open, cancel)()
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		conn, past := http.NewResponseController(w), time.Unix(1, 0)
		_, _ = conn.SetReadDeadline(past), conn.SetWriteDeadline(past) // where it is a socket
	})
	defer func() {
		if !stop() {
			<-ended // a stream of HTTP/2 must not be touched once the handler has returned
		}
	}()
	last(ctx)
}

// drain reads what the cap has left of the body: net/http notices that a client has gone
// only when it has the whole request.
func (c *call) drain() error {
	if c.r.Body == nil {
		return nil
	}
	_, err := io.Copy(io.Discard, c.r.Body)
	return err
}

// spoil sends what the fault's kind makes of the answer.
func (c *call) spoil(w http.ResponseWriter, resp response) {
	f := c.fault
	if f.Kind != "" {
		resp.form = form{} // what is spoilt is spoilt as it is
	}
	switch f.Kind {
	case ConnectionReset, ConnectionClosed, AppliedButLost:
		c.complete(response{})
		c.end(w, f.Kind != ConnectionClosed)
		return
	case MalformedJSON:
		resp = resp.orEmpty()
		resp.body = bytes.TrimRight(resp.body, " \t\r\n") // behind which it would be whole
		resp.body = resp.body[:len(resp.body)-1]
	case BrokenContract:
		resp = resp.orEmpty()
		resp.body = breakContract(c.op, resp)
	case WrongContentType:
		resp = resp.orEmpty()
		if resp.media = f.ContentType; resp.media == "" {
			resp.media = "text/html; charset=utf-8"
		}
	case ResetAfterHeaders, ResetInBody, TruncatedBody, SlowDrip, OversizedBody:
		resp = resp.orEmpty()
	}
	c.complete(resp)
	switch f.Kind {
	case ResetAfterHeaders:
		resp.writeHeader(w, len(resp.body))
		flush(w)
		c.end(w, true)
	case ResetInBody, TruncatedBody:
		resp.writeHeader(w, len(resp.body))
		_, _ = w.Write(resp.body[:len(resp.body)/2]) // a client that has gone away needs no answer
		flush(w)
		c.end(w, f.Kind == ResetInBody)
	case OversizedBody:
		c.hold(c.server.open.Load().closed, w, func(context.Context) { oversize(w, resp, cmp.Or(f.Size, defaultSize)) })
	case SlowDrip:
		c.drip(w, resp, cmp.Or(f.Over, defaultOver))
	default:
		resp.write(w)
	}
}

// end ends the connection. Bytes that nobody has read would make a reset of an orderly end.
func (c *call) end(w http.ResponseWriter, reset bool) {
	if !reset {
		c.hold(c.server.open.Load().closed, w, func(context.Context) { _ = c.drain() }) // a client that breaks off has no end to see
	}
	abort(w, reset)
}

// breakContract gives the first member that its document fixes a value of the wrong type.
func breakContract(op *contract.Operation, resp response) []byte {
	const other = "[]" // where an object stands in every document
	var members map[string]json.RawMessage
	if err := json.Unmarshal(resp.body, &members); err != nil || op == nil {
		return []byte(other)
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		changed := maps.Clone(members)
		for _, wrong := range []string{`["wrong"]`, `{"wrong":true}`} {
			changed[name] = json.RawMessage(wrong)
			broken, err := json.Marshal(changed)
			if err == nil && op.CheckAnswer(resp.status, resp.contentType(), broken) != nil {
				return broken
			}
		}
	}
	return []byte(other)
}

// oversize sends the answer with white space behind it.
func oversize(w http.ResponseWriter, resp response, size int) {
	size = max(size, len(resp.body))
	resp.writeHeader(w, size)
	_, err := w.Write(resp.body)
	blank := bytes.Repeat([]byte(" "), min(size, 1<<15))
	for left := size - len(resp.body); left > 0 && err == nil; left -= len(blank) {
		_, err = w.Write(blank[:min(left, len(blank))]) // fails once the client has had enough
	}
}

// drip sends the body in pieces, over the time.
func (c *call) drip(w http.ResponseWriter, resp response, over time.Duration) {
	pieces := min(len(resp.body), 100)
	real, begun := &clock{real: time.Now}, time.Now()
	resp.writeHeader(w, len(resp.body))
	flush(w) // the headers come at once
	c.hold(c.server.open.Load().closed, w, func(ctx context.Context) {
		for i := range pieces {
			if !real.wait(ctx, begun.Add(over/time.Duration(pieces)*time.Duration(i+1)), nil) {
				break
			}
			_, _ = w.Write(resp.body[len(resp.body)*i/pieces : len(resp.body)*(i+1)/pieces]) // ctx tells that the client has gone
			flush(w)
		}
	})
}

// aborter is a connection that is no socket.
type aborter interface{ abort(reset bool) }

// abort ends the connection in the middle of whatever was sent: with a TCP reset, or
// closed. Where other calls share it, as in HTTP/2, net/http resets the stream.
func abort(w http.ResponseWriter, reset bool) {
	if inProcess, ok := w.(aborter); ok {
		inProcess.abort(reset)
		return
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // how a handler asks net/http for it
	}
	if reset {
		resetConn(conn)
		return
	}
	_ = conn.Close() // it is meant to be broken
}

// netConn is a connection around another: crypto/tls', or that of a listener which limits
// something.
type netConn interface{ NetConn() net.Conn }

// resetConn closes the connection with a TCP reset. TLS would say good-bye before, which
// a client takes for an orderly end.
func resetConn(conn net.Conn) {
	for wrapped, ok := conn.(netConn); ok; wrapped, ok = conn.(netConn) {
		conn = wrapped.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // fails on a connection that is gone already
	}
	_ = conn.Close() // it is meant to be broken
}

// ConnState belongs into http.Server.ConnState of a server that serves this one as its
// handler, so that the fault [ConnectionRefused] reaches its connections. Start does it by
// itself.
func (s *Server) ConnState(conn net.Conn, state http.ConnState) {
	if state == http.StateNew && s.refuses() {
		resetConn(conn)
	}
}
