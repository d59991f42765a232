package main

import (
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Nobody gives way whose request is whole. Then a newcomer is turned away.
func TestNewcomerIsTurnedAwayWhenAllAreBusy(t *testing.T) {
	t.Parallel()
	var logged []string
	c := newCrowd(1, 1, func(limit string) { logged = append(logged, limit) })
	enter := func() (*peer, net.Conn) {
		conn, other := net.Pipe()
		t.Cleanup(func() { _, _ = conn.Close(), other.Close() }) // one of them may be closed
		return c.enter(t.Context(), conn).Value(peerKey{}).(*peer), other
	}
	turnedAway := func(conn net.Conn) bool {
		_ = conn.SetWriteDeadline(time.Now().Add(time.Millisecond)) // nobody reads; it fails when they have closed
		_, err := conn.Write([]byte("x"))
		return errors.Is(err, io.ErrClosedPipe)
	}
	first, busy := enter()
	require.True(t, c.begin(first, toAPIs, 0))
	c.complete(first)
	late, newcomer := enter()
	assert.True(t, turnedAway(newcomer))
	assert.False(t, c.begin(late, toAPIs, 0), "also when it had sent a request before")
	assert.False(t, turnedAway(busy))

	c.end(first, toAPIs, 1)
	_, newcomer = enter()
	assert.False(t, turnedAway(newcomer))
	assert.True(t, turnedAway(busy), "it is idle now")
	assert.Equal(t, []string{"max-connections"}, logged, "once a minute")
	assert.Zero(t, c.requests)
	assert.Len(t, c.peers, 1)
}

// Requests on one connection of HTTP/2 are counted each.
func TestStreamsAreRequests(t *testing.T) {
	t.Parallel()
	seed := file(t, "seed.yaml", "faults: [{kind: no-answer, operation: listPayments}]\n")
	s := begin(t, nil, "-addr", "127.0.0.1:0", "-seed", seed, "-h2c", "-max-requests", "2")
	client := clients(t)["HTTP/2.0"]
	done := make(chan struct{})
	for range 2 {
		go func() {
			defer func() { done <- struct{}{} }()
			resp, err := client.Get(s.url + "/profile/payments")
			if err == nil {
				_ = resp.Body.Close() // the server has ended before
			}
		}()
	}
	s.awaitUnderWay(t, 2)
	resp, err := client.Get(s.url + "/profile/me")
	require.NoError(t, err)
	assert.Equal(t, http.StatusServiceUnavailable, readAll(t, resp).status)
	assert.Equal(t, ok, s.end())
	<-done
	<-done
}

// Calls that a fault holds take no room from those that can end them; nor do these take more
// than their own.
func TestAdminAPIHasRoomOfItsOwn(t *testing.T) {
	t.Parallel()
	seed := file(t, "seed.yaml", "faults: [{kind: no-answer, operation: listPayments}]\n")
	s := begin(t, nil, "-addr", "127.0.0.1:0", "-seed", seed, "-max-requests", "1")
	assertHeldIsKept(t, s)
	for _, path := range []string{"/_mock/v1/state", "/_space/x/_mock/v1/state", "/_mock/v1/health"} {
		assert.Equal(t, 200, s.status(t, path), path)
	}
	assert.Equal(t, 503, s.status(t, "/_space/_mock/profile/me"))
	for range maxAdminRequests {
		_, from := s.dial(t, "GET /_mock/v1/journal/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
		line, err := from.ReadString('\n')
		require.NoError(t, err)
		require.Equal(t, "HTTP/1.1 200 OK\r\n", line)
	}
	assert.Equal(t, 503, s.status(t, "/_mock/v1/state"))
}

// A connection that gave way while front handed it to net/http stays away, and nobody gives
// way to it.
func TestWhoGaveWayDoesNotEnterAgain(t *testing.T) {
	t.Parallel()
	c := newCrowd(1, 1, func(string) {})
	var conns [2]*promptConn
	for i := range conns {
		near, far := net.Pipe()
		t.Cleanup(func() { _, _ = near.Close(), far.Close() }) // one of them is closed
		conns[i] = &promptConn{lateConn: lateConn{Conn: near}}
		c.enter(t.Context(), conns[i])
	}
	p := c.enter(t.Context(), conns[0]).Value(peerKey{}).(*peer)
	assert.False(t, c.begin(p, toAPIs, 1))
	assert.Len(t, c.peers, 1)
	assert.Contains(t, c.peers, net.Conn(conns[1]))
}
