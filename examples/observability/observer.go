package main

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strconv"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/semconv/v1.43.0/httpconv"
	"go.opentelemetry.io/otel/trace"

	"github.com/quartet-go/quartet"
)

// scope names this instrumentation in what it exports.
const scope = "github.com/quartet-go/quartet/examples/observability"

// Attributes that the conventions have no name for.
const (
	apiKey       = attribute.Key("quartet.api")
	operationKey = attribute.Key("quartet.operation")
	delayKey     = attribute.Key("quartet.retry.delay") // in seconds
)

// observer tells OpenTelemetry of quartet's calls by the conventions for HTTP clients: a
// span for each call, below it a span for each of its requests, an event for each retry,
// and the histogram http.client.request.duration of the requests.
type observer struct {
	tracer   trace.Tracer
	duration httpconv.ClientRequestDuration
}

func newObserver(traces trace.TracerProvider, metrics metric.MeterProvider) (*observer, error) {
	duration, err := httpconv.NewClientRequestDuration(
		metrics.Meter(scope, metric.WithSchemaURL(semconv.SchemaURL))) // its buckets are the conventions'
	if err != nil {
		return nil, err
	}
	return &observer{
		tracer:   traces.Tracer(scope, trace.WithSchemaURL(semconv.SchemaURL)),
		duration: duration,
	}, nil
}

// call is what the observer knows about one call. It travels in the call's context, and
// needs no lock: the attempts of a call come one after another.
type call struct {
	span  trace.Span
	ended int // requests so far
}

type callKey struct{}

func callOf(ctx context.Context) (*call, bool) {
	c, ok := ctx.Value(callKey{}).(*call)
	return c, ok
}

// Start begins the span of a call, which goes on with the context that holds it.
func (o *observer) Start(ctx context.Context, e quartet.Event) context.Context {
	ctx, span := o.tracer.Start(ctx, spanName(e),
		trace.WithSpanKind(trace.SpanKindClient),
		trace.WithAttributes(target(e)...),
		trace.WithAttributes(apiKey.String(e.API), operationKey.String(e.Operation)))
	return context.WithValue(ctx, callKey{}, &call{span: span})
}

// AttemptStart begins the span of a request, an attempt or a step of a redirect, and sends
// its id along, so that the server's spans hang below it. The conventions' url.full is left
// out: quartet shows templates, never a path or a query with what may be private.
func (o *observer) AttemptStart(ctx context.Context, e quartet.Event, header http.Header) context.Context {
	attributes := target(e)
	if c, ok := callOf(ctx); ok && c.ended > 0 {
		attributes = append(attributes, semconv.HTTPRequestResendCount(c.ended))
	}
	ctx, _ = o.tracer.Start(ctx, spanName(e),
		trace.WithSpanKind(trace.SpanKindClient), trace.WithTimestamp(e.StartedAt), trace.WithAttributes(attributes...))
	propagation.TraceContext{}.Inject(ctx, propagation.HeaderCarrier(header))
	return ctx
}

// AttemptDone ends the span of a request and counts it.
func (o *observer) AttemptDone(ctx context.Context, e quartet.Event) {
	if c, ok := callOf(ctx); ok {
		c.ended++
	}
	if e.StatusCode >= 300 && e.StatusCode < 400 {
		e.Err = nil // a redirect may fail a call, but not its request
	}
	span := trace.SpanFromContext(ctx)
	finish(span, e)
	span.End(trace.WithTimestamp(e.StartedAt.Add(e.Duration)))
	o.duration.Inst().Record(ctx, e.Duration.Seconds(),
		metric.WithAttributes(target(e)...), metric.WithAttributes(outcome(e)...))
}

// Retry notes on the span of the call why it goes on, and when.
func (o *observer) Retry(ctx context.Context, e quartet.Event) {
	if c, ok := callOf(ctx); ok {
		c.span.AddEvent("retry", trace.WithAttributes(
			semconv.ErrorTypeKey.String(errorType(e)), delayKey.Float64(e.Delay.Seconds())))
	}
}

// Done ends the span of the call.
func (o *observer) Done(ctx context.Context, e quartet.Event) {
	c, ok := callOf(ctx)
	if !ok {
		return
	}
	finish(c.span, e)
	c.span.End()
}

// spanName has the template in place of the path, so that there are few names.
func spanName(e quartet.Event) string { return e.Method + " " + e.Path }

// target is what is known of a request before its answer: attributes of few values, fit
// for metrics.
func target(e quartet.Event) []attribute.KeyValue {
	host := url.URL{Host: e.Host}
	port, _ := strconv.Atoi(cmp.Or(host.Port(), map[string]string{"http": "80", "https": "443"}[e.Scheme]))
	return []attribute.KeyValue{
		semconv.HTTPRequestMethodKey.String(e.Method),
		semconv.URLTemplate(e.Path),
		semconv.ServerAddress(host.Hostname()),
		semconv.ServerPort(port),
	}
}

// outcome is what the answer, or the lack of one, adds to target.
func outcome(e quartet.Event) []attribute.KeyValue {
	var attributes []attribute.KeyValue
	if e.StatusCode != 0 {
		attributes = append(attributes, semconv.HTTPResponseStatusCode(e.StatusCode))
	}
	if e.Err != nil {
		attributes = append(attributes, semconv.ErrorTypeKey.String(errorType(e)))
	}
	return attributes
}

func finish(span trace.Span, e quartet.Event) {
	span.SetAttributes(outcome(e)...)
	switch {
	case e.Err == nil: // by the conventions the status stays unset
	case e.StatusCode >= 400:
		span.SetStatus(codes.Error, "") // http.response.status_code says it
	default:
		span.SetStatus(codes.Error, e.Err.Error())
	}
}
