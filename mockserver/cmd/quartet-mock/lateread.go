package main

import (
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// lateConn moves the read deadline of its socket only when a read would end wrongly without
// that: net/http sets five for a request, nearly all of which are replaced before anybody
// waits, and each takes a lock and a timer of the poller. A read that the socket ends too
// early goes on.
type lateConn struct {
	net.Conn

	mu      sync.Mutex
	want    time.Time // the deadline that holds; zero: none
	armed   time.Time // the socket's; zero: none
	spent   bool      // the socket's has passed, and ends every read from now on
	reading bool
}

// longAgo is after the second of 1970 that net/http sets to end a read at once, and before
// every other deadline, so that no clock need be asked.
var longAgo = time.Unix(2, 0)

// SetReadDeadline does what it does for a net.Conn. One Read at a time may be under way.
func (c *lateConn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.want = t
	if c.reading && c.late() {
		return c.arm()
	}
	return nil
}

func (c *lateConn) Read(p []byte) (int, error) {
	for {
		if err := c.beforeRead(); err != nil {
			return 0, err
		}
		n, err := c.Conn.Read(p)
		if !c.afterRead(err) {
			return n, err
		}
	}
}

func (c *lateConn) beforeRead() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.want.IsZero() && c.want.Before(longAgo) {
		return os.ErrDeadlineExceeded
	}
	c.reading = true
	if c.spent || c.late() {
		return c.arm()
	}
	return nil
}

// afterRead reports whether the socket has ended a read too early.
func (c *lateConn) afterRead(err error) (early bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reading = false
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		return false
	}
	c.spent = true
	return c.want.IsZero() || time.Now().Before(c.want)
}

// late reports whether the socket would end a read too late. The caller holds the lock.
func (c *lateConn) late() bool {
	return !c.want.IsZero() && (c.armed.IsZero() || c.want.Before(c.armed))
}

// arm gives the socket the deadline that holds. The caller holds the lock.
func (c *lateConn) arm() error {
	c.armed, c.spent = c.want, false
	return c.Conn.SetReadDeadline(c.want)
}
