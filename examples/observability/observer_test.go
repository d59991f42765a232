package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"syscall"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/mockserver"
	"github.com/quartet-go/quartet/profile"
)

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// watched is a client upon next that waits for nothing.
func watched(t *testing.T, next http.RoundTripper, opts ...quartet.Option) (*telemetry, *profile.Client) {
	t.Helper()
	seen, err := newTelemetry()
	require.NoError(t, err)
	client, err := seen.client("https://mock.invalid", "token", next)
	require.NoError(t, err)
	client, err = client.With(append(opts, quartet.WithRetry(quartet.RetryPolicy{BaseDelay: 1}))...)
	require.NoError(t, err)
	return seen, client
}

// troubled is a mock behind a network with the given trouble.
func troubled(t *testing.T, trouble ...trouble) (*telemetry, *profile.Client) {
	t.Helper()
	mock, err := mockserver.New()
	require.NoError(t, err)
	other := &backend{server: mock.Transport(), trouble: trouble}
	seen, client := watched(t, other, quartet.WithBearerToken(mockserver.DefaultToken))
	other.tracer = seen.traces.Tracer("mock")
	return seen, client
}

// below returns the spans of one kind below parent, in the order in which they ended.
func below(spans tracetest.SpanStubs, parent trace.SpanID, kind trace.SpanKind) tracetest.SpanStubs {
	var found tracetest.SpanStubs
	for _, span := range spans {
		if span.Parent.SpanID() == parent && span.SpanKind == kind {
			found = append(found, span)
		}
	}
	return found
}

// only returns the one span that has no parent.
func only(t *testing.T, spans tracetest.SpanStubs) tracetest.SpanStub {
	t.Helper()
	roots := below(spans, trace.SpanID{}, trace.SpanKindClient)
	require.Len(t, roots, 1)
	return roots[0]
}

func attributes(from []attribute.KeyValue) map[string]any {
	all := map[string]any{}
	for _, kv := range from {
		all[string(kv.Key)] = kv.Value.AsInterface()
	}
	return all
}

func TestEachAttemptIsASpanBelowItsCall(t *testing.T) {
	t.Parallel()
	seen, client := troubled(t, busy, unreachable)
	_, err := client.GetMyProfile(t.Context())
	require.NoError(t, err)

	spans := seen.spans.GetSpans()
	call := only(t, spans)
	assert.Equal(t, "GET /profile/me", call.Name)
	assert.Equal(t, codes.Unset, call.Status.Code)
	assert.Equal(t, map[string]any{
		"http.request.method": "GET", "url.template": "/profile/me", "server.address": "mock.invalid", "server.port": int64(443),
		"http.response.status_code": int64(200), "quartet.api": "profile", "quartet.operation": "getMyProfile",
	}, attributes(call.Attributes))

	attempts := below(spans, call.SpanContext.SpanID(), trace.SpanKindClient)
	require.Len(t, attempts, 3)
	for i, want := range []struct {
		more   map[string]any
		status codes.Code
	}{
		{map[string]any{"http.response.status_code": int64(503), "error.type": "503"}, codes.Error},
		{map[string]any{"http.request.resend_count": int64(1), "error.type": "connection"}, codes.Error},
		{map[string]any{"http.request.resend_count": int64(2), "http.response.status_code": int64(200)}, codes.Unset},
	} {
		attempt := attempts[i]
		maps.Copy(want.more, map[string]any{
			"http.request.method": "GET", "url.template": "/profile/me",
			"server.address": "mock.invalid", "server.port": int64(443),
		})
		assert.Equal(t, "GET /profile/me", attempt.Name)
		assert.Equal(t, want.more, attributes(attempt.Attributes))
		assert.Equal(t, want.status, attempt.Status.Code)
		assert.Equal(t, call.SpanContext.TraceID(), attempt.SpanContext.TraceID())
		assert.False(t, attempt.StartTime.Before(call.StartTime))
		assert.False(t, attempt.EndTime.After(call.EndTime))
	}
	assert.Empty(t, attempts[0].Status.Description, "the status code says it")
	assert.Contains(t, attempts[1].Status.Description, "connection reset by peer")
}

func TestEachRetryIsAnEventWithReasonAndDelay(t *testing.T) {
	t.Parallel()
	seen, client := troubled(t, busy, unreachable)
	_, err := client.GetMyProfile(t.Context())
	require.NoError(t, err)

	events := only(t, seen.spans.GetSpans()).Events
	require.Len(t, events, 2)
	for i, reason := range []string{"503", "connection"} {
		assert.Equal(t, "retry", events[i].Name)
		assert.Equal(t, reason, attributes(events[i].Attributes)["error.type"])
		assert.InDelta(t, 0, attributes(events[i].Attributes)["quartet.retry.delay"], 1e-6)
	}
}

func TestARetryTellsItsDelayInSeconds(t *testing.T) {
	t.Parallel()
	seen, err := newTelemetry()
	require.NoError(t, err)
	ctx := seen.observer.Start(t.Context(), quartet.Event{Method: "GET", Path: "/"})
	seen.observer.Retry(ctx, quartet.Event{StatusCode: 503, Err: errors.New("503"), Delay: 1500 * time.Millisecond})
	seen.observer.Done(ctx, quartet.Event{StatusCode: 200})

	events := only(t, seen.spans.GetSpans()).Events
	require.Len(t, events, 1)
	assert.InDelta(t, 1.5, attributes(events[0].Attributes)["quartet.retry.delay"], 0)
}

func TestAServerSpanHangsBelowTheAttemptThatReachedIt(t *testing.T) {
	t.Parallel()
	seen, client := troubled(t, busy, unreachable)
	_, err := client.GetMyProfile(t.Context())
	require.NoError(t, err)

	spans := seen.spans.GetSpans()
	attempts := below(spans, only(t, spans).SpanContext.SpanID(), trace.SpanKindClient)
	require.Len(t, attempts, 3)
	for i, reached := range []int{1, 0, 1} {
		assert.Len(t, below(spans, attempts[i].SpanContext.SpanID(), trace.SpanKindServer), reached, "attempt %d", i+1)
	}
}

func TestTheServerGetsTheTraceparentOfEachAttempt(t *testing.T) {
	t.Parallel()
	mock, err := mockserver.New()
	require.NoError(t, err)
	var got []string
	seen, client := watched(t, roundTripper(func(req *http.Request) (*http.Response, error) {
		got = append(got, req.Header.Get("Traceparent"))
		if len(got) == 1 {
			return unavailable(), nil
		}
		return mock.Transport().RoundTrip(req)
	}), quartet.WithBearerToken(mockserver.DefaultToken))

	ctx, parent := seen.traces.Tracer("test").Start(t.Context(), "the program's own span")
	_, err = client.GetMyProfile(ctx)
	require.NoError(t, err)
	parent.End()

	spans := seen.spans.GetSpans()
	calls := below(spans, parent.SpanContext().SpanID(), trace.SpanKindClient)
	require.Len(t, calls, 1, "the call is a child of the caller's span")
	attempts := below(spans, calls[0].SpanContext.SpanID(), trace.SpanKindClient)
	require.Len(t, attempts, 2)
	for i, attempt := range attempts {
		want := fmt.Sprintf("00-%s-%s-01", parent.SpanContext().TraceID(), attempt.SpanContext.SpanID())
		assert.Equal(t, want, got[i])
	}
}

func TestALostAnswerFailsTheCallAndShowsWhatTheServerDid(t *testing.T) {
	t.Parallel()
	seen, client := troubled(t, answerLost)
	_, err := client.CancelSubscription(t.Context(), "sql-advanced")
	require.ErrorIs(t, err, quartet.ErrOutcomeUnknown)

	spans := seen.spans.GetSpans()
	call := only(t, spans)
	assert.Equal(t, codes.Error, call.Status.Code)
	assert.Equal(t, err.Error(), call.Status.Description)
	assert.Equal(t, "connection", attributes(call.Attributes)["error.type"])
	assert.NotContains(t, attributes(call.Attributes), "http.response.status_code")
	attempts := below(spans, call.SpanContext.SpanID(), trace.SpanKindClient)
	require.Len(t, attempts, 1)
	server := below(spans, attempts[0].SpanContext.SpanID(), trace.SpanKindServer)
	require.Len(t, server, 1)
	assert.EqualValues(t, 200, attributes(server[0].Attributes)["http.response.status_code"])
}

func TestAStepOfARedirectIsARequestOfItsOwnAndNoFailure(t *testing.T) {
	t.Parallel()
	mock, err := mockserver.New()
	require.NoError(t, err)
	seen, client := watched(t, roundTripper(func(req *http.Request) (*http.Response, error) {
		if req.URL.Path == "/profile/me" {
			resp := unavailable()
			resp.StatusCode, resp.Header = http.StatusTemporaryRedirect, http.Header{"Location": {"/v2/profile/me"}}
			return resp, nil
		}
		req = req.Clone(req.Context())
		req.URL.Path = "/profile/me"
		return mock.Transport().RoundTrip(req)
	}), quartet.WithBearerToken(mockserver.DefaultToken))
	_, err = client.GetMyProfile(t.Context())
	require.NoError(t, err)

	spans := seen.spans.GetSpans()
	steps := below(spans, only(t, spans).SpanContext.SpanID(), trace.SpanKindClient)
	require.Len(t, steps, 2)
	first, second := attributes(steps[0].Attributes), attributes(steps[1].Attributes)
	assert.EqualValues(t, 307, first["http.response.status_code"])
	assert.NotContains(t, first, "error.type")
	assert.Equal(t, codes.Unset, steps[0].Status.Code)
	assert.EqualValues(t, 1, second["http.request.resend_count"])
}

func TestAnAttemptThatWasNeverSentIsASpanToo(t *testing.T) {
	t.Parallel()
	seen, client := watched(t, http.DefaultTransport, quartet.WithAuthorizer(func(*http.Request) error { return errors.New("no key at hand") }))
	_, err := client.GetMyProfile(t.Context())
	require.ErrorContains(t, err, "no key at hand")

	spans := seen.spans.GetSpans()
	attempts := below(spans, only(t, spans).SpanContext.SpanID(), trace.SpanKindClient)
	require.Len(t, attempts, 1)
	assert.Equal(t, map[string]any{
		"http.request.method": "GET", "url.template": "/profile/me", "server.address": "mock.invalid", "server.port": int64(443),
		"error.type": "_OTHER",
	}, attributes(attempts[0].Attributes))
}

func TestASpanAndItsMetricLastAsLongAsTheAttempt(t *testing.T) {
	t.Parallel()
	seen, err := newTelemetry()
	require.NoError(t, err)
	began := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	e := quartet.Event{Method: "GET", Path: "/profile/me", Host: "api.example.com:8443"}
	ctx := seen.observer.Start(t.Context(), e)
	e.Attempt, e.StartedAt = 1, began
	ctx = seen.observer.AttemptStart(ctx, e, http.Header{})
	e.StatusCode, e.Duration = 200, 30*time.Millisecond
	seen.observer.AttemptDone(ctx, e)

	spans := seen.spans.GetSpans()
	require.Len(t, spans, 1)
	assert.True(t, spans[0].StartTime.Equal(began))
	assert.True(t, spans[0].EndTime.Equal(began.Add(30*time.Millisecond)))
	assert.EqualValues(t, 8443, attributes(spans[0].Attributes)["server.port"])
	series := metrics(t, seen)
	require.Len(t, series, 1)
	assert.InDelta(t, 0.03, series[0].GetHistogram().GetSampleSum(), 1e-9)
}

// metrics returns the series of the histogram.
func metrics(t *testing.T, seen *telemetry) []*dto.Metric {
	t.Helper()
	families, err := seen.registry.Gather()
	require.NoError(t, err)
	var series []*dto.Metric
	for _, family := range families {
		if family.GetName() == "http_client_request_duration_seconds" {
			series = append(series, family.GetMetric()...)
		}
	}
	return series
}

func TestTheHistogramCountsAttemptsByTemplateAndOutcome(t *testing.T) {
	t.Parallel()
	seen, client := troubled(t, busy, unreachable)
	for range 3 {
		_, err := client.GetMyProfile(t.Context())
		require.NoError(t, err)
	}
	_, err := client.CancelSubscription(t.Context(), "knitting")
	require.ErrorIs(t, err, quartet.ErrValidation)

	counts := map[string]uint64{}
	for _, series := range metrics(t, seen) {
		labels := map[string]string{}
		for _, label := range series.GetLabel() {
			labels[label.GetName()] = label.GetValue()
		}
		assert.Equal(t, "mock.invalid", labels["server_address"])
		assert.Equal(t, "443", labels["server_port"])
		assert.NotContains(t, labels, "url_full")
		assert.NotContains(t, labels, "http_request_resend_count")
		key := fmt.Sprint(labels["http_request_method"], " ", labels["url_template"], " ", labels["http_response_status_code"], " ", labels["error_type"])
		counts[key] = series.GetHistogram().GetSampleCount()
		var bounds []float64
		for _, bucket := range series.GetHistogram().GetBucket() {
			bounds = append(bounds, bucket.GetUpperBound())
		}
		assert.Equal(t, []float64{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10}, bounds)
	}
	assert.Equal(t, map[string]uint64{
		"GET /profile/me 503 503":              1,
		"GET /profile/me  connection":          1,
		"GET /profile/me 200 ":                 3,
		"DELETE /profile/subscription 422 422": 1,
	}, counts)
}

func TestNothingSecretIsExported(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	answers := []func(req *http.Request) (*http.Response, error){
		func(*http.Request) (*http.Response, error) {
			resp := unavailable()
			resp.Header.Set("Set-Cookie", "session="+secret)
			resp.Body = io.NopCloser(bytes.NewBufferString(secret))
			return resp, nil
		},
		func(req *http.Request) (*http.Response, error) {
			recorder := httptest.NewRecorder()
			recorder.WriteHeader(http.StatusUnprocessableEntity)
			_, _ = fmt.Fprintf(recorder, `{"detail":%q}`, "no such code "+req.URL.RawQuery)
			return recorder.Result(), nil
		},
		func(req *http.Request) (*http.Response, error) { // as other transports tell it
			return nil, &url.Error{Op: "Post", URL: req.URL.String(), Err: io.ErrUnexpectedEOF}
		},
	}
	sent := 0
	seen, client := watched(t, roundTripper(func(req *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(req.Body)
		require.NoError(t, err)
		for _, carrier := range []string{req.Header.Get("Authorization"), req.Header.Get("X-Key"), req.URL.RawQuery, string(body)} {
			require.Contains(t, carrier, secret, "the secret is planted")
		}
		sent++
		return answers[sent-1](req)
	}), quartet.WithBearerToken("token-"+secret), quartet.WithHeader("X-Key", secret), quartet.WithQuery("key", secret))
	change := profile.ChangePasswordRequest{
		OldPassword: quartet.NewSecret(secret), NewPassword: quartet.NewSecret("new-" + secret),
		NewPasswordConfirm: quartet.NewSecret("new-" + secret), VerificationCode: quartet.NewSecret(secret),
	}
	_, err := client.ChangePassword(t.Context(), change)
	require.ErrorIs(t, err, quartet.ErrValidation)
	_, err = client.ChangePassword(t.Context(), change)
	require.ErrorIs(t, err, quartet.ErrOutcomeUnknown)
	require.Equal(t, len(answers), sent)

	spans := seen.spans.GetSpans()
	require.Len(t, spans, 5, "two calls, three attempts")
	for _, span := range spans {
		assert.NotContains(t, fmt.Sprintf("%+v", span), secret)
	}
	exported, err := json.Marshal(spans)
	require.NoError(t, err)
	assert.NotContains(t, string(exported), secret)
	series, err := json.Marshal(metrics(t, seen))
	require.NoError(t, err)
	assert.NotContains(t, string(series), secret)
	var shown bytes.Buffer
	showSpans(&shown, spans)
	require.NoError(t, showMetrics(&shown, seen.registry))
	assert.Contains(t, shown.String(), "url.template=/profile/password-change")
	assert.NotContains(t, shown.String(), secret)
	assert.NotContains(t, shown.String(), "?")
}

func TestErrorTypeIsOneOfFewWords(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]quartet.Event{
		"503":                {StatusCode: 503, Err: io.EOF},
		"302":                {StatusCode: 302, Err: errors.New("not followed")},
		"timeout":            {Err: fmt.Errorf("no answer: %w", context.DeadlineExceeded)},
		"canceled":           {Err: context.Canceled},
		"response_too_large": {StatusCode: 200, Err: quartet.ErrResponseTooLarge},
		"bad_response":       {StatusCode: 200, Err: fmt.Errorf("%w: %w", quartet.ErrBadResponse, io.ErrUnexpectedEOF)},
		"no_token":           {Err: &quartet.TokenError{Err: errors.New("refused")}},
		"certificate":        {Err: &tls.CertificateVerificationError{Err: errors.New("expired")}},
		"dns":                {Err: &net.OpError{Op: "dial", Err: &net.DNSError{Name: "nowhere.invalid"}}},
		"connection":         {Err: &net.OpError{Op: "read", Err: syscall.ECONNRESET}},
		"_OTHER":             {Err: errors.New("something else")},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, want, errorType(e))
		})
	}
}

func TestPortIsThatOfTheHostOrOfItsScheme(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		scheme, host string
		port         int64
	}{
		{"https", "api.example.com", 443}, {"http", "localhost", 80}, {"https", "api.example.com:8443", 8443}, {"http", "[::1]:8080", 8080},
	} {
		assert.Equal(t, test.port, attributes(target(quartet.Event{Scheme: test.scheme, Host: test.host}))["server.port"], test.host)
	}
}
