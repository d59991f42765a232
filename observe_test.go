package quartet_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet"
)

type (
	contextKey struct{}
	attemptKey struct{}
)

// watcher notes each event, and whether the context that Start returned came with it.
type watcher struct {
	t      *testing.T
	lines  []string
	events []quartet.Event
}

func (w *watcher) note(ctx context.Context, what string, e quartet.Event) {
	if what != "start" {
		assert.Equal(w.t, "started", ctx.Value(contextKey{}), what)
	}
	w.lines = append(w.lines, fmt.Sprintf("%s %d %d %t", what, e.Attempt, e.StatusCode, e.Err != nil))
	w.events = append(w.events, e)
	printsNoSecret(w.t, e)
}

func (w *watcher) Start(ctx context.Context, e quartet.Event) context.Context {
	w.note(ctx, "start", e)
	return context.WithValue(ctx, contextKey{}, "started")
}
func (w *watcher) AttemptStart(ctx context.Context, e quartet.Event, header http.Header) context.Context {
	assert.Equal(w.t, "started", ctx.Value(contextKey{}))
	assert.False(w.t, e.StartedAt.IsZero())
	assert.Empty(w.t, header, "of the request it sees nothing")
	header.Set("Traceparent", fmt.Sprint("attempt ", e.Attempt))
	return context.WithValue(ctx, attemptKey{}, e.Attempt)
}
func (w *watcher) AttemptDone(ctx context.Context, e quartet.Event) {
	assert.Equal(w.t, e.Attempt, ctx.Value(attemptKey{}))
	w.note(ctx, "attempt", e)
}
func (w *watcher) Retry(ctx context.Context, e quartet.Event) { w.note(ctx, "retry", e) }
func (w *watcher) Done(ctx context.Context, e quartet.Event)  { w.note(ctx, "done", e) }

func TestAnObserverSeesEachStep(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answers []int
		opts    []quartet.Option
		want    []string
	}{
		"a success":  {[]int{200}, nil, []string{"start 0 0 false", "attempt 1 200 false", "done 1 200 false"}},
		"a retry":    {[]int{503, 200}, nil, []string{"start 0 0 false", "attempt 1 503 true", "retry 1 503 true", "attempt 2 200 false", "done 2 200 false"}},
		"a failure":  {[]int{404}, nil, []string{"start 0 0 false", "attempt 1 404 true", "done 1 404 true"}},
		"no answer":  {[]int{0}, []quartet.Option{quartet.WithoutRetry()}, []string{"start 0 0 false", "attempt 1 0 true", "done 1 0 true"}},
		"a redirect": {[]int{302, 200}, nil, []string{"start 0 0 false", "attempt 1 302 true", "attempt 1 200 false", "done 1 200 false"}},
		"a 401 with a token source": {
			[]int{401, 200}, []quartet.Option{quartet.WithTokenSource(numbered(time.Hour))},
			[]string{"start 0 0 false", "attempt 1 401 true", "retry 1 401 true", "attempt 2 200 false", "done 2 200 false"},
		},
		"a refusal before sending": {
			nil, []quartet.Option{quartet.WithAuthorizer(func(*http.Request) error { return errNoToken })},
			[]string{"start 0 0 false", "attempt 1 0 true", "done 1 0 true"},
		},
		"options that are refused": {nil, []quartet.Option{quartet.WithJSONField("a", 1)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := 0
				w := &watcher{t: t}
				client := profileAt(t, baseURL+":8443/planted", quartet.WithBearerToken("planted-token"), quartet.WithObserver(w), quartet.WithQuery("planted", "planted"),
					quartet.WithTransport(transport(func(r *http.Request) (*http.Response, error) {
						assert.Equal(t, "started", r.Context().Value(contextKey{}))
						assert.Equal(t, fmt.Sprint("attempt ", r.Context().Value(attemptKey{})), r.Header.Get("Traceparent"))
						pass(time.Second)
						n++
						switch code := test.answers[n-1]; code {
						case 0:
							return nil, errors.New("get " + r.URL.RawQuery)
						case 200:
							return answer(200, profileJSON), nil
						default:
							return answer(code, `{"detail":"`+r.Header.Get("Authorization")+`"}`, "Location", "/planted/x"), nil
						}
					})))
				_, _ = client.GetMyProfile(t.Context(), test.opts...)
				assert.Equal(t, test.want, w.lines)
				for i, e := range w.events {
					assert.Equal(t, "profile getMyProfile GET /profile/me api.example.com:8443", fmt.Sprint(e.API, " ", e.Operation, " ", e.Method, " ", e.Path, " ", e.Host))
					if test.answers != nil && i == len(w.events)-1 {
						assert.GreaterOrEqual(t, e.Duration, time.Duration(n)*time.Second)
						assert.False(t, e.StartedAt.IsZero())
					}
					if e.StatusCode == http.StatusOK && i < len(w.events)-1 {
						assert.Equal(t, len(profileJSON), e.ResponseBytes)
						assert.Equal(t, time.Second, e.Duration)
					}
				}
			})
		})
	}
}

func TestSeveralObserversSeeTheSame(t *testing.T) {
	t.Parallel()
	first, second := &watcher{t: t}, &watcher{t: t}
	client := profileClient(t, quartet.WithObserver(first), always(200, messageJSON))
	_, err := client.ChangePassword(t.Context(), secretPasswords, quartet.WithObserver(second))
	require.NoError(t, err)
	assert.Equal(t, first.lines, second.lines)
	assert.Positive(t, first.events[1].RequestBytes)
}

// keyed adds the context's value to each record.
type keyed struct{ slog.Handler }

func (k keyed) Handle(ctx context.Context, r slog.Record) error {
	r.AddAttrs(slog.Any("trace", ctx.Value(contextKey{})))
	return k.Handler.Handle(ctx, r)
}

func TestTheLoggerWritesOneRecordAStep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		logger := slog.New(keyed{slog.NewTextHandler(&out, &slog.HandlerOptions{
			Level: slog.LevelDebug,
			ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
				if a.Key == slog.TimeKey {
					return slog.Attr{}
				}
				return a
			},
		})})
		n := 0
		client := profileClient(t, quartet.WithLogger(logger), quartet.WithBearerToken("planted-token"),
			quartet.WithTransport(transport(func(*http.Request) (*http.Response, error) {
				if n++; n == 1 {
					return answer(429, `{"detail":"planted-code, planted-token"}`, "Retry-After", "2", "X-Secret", "planted"), nil
				}
				return answer(200, messageJSON), nil
			})))
		ctx := context.WithValue(t.Context(), contextKey{}, "trace-7")
		_, err := client.ChangePassword(ctx, secretPasswords)
		require.NoError(t, err)
		const call = `api=profile operation=changePassword method=PUT path=/profile/password-change status=`
		assert.Equal(t, `level=DEBUG msg="quartet: attempt" `+call+`429 attempt=1 duration=0s request_bytes=131 response_bytes=40 error="profile changePassword: 429 Too Many Requests: [redacted], [redacted]; retry after 2s" trace=trace-7
level=WARN msg="quartet: retry" `+call+`429 attempt=1 delay=2s error="profile changePassword: 429 Too Many Requests: [redacted], [redacted]; retry after 2s" trace=trace-7
level=DEBUG msg="quartet: attempt" `+call+`200 attempt=2 duration=0s request_bytes=131 response_bytes=18 trace=trace-7
level=INFO msg="quartet: call" `+call+`200 attempts=2 duration=2s trace=trace-7
`, out.String())

		out.Reset()
		_, err = client.ChangePassword(ctx, secretPasswords, always(404, ""))
		require.Error(t, err)
		assert.Contains(t, out.String(), `level=ERROR msg="quartet: call"`)
	})
}

func TestNilObserversAndLoggersAreRefused(t *testing.T) {
	t.Parallel()
	for text, option := range map[string]quartet.Option{
		"WithObserver: the observer is nil": quartet.WithObserver(nil), "WithLogger: the logger is nil": quartet.WithLogger(nil),
	} {
		_, err := profileClient(t, always(200, profileJSON)).GetMyProfile(t.Context(), option)
		require.ErrorContains(t, err, text)
	}
}

func TestAnAuthorizersQueryIsInNoError(t *testing.T) {
	t.Parallel()
	client := profileClient(t, hurried,
		quartet.WithAuthorizer(func(r *http.Request) error {
			r.URL.RawQuery = "signature=planted"
			return nil
		}),
		quartet.WithTransport(transport(func(r *http.Request) (*http.Response, error) { return nil, errors.New("no way to " + r.URL.String()) })))
	_, err := client.GetMyProfile(t.Context())
	require.ErrorContains(t, err, "no way to https://api.example.com/profile/me")
	printsNoSecret(t, err)
}
