package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// front is the listener of a server of net/http, and spares it what is asked most: a request
// that is plain, see plain.go, and to which there is an answer whole and at once. It reads such
// a request, runs the server's own handler and writes the answer, see talk.go; net/http takes
// two to three times as long around the same handler, most of it for what a plain request has
// no use for: it watches whether the client goes, starts and stops a goroutine for that, and
// moves deadlines. A connection that brings anything else is net/http's from then on, with all
// that has come.
type front struct {
	promptListener
	server *http.Server // whose handler, hooks and limits these are

	handed   chan *promptConn // to net/http
	failed   chan error       // of the listener
	begin    sync.Once
	closed   atomic.Bool
	ended    chan struct{} // closed with it
	attended sync.WaitGroup

	mu    sync.Mutex
	talks map[*talk]struct{}
}

func newFront(listener promptListener, server *http.Server) *front {
	return &front{
		promptListener: listener, server: server, talks: map[*talk]struct{}{},
		handed: make(chan *promptConn), failed: make(chan error), ended: make(chan struct{}),
	}
}

// Accept returns a connection that front gives to net/http.
func (f *front) Accept() (net.Conn, error) {
	f.begin.Do(func() { go f.acceptAll() })
	select {
	case conn := <-f.handed:
		return conn, nil
	case err := <-f.failed:
		return nil, err
	case <-f.ended:
		return nil, net.ErrClosed
	}
}

// mostWait is how long front waits at most for files to become free, as net/http does.
const mostWait = time.Second

// acceptAll attends to every connection, until the listener fails.
func (f *front) acceptAll() {
	for wait := 5 * time.Millisecond; ; wait = min(2*wait, mostWait) {
		conn, err := f.promptListener.Accept()
		for ; err == nil; conn, err = f.promptListener.Accept() {
			wait = 5 * time.Millisecond
			if !f.attend(conn.(*promptConn)) {
				_ = conn.Close() // the program ends
			}
		}
		if !errors.Is(err, syscall.EMFILE) && !errors.Is(err, syscall.ENFILE) {
			select {
			case f.failed <- err:
			case <-f.ended:
			}
			return
		}
		f.server.ErrorLog.Printf("accepting connections: %v; trying again in %s", err, wait)
		select {
		case <-time.After(wait):
		case <-f.ended:
			return
		}
	}
}

// attend talks to a connection. It reports false when front is closed.
func (f *front) attend(conn *promptConn) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed.Load() {
		return false
	}
	ctx := f.server.ConnContext(context.Background(), conn) // in the order in which they come
	t := newTalk(ctx, f, conn)
	f.talks[t] = struct{}{}
	f.attended.Go(func() {
		handed := false
		defer func() {
			if !handed {
				f.end(t)
			}
		}()
		handed = f.runSafely(t) && f.hand(t)
	})
	return true
}

func (f *front) end(t *talk) {
	defer f.forget(t)
	f.server.ConnState(t.conn, http.StateClosed)
	_ = t.conn.Close() // it has ended
}

// runSafely reports whether the connection goes on with net/http. A handler that panics ends
// it, as there.
func (f *front) runSafely(t *talk) (goesOn bool) {
	defer func() {
		if p := recover(); p != nil && p != http.ErrAbortHandler { //nolint:errorlint // any value is one
			f.server.ErrorLog.Printf("http: panic serving %v: %v\n%s", t.conn.RemoteAddr(), p, debug.Stack())
		}
	}()
	return t.run()
}

// hand reports whether net/http takes the connection. From then on Close leaves it alone.
func (f *front) hand(t *talk) bool {
	f.forget(t)
	t.conn.unread = t.room[:t.held]
	select {
	case f.handed <- t.conn:
		return true
	case <-f.ended:
		return false
	}
}

func (f *front) forget(t *talk) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.talks, t)
}

// Close takes no more connections, and then ends those that wait for a request: whoever sees
// its connection end finds nobody who takes another.
func (f *front) Close() error {
	err := f.promptListener.Close()
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.closed.Swap(true) {
		close(f.ended)
	}
	for t := range f.talks {
		_ = t.conn.SetReadDeadline(time.Unix(1, 0)) // fails where it has ended
	}
	return err
}

// finish waits until all answers are written. Those that are not when ctx ends are cut off,
// which is an error.
func (f *front) finish(ctx context.Context) error {
	var cut error
	defer context.AfterFunc(ctx, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		for t := range f.talks {
			if t.answering.Load() {
				cut = ctx.Err()
			}
			_ = t.conn.Close() // it is given up
		}
	})()
	f.attended.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	return cut
}
