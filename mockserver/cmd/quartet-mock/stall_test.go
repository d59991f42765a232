package main

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// clients speak HTTP/1.1 and HTTP/2.
func clients(t *testing.T) map[string]*http.Client {
	t.Helper()
	unencrypted := new(http.Protocols)
	unencrypted.SetUnencryptedHTTP2(true)
	all := map[string]*http.Client{
		"HTTP/1.1": {Transport: new(http.Transport)},
		"HTTP/2.0": {Transport: &http.Transport{Protocols: unencrypted}},
	}
	for _, client := range all {
		t.Cleanup(client.CloseIdleConnections)
	}
	return all
}

// stream is an answer whose body has not been read.
type stream struct {
	proto string
	io.Reader
}

func call(t *testing.T, client *http.Client, url string) stream {
	t.Helper()
	resp, err := client.Do(request(t, url))
	require.NoError(t, err)
	t.Cleanup(func() { _ = resp.Body.Close() }) // it may be cut off
	return stream{resp.Proto, resp.Body}
}

// What a fault holds on purpose takes longer than a write may, and is not cut off.
func TestHeldAnswersComeWhole(t *testing.T) {
	t.Parallel()
	seed := file(t, "seed.yaml", "faults:\n"+
		"- {operation: getMyProfile, delay: {time: 1s}}\n"+
		"- {operation: listPayments, kind: slow-drip, over: 1s}\n")
	for name, client := range clients(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, nil, "-addr", "127.0.0.1:0", "-h2c", "-seed", seed, "-write-timeout", "400ms")
			for _, path := range []string{"/profile/me", "/profile/payments", "/profile/me"} {
				begun := time.Now()
				resp := call(t, client, s.url+path)
				assert.Equal(t, name, resp.proto)
				body, err := io.ReadAll(resp)
				require.NoError(t, err)
				assert.NotEmpty(t, body)
				assert.GreaterOrEqual(t, time.Since(begun), time.Second)
			}
		})
	}
}

// A peer that reads no more is cut off, on its connection and on its stream alike.
func TestPeersThatDoNotReadAreCutOff(t *testing.T) {
	t.Parallel()
	seed := file(t, "seed.yaml", "faults: [{operation: getMyProfile, kind: oversized-body, size: 100000000}]\n")
	for name, client := range clients(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, nil, "-addr", "127.0.0.1:0", "-h2c", "-seed", seed, "-write-timeout", "500ms", "-drain-timeout", "1m")
			stuck := call(t, client, s.url+"/profile/me")
			assert.Equal(t, name, stuck.proto)
			other := call(t, client, s.url+"/profile/payments")
			_, err := io.ReadAll(other)
			require.NoError(t, err, "the rest of the connection goes on")
			begun := time.Now()
			assert.Equal(t, ok, s.end(), "%s", s.stderr)
			assert.Less(t, time.Since(begun), 50*time.Second, "before the time to drain is over")
			got, err := io.Copy(io.Discard, stuck)
			assert.Less(t, got, int64(100_000_000))
			assert.Error(t, err)
		})
	}
}

// A peer that reads slowly is not cut off, however much it is sent.
func TestSlowReadersGetAll(t *testing.T) {
	t.Parallel()
	seed := file(t, "seed.yaml", "faults: [{kind: oversized-body, size: 30000000}]\n")
	for name, client := range clients(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, nil, "-addr", "127.0.0.1:0", "-h2c", "-seed", seed, "-write-timeout", "5s")
			resp := call(t, client, s.url+"/profile/me")
			all := 0
			tick := time.NewTicker(20 * time.Millisecond)
			defer tick.Stop()
			for buf := make([]byte, 100_000); ; <-tick.C {
				n, err := io.ReadFull(resp, buf)
				all += n
				if err != nil {
					break
				}
			}
			assert.Equal(t, 30_000_000, all)
		})
	}
}
