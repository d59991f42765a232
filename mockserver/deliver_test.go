package mockserver_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
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

// begin makes a call beside the test.
func begin(client *http.Client, req *http.Request) <-chan outcome {
	ended := make(chan outcome, 1)
	go func() { ended <- try(client, req) }()
	return ended
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
			server := listen(t, m, handler, startListening)
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

// A status is answered with the API's own error, in the words of each dialect, and nothing acts.
func TestStatusIsAnsweredInTheAPIsOwnWords(t *testing.T) {
	t.Parallel()
	const refused = "refused by a fault of the mock"
	want := map[string]map[int]string{
		"changeName": {
			401: `{"detail":"Not authenticated"}`,
			404: `{"detail":"Not Found"}`,
			422: `{"detail":[{"type":"value_error","loc":["body"],"msg":"Value error, ` + refused + `","ctx":{"error":{}}}]}`,
			429: `{"detail":"Too Many Requests"}`,
			500: `{"detail":"Internal Server Error"}`,
			503: `{"detail":"Service Unavailable"}`,
		},
		"updateUser": {
			401: `{"message":"Unauthenticated."}`,
			404: `{"message":"Not Found"}`,
			422: `{"message":"` + refused + `","errors":{"body":["` + refused + `"]}}`,
			429: `{"message":"Too Many Requests"}`,
			500: `{"message":"Internal Server Error"}`,
			503: `{"message":"Service Unavailable"}`,
		},
		"createUserSubscription": {
			401: `{"detail":"Invalid or expired API key"}`,
			404: `{"detail":"Not Found"}`,
			422: `{"detail":[{"type":"value_error","loc":["body"],"msg":"Value error, ` + refused + `","ctx":{"error":{}}}]}`,
			429: `{"detail":"Too Many Requests"}`,
			500: `{"detail":"Internal Server Error"}`,
			503: `{"detail":"Service Unavailable"}`,
		},
		"updateSettings": {
			401: `{"error":{"code":401,"message":"The credential is not valid"}}`,
			404: `{"error":{"code":404,"message":"Not Found"}}`,
			422: `{"error":{"code":422,"message":"the body: ` + refused + `"}}`,
			429: `{"error":{"code":429,"message":"Too Many Requests"}}`,
			500: `{"error":{"code":500,"message":"Internal Server Error"}}`,
			503: `{"error":{"code":503,"message":"Service Unavailable"}}`,
		},
	}
	m := start(t)
	for id, statuses := range want {
		request := requests[id]
		for status, body := range statuses {
			m.Reset()
			before := m.State()
			m.with(mockserver.Fault{Operation: id, Status: status})
			req := withHeader(newRequest(t, request.method, m.URL()+request.path, request.body), "Authorization", "Bearer default-token")
			got := try(m.Client(), req)
			require.NoError(t, got.err)
			answer{t, got.status, got.header, got.body}.is(status, body)
			if op := operationFor(req); op.route.Operation.Responses.Status(status) != nil {
				require.NoError(t, op.validate(req, answer{t, got.status, got.header, got.body}), "%s %d", id, status)
			}
			after := m.State()
			after.Faults = nil
			assert.Equal(t, before, after, "%s %d has acted", id, status)
			m.journals(true)
			if status == 401 && id != "updateUser" && id != "createUserSubscription" {
				assert.Equal(t, "Bearer", got.header.Get("WWW-Authenticate"), id)
			}
		}
	}
}

// A body can be given, with its content type or by what it looks like.
func TestStatusWithAGivenBody(t *testing.T) {
	t.Parallel()
	for _, m := range []mock{start(t), inProcess(t)} {
		for _, tc := range []struct {
			mockserver.Fault
			media, length string
		}{
			{mockserver.Fault{Status: 502, Body: "<html>Bad Gateway</html>", ContentType: "text/html"}, "text/html", "24"},
			{mockserver.Fault{Status: 502, Body: "no upstream"}, "text/plain; charset=utf-8", "11"},
			{mockserver.Fault{Status: 502, Body: `{"a":1}`}, "application/json", "7"},
			{mockserver.Fault{Status: 200, Body: `{}`, ContentType: "application/problem+json"}, "application/problem+json", "2"},
			{mockserver.Fault{Status: 204}, "", ""},
			{mockserver.Fault{Status: 304}, "", ""},
		} {
			m.Reset()
			got := try(m.with(tc.Fault).Client(), newRequest(t, "GET", m.URL()+"/profile/me", ""))
			require.NoError(t, got.err)
			assert.Equal(t, tc.Status, got.status)
			assert.Equal(t, tc.Body, got.body)
			assert.Equal(t, tc.media, got.header.Get("Content-Type"), "%d", tc.Status)
			assert.Equal(t, tc.length, got.header.Get("Content-Length"), "%d", tc.Status)
		}
	}
}

// Retry-After is rounded up, as seconds and as a date, which is judged against the Date header.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for _, m := range []mock{start(t, at(noon)), inProcess(t, at(noon))} {
		for wait, want := range map[time.Duration][2]string{ // noon is 123 ms past the second
			time.Nanosecond:          {"1", "Sun, 01 Mar 2026 12:00:01 GMT"},
			time.Second:              {"1", "Sun, 01 Mar 2026 12:00:02 GMT"},
			1001 * time.Millisecond:  {"2", "Sun, 01 Mar 2026 12:00:02 GMT"},
			time.Minute:              {"60", "Sun, 01 Mar 2026 12:01:01 GMT"},
			90*time.Minute + 500*1e6: {"5401", "Sun, 01 Mar 2026 13:30:01 GMT"},
			math.MaxInt64:            {"9223372037", noon.Add(math.MaxInt64).Add(time.Second - 1).Format(http.TimeFormat)},
		} {
			for i, date := range []bool{false, true} {
				m.Reset()
				m.with(mockserver.Fault{Status: 503, RetryAfter: wait, RetryAfterDate: date})
				got := try(m.Client(), newRequest(t, "GET", m.URL()+"/profile/me", ""))
				require.NoError(t, got.err)
				assert.Equal(t, want[i], got.header.Get("Retry-After"), wait)
				shown, err := http.ParseTime(got.header.Get("Date"))
				require.NoError(t, err)
				assert.Equal(t, noon.Truncate(time.Second), shown, "the space's clock")
				if date {
					at, err := http.ParseTime(got.header.Get("Retry-After"))
					require.NoError(t, err)
					assert.False(t, at.Before(noon.Add(wait)), "not too early")
					assert.Less(t, at.Sub(noon.Add(wait)), time.Second)
				}
			}
		}
	}
}

// Faults reach also what no operation matches, and HEAD, which has no body to spoil.
func TestFaultsOfCallsThatMatchNoOperation(t *testing.T) {
	t.Parallel()
	for _, m := range []mock{start(t), inProcess(t)} {
		for _, kind := range kinds {
			for _, head := range []string{"GET /nowhere", "POST /profile/me", "HEAD /profile/me", "HEAD /nowhere"} {
				m.Reset()
				m.with(brief(kind))
				method, path, _ := strings.Cut(head, " ")
				got := try(fresh(t, m), newRequest(t, method, m.URL()+path, ""))
				name := string(kind) + " " + head
				switch kind {
				case mockserver.ConnectionReset, mockserver.AppliedButLost:
					require.ErrorIs(t, got.err, syscall.ECONNRESET, name)
				case mockserver.ConnectionClosed:
					require.ErrorIs(t, got.err, io.EOF, name)
				default:
					assert.Contains(t, []int{404, 405}, got.status, name)
				}
				m.journals(got.status != 0)
			}
		}
		m.Reset()
		m.with(mockserver.Fault{Status: 503})
		got := try(m.Client(), newRequest(t, "GET", m.URL()+"/v1.0/nowhere", ""))
		answer{t, got.status, got.header, got.body}.is(503, `{"error":{"code":503,"message":"Service Unavailable"}}`)
	}
}

// kinds are those that end by themselves and are about calls.
var kinds = []mockserver.Kind{
	mockserver.ConnectionReset, mockserver.ConnectionClosed, mockserver.AppliedButLost, mockserver.ResetAfterHeaders,
	mockserver.ResetInBody, mockserver.TruncatedBody, mockserver.MalformedJSON, mockserver.BrokenContract,
	mockserver.WrongContentType, mockserver.OversizedBody, mockserver.SlowDrip,
}

// brief is a fault of this kind that takes little time and room.
func brief(kind mockserver.Kind) mockserver.Fault {
	f := mockserver.Fault{Kind: kind}
	switch kind {
	case mockserver.OversizedBody:
		f.Size = 1 << 17
	case mockserver.SlowDrip:
		f.Over = time.Millisecond
	}
	return f
}

// fresh is the mock's client with a connection of its own for each call.
func fresh(t *testing.T, m mock) *http.Client {
	t.Helper()
	client := *m.Client()
	if pool, ok := client.Transport.(*http.Transport); ok {
		pool = pool.Clone()
		pool.DisableKeepAlives = true
		client.Transport = pool
	}
	return &client
}

// The next connections are refused, as they come, and then no more; calls on one that stands go on.
func TestConnectionsAreRefused(t *testing.T) {
	t.Parallel()
	m := start(t)
	kept := m.Client()
	require.Equal(t, 200, try(kept, newRequest(t, "GET", m.URL()+"/profile/me", "")).status)
	m.with(mockserver.Fault{Kind: mockserver.ConnectionRefused, AtMost: 3}, mockserver.Fault{Kind: mockserver.ConnectionRefused, Nth: 5})
	var got []int
	for range 7 {
		o := try(fresh(t, m), newRequest(t, "GET", m.URL()+"/profile/me", ""))
		got = append(got, o.status)
		if o.status == 0 {
			assert.True(t, errors.Is(o.err, syscall.ECONNRESET) || errors.Is(o.err, syscall.EPIPE), o.err)
		}
	}
	assert.Equal(t, []int{0, 0, 0, 200, 0, 200, 200}, got)
	assert.Equal(t, 200, try(kept, newRequest(t, "GET", m.URL()+"/profile/me", "")).status)
	assert.Len(t, m.Journal(), 5, "what was refused is no call")
	assert.EqualValues(t, 7, m.Faults()[0].Seen)

	raw := m.with(mockserver.Fault{Name: "all", Kind: mockserver.ConnectionRefused})
	conn, err := net.Dial("tcp", strings.TrimPrefix(raw.URL(), "http://")) // where the reset may be seen already
	if err == nil {
		_, err = io.ReadAll(conn)
		require.NoError(t, conn.Close())
	}
	require.ErrorIs(t, err, syscall.ECONNRESET, "before anything is sent")

	inside := inProcess(t).with(mockserver.Fault{Kind: mockserver.ConnectionRefused, AtMost: 1})
	require.ErrorIs(t, try(inside.Space("a").Client(), newRequest(t, "GET", inside.URL()+"/profile/me", "")).err, syscall.ECONNRESET,
		"in process each call is a connection")
	assert.Equal(t, 200, try(inside.Client(), newRequest(t, "GET", inside.URL()+"/profile/me", "")).status)
}

// Over HTTP/2 a fault breaks its own stream, and the others on the connection go on.
func TestFaultsOverHTTP2(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		kind mockserver.Kind
		body int // what arrives of 33 bytes; -1: no answer
		acts bool
	}{
		{mockserver.ConnectionReset, -1, false},
		{mockserver.ConnectionClosed, -1, false},
		{mockserver.AppliedButLost, -1, true},
		{mockserver.ResetAfterHeaders, 0, true},
		{mockserver.ResetInBody, 16, true},
		{mockserver.TruncatedBody, 16, true},
		{mockserver.MalformedJSON, 32, true},
		{mockserver.BrokenContract, 21, true},
		{mockserver.WrongContentType, 33, true},
		{mockserver.OversizedBody, 1 << 17, true},
		{mockserver.SlowDrip, 33, true},
	} {
		t.Run(string(tc.kind), func(t *testing.T) {
			t.Parallel()
			m := inProcess(t)
			connections := make(chan net.Addr, 10)
			server := listen(t, m, m, func(server *httptest.Server) {
				server.EnableHTTP2 = true
				server.Config.ErrorLog = log.New(io.Discard, "", 0)
				server.Config.ConnState = func(conn net.Conn, state http.ConnState) {
					if m.ConnState(conn, state); state == http.StateNew {
						connections <- conn.RemoteAddr()
					}
				}
				server.StartTLS()
			})
			f := brief(tc.kind)
			f.Operation = "changeName"
			m.with(mockserver.Fault{Name: "held", Operation: "listPayments", Delay: mockserver.Delay{Time: 1, OnClock: true}}, f)
			m.Freeze(noon)

			held := begin(server.Client(), newRequest(t, "GET", server.URL+"/profile/payments", ""))
			m.arrived("listPayments")
			got := try(server.Client(), newRequest(t, "PUT", server.URL+"/profile/name-change", rename))
			if m.Advance(time.Second); tc.body < 0 {
				assert.Zero(t, got.status)
			} else {
				assert.Equal(t, 200, got.status)
				assert.Len(t, got.body, tc.body)
			}
			switch tc.kind {
			case mockserver.MalformedJSON, mockserver.BrokenContract, mockserver.WrongContentType, mockserver.OversizedBody, mockserver.SlowDrip:
				require.NoError(t, got.err)
			default:
				require.ErrorContains(t, got.err, "stream error: stream ID ")
				require.ErrorContains(t, got.err, "; INTERNAL_ERROR; received from peer")
			}
			assert.Equal(t, tc.acts, m.firstName() == "Zoe")
			other := <-held
			require.NoError(t, other.err)
			assert.Equal(t, 200, other.status, "another stream at the same time")
			assert.Len(t, connections, 1, "one connection for both")
		})
	}
}

// The client that gives up resets its stream, which ends what holds the call.
func TestNoAnswerOverHTTP2(t *testing.T) {
	t.Parallel()
	m := inProcess(t).with(mockserver.Fault{Kind: mockserver.NoAnswer})
	handler := watching(m)
	server := listen(t, m, handler, func(s *httptest.Server) { s.EnableHTTP2 = true; s.StartTLS() })
	ctx, giveUp := context.WithCancel(t.Context())
	ended := begin(server.Client(), newRequest(t, "PUT", server.URL+"/profile/name-change", rename).WithContext(ctx))
	m.arrived("changeName")
	giveUp()
	<-handler.returned
	require.ErrorIs(t, (<-ended).err, context.Canceled)
	m.journals(false)
}

// unwrapped is a writer that a middleware has wrapped as net/http advises.
type unwrapped struct{ http.ResponseWriter }

func (u unwrapped) Unwrap() http.ResponseWriter { return u.ResponseWriter }

// Behind middleware that lets the connection through a fault is what it is; behind one that hides it
// the connection is at least closed, and the server goes on.
func TestFaultsBehindMiddleware(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			m := start(t)
			f := brief(kind)
			f.AtMost = 1
			through := listen(t, m, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { m.ServeHTTP(unwrapped{w}, r) }), startListening)
			hidden := listen(t, m, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				m.ServeHTTP(struct{ http.ResponseWriter }{w}, r)
			}), startListening)
			call := func(url string) outcome {
				m.ClearFaults()
				m.with(f)
				return try(fresh(t, m), newRequest(t, "PUT", url+"/profile/name-change", rename))
			}
			direct, throughIt, behindIt := call(m.URL()), call(through.URL), call(hidden.URL)
			assert.Equal(t, direct.status, throughIt.status)
			assert.Equal(t, direct.body, throughIt.body)
			assert.Equal(t, cause(direct.err), cause(throughIt.err))
			assert.Equal(t, direct.err == nil, behindIt.err == nil, behindIt.err)
			assert.Len(t, m.Journal(), 3)
			assert.Equal(t, 200, try(m.Client(), newRequest(t, "GET", hidden.URL+"/profile/me", "")).status)
		})
	}
}

// cause is the error beneath what a client says of it.
func cause(err error) error {
	for _, known := range []error{syscall.ECONNRESET, io.ErrUnexpectedEOF, io.EOF, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, known) {
			return known
		}
	}
	return err
}

func startListening(server *httptest.Server) { server.Start() }

// What Kind says of Go's own client: it repeats a GET on a connection that it had kept.
func TestKeptConnectionsHideAFault(t *testing.T) {
	t.Parallel()
	for _, kind := range []mockserver.Kind{mockserver.ConnectionReset, mockserver.ConnectionClosed} {
		m := start(t)
		require.Equal(t, 200, try(m.Client(), newRequest(t, "GET", m.URL()+"/profile/me", "")).status)
		m.with(mockserver.Fault{Kind: kind, Nth: 1})
		assert.Equal(t, 200, try(m.Client(), newRequest(t, "GET", m.URL()+"/profile/me", "")).status)
		assert.EqualValues(t, 2, m.Faults()[0].Seen)
		m.ClearFaults()
		m.with(mockserver.Fault{Kind: kind, Nth: 1})
		assert.Zero(t, try(m.Client(), newRequest(t, "PUT", m.URL()+"/profile/name-change", rename)).status, "it is no GET")
		assert.Zero(t, try(fresh(t, m.with(mockserver.Fault{Kind: kind})), newRequest(t, "GET", m.URL()+"/profile/me", "")).status)
	}
}

// Calls that meet every kind, while faults, limits, clock and state are changed under them and the server
// closes in the middle: each call ends, and the journal has the end of each.
func TestFaultsWhileEverythingChanges(t *testing.T) {
	t.Parallel()
	m := start(t, at(noon))
	var faults []mockserver.Fault
	for i, kind := range append(kinds, mockserver.NoAnswer, mockserver.ConnectionRefused) {
		f := brief(kind)
		f.Name, f.Every, f.Probability = string(kind), uint64(i%5+2), 0.5
		faults = append(faults, f)
	}
	faults = append(faults,
		mockserver.Fault{Name: "held", Every: 7, Delay: mockserver.Delay{Time: time.Second, OnClock: true}},
		mockserver.Fault{Name: "late", Delay: mockserver.Delay{Distribution: mockserver.Normal, Time: time.Millisecond, Deviation: time.Millisecond}})
	m.with(faults...)
	snapshot := m.Snapshot()
	stop := make(chan struct{})
	var changers, callers sync.WaitGroup
	for _, change := range []func(){
		func() { m.Restore(snapshot) },
		func() { m.RemoveFault("held"); assert.NoError(t, m.AddFault(mockserver.Fault{Status: 503, AtMost: 1})) },
		func() { m.Advance(time.Second) },
		func() { assert.NoError(t, m.SetState(m.State())) },
		func() {
			assert.NoError(t, m.SetLimits(mockserver.Limit{Operation: "changeName", Requests: 5, Per: time.Second}))
		},
		func() { _, _, _ = m.Faults(), m.Limits(), m.Journal() },
	} {
		changers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					change()
				}
			}
		})
	}
	client := fresh(t, m)
	for range 16 {
		for _, request := range []*http.Request{
			newRequest(t, "PUT", m.URL()+"/profile/name-change", rename), newRequest(t, "GET", m.URL()+"/profile/me", ""),
			newRequest(t, "GET", m.URL()+"/nowhere", ""),
		} {
			callers.Go(func() {
				for range 10 {
					ctx, cancel := context.WithTimeout(request.Context(), 50*time.Millisecond)
					again := request.Clone(ctx)
					if request.GetBody != nil {
						again.Body, _ = request.GetBody() // of a text
					}
					_ = try(client, again) // any end is one
					cancel()
				}
			})
		}
	}
	m.Verify(t, mockserver.Expect("").AtLeast(20).Within(time.Minute))
	m.Close()
	callers.Wait()
	close(stop)
	changers.Wait()
	for _, entry := range m.Journal() {
		assert.True(t, entry.Done, "%+v", entry)
	}
}

// An orderly end is one also where the client had sent more than is read: a socket with unread bytes
// would be reset.
func TestCloseIsOrderlyBehindABodyOverTheCap(t *testing.T) {
	t.Parallel()
	for _, kind := range []mockserver.Kind{mockserver.ConnectionClosed, mockserver.TruncatedBody} {
		m := start(t).with(mockserver.Fault{Kind: kind})
		received, err := exchange(t, dial(t, m.URL()), "PUT /profile/name-change HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n"+strings.Repeat(" ", 3000000))
		require.NoError(t, err, kind)
		assert.Equal(t, kind == mockserver.TruncatedBody, strings.HasPrefix(received, "HTTP/1.1 413 "), received)
	}
}

// Where there is no connection at all a fault panics as a handler of net/http does; the journal has it.
func TestFaultWithoutAConnection(t *testing.T) {
	t.Parallel()
	for _, kind := range []mockserver.Kind{mockserver.ConnectionReset, mockserver.ResetInBody, mockserver.TruncatedBody} {
		m := inProcess(t).with(mockserver.Fault{Kind: kind})
		w := httptest.NewRecorder()
		assert.PanicsWithValue(t, http.ErrAbortHandler, func() {
			m.ServeHTTP(w, newRequest(t, "PUT", "/profile/name-change", rename))
		})
		assert.Equal(t, map[bool]string{true: `{"message":"The `}[kind != mockserver.ConnectionReset], w.Body.String())
		m.journals(kind != mockserver.ConnectionReset)
	}
}
