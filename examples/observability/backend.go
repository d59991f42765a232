package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// trouble is what happens to a request on its way.
type trouble int

const (
	none        trouble = iota
	unreachable         // the connection breaks before the server has the request
	busy                // the server answers 503 and asks to come back at once
	answerLost          // the connection breaks after the server has acted
)

// backend is the other side: a server that traces its own work as part of the client's
// trace, which it knows from the header traceparent, behind a network that makes trouble.
type backend struct {
	server  http.RoundTripper
	tracer  trace.Tracer
	trouble []trouble // of each request in turn; afterwards there is none
}

func (b *backend) RoundTrip(req *http.Request) (*http.Response, error) {
	trouble := none
	if len(b.trouble) > 0 {
		trouble, b.trouble = b.trouble[0], b.trouble[1:]
	}
	if trouble == unreachable {
		return nil, lost("write")
	}
	resp, err := b.serve(req, trouble == busy)
	if err != nil || trouble != answerLost {
		return resp, err
	}
	if err := resp.Body.Close(); err != nil {
		return nil, err
	}
	return nil, lost("read")
}

// serve knows of the client only what the request says.
func (b *backend) serve(req *http.Request, busy bool) (*http.Response, error) {
	ctx := propagation.TraceContext{}.Extract(context.Background(), propagation.HeaderCarrier(req.Header))
	_, span := b.tracer.Start(ctx, req.Method+" "+req.URL.Path, trace.WithSpanKind(trace.SpanKindServer),
		trace.WithAttributes(semconv.HTTPRequestMethodKey.String(req.Method),
			semconv.URLPath(req.URL.Path), semconv.URLScheme(req.URL.Scheme)))
	defer span.End()
	if busy {
		span.SetAttributes(semconv.HTTPResponseStatusCode(http.StatusServiceUnavailable), semconv.ErrorTypeKey.String("503"))
		span.SetStatus(codes.Error, "")
		return unavailable(), nil
	}
	resp, err := b.server.RoundTrip(req)
	if err == nil {
		span.SetAttributes(semconv.HTTPResponseStatusCode(resp.StatusCode))
	}
	return resp, err
}

func unavailable() *http.Response {
	return &http.Response{
		StatusCode: http.StatusServiceUnavailable,
		Header:     http.Header{"Retry-After": {"0"}},
		Body:       io.NopCloser(strings.NewReader("")),
	}
}

func lost(op string) error { return &net.OpError{Op: op, Net: "tcp", Err: syscall.ECONNRESET} }
