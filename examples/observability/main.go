// Command observability shows how to watch quartet's calls with OpenTelemetry and
// Prometheus, by the semantic conventions for HTTP clients:
//
//   - a span for each call and below it one for each attempt, with the reason of each
//     failure and the wait before each retry;
//   - the header traceparent on every attempt, so that the server's spans hang below it;
//   - the histogram http.client.request.duration, by template and outcome.
//
// It is a module of its own, so that nothing it needs comes with quartet:
//
//	(cd examples/observability && go run .)
//
// calls a mock inside the program, through a network that loses connections, and prints
// the traces and what Prometheus would read. observer.go is all that a program of your own
// needs. For a server of your own give its address and a token; the program then only
// reads:
//
//	QUARTET_TOKEN=... go run . -base-url https://api.example.com
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	otelprometheus "go.opentelemetry.io/otel/exporters/prometheus"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/mockserver"
	"github.com/quartet-go/quartet/profile"
)

func main() { os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("observability", flag.ContinueOnError)
	flags.SetOutput(stderr)
	baseURL := flags.String("base-url", "", "`URL` of the profile API; the default is a mock in this program")
	token := flags.String("token", "", "bearer `token` of the user (environment, with -base-url: QUARTET_TOKEN)")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case flags.NArg() > 0:
		fmt.Fprintf(stderr, "observability: unexpected argument %q\n", flags.Arg(0))
		flags.Usage()
		return 2
	}
	if err := watch(ctx, *baseURL, *token, stdout); err != nil {
		fmt.Fprintln(stderr, "observability:", err)
		return 1
	}
	return 0
}

const (
	spansTitle = `
== Spans
Outermost is a call, below it are its attempts and, of the mock, what the server did. Times
count from the begin of the trace.
`
	metricsTitle = `
== Metrics, for Prometheus
Each attempt counts. Buckets that add nothing to the one before are left out here.

`
)

// watch makes some calls and shows what was seen of them, whether they succeed or not.
func watch(ctx context.Context, baseURL, token string, out io.Writer) error {
	seen, err := newTelemetry()
	if err != nil {
		return err
	}
	client, err := seen.connect(baseURL, token)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "== Calls")
	failed := makeCalls(ctx, client, baseURL == "", out)
	fmt.Fprint(out, spansTitle)
	showSpans(out, seen.spans.GetSpans())
	fmt.Fprint(out, metricsTitle)
	return errors.Join(failed, showMetrics(out, seen.registry), seen.shutdown(ctx))
}

// telemetry is OpenTelemetry's SDK, with traces and metrics that stay in the program. A
// service would export its traces by OTLP, in batches.
type telemetry struct {
	spans    *tracetest.InMemoryExporter
	traces   *sdktrace.TracerProvider
	registry *prometheus.Registry
	metrics  *sdkmetric.MeterProvider
	observer *observer
}

func newTelemetry() (*telemetry, error) {
	spans, registry := tracetest.NewInMemoryExporter(), prometheus.NewRegistry()
	exporter, err := otelprometheus.New(otelprometheus.WithRegisterer(registry), otelprometheus.WithoutScopeInfo())
	if err != nil {
		return nil, err
	}
	t := &telemetry{
		spans:    spans,
		traces:   sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans)),
		registry: registry,
		metrics:  sdkmetric.NewMeterProvider(sdkmetric.WithReader(exporter)),
	}
	t.observer, err = newObserver(t.traces, t.metrics)
	return t, err
}

func (t *telemetry) shutdown(ctx context.Context) error {
	return errors.Join(t.traces.Shutdown(ctx), t.metrics.Shutdown(ctx))
}

// connect returns a client that is watched.
func (t *telemetry) connect(baseURL, token string) (*profile.Client, error) {
	if baseURL == "" {
		mock, err := mockserver.New()
		if err != nil {
			return nil, err
		}
		return t.client(mock.URL(), cmp.Or(token, mockserver.DefaultToken), &backend{
			server:  mock.Transport(),
			tracer:  t.traces.Tracer("mock"),
			trouble: []trouble{busy, unreachable, none, none, answerLost},
		})
	}
	token = cmp.Or(token, os.Getenv("QUARTET_TOKEN"))
	if token == "" {
		return nil, errors.New("-base-url needs -token or QUARTET_TOKEN")
	}
	return t.client(baseURL, token, http.DefaultTransport)
}

// client has the option that matters, WithObserver.
func (t *telemetry) client(baseURL, token string, next http.RoundTripper) (*profile.Client, error) {
	return profile.New(baseURL,
		quartet.WithObserver(t.observer),
		quartet.WithTransport(next),
		quartet.WithBearerToken(token),
		quartet.WithRetry(quartet.RetryPolicy{BaseDelay: 50 * time.Millisecond})) // somebody watches
}

// makeCalls makes two calls that read and, upon the mock, one that writes, whose answer
// gets lost: that call fails, and what the server did shows in the trace alone.
func makeCalls(ctx context.Context, c *profile.Client, onMock bool, out io.Writer) error {
	_, err := c.GetMyProfile(ctx)
	report(out, "getMyProfile", err)
	_, listErr := c.ListSubscriptions(ctx)
	report(out, "listSubscriptions", listErr)
	if err = errors.Join(err, listErr); err != nil || !onMock {
		return err
	}
	_, err = c.CancelSubscription(ctx, "sql-advanced")
	report(out, "cancelSubscription", err)
	if errors.Is(err, quartet.ErrOutcomeUnknown) {
		return nil
	}
	return errors.Join(errors.New("cancelSubscription did not end as it should"), err)
}

func report(out io.Writer, operation string, err error) {
	if err != nil {
		fmt.Fprintf(out, "%-18s  failed: %v\n", operation, err)
		return
	}
	fmt.Fprintf(out, "%-18s  succeeded\n", operation)
}
