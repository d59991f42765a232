package mockserver_test

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

// outcome is what a client makes of a call.
type outcome struct {
	status int // 0: no answer
	header http.Header
	body   string // as far as it came
	err    error  // of the call, or of its answer's body
}

func try(client *http.Client, req *http.Request) outcome {
	resp, err := client.Do(req)
	if err != nil {
		return outcome{err: err}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return outcome{resp.StatusCode, resp.Header, string(body), err}
}

// with returns the mock with faults added.
func (m mock) with(faults ...mockserver.Fault) mock {
	m.t.Helper()
	require.NoError(m.t, m.AddFault(faults...))
	return m
}

// firstName shows whether a call with rename has acted: it is Anna before.
func (m mock) firstName() string { return *m.State().Profile.Users["usr_anna"].FirstName }

// listen serves the handler on a listener of its own, as a program that embeds a mock does.
func listen(t *testing.T, m mock, handler http.Handler, configure func(*httptest.Server)) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ConnState = m.ConnState
	configure(server)
	t.Cleanup(server.Close)
	t.Cleanup(m.Close) // before it: ends what waits
	return server
}

const renameRequest = "PUT /profile/name-change HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 37\r\n\r\n" + rename

// exchange sends bytes on a connection and returns what comes back until it ends; nil is an orderly end.
func exchange(t *testing.T, conn net.Conn, request string) (string, error) {
	t.Helper()
	defer conn.Close()
	_, err := io.WriteString(conn, request)
	require.NoError(t, err)
	received, err := io.ReadAll(conn)
	return string(received), err
}

func dial(t *testing.T, url string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	require.NoError(t, err)
	return conn
}

// The kinds that break a connection, byte by byte on a socket of their own, in the clear and over TLS.
func TestBrokenConnectionsOnTheWire(t *testing.T) {
	t.Parallel()
	require.Len(t, rename, 37)
	const half, whole = `{"message":"The `, `{"message":"The name is changed"}`
	for _, tc := range []struct {
		kind        mockserver.Kind
		acts, reset bool
		body        string // "": no headers either
		headers     bool
	}{
		{mockserver.ConnectionReset, false, true, "", false},
		{mockserver.ConnectionClosed, false, false, "", false},
		{mockserver.AppliedButLost, true, true, "", false},
		{mockserver.ResetAfterHeaders, true, true, "", true},
		{mockserver.ResetInBody, true, true, half, true},
		{mockserver.TruncatedBody, true, false, half, true},
	} {
		for name, connect := range map[string]func(*testing.T, mock) net.Conn{
			"clear": func(t *testing.T, m mock) net.Conn { return dial(t, m.URL()) },
			"TLS": func(t *testing.T, m mock) net.Conn {
				server := listen(t, m, m, (*httptest.Server).StartTLS)
				conn, err := tls.Dial("tcp", server.Listener.Addr().String(), server.Client().Transport.(*http.Transport).TLSClientConfig)
				require.NoError(t, err)
				return conn
			},
		} {
			t.Run(string(tc.kind)+" "+name, func(t *testing.T) {
				t.Parallel()
				m := start(t).with(mockserver.Fault{Kind: tc.kind})
				received, err := exchange(t, connect(t, m), renameRequest)
				if tc.reset {
					require.ErrorIs(t, err, syscall.ECONNRESET)
				} else {
					require.NoError(t, err)
				}
				if tc.headers {
					head, body, ok := strings.Cut(received, "\r\n\r\n")
					require.True(t, ok, received)
					assert.True(t, strings.HasPrefix(head, "HTTP/1.1 200 OK\r\n"), head)
					assert.Contains(t, head, "\r\nContent-Type: application/json")
					assert.Contains(t, head, "\r\nContent-Length: "+strconv.Itoa(len(whole)))
					assert.Equal(t, tc.body, body)
				} else {
					assert.Empty(t, received)
				}
				assert.Equal(t, map[bool]string{true: "Zoe", false: "Anna"}[tc.acts], m.firstName())
				m.journals(tc.headers)
			})
		}
	}
}

// journals demands one call in the journal, done, with the fault.
func (m mock) journals(answered bool) {
	m.t.Helper()
	entries := m.Journal()
	require.Len(m.t, entries, 1)
	assert.True(m.t, entries[0].Done)
	assert.Equal(m.t, m.Faults()[0].Name, entries[0].Fault)
	assert.Equal(m.t, answered, entries[0].Status != 0, entries[0].Status)
}

// watch is a handler that tells when it has returned.
type watch struct {
	http.Handler
	returned chan struct{}
}

func watching(h http.Handler) watch { return watch{h, make(chan struct{}, 100)} }

func (w watch) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	defer func() { w.returned <- struct{}{} }()
	w.Handler.ServeHTTP(rw, r)
}

// arrived waits until a call is in the journal.
func (m mock) arrived(operation string) {
	m.t.Helper()
	m.Verify(m.t, mockserver.Expect(operation).Within(time.Minute))
}

// What holds a call ends when the client goes away, whatever it has sent, and does not act.
func TestNoAnswerEndsWhenTheClientGoes(t *testing.T) {
	t.Parallel()
	for name, request := range map[string]string{
		"sized":                   renameRequest,
		"chunked":                 "PUT /profile/name-change HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n25\r\n" + rename + "\r\n0\r\n\r\n",
		"too much":                "PUT /profile/name-change HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n" + strings.Repeat(" ", 3000000),
		"too much, and not whole": "PUT /profile/name-change HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n" + strings.Repeat(" ", 2000000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := inProcess(t).with(mockserver.Fault{Kind: mockserver.NoAnswer})
			handler := watching(m)
			server := listen(t, m, handler, (*httptest.Server).Start)
			conn := dial(t, server.URL)
			defer conn.Close()
			_, err := io.WriteString(conn, request)
			require.NoError(t, err)
			m.arrived("changeName")
			require.NoError(t, conn.Close())
			<-handler.returned
			assert.Equal(t, "Anna", m.firstName())
			m.journals(false)
		})
	}
}

// It ends when the server closes, too, and so does a delay.
func TestCloseEndsWhatWaits(t *testing.T) {
	t.Parallel()
	for _, f := range []mockserver.Fault{
		{Kind: mockserver.NoAnswer},
		{Delay: mockserver.Delay{Time: time.Hour}},
		{Delay: mockserver.Delay{Time: time.Hour, OnClock: true}},
		{Delay: mockserver.Delay{Time: time.Hour}, Status: 503},
	} {
		m := start(t, at(noon)).with(f)
		conn := dial(t, m.URL())
		_, err := io.WriteString(conn, renameRequest)
		require.NoError(t, err)
		m.arrived("changeName")
		m.Close()
		received, err := io.ReadAll(conn)
		require.NoError(t, err, "an orderly end")
		require.NoError(t, conn.Close())
		assert.Empty(t, received)
		m.journals(false)
	}
}

// timed is a writer that notes when each piece was sent; nothing else of a connection.
type timed struct {
	header http.Header
	body   []byte
	sent   []string // "after: bytes so far", at each flush
	begun  time.Time
}

func (w *timed) Header() http.Header { return w.header }
func (w *timed) WriteHeader(int)     {}
func (w *timed) Write(p []byte) (int, error) {
	w.body = append(w.body, p...)
	return len(p), nil
}

func (w *timed) Flush() {
	w.sent = append(w.sent, fmt.Sprintf("%s: %d", time.Since(w.begun), len(w.body)))
}

func TestSlowDripSendsPieceByPiece(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := inProcess(t).with(mockserver.Fault{Status: 0, Kind: mockserver.SlowDrip, Over: 33 * time.Second})
		req := newRequest(t, "PUT", m.URL()+"/profile/name-change", rename)
		w := &timed{header: http.Header{}, begun: time.Now()}
		m.ServeHTTP(w, req)
		want := []string{"0s: 0"} // the headers
		for i := range 33 {
			want = append(want, fmt.Sprintf("%s: %d", time.Duration(i+1)*time.Second, i+1))
		}
		assert.Equal(t, want, w.sent)
		assert.Equal(t, `{"message":"The name is changed"}`, string(w.body))
		assert.Equal(t, "33", w.header.Get("Content-Length"))
	})
}

// Over a socket the first bytes are there while the last are not yet sent: the server closes before.
func TestSlowDripOnTheWire(t *testing.T) {
	t.Parallel()
	m := start(t).with(mockserver.Fault{Kind: mockserver.SlowDrip, Over: 20 * time.Second})
	resp, err := m.Client().Get(m.URL() + "/profile/me")
	require.NoError(t, err, "the headers come at once")
	defer resp.Body.Close()
	first := make([]byte, 1)
	_, err = io.ReadFull(resp.Body, first)
	require.NoError(t, err)
	m.Close()
	rest, err := io.ReadAll(resp.Body)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.Less(t, len(rest), 20, "of %d bytes", resp.ContentLength)
	assert.Greater(t, resp.ContentLength, int64(100))
}

// A client that takes in no more of a body than fits into the buffers does not keep the server from
// closing.
func TestCloseEndsABodyThatNobodyReads(t *testing.T) {
	t.Parallel()
	m := start(t).with(mockserver.Fault{Kind: mockserver.OversizedBody, Size: 256 << 20})
	conn := dial(t, m.URL())
	defer conn.Close()
	_, err := io.WriteString(conn, renameRequest)
	require.NoError(t, err)
	_, err = io.ReadFull(conn, make([]byte, 1))
	require.NoError(t, err)
	m.Close() // else for ever
	m.journals(true)
}

// The kinds that answer whole, but wrongly.
func TestSpoiltAnswers(t *testing.T) {
	t.Parallel()
	const right = `{"message":"The name is changed"}`
	for _, m := range []mock{start(t), inProcess(t)} {
		spoilt := func(f mockserver.Fault) outcome {
			m.Reset()
			got := try(m.with(f).Client(), newRequest(t, "PUT", m.URL()+"/profile/name-change", rename))
			require.NoError(t, got.err)
			assert.Equal(t, 200, got.status)
			assert.Equal(t, strconv.Itoa(len(got.body)), got.header.Get("Content-Length"))
			assert.Equal(t, "Zoe", m.firstName(), "it has acted")
			m.journals(true)
			return got
		}
		assert.Equal(t, right[:len(right)-1], spoilt(mockserver.Fault{Kind: mockserver.MalformedJSON}).body)
		assert.Equal(t, `{"message":["wrong"]}`, spoilt(mockserver.Fault{Kind: mockserver.BrokenContract}).body)

		got := spoilt(mockserver.Fault{Kind: mockserver.WrongContentType})
		assert.Equal(t, right, got.body)
		assert.Equal(t, "text/html; charset=utf-8", got.header.Get("Content-Type"))
		got = spoilt(mockserver.Fault{Kind: mockserver.WrongContentType, ContentType: "image/png"})
		assert.Equal(t, "image/png", got.header.Get("Content-Type"))

		for size, want := range map[int]int{0: 16 << 20, 1: len(right), 100_001: 100_001} {
			got = spoilt(mockserver.Fault{Kind: mockserver.OversizedBody, Size: size})
			assert.Len(t, got.body, want)
			assert.Equal(t, right, strings.TrimRight(got.body, " "))
		}
		assert.Equal(t, right, spoilt(mockserver.Fault{Kind: mockserver.SlowDrip, Over: time.Millisecond}).body)
	}
}

// A broken answer breaks its document for another engine, for each operation and status that has a
// body, whatever variation makes of it; and a malformed one is never JSON.
func TestSpoiltAnswersBreakEveryDocument(t *testing.T) {
	t.Parallel()
	for _, op := range operations() {
		t.Run(op.id, func(t *testing.T) {
			t.Parallel()
			request := requests[op.id]
			for seed := range uint64(20) {
				for _, token := range []string{admin, bearer + "wrong"} {
					m := inProcess(t, mockserver.WithSplitBalance(), mockserver.WithVariation(mockserver.Variation{Seed: seed, Values: true}))
					call := func(kind mockserver.Kind) (*http.Request, outcome) {
						m.Reset()
						req := withHeader(newRequest(t, request.method, m.URL()+request.path, request.body), "Authorization", strings.TrimPrefix(token, "Authorization: "))
						return req, try(m.with(mockserver.Fault{Kind: kind}).Client(), req)
					}
					_, malformed := call(mockserver.MalformedJSON)
					require.False(t, json.Valid([]byte(malformed.body)), malformed.body)
					require.NotEmpty(t, malformed.body)

					req, broken := call(mockserver.BrokenContract)
					require.True(t, json.Valid([]byte(broken.body)), broken.body)
					if !op.bodiless(broken.status) {
						require.Error(t, op.validate(req, answer{t, broken.status, broken.header, broken.body}), broken.body)
					}
				}
			}
		})
	}
}

// bodiless reports whether the document gives the status no body, so that it says nothing about one.
func (op *operation) bodiless(status int) bool {
	documented := op.route.Operation.Responses.Status(status)
	return documented != nil && len(documented.Value.Content) == 0
}

