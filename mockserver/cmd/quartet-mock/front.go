package main

import (
	"context"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// front is the listener of a server of net/http, and spares it what is asked most: a request
// that comes whole in one piece and is plain, see plain.go, to which there is an answer whole
// and at once. It reads such a request, runs the server's own handler and writes the answer, a
// read and a write each; net/http takes two to three times as long around the same handler,
// most of it for what a plain request has no use for: it watches whether the client goes,
// starts and stops a goroutine for that, and moves deadlines. A connection that brings
// anything else is net/http's from then on, with all that has come.
type front struct {
	promptListener
	server *http.Server // whose handler, hooks and limits these are

	next     chan accepted
	begin    sync.Once
	closed   atomic.Bool
	ended    chan struct{} // closed with it
	attended sync.WaitGroup

	mu    sync.Mutex
	conns map[*promptConn]struct{} // attended by front
}

// accepted is what Accept returns.
type accepted struct {
	conn net.Conn
	err  error
}

// mostPlain bounds a request that front answers. It is the buffer of net/http.
const mostPlain = 4 << 10

func newFront(listener promptListener, server *http.Server) *front {
	return &front{
		promptListener: listener, server: server,
		next: make(chan accepted), ended: make(chan struct{}), conns: map[*promptConn]struct{}{},
	}
}

// Accept returns a connection that front gives to net/http.
func (f *front) Accept() (net.Conn, error) {
	f.begin.Do(func() { go f.acceptAll() })
	select {
	case next := <-f.next:
		return next.conn, next.err
	case <-f.ended:
		return nil, net.ErrClosed
	}
}

// acceptAll attends to every connection. Of an error net/http knows whether it will pass, and
// for how long to wait.
func (f *front) acceptAll() {
	for !f.closed.Load() {
		conn, err := f.promptListener.Accept()
		switch {
		case err != nil:
			f.give(accepted{err: err})
		case !f.attend(conn.(*promptConn)):
			_ = conn.Close() // the program ends
		}
	}
}

// attend answers what a connection asks. It reports false when front is closed.
func (f *front) attend(conn *promptConn) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed.Load() {
		return false
	}
	f.conns[conn] = struct{}{}
	ctx := f.server.ConnContext(context.Background(), conn) // in the order in which they come
	f.attended.Go(func() {
		defer f.forget(conn)
		defer f.survive(conn)
		conn.unread = f.converse(ctx, conn)
		if conn.unread == nil || !f.give(accepted{conn: conn}) {
			f.end(conn)
		}
	})
	return true
}

func (f *front) end(conn *promptConn) {
	f.server.ConnState(conn, http.StateClosed)
	_ = conn.Close() // it has ended
}

// survive ends a connection whose handler panics, as net/http does.
func (f *front) survive(conn *promptConn) {
	if p := recover(); p != nil {
		f.server.ErrorLog.Printf("panic serving %v: %v\n%s", conn.RemoteAddr(), p, debug.Stack())
		f.end(conn)
	}
}

func (f *front) forget(conn *promptConn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.conns, conn)
}

// give reports whether net/http takes it.
func (f *front) give(next accepted) bool {
	select {
	case f.next <- next:
		return true
	case <-f.ended:
		return false
	}
}

// converse answers until the connection ends. What it returns is for net/http.
func (f *front) converse(ctx context.Context, conn *promptConn) []byte {
	room := make([]byte, mostPlain)
	w := newPlainWriter(ctx, conn.RemoteAddr(), &f.closed)
	for wait := f.server.ReadHeaderTimeout; f.awaits(conn, wait); wait = f.server.IdleTimeout {
		n, err := conn.Read(room)
		if err != nil {
			return nil
		}
		for asked := w.skipLine(room[:n]); len(asked) > 0; {
			taken := f.answer(w, asked)
			if taken == 0 {
				return asked
			}
			if _, err := conn.Write(w.answer()); err != nil || w.closes {
				return nil
			}
			asked = w.skipLine(asked[taken:])
		}
	}
	return nil
}

// awaits prepares to wait so long for a request; false when no more are taken.
func (f *front) awaits(conn *promptConn, wait time.Duration) bool {
	_ = conn.SetReadDeadline(time.Now().Add(wait)) // fails as the read will
	return !f.closed.Load()                        // or else Close moves the deadline after this
}

// answer makes the answer to a request, of which it returns the length, 0 when it has none.
func (f *front) answer(w *plainWriter, asked []byte) int {
	r, size := w.begin(asked)
	if size == 0 {
		return 0
	}
	f.server.Handler.ServeHTTP(w, r)
	if w.declined {
		return 0
	}
	return size
}

// Close takes no more connections, and ends those that wait for a request.
func (f *front) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.closed.Swap(true) {
		close(f.ended)
	}
	for conn := range f.conns {
		_ = conn.SetReadDeadline(time.Unix(1, 0)) // fails where it has ended
	}
	return f.promptListener.Close()
}

// finish waits until all answers are written, and cuts them off when ctx ends before.
func (f *front) finish(ctx context.Context) error {
	defer context.AfterFunc(ctx, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		for conn := range f.conns {
			_ = conn.Close() // it is cut off
		}
	})()
	f.attended.Wait()
	return ctx.Err()
}
