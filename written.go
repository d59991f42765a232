package quartet

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"
)

// written observes whether anything of an attempt's request has left. The hooks of
// httptrace tell when the headers were handed on, which over HTTP/1 means to a buffer;
// where the connection is one of ours, its count of bytes tells whether the buffer was
// ever sent. It is filled in by the transport's goroutines, also after the attempt has
// ended.
type written struct {
	hooks   httptrace.ClientTrace
	asked   atomic.Bool // the transport asked for a connection: it is net/http's
	got     atomic.Bool // and has one
	headers atomic.Bool // the headers were handed on
	conn    atomic.Pointer[countedConn]
	before  atomic.Int64 // bytes that conn had sent before
	earlier atomic.Bool  // net/http itself gave up a connection and took another
}

func (w *written) trace(ctx context.Context) context.Context {
	w.hooks = httptrace.ClientTrace{
		GetConn:      func(string) { w.asked.Store(true) },
		GotConn:      w.gotConn,
		WroteHeaders: func() { w.headers.Store(true) },
	}
	return httptrace.WithClientTrace(ctx, &w.hooks)
}

func (w *written) gotConn(info httptrace.GotConnInfo) {
	if w.got.Swap(true) && w.left() {
		w.earlier.Store(true)
	}
	conn := info.Conn
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	counted, _ := conn.(*countedConn)
	if counted != nil {
		w.before.Store(counted.sent.Load())
	}
	w.conn.Store(counted)
	w.headers.Store(false)
}

// maybe reports whether something may have been written by an attempt that ended in
// err. A transport that is not net/http's tells nothing, which proves nothing; and when a
// context ended the attempt, the transport may be writing at this moment.
func (w *written) maybe(err error) bool {
	switch {
	case !w.asked.Load() || w.earlier.Load():
		return true
	case !w.got.Load():
		return false
	case errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled):
		return true
	}
	return w.left()
}

// left reports whether all headers may have gone out on the present connection. Without
// them no server can act. Over HTTP/2 others send on it too: that only makes it say yes.
func (w *written) left() bool {
	conn := w.conn.Load()
	return w.headers.Load() && (conn == nil || conn.sent.Load() > w.before.Load())
}

// countedConn counts what is sent.
type countedConn struct {
	net.Conn
	sent atomic.Int64
}

func (c *countedConn) Write(p []byte) (int, error) {
	c.sent.Add(int64(len(p))) // before: the server may answer while Write returns
	n, err := c.Conn.Write(p)
	c.sent.Add(int64(n - len(p)))
	return n, err
}

// defaultTransport is net/http's, with connections that count. All clients share it and
// so its idle connections.
var defaultTransport = sync.OnceValue(func() http.RoundTripper {
	transport, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport // a program has put its own in place
	}
	transport = transport.Clone()
	dial := transport.DialContext
	if dial == nil {
		dial = (&net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	}
	transport.DialContext = counting(dial)
	return transport
})

func counting(dial func(ctx context.Context, network, addr string) (net.Conn, error)) func(ctx context.Context, network, addr string) (net.Conn, error) {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return &countedConn{Conn: conn}, nil
	}
}
