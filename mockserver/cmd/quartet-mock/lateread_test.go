package main

import (
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// countingConn counts how often the socket's own deadline is moved.
type countingConn struct {
	net.Conn
	moved int
}

func (c *countingConn) SetReadDeadline(t time.Time) error {
	c.moved++
	return c.Conn.SetReadDeadline(t)
}

// lateRead is a connection in a bubble, whose peer says nothing by itself.
func lateRead(t *testing.T, do func(t *testing.T, c *lateConn, socket *countingConn, peer net.Conn)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		near, peer := net.Pipe()
		socket := &countingConn{Conn: near}
		do(t, &lateConn{Conn: socket}, socket, peer)
		require.NoError(t, near.Close())
		require.NoError(t, peer.Close())
	})
}

// readFor reads, and returns the error and how long that took.
func readFor(c *lateConn) (time.Duration, error) {
	begun := time.Now()
	_, err := c.Read(make([]byte, 1))
	return time.Since(begun), err
}

func after(d time.Duration) time.Time { return time.Now().Add(d) }

func TestReadEndsAtTheLatestDeadlineThatWasSet(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		set  []time.Duration
		want time.Duration
	}{
		{"one", []time.Duration{time.Second}, time.Second},
		{"then an earlier one", []time.Duration{time.Minute, time.Second}, time.Second},
		{"then a later one", []time.Duration{time.Second, time.Minute}, time.Minute},
		{"one that has passed", []time.Duration{time.Second, -time.Second}, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			lateRead(t, func(t *testing.T, c *lateConn, _ *countingConn, _ net.Conn) {
				for range 3 { // the second meets what the first has left
					for _, d := range tc.set {
						require.NoError(t, c.SetReadDeadline(after(d)))
					}
					took, err := readFor(c)
					require.ErrorIs(t, err, os.ErrDeadlineExceeded)
					assert.Equal(t, tc.want, took)
					_, err = readFor(c)
					require.ErrorIs(t, err, os.ErrDeadlineExceeded, "it stays passed")
				}
			})
		})
	}
}

func TestDeadlineMovesDuringARead(t *testing.T) {
	t.Parallel()
	atOnce := func() time.Time { return time.Unix(1, 0) } // as net/http does before it answers
	for _, tc := range []struct {
		name string
		from time.Duration
		to   func() time.Time // 5 s from the start
		want time.Duration
	}{
		{"at once", time.Minute, atOnce, 5 * time.Second},
		{"sooner", time.Minute, func() time.Time { return after(time.Second) }, 6 * time.Second},
		{"later", 7 * time.Second, func() time.Time { return after(time.Hour) }, time.Hour + 5*time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			lateRead(t, func(t *testing.T, c *lateConn, _ *countingConn, _ net.Conn) {
				require.NoError(t, c.SetReadDeadline(after(tc.from)))
				time.AfterFunc(5*time.Second, func() { _ = c.SetReadDeadline(tc.to()) }) // the read shows what comes of it
				took, err := readFor(c)
				require.ErrorIs(t, err, os.ErrDeadlineExceeded)
				assert.Equal(t, tc.want, took)
			})
		})
	}
}

func TestReadWithoutADeadlineWaits(t *testing.T) {
	t.Parallel()
	lateRead(t, func(t *testing.T, c *lateConn, _ *countingConn, peer net.Conn) {
		require.NoError(t, c.SetReadDeadline(after(time.Second)))
		_, err := readFor(c)
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.NoError(t, c.SetReadDeadline(time.Time{}))
		time.AfterFunc(24*time.Hour, func() { _, _ = peer.Write([]byte("x")) }) // the read shows what comes of it
		took, err := readFor(c)
		require.NoError(t, err)
		assert.Equal(t, 24*time.Hour, took)
	})
}

// What net/http sets around a request of a kept connection costs the socket nothing.
func TestDeadlinesThatNobodyWaitsForMoveNothing(t *testing.T) {
	t.Parallel()
	lateRead(t, func(t *testing.T, c *lateConn, socket *countingConn, peer net.Conn) {
		for range 100 {
			time.AfterFunc(time.Second, func() { _, _ = peer.Write([]byte("x")) }) // the read shows what comes of it
			for _, d := range []time.Duration{2 * time.Hour, time.Hour, 90 * time.Minute} {
				require.NoError(t, c.SetReadDeadline(after(d)))
			}
			_, err := readFor(c)
			require.NoError(t, err)
			require.NoError(t, c.SetReadDeadline(time.Unix(1, 0)))
			_, err = readFor(c)
			require.ErrorIs(t, err, os.ErrDeadlineExceeded)
			require.NoError(t, c.SetReadDeadline(time.Time{}))
		}
		assert.Equal(t, 1, socket.moved)
	})
}
