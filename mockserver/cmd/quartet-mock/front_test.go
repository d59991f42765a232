package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// echo answers with all that it is asked. The query asks for more.
func echo(w http.ResponseWriter, r *http.Request) {
	if plain, is := w.(*plainWriter); is && r.URL.Query().Has("decline") {
		plain.Decline()
		return
	}
	switch r.URL.RawQuery {
	case "panic":
		panic("as asked for")
	case "abort":
		panic(http.ErrAbortHandler)
	case "empty":
		return
	case "none":
		w.WriteHeader(http.StatusNoContent)
		return
	case "close":
		w.Header().Set("Connection", "close")
	case "date":
		w.Header().Set("Date", "some time")
	case "length":
		w.Header().Set("Content-Type", "text/plain")
		w.Header().Set("Content-Length", "2")
		w.WriteHeader(http.StatusTeapot)
		w.WriteHeader(http.StatusOK) // too late
		_, _ = io.WriteString(w, "ab")
		return
	}
	w.Header().Set("Content-Type", "text/plain")
	w.Header().Set("X-Split", "a\r\nb") // must not become a header of its own
	body, err := io.ReadAll(r.Body)
	fmt.Fprintf(w, "%s %s %s %q\n%q\n%d %q %v", r.Method, r.RequestURI, r.Proto, r.Host, r.Header, r.ContentLength, body, err)
}

// serving is a server behind front, or without it.
type serving struct {
	addr   string
	front  *front
	server *http.Server
	log    *buffer
}

func unserved(handler http.HandlerFunc) serving {
	text := new(buffer)
	return serving{log: text, server: &http.Server{
		Handler: handler, ErrorLog: log.New(text, "", 0),
		ReadHeaderTimeout: time.Minute, IdleTimeout: time.Minute,
		ConnContext: func(ctx context.Context, _ net.Conn) context.Context { return ctx },
		ConnState:   func(net.Conn, http.ConnState) {},
	}}
}

func serve(t testing.TB, handler http.HandlerFunc, fronted bool) serving {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	prompt := promptListener{listener, time.Minute, func(net.Conn) {}}
	s := unserved(handler)
	s.addr = listener.Addr().String()
	s.front = newFront(prompt, s.server)
	ended := make(chan error, 1)
	go func() {
		if fronted {
			ended <- s.server.Serve(s.front)
		} else {
			ended <- s.server.Serve(prompt)
		}
	}()
	t.Cleanup(func() {
		assert.NoError(t, s.server.Close())
		assert.ErrorIs(t, <-ended, http.ErrServerClosed)
		assert.NoError(t, s.front.finish(context.WithoutCancel(t.Context())))
	})
	return s
}

// said is all that a server says to a peer which sends a text and then no more.
func (s serving) said(t *testing.T, text string) string {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", s.addr)
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, text)
	require.NoError(t, err)
	require.NoError(t, conn.(*net.TCPConn).CloseWrite())
	said, err := io.ReadAll(conn)
	if err != nil {
		require.ErrorContains(t, err, "reset") // what it has not read
	}
	return dateLine.ReplaceAllString(string(said), "Date: now\r\n")
}

var dateLine = regexp.MustCompile(`Date: \w{3}, .* GMT\r\n`)

// talks are what a peer sends over one connection.
func talks() []string {
	const get = "GET /a?b HTTP/1.1\r\nHost: a\r\nX-Y: z\r\n\r\n"
	const post = "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
	texts := []string{get, get + post + get, post + "\r\n" + get, post + "\r\n\r\n\r\n" + get, get + "\r\n" + get, get + "nonsense\r\n\r\n" + get, get + "GET /b HT"}
	for _, query := range []string{"decline", "panic", "abort", "empty", "none", "close", "date", "length"} {
		one := strings.Replace(get, "?b", "?"+query, 1)
		texts = append(texts, one, get+one+post, post+one+one)
	}
	for data := range plainCases {
		texts = append(texts, data, data+get, get+data, post+data+post)
	}
	return texts
}

// Nobody can tell from what is answered who has answered.
func TestFrontAnswersAsNetHTTPDoes(t *testing.T) {
	t.Parallel()
	fronted, bare := serve(t, echo, true), serve(t, echo, false)
	for _, text := range talks() {
		assertSame(t, bare, fronted, text)
	}
	assert.Equal(t, strings.Count(bare.log.String(), "as asked for"), strings.Count(fronted.log.String(), "as asked for"))
	assert.Contains(t, fronted.log.String(), "panic serving 127.0.0.1:")
}

func FuzzFront(f *testing.F) {
	for _, text := range talks() {
		f.Add(text)
	}
	fronted, bare := serve(f, echo, true), serve(f, echo, false)
	f.Fuzz(func(t *testing.T, text string) {
		assertSame(t, bare, fronted, text)
	})
}

// assertSame holds one server against the other. net/http says nothing to a peer that ends
// within four bytes behind a request; front has given them to it as those of another one.
func assertSame(t *testing.T, bare, fronted serving, text string) {
	t.Helper()
	const unfinished = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request"
	want, got := bare.said(t, text), fronted.said(t, text)
	if got != want+unfinished {
		assert.Equal(t, want, got, "%q", text)
	}
}

// who answers with the kind of its writer.
func who(w http.ResponseWriter, r *http.Request) {
	plain, is := w.(*plainWriter)
	if is && r.URL.Path == "/decline" {
		plain.Decline()
		return
	}
	fmt.Fprintf(w, "%T;", w)
}

// A connection is net/http's from the first request on that front does not take.
func TestWhoAnswers(t *testing.T) {
	t.Parallel()
	s := serve(t, who, true)
	const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
	for _, other := range []string{"GET / HTTP/1.1\r\nHost: a\r\nPragma: x\r\n\r\n", "GET /decline HTTP/1.1\r\nHost: a\r\n\r\n"} {
		said := s.said(t, get+get+other+get)
		bodies := regexp.MustCompile(`\*[\w.]+;`).FindAllString(said, -1)
		assert.Equal(t, []string{"*main.plainWriter;", "*main.plainWriter;", "*http.response;", "*http.response;"}, bodies)
	}
}

// scripted is a listener that accepts what it is told.
type scripted struct {
	net.Listener
	next chan accepted
}

func (l scripted) Accept() (net.Conn, error) {
	next, more := <-l.next
	if !more {
		return nil, net.ErrClosed
	}
	return next.conn, next.err
}

func (l scripted) Close() error { return nil }

// passing is an error of a listener after which others may come, as when there are too many
// open files.
type passing struct{}

func (passing) Error() string   { return "for now" }
func (passing) Timeout() bool   { return false }
func (passing) Temporary() bool { return true }

func TestErrorsOfTheListenerAreNetHTTPs(t *testing.T) {
	t.Parallel()
	next := make(chan accepted, 2)
	near, far := net.Pipe()
	next <- accepted{err: passing{}}
	next <- accepted{conn: near}
	s := unserved(echo)
	s.front = newFront(promptListener{scripted{next: next}, time.Minute, func(net.Conn) {}}, s.server)
	ended := make(chan error, 1)
	go func() { ended <- s.server.Serve(s.front) }()
	_, err := io.WriteString(far, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	require.NoError(t, err)
	assert.Equal(t, 200, answer(t, bufio.NewReader(far)).status)

	close(next)
	assert.ErrorIs(t, <-ended, net.ErrClosed)
	assert.Contains(t, s.log.String(), "for now; retrying in 5ms")
	assert.NoError(t, s.front.finish(t.Context()))
	_, err = far.Read(make([]byte, 1))
	assert.Equal(t, io.EOF, err, "it waited for nothing")
}

// An answer that is under way when front closes is the last of its connection; one that
// nobody takes is cut off when there is no more time.
func TestFrontFinishes(t *testing.T) {
	t.Parallel()
	begun, goOn := make(chan struct{}), make(chan struct{})
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		begun <- struct{}{}
		<-goOn
		size := 1
		if r.URL.Path == "/large" {
			size = 16 << 20 // more than the socket takes
		}
		_, _ = w.Write(make([]byte, size))
	}, true)
	ask := func(path string) *bufio.Reader {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", s.addr)
		require.NoError(t, err)
		t.Cleanup(func() { _ = conn.Close() })
		_, err = io.WriteString(conn, "GET "+path+" HTTP/1.1\r\nHost: a\r\n\r\n")
		require.NoError(t, err)
		<-begun
		return bufio.NewReader(conn)
	}
	small, large := ask("/small"), ask("/large")
	ctx, cancel := context.WithCancel(t.Context())
	shut := make(chan error, 1)
	require.NoError(t, s.server.Shutdown(ctx)) // net/http has nothing to wait for
	go func() { shut <- s.front.finish(ctx) }()
	close(goOn)
	got := answer(t, small)
	assert.Equal(t, "\x00", got.body)
	assert.True(t, got.last)
	_, err := large.Peek(1)
	require.NoError(t, err)
	cancel()
	assert.ErrorIs(t, <-shut, context.Canceled)
	_, err = io.Copy(io.Discard, large)
	assert.NoError(t, err, "what there was")
}

// Whatever is asked of the mock over a connection that front has had: a fault meets the next
// call on it, once, and its client's going away ends one that is held.
func TestFaultsReachAConnectionInUse(t *testing.T) {
	t.Parallel()
	const admin = "POST /_mock/v1/faults HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
	for fault, want := range map[string]string{
		`{"status":503,"nth":1}`:            "^HTTP/1.1 503 .*\r\n\r\n{\"detail\":\"Service Unavailable\"}HTTP/1.1 200 ",
		`{"kind":"connection-closed"}`:      "^$",
		`{"kind":"connection-reset"}`:       "^$",
		`{"kind":"truncated-body"}`:         "^HTTP/1.1 200 .*\r\nContent-Length: 162\r\n.*\r\n\r\n.{81}$",
		`{"kind":"slow-drip","over":"1ms"}`: "^HTTP/1.1 200 .*\r\n\r\n{.*}HTTP/1.1 200 .*{.*}$",
		`{"kind":"applied-but-lost"}`:       "^$",
		`{"delay":{"time":"1ms"}}`:          "^HTTP/1.1 200 .*\r\n\r\n{.*}HTTP/1.1 200 .*{.*}$",
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			s := begin(t, nil, "-addr", "127.0.0.1:0")
			conn, from := s.dial(t, simple+simple)
			for range 2 {
				require.Equal(t, 200, answer(t, from).status)
			}
			_, steering := s.dial(t, fmt.Sprintf(admin, len(fault), fault))
			require.Equal(t, 201, answer(t, steering).status)
			_, err := io.WriteString(conn, simple+strings.Replace(simple, "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1))
			require.NoError(t, err)
			said, _ := io.ReadAll(from) // a reset is one of them
			assert.Regexp(t, "(?s)"+want, string(said))
		})
	}
}
