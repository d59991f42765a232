package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAServerIsReadyOnceItAnswersAsItShould(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if calls.Add(1) < 3 {
			w.WriteHeader(http.StatusNotFound) // it listens, but does not know its documents yet
		}
	}))
	t.Cleanup(srv.Close)
	s := &wireServer{addr: strings.TrimPrefix(srv.URL, "http://"), ended: make(chan struct{})}
	require.NoError(t, s.await(time.Now().Add(time.Minute)))
	assert.EqualValues(t, 3, calls.Load())
}

func TestAServerThatEndsOrNeverAnswersIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	addr, err := freeAddress()
	require.NoError(t, err)
	s := &wireServer{addr: addr, ended: make(chan struct{})}
	assert.ErrorContains(t, s.await(time.Now()), "no valid answer in time")
	close(s.ended)
	assert.ErrorContains(t, s.await(time.Now().Add(time.Minute)), "ended by itself")
}

func TestAServerRunsForAsLongAsItIsCalledAndNoLonger(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("sleep", "60")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		assert.NoError(t, cmd.Process.Kill())
		assert.Error(t, cmd.Wait(), "it is killed")
	})
	s := &wireServer{cmd: cmd}
	next := func() (status syscall.WaitStatus) {
		_, err := syscall.Wait4(cmd.Process.Pid, &status, syscall.WUNTRACED|syscall.WCONTINUED, nil)
		assert.NoError(t, err)
		return status
	}
	require.NoError(t, s.signal(syscall.SIGSTOP))
	assert.True(t, next().Stopped())
	assert.ErrorIs(t, s.alone(func() error {
		assert.True(t, next().Continued())
		return assert.AnError
	}), assert.AnError)
	assert.True(t, next().Stopped())
}

func TestCoresAreThoseThatAreAllowed(t *testing.T) {
	t.Parallel()
	for list, want := range map[string][2]string{
		"0-1": {"0", "1"}, "2-7,9": {"2", "3"}, "3,5-6": {"3", "5"}, "10,12": {"10", "12"}, "1": {}, "": {},
	} {
		first, second := firstTwo("Cpus_allowed:\tff\nCpus_allowed_list:\t" + list + "\nMems_allowed:\t1\n")
		assert.Equal(t, want, [2]string{first, second}, list)
	}
}

func TestGroupOfAProcess(t *testing.T) {
	t.Parallel()
	assert.Equal(t, 41, groupOf("42 (a (strange) name) S 1 41 40 0 -1"))
	assert.Equal(t, 0, groupOf("42 (cut)"))
	if own, err := os.ReadFile("/proc/self/stat"); err == nil {
		assert.True(t, strings.HasPrefix(string(own), strconv.Itoa(os.Getpid())))
		assert.Positive(t, groupOf(string(own)))
	}
}

func TestHeadersOfAnyCaseAndAnswersWithoutLength(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			_ = http.NewResponseController(w).Flush() // so it comes in chunks
			return
		}
		conn, _, err := http.NewResponseController(w).Hijack()
		if assert.NoError(t, err) {
			_, _ = conn.Write([]byte("HTTP/1.1 200 OK\r\ncontent-length:2\r\n\r\n{}"))
			_ = conn.Close()
		}
	}))
	t.Cleanup(srv.Close)
	addr := strings.TrimPrefix(srv.URL, "http://")
	for at, want := range map[int]string{0: "", 1: "no Content-Length"} {
		err := tryWire(addr, wireCalls[at], time.Now().Add(time.Minute))
		if want == "" {
			assert.NoError(t, err)
		} else {
			assert.ErrorContains(t, err, want)
		}
	}
}
