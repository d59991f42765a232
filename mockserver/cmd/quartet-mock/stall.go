package main

import (
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// An answer as a whole has no end, because faults and streams hold it on purpose, so that
// http.Server.WriteTimeout is of no use. Each write has an end of its own: a peer has so long
// to take a piece of at most so many bytes.
const piece = 64 << 10

// renewal is how old the end of one write may be to serve for the next one, too. It spares
// nearly all of them a timer.
const renewal = time.Second

// promptListener cuts off peers that do not take what is written to them.
type promptListener struct {
	net.Listener
	within time.Duration
	greet  func(net.Conn) // before anything is read
}

// Accept returns a connection whose writes end.
func (l promptListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.greet(conn)
	return &promptConn{lateConn: lateConn{Conn: conn}, within: l.within}, nil
}

type promptConn struct {
	lateConn
	within time.Duration
	set    atomic.Int64 // when the deadline of ours was set, in Unix nanoseconds
	theirs atomic.Bool  // somebody else's deadline holds
	unread []byte       // has come and is to be read again, once
	peer   *peer        // in the crowd
}

func (c *promptConn) Read(p []byte) (int, error) {
	if len(c.unread) == 0 {
		return c.lateConn.Read(p)
	}
	n := copy(p, c.unread)
	if c.unread = c.unread[n:]; len(c.unread) == 0 {
		c.unread = nil // nobody needs its array any more
	}
	return n, nil
}

func (c *promptConn) Write(p []byte) (n int, err error) {
	for first := true; first || len(p) > 0 && err == nil; first = false {
		if now := time.Now(); !c.theirs.Load() && now.UnixNano()-c.set.Load() >= int64(min(renewal, c.within/2)) {
			c.set.Store(now.UnixNano())
			_ = c.Conn.SetWriteDeadline(now.Add(c.within)) // fails as the write will
		}
		var written int
		written, err = c.Conn.Write(p[:min(len(p), piece)])
		n, p = n+written, p[written:]
	}
	return n, err
}

// SetWriteDeadline sets a deadline that holds in place of ours, or takes it away, as net/http
// does after every request.
func (c *promptConn) SetWriteDeadline(t time.Time) error {
	if !t.IsZero() {
		c.theirs.Store(true)
		return c.Conn.SetWriteDeadline(t)
	}
	if c.theirs.Swap(false) {
		c.set.Store(0)
	}
	return nil // ours stands; it is renewed before it matters
}

// SetDeadline sets both; see SetWriteDeadline.
func (c *promptConn) SetDeadline(t time.Time) error {
	_ = c.SetWriteDeadline(t) // fails as the other does
	return c.SetReadDeadline(t)
}

// CloseWrite lets net/http end its side first, so that a peer that still sends gets its answer.
func (c *promptConn) CloseWrite() error {
	return c.Conn.(interface{ CloseWrite() error }).CloseWrite() // TCP and Unix sockets have it
}

// NetConn returns the socket, as crypto/tls does, so that the mock can reset it.
func (c *promptConn) NetConn() net.Conn { return c.Conn }

// promptStreams does the same for the streams of HTTP/2, where a peer can hold one and take
// all others.
func promptStreams(within time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor < 2 {
			next.ServeHTTP(w, r)
			return
		}
		stream := &promptStream{w, within}
		next.ServeHTTP(stream, r)
		stream.renew() // for what net/http flushes behind it
	})
}

type promptStream struct {
	http.ResponseWriter
	within time.Duration
}

func (s *promptStream) renew() { s.end(time.Now().Add(s.within)) }

func (s *promptStream) end(t time.Time) {
	_ = http.NewResponseController(s.ResponseWriter).SetWriteDeadline(t) // HTTP/2 has it
}

func (s *promptStream) Write(p []byte) (n int, err error) {
	defer s.end(time.Time{}) // the stream would end by it even when nothing is written
	for first := true; first || len(p) > 0 && err == nil; first = false {
		s.renew()
		var written int
		written, err = s.ResponseWriter.Write(p[:min(len(p), piece)])
		n, p = n+written, p[written:]
	}
	return n, err
}

// FlushError flushes as http.ResponseController does.
func (s *promptStream) FlushError() error {
	s.renew()
	defer s.end(time.Time{})
	return http.NewResponseController(s.ResponseWriter).Flush()
}

// Unwrap gives http.ResponseController all the rest.
func (s *promptStream) Unwrap() http.ResponseWriter { return s.ResponseWriter }
