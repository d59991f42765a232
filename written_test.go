package quartet_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet"
)

// clients are the ways to a server: by the default transport, whose connections count,
// and by a caller's own, of which the hooks alone tell.
var clients = map[string]func(listening, protocol) quartet.Option{
	"default transport": func(l listening, over protocol) quartet.Option {
		if over == http2 {
			return quartet.WithRootCAs(l.roots())
		}
		return quartet.WithHTTPClient(&http.Client{})
	},
	"the caller's": func(l listening, _ protocol) quartet.Option { return quartet.WithHTTPClient(l.http) },
}

func TestAGuardedCallThatWasWrittenIsSentOnceHoweverItFails(t *testing.T) {
	t.Parallel()
	for failure, fail := range map[string]http.HandlerFunc{
		"reset before the answer": hangUp,
		"reset within the answer": func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, `{"mess`)
			_ = http.NewResponseController(w).Flush()
			hangUp(w, r)
		},
		"an answer that is given up": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"mess`)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		},
		"no answer in time": func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		},
	} {
		for _, over := range both {
			for by, way := range clients {
				for _, class := range []string{"guarded", "guarded without a body"} {
					for _, reused := range []bool{false, true} {
						name := failure + "/" + string(over) + "/" + by + "/" + class + map[bool]string{true: " on a reused connection"}[reused]
						t.Run(name, func(t *testing.T) {
							t.Parallel()
							var received atomic.Int64
							ctx, cancel := context.WithCancel(t.Context())
							defer cancel()
							server := listenOver(t, over, func(w http.ResponseWriter, r *http.Request) {
								if r.Method == http.MethodGet {
									_, _ = io.WriteString(w, profileJSON)
									return
								}
								received.Add(1)
								if failure == "no answer in time" {
									cancel()
								}
								fail(w, r)
							})
							client := profileAt(t, server.url, way(server, over), hurried)
							if reused {
								_, err := client.GetMyProfile(t.Context())
								require.NoError(t, err)
							}
							err := classes[class](ctx, client)
							require.ErrorIs(t, err, quartet.ErrOutcomeUnknown)
							assert.Equal(t, 1, asError(t, err).Attempts)
							assert.EqualValues(t, 1, received.Load(), "requests received")
						})
					}
				}
			}
		}
	}
}

// spoiling dials connections that stop sending when told so, as those do that the other
// side has closed: nothing leaves any more, and reading tells nothing yet.
type spoiling struct {
	mu    sync.Mutex
	conns []*spoiled
	never int  // the number, from 1, of a connection that never sends anything
	once  bool // the first sends one piece only
}

type spoiled struct {
	net.Conn
	stopped atomic.Bool
	once    bool
}

func (c *spoiled) Write(p []byte) (int, error) {
	if c.stopped.Load() {
		return 0, syscall.EPIPE
	}
	if c.once {
		c.stopped.Store(true)
	}
	return c.Conn.Write(p)
}

func (s *spoiling) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &spoiled{Conn: conn, once: s.once && len(s.conns) == 0}
	c.stopped.Store(s.never == len(s.conns)+1)
	s.conns = append(s.conns, c)
	return c, nil
}

func (s *spoiling) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, conn := range s.conns {
		conn.stopped.Store(true)
	}
}

// dialled returns a transport to the server, with connections that count or without.
func (l listening) dialled(t *testing.T, dial func(context.Context, string, string) (net.Conn, error), counted bool) *http.Transport {
	t.Helper()
	if counted {
		dial = quartet.Counting(dial)
	}
	own := &http.Transport{DialContext: dial, ForceAttemptHTTP2: true}
	if configured := l.http.Transport.(*http.Transport).TLSClientConfig; configured != nil {
		own.TLSClientConfig = configured.Clone()
	}
	t.Cleanup(own.CloseIdleConnections)
	return own
}

func TestAGuardedCallOfWhichNothingLeftIsRepeated(t *testing.T) {
	t.Parallel()
	for _, over := range both {
		for _, class := range []string{"guarded", "guarded without a body"} {
			for _, reused := range []bool{false, true} {
				t.Run(string(over)+"/"+class+map[bool]string{true: " on a reused connection"}[reused], func(t *testing.T) {
					t.Parallel()
					var received atomic.Int64
					server := listenOver(t, over, func(w http.ResponseWriter, r *http.Request) {
						if r.Method == http.MethodGet {
							_, _ = io.WriteString(w, profileJSON)
							return
						}
						received.Add(1)
						_, _ = io.WriteString(w, messageJSON)
					})
					dialler := &spoiling{never: map[bool]int{false: 1}[reused]}
					client := profileAt(t, server.url, quartet.WithTransport(server.dialled(t, dialler.dial, true)), hurried)
					if reused {
						_, err := client.GetMyProfile(t.Context())
						require.NoError(t, err)
						dialler.stop()
					}
					require.NoError(t, classes[class](t.Context(), client))
					assert.EqualValues(t, 1, received.Load(), "requests received")
					assert.Len(t, dialler.conns, 2)
				})
			}
		}
	}
}

// The buffer of a connection that does not count may have been sent.
func TestWithoutCountedConnectionsTheHooksDecide(t *testing.T) {
	t.Parallel()
	server := listen(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, messageJSON) })
	dialler := &spoiling{never: 1}
	client := profileAt(t, server.url, quartet.WithTransport(server.dialled(t, dialler.dial, false)), hurried)
	_, err := client.ChangePassword(t.Context(), secretPasswords)
	require.ErrorIs(t, err, quartet.ErrOutcomeUnknown)
	require.ErrorIs(t, err, syscall.EPIPE)
	assert.Equal(t, 1, asError(t, err).Attempts)
}

func TestAServerThatResetsAtAcceptIsTriedAgain(t *testing.T) {
	t.Parallel()
	for by, way := range clients {
		t.Run(by, func(t *testing.T) {
			t.Parallel()
			var received atomic.Int64
			server := listenOver(t, http2, func(w http.ResponseWriter, _ *http.Request) {
				received.Add(1)
				_, _ = io.WriteString(w, messageJSON)
			})
			var accepted atomic.Int64
			gate := resetting(t, server.Listener.Addr().String(), func() bool { return accepted.Add(1) <= 2 })
			client := profileAt(t, "https://"+gate, way(server, http2), hurried)
			_, err := client.ChangePassword(t.Context(), secretPasswords)
			require.NoError(t, err)
			assert.EqualValues(t, 3, accepted.Load())
			assert.EqualValues(t, 1, received.Load())
		})
	}
}

// resetting forwards connections to addr but for those that refuse wants reset.
func resetting(t *testing.T, addr string, refuse func() bool) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			if refuse() {
				_ = near.(*net.TCPConn).SetLinger(0)
				_ = near.Close()
				continue
			}
			far, err := net.Dial("tcp", addr)
			if err != nil {
				_ = near.Close()
				continue
			}
			pipe := func(to, from net.Conn) {
				_, _ = io.Copy(to, from)
				_ = to.Close()
				_ = from.Close()
			}
			go pipe(near, far)
			go pipe(far, near)
		}
	}()
	return l.Addr().String()
}

// No server can act on headers that have no end.
func TestAGuardedCallOfWhichSomeHeadersLeftIsRepeated(t *testing.T) {
	t.Parallel()
	var received atomic.Int64
	server := listen(t, func(w http.ResponseWriter, _ *http.Request) {
		received.Add(1)
		_, _ = io.WriteString(w, messageJSON)
	})
	dialler := &spoiling{once: true}
	client := profileAt(t, server.url, quartet.WithTransport(server.dialled(t, dialler.dial, true)), hurried)
	_, err := client.ChangePassword(t.Context(), secretPasswords, quartet.WithHeader("X-Large", strings.Repeat("x", 64<<10)))
	require.NoError(t, err)
	assert.EqualValues(t, 1, received.Load())
	assert.Len(t, dialler.conns, 2)
}

// net/http repeats a request with this header by itself, here on a connection that sends
// nothing. What it has sent before stays known.
func TestWhatNetHTTPSentBeforeIsNotForgotten(t *testing.T) {
	t.Parallel()
	var received atomic.Int64
	server := listen(t, func(w http.ResponseWriter, r *http.Request) {
		if received.Add(1) == 1 {
			_, _ = io.WriteString(w, profileJSON)
			return
		}
		hangUp(w, r)
	})
	dialler := &spoiling{never: 2}
	client := profileAt(t, server.url, quartet.WithTransport(server.dialled(t, dialler.dial, true)), hurried)
	_, err := client.GetMyProfile(t.Context())
	require.NoError(t, err)
	_, err = client.ChangePassword(t.Context(), secretPasswords, quartet.WithHeader("Idempotency-Key", "k"))
	require.ErrorIs(t, err, quartet.ErrOutcomeUnknown)
	assert.Equal(t, 1, asError(t, err).Attempts)
	assert.EqualValues(t, 2, received.Load())
}
