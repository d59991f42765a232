//go:build unix

package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const expecting100 = "PUT /profile/name-change HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" +
	"Content-Length: 35\r\nExpect: 100-continue\r\n\r\n"

// Requests are under way when SIGTERM comes, at every stage that there is. Each that the
// program has begun gets its whole answer.
func TestNoAnswerThatWasBegunIsLost(t *testing.T) {
	t.Parallel()
	s, cmd := process(t, nil, "-addr", "127.0.0.1:0", "-drain-timeout", "1m")
	assert.EqualValues(t, cmd.Process.Pid, s.ready["pid"])

	// These wait for their body.
	type waiting struct {
		net.Conn
		*bufio.Reader
	}
	var begun []waiting
	for range 50 {
		conn, from := s.dial(t, expecting100)
		resp := answer(t, from)
		require.Equal(t, http.StatusContinue, resp.status)
		begun = append(begun, waiting{conn, from})
	}

	// These call all the time, until nobody takes their call any more.
	var answered, refused atomic.Int64
	var callers sync.WaitGroup
	busy := make(chan struct{}, 1<<16)
	for range 50 {
		callers.Go(func() {
			for {
				whole, err := callOnce(t.Context(), s.addr)
				if err != nil {
					refused.Add(1)
					return
				}
				assert.True(t, whole, "an answer has been cut off")
				answered.Add(1)
				busy <- struct{}{}
			}
		})
	}
	for range 500 {
		<-busy
	}
	s.signal(syscall.SIGTERM)
	callers.Wait()
	for _, w := range begun {
		_, err := io.WriteString(w, `{"first_name":"A","last_name":null}`)
		require.NoError(t, err)
		resp := answer(t, w.Reader)
		assert.Equal(t, 200, resp.status)
		assert.JSONEq(t, `{"message":"The name is changed"}`, resp.body)
	}
	assert.Equal(t, ok, s.wait(), "%s", s.stderr)
	t.Logf("%d answered while it ran, and 50 after the signal; %d were not taken", answered.Load(), refused.Load())
}

// callOnce calls ten times over a connection. The error says that a call was not taken:
// nothing of an answer has come. Else it returns whether the answers were whole.
func callOnce(ctx context.Context, addr string) (whole bool, err error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return false, err
	}
	defer conn.Close()
	from := bufio.NewReader(conn)
	for range 10 {
		if _, err := io.WriteString(conn, simple); err != nil {
			return false, err
		}
		if _, err := from.Peek(1); err != nil {
			return false, err
		}
		resp, err := http.ReadResponse(from, nil)
		if err != nil {
			return false, nil
		}
		_, err = io.Copy(io.Discard, resp.Body)
		if err = errors.Join(err, resp.Body.Close()); err != nil || resp.StatusCode != http.StatusOK {
			return false, nil
		}
		if resp.Close {
			return true, nil
		}
	}
	return true, nil
}

// The second signal does not wait for those that never end; and what the first leaves
// behind is removed by either.
func TestSecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	ready := t.TempDir() + "/ready"
	s, _ := process(t, nil, "-addr", "unix:"+t.TempDir()+"/s", "-drain-timeout", "1h", "-ready-file", ready)
	_, from := s.dial(t, expecting100)
	resp := answer(t, from)
	require.Equal(t, http.StatusContinue, resp.status)
	unused, idle := s.dial(t, simple)
	answer(t, idle)

	s.signal(syscall.SIGTERM)
	require.NoError(t, unused.SetReadDeadline(time.Now().Add(time.Minute)))
	_, err := idle.ReadByte()
	require.ErrorIs(t, err, io.EOF, "the connections that nobody uses are closed after the listener")
	_, err = net.Dial("unix", s.addr)
	require.Error(t, err, "it takes no more connections")
	s.signal(syscall.SIGINT)
	assert.Equal(t, failed, s.wait())
	assert.Contains(t, s.stderr.String(), `level=ERROR msg="the server ended too early" error="requests under way at a second signal (interrupt) were cut off"`+"\n")
	assert.NoFileExists(t, s.addr)
	assert.NoFileExists(t, ready)
	assert.Equal(t, 1, strings.Count(s.stderr.String(), "signal=terminated"))
}

// An answer that a fault delays or drips was begun, too. It is cut off by the time to drain
// only, and that is told.
func TestSlowAnswersAreFinished(t *testing.T) {
	t.Parallel()
	seed := file(t, "seed.yaml", `clock: {at: 2026-01-05T12:00:00Z, frozen: true}
faults:
- {operation: getMyProfile, kind: slow-drip, over: 3s}
- {operation: changeName, delay: {time: 3s}}
- {operation: listPayments, kind: no-answer}
- {operation: listSubscriptions, delay: {time: 1h, on_clock: true}}
`)
	for drain, status := range map[string]int{"1m": ok, "1ms": failed} {
		s, _ := process(t, nil, "-addr", "127.0.0.1:0", "-seed", seed, "-drain-timeout", drain)
		_, never := s.dial(t, held)
		_, frozen := s.dial(t, strings.Replace(simple, "/profile/me", "/profile/subscriptions", 1))
		_, events := s.dial(t, "GET /_mock/v1/journal/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
		_, dripped := s.dial(t, simple)
		_, delayed := s.dial(t, strings.Replace(halfBody, "\r\n\r\n{", "\r\n\r\n"+`{"first_name":"A","last_name":null}`, 1))
		for _, begun := range []*bufio.Reader{events, dripped} {
			_, err := begun.Peek(1)
			require.NoError(t, err, "it is under way")
		}
		s.awaitUnderWay(t, 4)
		s.signal(syscall.SIGTERM)
		assert.Equal(t, status, s.wait(), "%s", s.stderr)
		for _, endless := range []*bufio.Reader{never, frozen} {
			_, err := endless.ReadByte()
			require.ErrorIs(t, err, io.EOF)
		}
		_, err := io.Copy(io.Discard, events)
		require.NoError(t, err)
		if status == ok {
			resp := answer(t, dripped)
			assert.Contains(t, resp.body, "anna@example.com")
			resp = answer(t, delayed)
			assert.Equal(t, 200, resp.status)
		} else {
			assert.Contains(t, s.stderr.String(), `level=ERROR msg="the server ended too early" error="requests under way after 1ms were cut off"`+"\n")
		}
	}
}

// The server needs nobody who reads what it says.
func TestItOutlivesItsReaders(t *testing.T) {
	t.Parallel()
	program, err := built()
	require.NoError(t, err)
	gone, pipe, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, gone.Close())
	ready := filepath.Join(t.TempDir(), "ready.json")
	cmd := exec.CommandContext(t.Context(), program, "-addr", "127.0.0.1:0", "-ready-file", ready)
	cmd.Stdout, cmd.Stderr = pipe, pipe
	require.NoError(t, cmd.Start())
	require.NoError(t, pipe.Close())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	require.Eventually(t, func() bool {
		_, err := os.Stat(ready)
		return err == nil || len(ended) > 0
	}, testWait, testTick)
	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM)) // of which it tells its log
	require.NoError(t, <-ended)
}

// Nobody is waited for who has no request under way, and nothing is cut off then.
func TestNothingUnderWayIsAnEndAtOnce(t *testing.T) {
	t.Parallel()
	for _, drain := range []string{"0", "1m"} {
		for name, text := range map[string]string{
			"nobody":                   "",
			"idle":                     simple,
			"in the middle of another": simple + halfHeader,
			"behind a line":            simple + "\r\n",
		} {
			t.Run(name+" within "+drain, func(t *testing.T) {
				t.Parallel()
				s := begin(t, nil, "-addr", "127.0.0.1:0", "-drain-timeout", drain)
				if text != "" {
					_, from := s.dial(t, text)
					assert.Equal(t, 200, answer(t, from).status)
				}
				begun := time.Now()
				assert.Equal(t, ok, s.end(), "%s", s.stderr)
				assert.Less(t, time.Since(begun), 4*time.Second, "net/http gives 5 s to a connection without a request")
			})
		}
	}
}
