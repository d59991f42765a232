package main

import (
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/jarcoal/httpmock"

	"github.com/quartet-go/quartet/benchmarks/internal/kin"
	"github.com/quartet-go/quartet/mockserver"
)

// inProcess is a mock that lives in the process of its caller.
type inProcess struct {
	name   string
	checks bool // refuses a wrong body
	open   func() (*opened, error)
}

// opened is a mock to call until it is closed.
type opened struct {
	transport http.RoundTripper
	url       string
	close     func()
}

// Names that figures are compared by.
const (
	oursHandler   = "quartet's handler"
	oursChecked   = "quartet's handler, answers checked"
	byHandMock    = "by hand, typed"
	kinRequests   = "by hand behind kin-openapi's ValidateRequest"
	kinHandler    = "by hand behind kin-openapi's middleware, answers checked"
	oursTransport = "quartet's Transport"
	oursLoopback  = "quartet's Start, answers checked"
)

// inMemory are called without a socket, overLoopback over one.
var (
	inMemory = []inProcess{
		{oursHandler, true, func() (*opened, error) { return recorded(mockserver.New()) }},
		{oursChecked, true, func() (*opened, error) { return recorded(mockserver.New(mockserver.WithCheckedAnswers())) }},
		{oursTransport, true, openOurTransport},
		{"httpmock, fixed answers", false, openHTTPMock},
		{byHandMock, true, func() (*opened, error) { return recorded(newHandMock()) }},
		{kinRequests, true, func() (*opened, error) { return recorded(newKinMock(kin.Requests)) }},
		{kinHandler, true, func() (*opened, error) { return recorded(newKinMock(kin.Middleware)) }},
	}
	overLoopback = []inProcess{
		{oursLoopback, true, openOurLoopback},
		{"by hand, httptest.Server", true, func() (*opened, error) { return listening(newHandMock()) }},
		{kinHandler + ", httptest.Server", true, func() (*opened, error) { return listening(newKinMock(kin.Middleware)) }},
	}
)

// recorder calls a handler without a socket, as tests of handlers do.
type recorder struct{ handler http.Handler }

func (r recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	answer := httptest.NewRecorder()
	r.handler.ServeHTTP(answer, req)
	return &http.Response{
		StatusCode: answer.Code, Status: http.StatusText(answer.Code), Header: answer.Header(), Body: io.NopCloser(answer.Body), Request: req,
	}, nil
}

func recorded[H http.Handler](handler H, err error) (*opened, error) {
	return &opened{transport: recorder{handler}, close: func() {}}, err
}

func listening(handler http.Handler, err error) (*opened, error) {
	if err != nil {
		return nil, err
	}
	srv := httptest.NewServer(handler)
	return &opened{srv.Client().Transport, srv.URL, srv.Close}, nil
}

func openOurTransport() (*opened, error) {
	srv, err := mockserver.New()
	if err != nil {
		return nil, err
	}
	return &opened{srv.Transport(), "http://mock", srv.Close}, nil
}

func openOurLoopback() (*opened, error) {
	t := &soakTB{complaints: &complaints{}}
	srv := mockserver.Start(t)
	return &opened{srv.Client().Transport, srv.URL(), t.end}, t.complaints.err()
}

// newKinMock is the one by hand behind kin-openapi.
func newKinMock(behind func(document []byte, next http.Handler) (http.Handler, error)) (http.Handler, error) {
	byHand, err := newHandMock()
	if err != nil {
		return nil, err
	}
	document, err := mergeDocuments()
	if err != nil {
		return nil, err
	}
	return behind(document, byHand)
}

// openHTTPMock answers what quartet answers.
func openHTTPMock() (*opened, error) {
	ours, err := openOurTransport()
	if err != nil {
		return nil, err
	}
	defer ours.close()
	mock := httpmock.NewMockTransport()
	for _, c := range wireCalls {
		answer, err := ours.call(c)
		if err != nil {
			return nil, err
		}
		mock.RegisterResponder(c.method, "http://mock"+c.path,
			httpmock.NewStringResponder(c.status, answer).HeaderSet(http.Header{"Content-Type": {"application/json"}}))
	}
	return &opened{mock, "http://mock", func() {}}, nil
}
