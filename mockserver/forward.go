package mockserver

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
)

// maxAnswer bounds what is read of a target's answer, and what that is decoded to.
const maxAnswer = 16 << 20

// forward sends a call on to the target and returns its answer. The library's proxy knows
// which headers end here; the answer is taken from it before it writes one.
func (p *proxy) forward(c *call, body []byte) (resp response, err error) {
	in := c.r.WithContext(c.r.Context()) // a copy, whose body is here already
	in.Body, in.ContentLength, in.TransferEncoding, in.Trailer = http.NoBody, int64(len(body)), nil, nil
	exchange := httputil.ReverseProxy{
		Transport: p.transport,
		Rewrite: func(r *httputil.ProxyRequest) {
			p.rewrite(r, c.path)
			r.Out = once(r.Out, body)
		},
		ModifyResponse: func(answer *http.Response) (failed error) {
			resp, failed = received(c.r.Method, answer)
			if failed == nil {
				answer.Body, failed = http.NoBody, answer.Body.Close()
			}
			return failed
		},
		ErrorHandler: func(_ http.ResponseWriter, _ *http.Request, failed error) { err = failed },
	}
	exchange.ServeHTTP(&memory{header: http.Header{}}, in)
	return resp, err
}

// rewrite makes the target's request of a client's.
func (p *proxy) rewrite(r *httputil.ProxyRequest, escapedPath string) {
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"} {
		if values := r.In.Header[name]; values != nil {
			r.Out.Header[name] = values // they came, so they go on
		}
	}
	// What the library lets through for those who can switch protocols or take trailers, and
	// what has been answered here.
	for _, name := range []string{"Connection", "Upgrade", "Te", "Expect", spaceHeader} {
		r.Out.Header.Del(name)
	}
	coding := "identity" // not none at all, or else a transport asks for gzip by itself
	if takesGzip(r.In.Header) {
		coding = "gzip"
	}
	r.Out.Header.Set("Accept-Encoding", coding)
	r.Out.URL.Path, _ = url.PathUnescape(escapedPath) // it has been read as one
	r.Out.URL.RawPath, r.Out.URL.RawQuery = escapedPath, r.In.URL.RawQuery
	r.SetURL(p.target)
}

// once gives a request a body that net/http cannot send again by itself when it may have
// left, as it would for many when a connection breaks or a stream is reset. What has no
// body it repeats without asking, so there is always one, if of no length. That would go
// out in chunks by default; as identity it does not, but then without its length, which
// net/http leaves to the caller only under a name in lower case.
func once(req *http.Request, body []byte) *http.Request {
	var seen sending
	req = req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		GotConn:      seen.gotConn,
		WroteHeaders: func() { seen.headers.Store(true) },
	}))
	req.GetBody = func() (io.ReadCloser, error) {
		if seen.left() {
			return nil, errLost
		}
		return io.NopCloser(bytes.NewReader(body)), nil
	}
	req.Body, _ = req.GetBody()
	if len(body) == 0 {
		req.TransferEncoding = []string{"identity"}
		switch req.Method {
		case http.MethodPost, http.MethodPut, http.MethodPatch: // some servers demand it
			req.Header["content-length"] = []string{"0"}
		}
	}
	return req
}

// sending observes whether a request may have left. That its headers were written means to
// a buffer over HTTP/1; where the connection counts, it tells whether that was ever sent.
type sending struct {
	headers atomic.Bool
	conn    atomic.Pointer[countedConn] // nil: of a caller's transport
	before  atomic.Int64                // what conn had sent before
}

func (s *sending) gotConn(info httptrace.GotConnInfo) {
	conn := info.Conn
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	counted, _ := conn.(*countedConn)
	if counted != nil {
		s.before.Store(counted.sent.Load())
	}
	s.conn.Store(counted)
	s.headers.Store(false)
}

func (s *sending) left() bool {
	conn := s.conn.Load()
	return s.headers.Load() && (conn == nil || conn.sent.Load() > s.before.Load())
}

// countedConn counts the bytes that were sent.
type countedConn struct {
	net.Conn
	sent atomic.Int64
}

func (c *countedConn) Write(p []byte) (int, error) {
	c.sent.Add(int64(len(p))) // before: the target may act while Write returns
	n, err := c.Conn.Write(p)
	c.sent.Add(int64(n - len(p)))
	return n, err
}

func counting(dial func(ctx context.Context, network, address string) (net.Conn, error)) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &countedConn{Conn: conn}, nil
	}
}

var (
	errLost           = errors.New("the connection was lost after the call had been sent")
	errAnswerTooLarge = fmt.Errorf("its answer is over %d bytes", maxAnswer)
	errNotFinal       = errors.New("its answer has no status from 200 on")
)

// received reads a target's answer to a method.
func received(method string, answer *http.Response) (response, error) {
	if answer.StatusCode < http.StatusOK { // those between 100 and 200 are not asked for, and others do not exist
		return response{}, errNotFinal
	}
	sent, err := readAnswer(answer.Body)
	if err != nil {
		return response{}, err
	}
	resp := response{status: answer.StatusCode, passed: http.Header{}}
	maps.Copy(resp.passed, answer.Header)
	if method != http.MethodHead {
		resp.passed.Del("Content-Length") // write knows it
	}
	resp.form.chunked = answer.ContentLength != int64(len(sent)) // without a length, or with one of a body that HEAD has not
	if len(sent) > 0 {
		err = resp.decode(sent)
	}
	return resp, err
}

func readAnswer(from io.Reader) ([]byte, error) {
	all, err := io.ReadAll(io.LimitReader(from, maxAnswer+1))
	if err == nil && len(all) > maxAnswer {
		return nil, errAnswerTooLarge
	}
	return all, err
}

// decode sets the body of a target's answer to what it says, for all that looks at it; as it
// came it stays in the answer's form.
func (r *response) decode(sent []byte) error {
	r.body = sent
	coding := strings.Join(r.passed["Content-Encoding"], ", ")
	switch strings.ToLower(coding) {
	case "", "identity":
		return nil
	case "gzip", "x-gzip":
		plain, err := gunzipped(sent)
		if err == nil {
			r.body, r.form.coded, r.form.coding = plain, sent, coding
			r.passed.Del("Content-Encoding")
			return nil
		}
		if errors.Is(err, errAnswerTooLarge) {
			return err
		}
	}
	r.undecoded = true
	return nil
}

func gunzipped(sent []byte) ([]byte, error) {
	reader, err := gzip.NewReader(bytes.NewReader(sent))
	if err != nil {
		return nil, err
	}
	return readAnswer(reader)
}

// whyUnanswered says why a target has not answered, in the words of this package or the
// system: those of a transport may show a part of what was sent.
func whyUnanswered(err error) (status int, why string) {
	var timeout net.Error
	var system syscall.Errno
	var name *net.DNSError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.Is(err, errAnswerTooLarge), errors.Is(err, errNotFinal), errors.Is(err, errLost):
		return http.StatusBadGateway, err.Error()
	case errors.As(err, &timeout) && timeout.Timeout():
		return http.StatusGatewayTimeout, "it took too long"
	case errors.As(err, &system):
		return http.StatusBadGateway, system.Error()
	case errors.As(err, &name):
		return http.StatusBadGateway, "its host is not known"
	case errors.As(err, &certificate):
		return http.StatusBadGateway, certificate.Error()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return http.StatusBadGateway, "it closed the connection"
	default:
		return http.StatusBadGateway, "it broke off, or it does not speak HTTP as its URL says"
	}
}
