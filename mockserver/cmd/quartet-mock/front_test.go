package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// manners are what handlers do, by the query that asks for it. The text goes on as the body.
var manners = map[string]func(w http.ResponseWriter, text string){
	"": func(w http.ResponseWriter, text string) { _, _ = io.WriteString(w, text) },
	"decline": func(w http.ResponseWriter, text string) { // what a plainWriter does not get to
		_, _ = io.WriteString(w, text)
	},
	"panic": func(http.ResponseWriter, string) { panic("as asked for") },
	"abort": func(http.ResponseWriter, string) { panic(http.ErrAbortHandler) },
	"empty": func(http.ResponseWriter, string) {},
	"none":  func(w http.ResponseWriter, _ string) { w.WriteHeader(http.StatusNoContent) },
	"none, and a body": func(w http.ResponseWriter, text string) {
		w.WriteHeader(http.StatusNoContent)
		_, _ = io.WriteString(w, text)
	},
	"close": func(w http.ResponseWriter, text string) {
		w.Header().Set("Connection", "close")
		_, _ = io.WriteString(w, text)
	},
	"date": func(w http.ResponseWriter, text string) {
		w.Header().Set("Date", "some time")
		_, _ = io.WriteString(w, text)
	},
	"announced": func(w http.ResponseWriter, text string) {
		w.Header().Set("Content-Length", strconv.Itoa(len(text)))
		w.WriteHeader(http.StatusTeapot)
		w.WriteHeader(http.StatusOK) // too late
		_, _ = io.WriteString(w, text[:1])
		_, _ = io.WriteString(w, text[1:])
	},
	"large": func(w http.ResponseWriter, text string) {
		text = strings.Repeat(text, 3*mostUnsent/len(text))
		w.Header().Set("Content-Length", strconv.Itoa(len(text)))
		_, _ = io.WriteString(w, text)
	},
	"too much": func(w http.ResponseWriter, text string) {
		w.Header().Set("Content-Length", "2")
		_, _ = io.WriteString(w, text[:2])
		_, _ = io.WriteString(w, text)
	},
	"too little": func(w http.ResponseWriter, text string) {
		w.Header().Set("Content-Length", strconv.Itoa(1+len(text)))
		_, _ = io.WriteString(w, text)
	},
	"too little, or nothing": func(w http.ResponseWriter, _ string) { w.Header().Set("Content-Length", "1") },
}

// echo answers with all that it is asked, in the manner that it is asked for.
func echo(w http.ResponseWriter, r *http.Request) {
	manner := r.URL.Query().Get("manner")
	if plain, is := w.(*plainWriter); is && manner == "decline" {
		plain.DeclineToWait()
		return
	}
	body, err := io.ReadAll(r.Body)
	w.Header().Set("Content-Type", "text/plain")
	w.Header().Set("X-Split", "a\r\nb") // must not become a header of its own
	do := manners[manner]
	if do == nil {
		do = manners[""]
	}
	text := fmt.Sprintf("%s %s %s %q\n%q\n%d %q %v", r.Method, r.RequestURI, r.Proto, r.Host, r.Header, r.ContentLength, body, err)
	if len(text) > 1000 { // net/http would send it in chunks; the mock says how long it is
		w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	}
	do(w, text)
}

// serving is a server behind front, or without it.
type serving struct {
	addr   string
	polite bool // see politeConn
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

// politely makes a server whose connections are politeConns.
func politely(handler http.HandlerFunc) serving {
	s := unserved(handler)
	s.polite = true
	return s
}

func serve(t testing.TB, s serving, fronted bool) serving {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s.addr = listener.Addr().String()
	if s.polite {
		listener = politeListener{listener}
	}
	prompt := promptListener{listener, time.Minute, func(net.Conn) {}}
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

// politeConn is closed when its peer has ended, too, for which it waits no longer than a test
// does. A close before that may reset it, and the peer loses the end of what it is told.
type politeConn struct{ *net.TCPConn }

func (c politeConn) Close() error {
	err := c.CloseWrite()
	_ = c.SetReadDeadline(time.Now().Add(testWait)) // fails as the read will
	_, unread := io.Copy(io.Discard, c.TCPConn)
	return errors.Join(err, unread, c.TCPConn.Close())
}

type politeListener struct{ net.Listener }

func (l politeListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return politeConn{conn.(*net.TCPConn)}, nil
}

// said is all that a polite server says to a peer which sends a text and then no more.
func (s serving) said(t *testing.T, text string) string {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", s.addr)
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, text)
	require.NoError(t, err)
	require.NoError(t, conn.(*net.TCPConn).CloseWrite())
	all, err := io.ReadAll(conn)
	require.NoError(t, err)
	return dateLine.ReplaceAllString(string(all), "Date: now\r\n")
}

var dateLine = regexp.MustCompile(`Date: \w{3}, .* GMT\r\n`)

// talks are what a peer sends over one connection.
func talks() []string {
	const get = "GET /a?b HTTP/1.1\r\nHost: a\r\nX-Y: z\r\n\r\n"
	const post = "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
	texts := []string{
		get, get + post + get, post + "\r\n" + get, post + "\r\n\r\n\r\n" + get, get + "\r\n" + get, post + "\n", post + "\nGET", post + "\nGE",
		get + "nonsense\r\n\r\n" + get, get + "GET /b HT", get + "GET", get + "GET ", get + "H\r\n", strings.Repeat(get, 2*mostPlain/len(get)),
		get + "GET /" + strings.Repeat("x", mostPlain) + " HTTP/1.1\r\nHost: a\r\n\r\n" + get,
	}
	for manner := range manners {
		one := strings.Replace(get, "?b", "?manner="+url.QueryEscape(manner), 1)
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
	fronted, bare := serve(t, politely(echo), true), serve(t, politely(echo), false)
	for _, text := range talks() {
		assertSame(t, bare, fronted, text)
	}
	for _, text := range []string{"http: panic serving 127.0.0.1:", "as asked for"} {
		assert.NotZero(t, strings.Count(bare.log.String(), text))
		assert.Equal(t, strings.Count(bare.log.String(), text), strings.Count(fronted.log.String(), text), text)
	}
}

func FuzzFront(f *testing.F) {
	for _, text := range talks() {
		f.Add(text)
	}
	fronted, bare := serve(f, politely(echo), true), serve(f, politely(echo), false)
	f.Fuzz(func(t *testing.T, text string) {
		assertSame(t, bare, fronted, text)
	})
}

func assertSame(t *testing.T, bare, fronted serving, text string) {
	t.Helper()
	assert.Equal(t, bare.said(t, text), fronted.said(t, text), "%q", text)
}

// who answers with the kind of its writer.
func who(w http.ResponseWriter, r *http.Request) {
	plain, is := w.(*plainWriter)
	if is && r.URL.Path == "/decline" {
		plain.DeclineToWait()
		return
	}
	fmt.Fprintf(w, "%T;", w)
}

// A connection is net/http's from the first request on that front does not take.
func TestWhoAnswers(t *testing.T) {
	t.Parallel()
	s := serve(t, politely(who), true)
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
	next chan any
}

func (l scripted) Accept() (net.Conn, error) {
	switch next := (<-l.next).(type) {
	case net.Conn:
		return next, nil
	case error:
		return nil, next
	}
	return nil, net.ErrClosed
}

func (l scripted) Close() error { return nil }

// Connections are taken again when there are files for them; any other error of the listener
// is the end.
func TestListenerFails(t *testing.T) {
	t.Parallel()
	next := make(chan any, 3)
	near, far := net.Pipe()
	next <- &net.OpError{Op: "accept", Err: syscall.EMFILE}
	next <- &net.OpError{Op: "accept", Err: syscall.ENFILE}
	next <- near
	s := unserved(echo)
	s.front = newFront(promptListener{scripted{next: next}, time.Minute, func(net.Conn) {}}, s.server)
	ended := make(chan error, 1)
	go func() { ended <- s.server.Serve(s.front) }()
	_, err := io.WriteString(far, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	require.NoError(t, err)
	assert.Equal(t, 200, answer(t, bufio.NewReader(far)).status)
	assert.Contains(t, s.log.String(), "trying again in 5ms\n")
	assert.Contains(t, s.log.String(), "trying again in 10ms\n")

	next <- syscall.EBADF
	assert.ErrorIs(t, <-ended, syscall.EBADF)
	assert.NoError(t, s.front.finish(t.Context()))
	_, err = far.Read(make([]byte, 1))
	assert.Equal(t, io.EOF, err, "it waited for nothing")
}

// An answer that is under way when front closes is the last of its connection; one that
// nobody takes is cut off when there is no more time.
func TestFrontFinishes(t *testing.T) {
	t.Parallel()
	begun, goOn := make(chan struct{}), make(chan struct{})
	s := serve(t, unserved(func(w http.ResponseWriter, r *http.Request) {
		begun <- struct{}{}
		<-goOn
		size := 1
		if r.URL.Path == "/large" {
			size = 16 << 20 // more than the socket takes
		}
		_, _ = w.Write(make([]byte, size))
	}), true)
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

const addFault = "POST /_mock/v1/faults HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"

// A fault meets the next call on a connection that front has had, once.
func TestFaultsReachAConnectionInUse(t *testing.T) {
	t.Parallel()
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
			_, steering := s.dial(t, fmt.Sprintf(addFault, len(fault), fault))
			require.Equal(t, 201, answer(t, steering).status)
			_, err := io.WriteString(conn, simple+strings.Replace(simple, "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1))
			require.NoError(t, err)
			said, _ := io.ReadAll(from) // a reset is one of them
			assert.Regexp(t, "(?s)"+want, string(said))
		})
	}
}

// Such a connection is watched, too: when its client goes the call ends that a fault holds.
func TestHeldCallOnAConnectionInUseEndsWithItsClient(t *testing.T) {
	t.Parallel()
	s := begin(t, nil, "-addr", "127.0.0.1:0")
	conn, from := s.dial(t, simple)
	require.Equal(t, 200, answer(t, from).status)
	const fault = `{"kind":"no-answer"}`
	_, steering := s.dial(t, fmt.Sprintf(addFault, len(fault), fault))
	require.Equal(t, 201, answer(t, steering).status)
	_, err := io.WriteString(conn, simple)
	require.NoError(t, err)
	s.awaitUnderWay(t, 1)
	require.NoError(t, conn.Close())
	s.awaitUnderWay(t, 0)
}
