package mockserver

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Transport returns a round tripper that calls the space in process, without a socket.
// The host of a request's URL does not matter, and its path may have the space's prefix or
// none. A fault gives the errors that a new connection would; an answer is there when all
// of it has been sent, that of a [SlowDrip] too.
func (s *Space) Transport() http.RoundTripper { return transport{s} }

type transport struct{ space *Space }

// RoundTrip hands a copy of req to the server. The copy has what a server's request has
// and a client's has not. The body is read first, so that one that fails is the caller's
// error, as it is over a socket.
func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer req.Body.Close()
	}
	if gaveUp := context.Cause(req.Context()); gaveUp != nil {
		return nil, gaveUp // what net/http returns, too
	}
	in, err := t.received(req)
	if err != nil {
		return nil, err
	}
	switch {
	case t.space.server.open.Load().Err() != nil:
		return nil, errNobody
	case t.space.server.refuses():
		return nil, errReset
	}
	out := &memory{header: http.Header{}}
	t.space.server.ServeHTTP(out, in)
	return out.response(req)
}

// spaced puts calls into a space, whose URL they may have or not.
type spaced struct {
	id   string
	next http.RoundTripper
}

func (t spaced) RoundTrip(req *http.Request) (*http.Response, error) {
	if strings.HasPrefix(req.URL.EscapedPath(), spacePrefix) {
		return t.next.RoundTrip(req)
	}
	req = req.Clone(req.Context())
	req.Header[spaceHeader] = []string{t.id}
	return t.next.RoundTrip(req)
}

// received is req as a server gets it.
func (t transport) received(req *http.Request) (*http.Request, error) {
	target, err := url.ParseRequestURI(req.URL.RequestURI())
	if err != nil {
		return nil, err
	}
	in := req.Clone(req.Context())
	in.URL, in.RequestURI, in.RemoteAddr = target, req.URL.RequestURI(), "127.0.0.1:0"
	in.Proto, in.ProtoMajor, in.ProtoMinor = "HTTP/1.1", 1, 1
	in.Body = http.NoBody
	if id := t.space.id; id != "" && !strings.HasPrefix(target.EscapedPath(), spacePrefix) {
		in.Header[spaceHeader] = []string{id}
	}
	if req.Body != nil {
		body, err := io.ReadAll(io.LimitReader(req.Body, max(maxBody, maxAdminBody)+1)) // one over the cap is refused
		if err != nil {
			return nil, err
		}
		in.Body = io.NopCloser(bytes.NewReader(body))
	}
	return in, nil
}

// What a client sees of a broken connection, and of none.
var (
	errNobody error = &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	errReset  error = &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	errClosed       = io.EOF
)

// memory is a connection that is no socket.
type memory struct {
	header http.Header
	status int
	sent   http.Header // as it was with the status
	body   bytes.Buffer
	broken error // how the connection was ended
}

func (m *memory) Header() http.Header { return m.header }

func (m *memory) WriteHeader(status int) {
	if m.status == 0 {
		m.status, m.sent = status, maps.Clone(m.header)
	}
}

func (m *memory) Write(p []byte) (int, error) {
	m.WriteHeader(http.StatusOK)
	return m.body.Write(p)
}

// Flush is for handlers that ask for it; everything is there at the end.
func (m *memory) Flush() {}

func (m *memory) abort(reset bool) {
	if m.broken = errClosed; reset {
		m.broken = errReset
	}
}

// response is what the client gets.
func (m *memory) response(req *http.Request) (*http.Response, error) {
	if m.status == 0 {
		if gaveUp := context.Cause(req.Context()); gaveUp != nil {
			return nil, gaveUp // or else it was told nothing
		}
		return nil, m.broken
	}
	resp := &http.Response{
		Status: strconv.Itoa(m.status) + " " + http.StatusText(m.status), StatusCode: m.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, ContentLength: -1, Request: req,
	}
	for name, values := range m.sent {
		if len(values) > 0 {
			resp.Header[textproto.CanonicalMIMEHeaderKey(name)] = values
		}
	}
	if resp.Header.Get("Date") == "" {
		resp.Header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	}
	if length, err := strconv.ParseInt(resp.Header.Get("Content-Length"), 10, 64); err == nil {
		resp.ContentLength = length
	}
	resp.Body = m.rest(req, resp.ContentLength)
	return resp, nil
}

// rest is the body, with the error that breaks it off.
func (m *memory) rest(req *http.Request, length int64) io.ReadCloser {
	end := m.broken
	switch {
	case req.Method == http.MethodHead:
		return http.NoBody
	case errors.Is(end, errClosed), end == nil && int64(m.body.Len()) < length:
		if end = context.Cause(req.Context()); end == nil {
			end = io.ErrUnexpectedEOF
		}
	}
	if end == nil {
		return io.NopCloser(&m.body)
	}
	return io.NopCloser(io.MultiReader(&m.body, failing{end}))
}

// failing ends in an error.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
