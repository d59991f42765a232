package mockserver

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// DefaultToken is the credential of the default state that opens all four APIs: the
// profile user usr_anna, billing, subscription, and the vendor's administrator.
const DefaultToken = "default-token"

// Server is a mock server: a default space and any number of others. Every method of
// [Space] is one of Server, too, and is about the default space. It is safe for concurrent
// use.
type Server struct {
	*defaultSpace
	spaces spaces
	begin  beginning
	seed   *Snapshot // what every space begins with, made from it

	documents
	journal  journal
	coverage coverage
	storage  storage

	strictAuth   bool
	splitBalance bool
	prefer       bool
	prove        bool
	adminToken   string        // "": none
	large        chan struct{} // has the one large call of the admin API
	proxy        *proxy        // nil: it answers by itself
	violations   atomic.Uint64
	unanswered   atomic.Uint64
	report       func(message string, err error)

	turn     sync.Mutex    // to close and restart
	patience time.Duration // of Close with clients
	open     atomic.Pointer[life]
	listener atomic.Pointer[httptest.Server] // nil when the server does not listen
}

// defaultSpace gives Server the methods of Space, under a name that leaves its own method
// Space free.
type defaultSpace = Space

// life ends what waits in the server: what would wait for ever when it drains, all when it
// closes.
type life struct {
	context.Context // until it drains
	drain           context.CancelFunc
	closed          context.Context
	end             context.CancelFunc // of both
}

// beginning is what options say about the start.
type beginning struct {
	state     State
	clock     *Clock
	variation *Variation
}

// snapshot is the start of every space.
func (b *beginning) snapshot() (*Snapshot, error) {
	state := b.state
	if b.clock != nil {
		state.Clock = *b.clock
	}
	if b.variation != nil {
		state.Variation = *b.variation
	} else if text := os.Getenv("QUARTET_MOCK_VARIATION"); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("mockserver: QUARTET_MOCK_VARIATION=%s: a seed is an integer from 0 on", text)
		}
		state.Variation.Seed = seed
	}
	return newSnapshot(state), nil
}

// reopen lets calls wait again.
func (s *Server) reopen() {
	closed, end := context.WithCancel(context.Background())
	ctx, drain := context.WithCancel(closed)
	s.open.Store(&life{ctx, drain, closed, end})
}

// New returns a server that does not listen: use it as an http.Handler or through
// Transport. The error says which option cannot hold.
func New(opts ...Option) (*Server, error) {
	loaded, err := load()
	if err != nil {
		return nil, err
	}
	s := &Server{
		documents: loaded,
		coverage:  newCoverage(loaded.contract),
		journal:   journal{most: defaultCalls, mostBytes: defaultBytes, redactor: loaded.redactor},
		storage:   storage{set: defaultStateSize},
		spaces:    spaces{most: defaultSpaces, idle: defaultIdle, byID: map[string]*Space{}},
		begin:     beginning{state: *defaultState()},
		large:     make(chan struct{}, 1),
		patience:  5 * time.Second,
		report:    func(message string, err error) { slog.Error(message, "error", err) },
	}
	for i, opt := range opts {
		if opt == nil {
			return nil, fmt.Errorf("mockserver: option %d is nil", i+1)
		}
		if err := opt(s); err != nil {
			return nil, fmt.Errorf("mockserver: %w", err)
		}
	}
	if s.seed, err = s.begin.snapshot(); err != nil {
		return nil, err
	}
	s.storage.beginWith(s.seed.data)
	s.reopen()
	s.defaultSpace = s.Space("")
	return s, nil
}

// TB is what Start and Verify need of a test; testing.TB satisfies it. Where it also has
// Failed and Name, as testing.TB has, a failed test prints its journal, and SpaceFor names
// its space after it.
type TB interface {
	Helper()
	Cleanup(func())
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Start returns a server that listens on a free port of 127.0.0.1 and is closed when the
// test ends. It fails the test when an option cannot hold, when an answer of the server
// breaks its document, and when the server meets another mistake of its own. With [WithProxy]
// it fails the test also when a request breaks its document, and when the target gives no
// answer. When the test has failed it prints the journal.
func Start(t TB, opts ...Option) *Server {
	t.Helper()
	s, err := New(opts...)
	if err != nil {
		t.Fatalf("%v", err)
		return nil
	}
	s.prove = true
	s.report = func(message string, err error) { t.Errorf("mockserver: %s: %v", message, err) }
	s.serve(httptest.NewUnstartedServer(s))
	t.Cleanup(func() {
		s.Close()
		s.printIfFailed(t)
	})
	return s
}

func (s *Server) serve(listener *httptest.Server) {
	listener.Config.ConnState = s.ConnState
	listener.Start()
	s.listener.Store(listener)
}

// Violations returns in how many places answers have broken their document, see
// [WithCheckedAnswers]; with [WithProxy] also requests.
func (s *Server) Violations() uint64 { return s.violations.Load() }

// Unanswered returns to how many calls the target of [WithProxy] has given no answer that could
// be passed on. Those whose client went first do not count.
func (s *Server) Unanswered() uint64 { return s.unanswered.Load() }

// Drain ends what would never end by itself: calls that get no answer, delays on a clock that
// stands still, and streams of the journal. From then on the server is not ready, and Transport
// finds nobody; other delays and slow answers go on. A program that stops drains first, so that
// it cuts off no answer, and closes behind that.
func (s *Server) Drain() { s.open.Load().drain() }

// Close stops listening, ends the faults that hold a call, and waits for the calls under
// way; those that after five seconds are still sending their body, or waiting for the target
// of a proxy, are cut off. From then on Transport finds nobody either. Start closes by itself.
func (s *Server) Close() {
	s.turn.Lock()
	defer s.turn.Unlock()
	s.shut()
}

func (s *Server) shut() {
	s.open.Load().end()
	defer s.proxy.rest()
	if listener := s.listener.Load(); listener != nil {
		defer time.AfterFunc(s.patience, listener.CloseClientConnections).Stop()
		listener.Close()
	}
}

// Restart closes a server and opens it again, one of Start on the same port. What it
// remembers stays. Between Close and Restart nobody listens there. The error is that of the
// port, which another program may have taken.
func (s *Server) Restart() error {
	s.turn.Lock()
	defer s.turn.Unlock()
	s.shut()
	listener := s.listener.Load()
	if listener == nil {
		s.reopen()
		return nil
	}
	at := listener.Listener.Addr().String()
	port, err := net.Listen("tcp", at)
	if err != nil {
		return fmt.Errorf("mockserver: Restart: %w", err)
	}
	s.reopen()
	again := httptest.NewUnstartedServer(s)
	_ = again.Listener.Close() // the free port that it took
	again.Listener = port
	s.serve(again)
	return nil
}

func (s *Server) baseURL() string {
	listener := s.listener.Load()
	if listener == nil {
		return "https://mock.invalid"
	}
	return listener.URL
}

// Client returns an http.Client whose calls are in the space: over the server's socket after
// Start, in process after New.
func (s *Space) Client() *http.Client {
	listener := s.server.listener.Load()
	switch {
	case listener == nil:
		return &http.Client{Transport: s.Transport()}
	case s.id == "":
		return listener.Client()
	default:
		return &http.Client{Transport: spaced{s.id, listener.Client().Transport}}
	}
}
