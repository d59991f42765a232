package mockserver_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

// repeatable are calls of which net/http repeats some by itself.
var repeatable = []struct{ method, path, body, key string }{
	{"GET", "/profile/me", "", "X-None: 1"},
	{"GET", "/profile/me", "{}", "X-None: 1"},
	{"HEAD", "/profile/me", "", "X-None: 1"},
	{"OPTIONS", "/profile/me", "", "X-None: 1"},
	{"TRACE", "/profile/me", "", "X-None: 1"},
	{"PUT", "/profile/name-change", rename, "X-None: 1"},
	{"PUT", "/profile/name-change", rename, "X-Idempotency-Key: 1"},
	{"POST", "/users/7000000003/subscription", `{"device_limit":1,"duration_days":1,"replace_existing":true}`, "Idempotency-Key: 1"},
	{"POST", "/users/7000000003/subscription", "", "Idempotency-Key: 1"},
	{"POST", "/users/7000000003/subscription", "", "X-None: 1"},
	{"DELETE", "/profile/subscription?course_id=1", "", "X-None: 1"},
	{"DELETE", "/profile/subscription?course_id=1", "", "Idempotency-Key: 1"},
}

// A call of the client is at most one of the target, and a loss is told: on a connection that
// was kept net/http would send some calls again.
func TestAProxyRepeatsNothing(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		listen    func(*httptest.Server)
		transport func(*httptest.Server) http.RoundTripper
	}{
		"HTTP/1.1": {startListening, func(*httptest.Server) http.RoundTripper { return nil }},
		"HTTP/1.1 by a transport of the caller's": {startListening, func(server *httptest.Server) http.RoundTripper {
			return roundTrip(server.Client().Transport.RoundTrip)
		}},
		"HTTP/1.1 over TLS": {(*httptest.Server).StartTLS, func(server *httptest.Server) http.RoundTripper { return server.Client().Transport }},
		"HTTP/2": {func(server *httptest.Server) {
			server.EnableHTTP2 = true
			server.StartTLS()
		}, func(server *httptest.Server) http.RoundTripper { return server.Client().Transport }},
	} {
		for _, kind := range []mockserver.Kind{mockserver.AppliedButLost, mockserver.ConnectionReset, mockserver.ConnectionClosed} {
			t.Run(fmt.Sprint(name, " ", kind), func(t *testing.T) {
				t.Parallel()
				target := inProcess(t)
				var lose atomic.Bool
				var called atomic.Int64
				server := listen(t, target, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					called.Add(1)
					if lose.CompareAndSwap(true, false) {
						target.with(mockserver.Fault{Kind: kind, AtMost: 1})
					}
					target.ServeHTTP(w, r)
				}), tc.listen)
				f := inFront(t, mockserver.Proxy{Target: server.URL, Transport: tc.transport(server)})
				for _, call := range repeatable {
					require.Equal(t, 200, f.get("GET", "/profile/me", "").status, "a connection to keep")
					before := called.Load()
					lose.Store(true)
					got := onWire(t, f.URL(), call.method, call.path, call.body, call.key, admin)
					assert.Equal(t, 502, got.status, call)
					assert.Equal(t, before+1, called.Load(), call)
					assert.Contains(t, strings.Join(f.issues(), ", "), "target: ", call)
					assert.Contains(t, strings.Join(f.reports(), ", "), "a target gave no answer that can be passed on", call)
				}
				assert.Len(t, target.Journal(), len(f.Journal()))
			})
		}
	}
}

// What net/http repeats over HTTP/2: streams that a target has reset, though it has acted, and those it has
// disowned.
func TestAProxyRepeatsNoStream(t *testing.T) {
	t.Parallel()
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	for name, tc := range map[string]struct {
		kind byte
		code uint32
	}{"PROTOCOL_ERROR": {frameReset, 1}, "REFUSED_STREAM": {frameReset, 7}, "GOAWAY": {frameGoAway, 0}} {
		for _, call := range repeatable {
			t.Run(fmt.Sprint(name, " ", call.method, " ", call.body, " ", call.key), func(t *testing.T) {
				t.Parallel()
				url, acted := breaking(t, tc.kind, tc.code)
				transport := &http.Transport{Protocols: &protocols}
				t.Cleanup(transport.CloseIdleConnections)
				f := inFront(t, mockserver.Proxy{Target: url, Transport: transport})
				assert.Equal(t, 502, onWire(t, f.URL(), call.method, call.path, call.body, call.key, admin).status)
				assert.EqualValues(t, 1, acted.Load())
				assert.Contains(t, f.issues(), "target: the connection was lost after the call had been sent")
			})
		}
	}
}

// Frames of RFC 9113, section 4.1, and their types.
const (
	frameData, frameHeaders, frameReset, frameSettings, frameGoAway = 0, 1, 3, 4, 7

	flagAck, flagEndStream = 1, 1
)

// breaking is a server of raw HTTP/2 frames that counts whole requests and answers each by a frame that
// ends it.
func breaking(t *testing.T, kind byte, code uint32) (url string, acted *atomic.Int64) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	acted = new(atomic.Int64)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go breakStreams(conn, kind, code, acted)
		}
	}()
	return "http://" + listener.Addr().String(), acted
}

func breakStreams(conn net.Conn, answer byte, code uint32, acted *atomic.Int64) {
	defer conn.Close()
	if _, err := io.ReadFull(conn, make([]byte, len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))); err != nil {
		return
	}
	_, _ = conn.Write([]byte{0, 0, 0, frameSettings, 0, 0, 0, 0, 0})
	for head := make([]byte, 9); ; {
		if _, err := io.ReadFull(conn, head); err != nil {
			return
		}
		length := int64(head[0])<<16 | int64(head[1])<<8 | int64(head[2])
		if _, err := io.CopyN(io.Discard, conn, length); err != nil {
			return
		}
		switch kind, flags := head[3], head[4]; {
		case kind == frameSettings && flags&flagAck == 0:
			_, _ = conn.Write([]byte{0, 0, 0, frameSettings, flagAck, 0, 0, 0, 0})
		case (kind == frameHeaders || kind == frameData) && flags&flagEndStream != 0:
			if acted.Add(1) > 1 {
				return // net/http would wait ever longer, and try again
			}
			frame := append([]byte{0, 0, 4, answer, 0}, head[5:9]...)
			if answer == frameGoAway { // on no stream; the last that it owns is none
				frame = []byte{0, 0, 8, answer, 0, 0, 0, 0, 0, 0, 0, 0, 0}
			}
			_, _ = conn.Write(binary.BigEndian.AppendUint32(frame, code))
		}
	}
}

// A call without a body goes on as net/http sends one.
func TestAProxySendsNoBodyAsNone(t *testing.T) {
	t.Parallel()
	framing := make(chan string, 1)
	target := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		framing <- fmt.Sprint(r.Method, r.ContentLength, r.TransferEncoding, r.Header["Content-Length"])
	}))
	t.Cleanup(target.Close)
	f := inFront(t, mockserver.Proxy{Target: target.URL})
	for _, method := range []string{"GET", "HEAD", "OPTIONS", "TRACE", "DELETE", "POST", "PUT", "PATCH", "PURGE"} {
		onWire(t, target.URL, method, "/", "")
		want := <-framing
		onWire(t, f.URL(), method, "/", "")
		assert.Equal(t, want, <-framing)
	}
}

// A target that closes what it has kept loses no call, whoever's transport calls it.
func TestAProxyLeavesAConnectionThatWasClosed(t *testing.T) {
	t.Parallel()
	target := inProcess(t)
	server := listen(t, target, target, startListening)
	closed := make(chan struct{}, 100)
	transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		return telling{conn, closed}, err
	}}
	t.Cleanup(transport.CloseIdleConnections)
	f := inFront(t, mockserver.Proxy{Target: server.URL, Transport: transport})
	for range 5 {
		f.call("GET", "/profile/me", "", admin).ok()
		server.CloseClientConnections()
		<-closed
		f.call("PUT", "/profile/name-change", rename, admin).ok()
		server.CloseClientConnections()
		<-closed
	}
	assert.Len(t, target.Journal(), 10)
	f.fine()
}

// telling tells when it is closed.
type telling struct {
	net.Conn
	closed chan<- struct{}
}

func (c telling) Close() error {
	err := c.Conn.Close()
	c.closed <- struct{}{}
	return err
}
