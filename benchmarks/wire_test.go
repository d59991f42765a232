package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

func TestMockAnswersTheCallsOfTheWire(t *testing.T) {
	t.Parallel()
	srv := mockserver.Start(t)
	conn, err := dialWire(strings.TrimPrefix(srv.URL(), "http://"))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, conn.conn.Close()) })
	for _, c := range wireCalls {
		status, body, err := conn.ask(c)
		require.NoError(t, err, c.title)
		assert.Equal(t, c.status, status)
		assert.NotEmpty(t, body)
		require.NoError(t, conn.do(c.bytes(), c.status), "and the connection is good for another")
	}
	assert.ErrorContains(t, conn.do(wireCalls[0].bytes(), 418), "not 418")
	srv.Verify(t, mockserver.Expect("getMyProfile").Times(3), mockserver.Expect("changeName").Times(2), mockserver.Expect("createUserSubscription").Times(2))
}

func TestConnectionsAreThereBeforeTheClockStarts(t *testing.T) {
	t.Parallel()
	var calls, dialled atomic.Int64
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls.Add(1) }))
	srv.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			dialled.Add(1)
		}
	}
	srv.Start()
	t.Cleanup(srv.Close)
	took, length, err := loadWire(strings.TrimPrefix(srv.URL, "http://"), wireCalls[0], 3, time.Millisecond)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, length, time.Millisecond)
	assert.EqualValues(t, 3, dialled.Load())
	assert.EqualValues(t, len(took)+3, calls.Load(), "each has been called once before")
}

func TestPercentiles(t *testing.T) {
	t.Parallel()
	var l latencies
	for i := range 101 {
		l = append(l, time.Duration(i)*time.Microsecond)
	}
	assert.InDelta(t, 50, l.percentile(50), 0)
	assert.InDelta(t, 99, l.percentile(99), 0)
}

func TestDriftIsGrowthBeyondNoise(t *testing.T) {
	t.Parallel()
	samplesOf := func(heap func(i int) uint64, routines func(i int) int) (samples []sample) {
		for i := range 30 {
			samples = append(samples, sample{heap: heap(i), routines: routines(i)})
		}
		return samples
	}
	flat := func(int) int { return 300 }
	const mb = 1 << 20
	require.NoError(t, drift(samplesOf(func(i int) uint64 { return uint64(50+i%5) * mb }, flat)), "noise")
	require.NoError(t, drift(samplesOf(func(i int) uint64 { return uint64(min(i, 6)) * 10 * mb }, flat)), "growth in the warm-up")
	require.ErrorContains(t, drift(samplesOf(func(i int) uint64 { return uint64(50+i) * mb }, flat)), "bytes of heap grow")
	require.ErrorContains(t, drift(samplesOf(func(int) uint64 { return mb }, func(i int) int { return 300 + 10*i })), "goroutines grow")
	require.Error(t, drift(nil))
}
