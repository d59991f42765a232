package main

import (
	"bufio"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A connection ends when its first request, the rest of one or the next one takes too long;
// and nothing but an answer gives it more time.
func TestTimesOfATalk(t *testing.T) {
	t.Parallel()
	const post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"
	type say struct {
		after time.Duration // the one before
		text  string
	}
	for name, tc := range map[string]struct {
		says    []say
		answers int
		want    time.Duration
	}{
		"nothing":                     {want: 10 * time.Second},
		"half a request":              {says: []say{{4 * time.Second, "GET / "}, {4 * time.Second, "HTTP"}}, want: 10 * time.Second},
		"a request":                   {says: []say{{5 * time.Second, simple}}, answers: 1, want: 125 * time.Second},
		"a request in two parts":      {says: []say{{5 * time.Second, simple[:20]}, {4 * time.Second, simple[20:]}}, answers: 1, want: 129 * time.Second},
		"a request and half a one":    {says: []say{{time.Second, simple + halfHeader}, {5 * time.Second, "X: y\r\n"}}, answers: 1, want: 11 * time.Second},
		"half a request later":        {says: []say{{0, simple}, {100 * time.Second, halfHeader}, {5 * time.Second, "X: y\r\n"}}, answers: 1, want: 110 * time.Second},
		"the rest and half a one":     {says: []say{{0, simple[:20]}, {9 * time.Second, simple[20:] + "GET / HTTP"}}, answers: 1, want: 19 * time.Second},
		"a line behind a POST":        {says: []say{{0, post}, {100 * time.Second, "\r"}, {10 * time.Second, "\n"}}, answers: 1, want: 120 * time.Second},
		"as many requests as one may": {says: []say{{0, simple}, {119 * time.Second, simple}, {119 * time.Second, simple}}, answers: 3, want: 358 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := unserved(echo)
				s.server.ReadHeaderTimeout, s.server.IdleTimeout = 10*time.Second, 2*time.Minute
				f := newFront(promptListener{}, s.server)
				near, far := net.Pipe()
				require.True(t, f.attend(&promptConn{lateConn: lateConn{Conn: near}, within: time.Minute}))
				begun := time.Now()
				go func() {
					for _, say := range tc.says {
						<-time.After(say.after)
						_, _ = io.WriteString(far, say.text) // it fails where it comes too late
					}
				}()
				from := bufio.NewReader(far)
				for range tc.answers {
					assert.Equal(t, 200, answer(t, from).status)
				}
				_, err := from.ReadByte()
				assert.Equal(t, io.EOF, err)
				assert.Equal(t, tc.want, time.Since(begun))
				require.NoError(t, f.finish(t.Context()))
			})
		})
	}
}

// Whatever ends a connection, the crowd forgets it.
func TestCrowdForgetsWhoHasEnded(t *testing.T) {
	t.Parallel()
	c := newCrowd(100, 100, func(string) {})
	s := politely(echo)
	s.server.Handler = c.handler(s.server.Handler)
	s.server.ConnContext, s.server.ConnState = c.enter, c.changed
	s.server.ReadHeaderTimeout = 50 * time.Millisecond
	s = serve(t, s, true)
	for _, text := range talks() {
		s.said(t, text)
	}
	late, err := new(net.Dialer).DialContext(t.Context(), "tcp", s.addr)
	require.NoError(t, err)
	t.Cleanup(func() { _ = late.Close() }) // closed below, if it comes to that
	_, err = late.Read(make([]byte, 1))
	require.Equal(t, io.EOF, err)
	require.NoError(t, late.Close())
	gone, err := new(net.Dialer).DialContext(t.Context(), "tcp", s.addr)
	require.NoError(t, err)
	t.Cleanup(func() { _ = gone.Close() }) // as above
	_, err = io.WriteString(gone, strings.Repeat("GET /?manner=large HTTP/1.1\r\nHost: a\r\n\r\n", 50))
	require.NoError(t, err)
	require.NoError(t, gone.Close()) // without reading
	assert.Eventually(t, func() bool {
		s.front.mu.Lock()
		defer s.front.mu.Unlock()
		c.mu.Lock()
		defer c.mu.Unlock()
		return len(c.peers) == 0 && c.order.Len() == 0 && c.requests == [2]int{} && len(s.front.talks) == 0
	}, testWait, testTick)
}

// What net/http has taken is its own: front neither ends it nor waits for it.
func TestFrontLeavesAloneWhatItHasHanded(t *testing.T) {
	t.Parallel()
	near, far := net.Pipe()
	defer far.Close()
	s := unserved(echo)
	f := newFront(promptListener{Listener: scripted{}}, s.server)
	f.begin.Do(func() {}) // there are no others
	require.True(t, f.attend(&promptConn{lateConn: lateConn{Conn: near}}))
	_, err := io.WriteString(far, halfBody)
	require.NoError(t, err)
	conn, err := f.Accept()
	require.NoError(t, err)
	defer conn.Close()
	assert.Empty(t, f.talks)
	require.NoError(t, f.Close())
	require.NoError(t, f.finish(t.Context()))
	got := make([]byte, len(halfBody)+1)
	go func() { _, _ = io.WriteString(far, "x") }() // it fails where nobody reads
	_, err = io.ReadFull(conn, got)
	require.NoError(t, err)
	assert.Equal(t, halfBody+"x", string(got))
}

// onClose is a listener that tells when it is closed.
type onClose struct {
	net.Listener
	tell func()
}

func (l onClose) Close() error {
	l.tell()
	return nil
}

// Whoever sees that its idle connection ends can be sure that the server takes no other.
func TestListenerClosesBeforeTheIdle(t *testing.T) {
	t.Parallel()
	var order []string
	near, far := net.Pipe()
	defer far.Close()
	f := newFront(promptListener{Listener: onClose{tell: func() { order = append(order, "the listener") }}}, unserved(echo).server)
	idle := endsReads{near, func() { order = append(order, "the idle") }}
	require.True(t, f.attend(&promptConn{lateConn: lateConn{Conn: idle}}))
	_, err := io.WriteString(far, "GET") // it is being read
	require.NoError(t, err)
	require.NoError(t, f.Close())
	require.NoError(t, f.finish(t.Context()))
	assert.Equal(t, []string{"the listener", "the idle"}, order)
}

// endsReads tells when reads are ended.
type endsReads struct {
	net.Conn
	tell func()
}

func (c endsReads) SetReadDeadline(t time.Time) error {
	if t.Before(time.Now()) {
		c.tell()
	}
	return c.Conn.SetReadDeadline(t)
}
