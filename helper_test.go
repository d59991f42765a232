package quartet_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/profile"
	"github.com/quartet-go/quartet/subscription"
)

const baseURL = "https://api.example.com"

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// transport is an http.RoundTripper made of a function.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// answer returns a response with the given status, body and pairs of header names and values.
func answer(status int, body string, header ...string) *http.Response {
	resp := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
	for i := 0; i < len(header); i += 2 {
		resp.Header.Add(header[i], header[i+1])
	}
	return resp
}

// always answers every request with the same status and body.
func always(status int, body string, header ...string) quartet.Option {
	return quartet.WithTransport(transport(func(*http.Request) (*http.Response, error) {
		return answer(status, body, header...), nil
	}))
}

// mocked answers one route by httpmock and every other one with its error.
func mocked(method, path string, responder httpmock.Responder) quartet.Option {
	mock := httpmock.NewMockTransport()
	mock.RegisterResponder(method, baseURL+path, responder)
	return quartet.WithTransport(mock)
}

// pass lets d go by on the fake clock of the synctest bubble that it is called in, once
// everything else there has come to rest. Outside a bubble it panics, so that no test
// waits for real.
func pass(d time.Duration) {
	synctest.Wait()
	<-time.After(d)
}

func profileClient(t *testing.T, opts ...quartet.Option) *profile.Client {
	t.Helper()
	return profileAt(t, baseURL, opts...)
}

func profileAt(t *testing.T, base string, opts ...quartet.Option) *profile.Client {
	t.Helper()
	client, err := profile.New(base, opts...)
	require.NoError(t, err)
	return client
}

func subscriptionClient(t *testing.T, opts ...quartet.Option) *subscription.Client {
	t.Helper()
	client, err := subscription.New(baseURL, opts...)
	require.NoError(t, err)
	return client
}

// asError returns err as *quartet.Error, which every failed call must be.
func asError(t *testing.T, err error) *quartet.Error {
	t.Helper()
	var e *quartet.Error
	require.ErrorAs(t, err, &e)
	return e
}

// protocol is the version of HTTP that a test speaks.
type protocol string

const (
	http1 protocol = "HTTP/1.1"
	http2 protocol = "HTTP/2"
)

// both is every protocol.
var both = []protocol{http1, http2}

// only returns what makes net/http speak p and nothing else without TLS.
func (p protocol) only() *http.Protocols {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(p == http1)
	protocols.SetUnencryptedHTTP2(p == http2)
	return protocols
}

// checked fails the test when a request comes by another protocol.
func (p protocol) checked(t *testing.T, handler http.HandlerFunc) http.HandlerFunc {
	t.Helper()
	return func(w http.ResponseWriter, r *http.Request) {
		assert.True(t, strings.HasPrefix(r.Proto, string(p)), r.Proto)
		handler(w, r)
	}
}

// inMemory returns net/http's own transport and server joined by pipes, so that a
// test within a synctest bubble has real connections and no real time.
func inMemory(t *testing.T, handler http.HandlerFunc) *http.Transport {
	t.Helper()
	return inMemoryOver(t, http1, handler)
}

func inMemoryOver(t *testing.T, over protocol, handler http.HandlerFunc) *http.Transport {
	t.Helper()
	l := &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
	server := &http.Server{Handler: over.checked(t, handler), Protocols: over.only()}
	go func() { _ = server.Serve(l) }()
	client := &http.Transport{DialContext: l.dial, Protocols: over.only()}
	t.Cleanup(func() {
		client.CloseIdleConnections()
		_ = server.Close()
	})
	return client
}

type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case l.conns <- far:
		return near, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.closed:
		return nil, errors.New("closed")
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "memory", Net: "pipe"} }

// listening is a server on a loopback socket that counts its connections.
type listening struct {
	*httptest.Server
	url   string
	http  *http.Client // a caller's own
	conns *atomic.Int64
}

func listen(t *testing.T, handler http.HandlerFunc) listening {
	t.Helper()
	return listenOver(t, http1, handler)
}

// connOf is the key of a request's connection in its context.
type connOf struct{}

// listenOver speaks HTTP/1.1 in the clear and HTTP/2 over TLS.
func listenOver(t *testing.T, over protocol, handler http.HandlerFunc) listening {
	t.Helper()
	conns := new(atomic.Int64)
	server := httptest.NewUnstartedServer(over.checked(t, handler))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			conns.Add(1)
		}
	}
	server.Config.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		return context.WithValue(ctx, connOf{}, conn)
	}
	if over == http2 {
		server.EnableHTTP2 = true
		server.StartTLS()
	} else {
		server.Start()
	}
	t.Cleanup(server.Close)
	return listening{Server: server, url: server.URL, http: server.Client(), conns: conns}
}

// roots trusts the server's certificate.
func (l listening) roots() *x509.CertPool {
	pool := x509.NewCertPool()
	if cert := l.Certificate(); cert != nil {
		pool.AddCert(cert)
	}
	return pool
}

// hangUp breaks the connection after the request has been read.
func hangUp(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	conn, _ := r.Context().Value(connOf{}).(net.Conn)
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // a reset instead of an orderly end
	}
	_ = conn.Close()
}

const (
	profileJSON = `{"user_id":"u-1","first_name":"Anna","last_name":null,"email":"anna@example.com"}`
	messageJSON = `{"message":"done"}`
)

var secretPasswords = profile.ChangePasswordRequest{
	OldPassword:        quartet.NewSecret("planted-old"),
	NewPassword:        quartet.NewSecret("planted-new"),
	NewPasswordConfirm: quartet.NewSecret("planted-new"),
	VerificationCode:   quartet.NewSecret("planted-code"),
}
