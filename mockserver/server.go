package mockserver

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
	"github.com/quartet-go/quartet/mockserver/internal/dialect"
	"github.com/quartet-go/quartet/openapi"
)

// DefaultToken is the credential of the default state that opens all four APIs: the
// profile user usr_anna, billing, subscription, and the vendor's administrator.
const DefaultToken = "default-token"

// Server is a mock server. It is safe for concurrent use.
type Server struct {
	contract *contract.Contract
	dialects map[*contract.API]dialect.Dialect

	strictAuth   bool
	splitBalance bool
	now          func() time.Time
	world        world

	listener *httptest.Server // nil when the server does not listen
	report   func(message string, err error)
}

// New returns a server that does not listen: use it as an http.Handler or through
// Transport. The error says which option cannot hold.
func New(opts ...Option) (*Server, error) {
	loaded, err := load()
	if err != nil {
		return nil, err
	}
	s := &Server{
		contract: loaded.contract,
		dialects: loaded.dialects,
		now:      time.Now,
		report:   func(message string, err error) { slog.Error(message, "error", err) },
	}
	s.world.set(DefaultState())
	for i, opt := range opts {
		if opt == nil {
			return nil, fmt.Errorf("mockserver: option %d is nil", i+1)
		}
		if err := opt(s); err != nil {
			return nil, fmt.Errorf("mockserver: %w", err)
		}
	}
	return s, nil
}

// documents are the loaded contract and the dialect of each API. They never change, so
// that all servers of a process share them.
type documents struct {
	contract *contract.Contract
	dialects map[*contract.API]dialect.Dialect
}

var load = sync.OnceValues(func() (documents, error) {
	c, err := contract.Load(openapi.FS)
	if err != nil {
		return documents{}, fmt.Errorf("mockserver: %w", err)
	}
	dialects := make(map[*contract.API]dialect.Dialect, len(c.APIs))
	for _, api := range c.APIs {
		if dialects[api], err = dialect.For(api.Dialect); err != nil {
			return documents{}, fmt.Errorf("mockserver: %s: %w", api.Name, err)
		}
	}
	return documents{c, dialects}, nil
})

// TB is what Start needs of a test; testing.TB satisfies it.
type TB interface {
	Helper()
	Cleanup(func())
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Start returns a server that listens on a free port of 127.0.0.1 and is closed when the
// test ends. It fails the test when an option cannot hold, and when the server meets a
// mistake of its own.
func Start(t TB, opts ...Option) *Server {
	t.Helper()
	s, err := New(opts...)
	if err != nil {
		t.Fatalf("%v", err)
		return nil
	}
	s.report = func(message string, err error) { t.Errorf("mockserver: %s: %v", message, err) }
	s.listener = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

// Close stops listening and waits for the requests under way. Start does it by itself;
// a server of New has nothing to close.
func (s *Server) Close() {
	if s.listener != nil {
		s.listener.Close()
	}
}

// URL returns the base URL without a trailing slash, or "https://mock.invalid" for a
// server of New, which only Transport can reach.
func (s *Server) URL() string {
	if s.listener == nil {
		return "https://mock.invalid"
	}
	return s.listener.URL
}

// Client returns an http.Client that reaches the server: over its socket after Start, in
// process after New.
func (s *Server) Client() *http.Client {
	if s.listener == nil {
		return &http.Client{Transport: s.Transport()}
	}
	return s.listener.Client()
}
