package mockserver

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A target that never answers holds Close only for its patience.
func TestCloseCutsOffWhoWaitsForATarget(t *testing.T) {
	t.Parallel()
	target := Start(t)
	require.NoError(t, target.AddFault(Fault{Kind: NoAnswer}))
	s := Start(t, WithProxy(Proxy{Target: target.URL()}))
	s.patience = time.Millisecond
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/profile/me", http.NoBody)
	require.NoError(t, err)
	client, ended := s.Client(), make(chan error, 1)
	go func() {
		resp, err := client.Do(req)
		if err == nil {
			err = resp.Body.Close()
		}
		ended <- err
	}()
	target.Verify(t, Expect("getMyProfile").Within(time.Minute))
	s.Close()
	assert.Error(t, <-ended)
	assert.Zero(t, s.Journal()[0].Status)
}

// staleConn takes nothing once it is stale, though its end has not been read yet.
type staleConn struct {
	net.Conn
	stale *atomic.Bool
}

func (c staleConn) Write(p []byte) (int, error) {
	if c.stale.Load() {
		return 0, syscall.EPIPE
	}
	return c.Conn.Write(p)
}

// A kept connection that turns out to be closed before anything was written is no loss.
func TestAStaleConnectionOfAProxyIsReplaced(t *testing.T) {
	t.Parallel()
	for _, request := range []struct{ method, path, body, key string }{
		{http.MethodGet, "/profile/me", "", ""},
		{http.MethodPut, "/profile/name-change", `{"first_name":"Zoe","last_name":"Quinn"}`, ""},
		{http.MethodPost, "/users/7000000003/subscription", `{"device_limit":1,"duration_days":1,"replace_existing":true}`, "1"},
		{http.MethodPost, "/nowhere", "", ""},
		{http.MethodDelete, "/nowhere", "", "1"},
	} {
		target := Start(t)
		s, err := New(WithProxy(Proxy{Target: target.URL()}))
		require.NoError(t, err)
		var newest *atomic.Bool
		s.proxy.own.DialContext = counting(func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, network, address)
			newest = new(atomic.Bool)
			return staleConn{conn, newest}, err
		})
		call := func(method, path, body, key string) int {
			req, err := http.NewRequestWithContext(t.Context(), method, s.URL()+path, strings.NewReader(body))
			require.NoError(t, err)
			req.Header.Set("Idempotency-Key", key)
			resp, err := s.Client().Do(req)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			return resp.StatusCode
		}
		call(http.MethodGet, "/profile/me", "", "")
		newest.Store(true)
		assert.NotEqual(t, http.StatusBadGateway, call(request.method, request.path, request.body, request.key), request)
		assert.False(t, newest.Load(), "another one")
		assert.Len(t, target.Journal(), 2)
		for _, e := range s.Journal() {
			assert.NotContains(t, strings.Join(e.Issues, " "), "target: ")
		}
		s.Close()
	}
}
