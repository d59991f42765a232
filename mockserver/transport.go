package mockserver

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
)

// Transport returns a round tripper that calls the server in process, without a socket.
// The host of a request's URL does not matter.
func (s *Server) Transport() http.RoundTripper { return transport{s} }

type transport struct{ server *Server }

// RoundTrip hands a copy of req to the server. The copy has what a server's request has
// and a client's has not. The body is read first, so that one that fails is the caller's
// error, as it is over a socket.
func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer req.Body.Close()
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	in, err := received(req)
	if err != nil {
		return nil, err
	}
	recorder := httptest.NewRecorder()
	t.server.ServeHTTP(recorder, in)
	if req.Method == http.MethodHead {
		recorder.Body.Reset()
	}
	resp := recorder.Result()
	resp.Request = req
	return resp, nil
}

// received is req as a server gets it.
func received(req *http.Request) (*http.Request, error) {
	target, err := url.ParseRequestURI(req.URL.RequestURI())
	if err != nil {
		return nil, err
	}
	in := req.Clone(req.Context())
	in.URL, in.RequestURI, in.RemoteAddr = target, req.URL.RequestURI(), "127.0.0.1:0"
	in.Proto, in.ProtoMajor, in.ProtoMinor = "HTTP/1.1", 1, 1
	in.Body = http.NoBody
	if req.Body != nil {
		body, err := io.ReadAll(io.LimitReader(req.Body, maxBody+1)) // one over the cap is refused
		if err != nil {
			return nil, err
		}
		in.Body = io.NopCloser(bytes.NewReader(body))
	}
	return in, nil
}
