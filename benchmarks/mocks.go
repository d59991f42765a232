package main

import (
	"bytes"
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
	oursTested    = "quartet's Transport, answers checked"
	oursLoopback  = "quartet's Start, answers checked"
)

// inMemory are called without a socket, overLoopback over one.
var (
	inMemory = []inProcess{
		{oursHandler, true, func() (*opened, error) { return called(mockserver.New()) }},
		{oursChecked, true, func() (*opened, error) { return called(mockserver.New(mockserver.WithCheckedAnswers())) }},
		{oursTransport, true, func() (*opened, error) { return openOurTransport() }},
		{oursTested, true, func() (*opened, error) { return openOurTransport(mockserver.WithCheckedAnswers()) }},
		{"httpmock, fixed answers", false, openHTTPMock},
		{byHandMock, true, func() (*opened, error) { return called(newHandMock()) }},
		{kinRequests, true, func() (*opened, error) { return called(newKinMock(kin.Requests)) }},
		{kinHandler, true, func() (*opened, error) { return called(newKinMock(kin.Middleware)) }},
	}
	overLoopback = []inProcess{
		{oursLoopback, true, openOurLoopback},
		{"by hand, httptest.Server", true, func() (*opened, error) { return listening(newHandMock()) }},
		{kinHandler + ", httptest.Server", true, func() (*opened, error) { return listening(newKinMock(kin.Middleware)) }},
	}
)

// direct calls a handler without a socket, one caller at a time. What the answer is written to
// is used again, so that little is measured besides the handler.
type direct struct {
	handler http.Handler
	answer  http.Response
	header  http.Header
	body    bytes.Buffer
}

func (d *direct) RoundTrip(req *http.Request) (*http.Response, error) {
	clear(d.header)
	d.body.Reset()
	d.answer = http.Response{Header: d.header, Body: io.NopCloser(&d.body), Request: req}
	d.handler.ServeHTTP(d, req)
	d.WriteHeader(http.StatusOK)
	return &d.answer, nil
}

// Header, WriteHeader and Write are those of http.ResponseWriter.
func (d *direct) Header() http.Header { return d.header }

func (d *direct) WriteHeader(status int) {
	if d.answer.StatusCode == 0 {
		d.answer.StatusCode, d.answer.Status = status, http.StatusText(status)
	}
}

func (d *direct) Write(p []byte) (int, error) {
	d.WriteHeader(http.StatusOK)
	return d.body.Write(p)
}

func newDirect(handler http.Handler) *direct { return &direct{handler: handler, header: http.Header{}} }

func called[H http.Handler](handler H, err error) (*opened, error) {
	return &opened{transport: newDirect(handler), close: func() {}}, err
}

func listening(handler http.Handler, err error) (*opened, error) {
	if err != nil {
		return nil, err
	}
	srv := httptest.NewServer(handler)
	return &opened{srv.Client().Transport, srv.URL, srv.Close}, nil
}

func openOurTransport(options ...mockserver.Option) (*opened, error) {
	srv, err := mockserver.New(options...)
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
