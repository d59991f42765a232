package quartet_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/profile"
)

// classes has one operation of each retry class, and a guarded one without a body.
var classes = map[string]func(context.Context, *profile.Client) error{
	"safe": func(ctx context.Context, c *profile.Client) error {
		_, err := c.GetMyProfile(ctx)
		return err
	},
	"idempotent": func(ctx context.Context, c *profile.Client) error {
		_, err := c.ChangeName(ctx, profile.ChangeNameRequest{})
		return err
	},
	"guarded": func(ctx context.Context, c *profile.Client) error {
		_, err := c.ChangePassword(ctx, secretPasswords)
		return err
	},
	"guarded without a body": func(ctx context.Context, c *profile.Client) error {
		_, err := c.CancelSubscription(ctx, "course-1")
		return err
	},
}

// failure is a server or a way to it that fails every attempt in the same manner.
type failure struct {
	arrange  func(t *testing.T, over protocol) rig
	attempts int // of safe and idempotent operations
	guarded  int // attempts of guarded ones
	unknown  bool
	status   int
	is       []error
	as       any  // pointer for errors.As, nil for none
	sockets  bool // real ones: they stay outside of the bubble, whose clock they would stop
}

// rig is what a failure is met with.
type rig struct {
	url      string
	opts     []quartet.Option
	ctx      context.Context
	received *atomic.Int64 // requests that reached the server; nil when none can
}

// hurried leaves no wait to speak of, for tests that cannot have fake time.
var hurried = quartet.WithRetry(quartet.RetryPolicy{BaseDelay: 1, MaxDelay: 1})

func served(handler http.HandlerFunc) func(*testing.T, protocol) rig {
	return func(t *testing.T, over protocol) rig {
		t.Helper()
		received := new(atomic.Int64)
		client := inMemoryOver(t, over, func(w http.ResponseWriter, r *http.Request) {
			received.Add(1)
			_, _ = io.Copy(io.Discard, r.Body)
			handler(w, r)
		})
		return rig{url: "http://memory.localhost", received: received, opts: []quartet.Option{quartet.WithTransport(client)}}
	}
}

func status(code int, header ...string) func(*testing.T, protocol) rig {
	return served(func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
	})
}

func dialling(fail error) func(*testing.T, protocol) rig {
	return func(*testing.T, protocol) rig {
		return rig{url: baseURL, opts: []quartet.Option{quartet.WithTransport(&http.Transport{
			DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, fail },
		})}}
	}
}

var errNoToken = errors.New("no token to be had")

var failures = map[string]failure{
	"connection refused": {
		sockets: true,
		arrange: func(t *testing.T, over protocol) rig {
			t.Helper()
			l, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			require.NoError(t, l.Close())
			return rig{url: map[protocol]string{http1: "http://", http2: "https://"}[over] + l.Addr().String()}
		},
		attempts: 4, guarded: 4, is: []error{syscall.ECONNREFUSED}, as: new(*net.OpError),
	},
	"connection reset after the request was read": {
		sockets: true,
		arrange: func(t *testing.T, over protocol) rig {
			t.Helper()
			received := new(atomic.Int64)
			server := listenOver(t, over, func(w http.ResponseWriter, r *http.Request) {
				received.Add(1)
				hangUp(w, r)
			})
			return rig{url: server.url, received: received, opts: []quartet.Option{quartet.WithHTTPClient(server.http)}}
		},
		attempts: 4, guarded: 1, unknown: true,
	},
	"answer cut short": {
		sockets: true,
		arrange: func(t *testing.T, over protocol) rig {
			t.Helper()
			received := new(atomic.Int64)
			server := listenOver(t, over, func(w http.ResponseWriter, _ *http.Request) {
				received.Add(1)
				w.Header().Set("Content-Length", "100")
				_, _ = io.WriteString(w, `{"user_id":`)
			})
			return rig{url: server.url, received: received, opts: []quartet.Option{quartet.WithHTTPClient(server.http)}}
		},
		attempts: 4, guarded: 1, unknown: true, status: 200, is: []error{quartet.ErrBadResponse, io.ErrUnexpectedEOF},
	},
	"200 with the page of a proxy": {
		arrange:  served(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") }),
		attempts: 1, guarded: 1, unknown: true, status: 200, is: []error{quartet.ErrBadResponse},
	},
	"attempt timeout": {
		arrange:  served(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }),
		attempts: 4, guarded: 1, unknown: true, is: []error{context.DeadlineExceeded},
	},
	"attempt timeout while connecting": {
		arrange: func(t *testing.T, _ protocol) rig {
			t.Helper()
			over := make(chan struct{})
			t.Cleanup(func() { close(over) })
			return rig{url: baseURL, opts: []quartet.Option{quartet.WithTransport(&http.Transport{
				DialContext: func(context.Context, string, string) (net.Conn, error) {
					<-over
					return nil, errors.New("over")
				},
			})}}
		},
		// Two minutes of the call's own timeout end during the fourth attempt.
		attempts: 4, guarded: 4, is: []error{context.DeadlineExceeded},
	},
	"302": {arrange: status(302, "Location", "https://elsewhere.example"), attempts: 1, guarded: 1, status: 302},
	"408": {arrange: status(408), attempts: 4, guarded: 1, status: 408},
	"422": {arrange: status(422), attempts: 1, guarded: 1, status: 422, is: []error{quartet.ErrValidation}},
	"425": {arrange: status(425), attempts: 4, guarded: 1, status: 425},
	"429": {arrange: status(429), attempts: 4, guarded: 4, status: 429, is: []error{quartet.ErrRateLimited}},
	"500": {arrange: status(500), attempts: 4, guarded: 1, unknown: true, status: 500, is: []error{quartet.ErrServer}},
	"501": {arrange: status(501), attempts: 1, guarded: 1, status: 501, is: []error{quartet.ErrServer}},
	"502": {arrange: status(502), attempts: 4, guarded: 1, unknown: true, status: 502, is: []error{quartet.ErrServer}},
	"503": {arrange: status(503), attempts: 4, guarded: 1, unknown: true, status: 503, is: []error{quartet.ErrServer}},
	"504": {arrange: status(504), attempts: 4, guarded: 1, unknown: true, status: 504, is: []error{quartet.ErrServer}},
	"524 of a proxy": {
		arrange: status(524), attempts: 1, guarded: 1, unknown: true, status: 524, is: []error{quartet.ErrServer},
	},
	"429 with Retry-After": {
		arrange: status(429, "Retry-After", "3"), attempts: 4, guarded: 4, status: 429, is: []error{quartet.ErrRateLimited},
	},
	"503 with Retry-After": {
		arrange: status(503, "Retry-After", "3"), attempts: 4, guarded: 4, status: 503, is: []error{quartet.ErrServer},
	},
	"bad certificate": {
		sockets: true,
		arrange: func(t *testing.T, over protocol) rig {
			t.Helper()
			server := httptest.NewUnstartedServer(http.NotFoundHandler())
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			server.EnableHTTP2 = over == http2
			server.StartTLS()
			t.Cleanup(server.Close)
			return rig{url: server.URL, opts: []quartet.Option{quartet.WithTransport(&http.Transport{ForceAttemptHTTP2: over == http2})}}
		},
		attempts: 1, guarded: 1, as: new(*tls.CertificateVerificationError),
	},
	"unknown host": {
		arrange:  dialling(&net.DNSError{Err: "no such host", Name: "api.example.com", IsNotFound: true}),
		attempts: 1, guarded: 1, as: new(*net.DNSError),
	},
	"unknown host, by a transport that does not tell whether it connected": {
		arrange: func(*testing.T, protocol) rig {
			return rig{url: baseURL, opts: []quartet.Option{quartet.WithTransport(transport(func(*http.Request) (*http.Response, error) {
				return nil, &net.DNSError{Err: "no such host", Name: "api.example.com", IsNotFound: true}
			}))}}
		},
		attempts: 1, guarded: 1, unknown: true, as: new(*net.DNSError),
	},
	"host that cannot be looked up now": {
		arrange:  dialling(&net.DNSError{Err: "server misbehaving", Name: "api.example.com", IsTemporary: true}),
		attempts: 4, guarded: 4, as: new(*net.DNSError),
	},
	"context cancelled before the call": {
		arrange: func(t *testing.T, over protocol) rig {
			t.Helper()
			r := status(200)(t, over)
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			r.ctx = ctx
			return r
		},
		attempts: 0, guarded: 0, is: []error{context.Canceled},
	},
	"context cancelled during the attempt": {
		arrange: func(t *testing.T, over protocol) rig {
			t.Helper()
			ctx, cancel := context.WithCancel(t.Context())
			r := served(func(_ http.ResponseWriter, r *http.Request) {
				cancel()
				<-r.Context().Done()
			})(t, over)
			r.ctx = ctx
			return r
		},
		attempts: 1, guarded: 1, unknown: true, is: []error{context.Canceled},
	},
	"authorizer's error": {
		arrange: func(t *testing.T, over protocol) rig {
			t.Helper()
			r := status(200)(t, over)
			r.received = nil
			r.opts = append(r.opts, quartet.WithAuthorizer(func(*http.Request) error { return errNoToken }))
			return r
		},
		attempts: 1, guarded: 1, is: []error{errNoToken},
	},
}

func TestEachClassIsRetriedByItsRuleAfterEachFailure(t *testing.T) {
	t.Parallel()
	for _, over := range both {
		for name, f := range failures {
			if over == http2 && !f.sockets && !http2InBubbles {
				continue
			}
			for class, call := range classes {
				t.Run(string(over)+"/"+name+"/"+class, func(t *testing.T) {
					t.Parallel()
					attempts, unknown := f.attempts, false
					if class != "safe" && class != "idempotent" {
						attempts, unknown = f.guarded, f.unknown
					}
					check := func(t *testing.T) { meet(t, f, f.arrange(t, over), call, attempts, unknown) }
					if f.sockets {
						check(t)
						return
					}
					synctest.Test(t, check)
				})
			}
		}
	}
}

func meet(t *testing.T, f failure, r rig, call func(context.Context, *profile.Client) error, attempts int, unknown bool) {
	t.Helper()
	if f.sockets {
		r.opts = append(r.opts, hurried)
	}
	if r.ctx == nil {
		r.ctx = t.Context()
	}
	err := call(r.ctx, profileAt(t, r.url, r.opts...))

	e := asError(t, err)
	assert.Equal(t, attempts, e.Attempts, "%v", err)
	assert.Equal(t, f.status, e.StatusCode)
	assert.Equal(t, unknown, errors.Is(err, quartet.ErrOutcomeUnknown), "%v", err)
	if unknown {
		assert.Contains(t, err.Error(), "check before repeating")
	}
	if r.received != nil {
		assert.EqualValues(t, attempts, r.received.Load(), "requests received")
	}
	for _, target := range f.is {
		assert.ErrorIs(t, err, target)
	}
	if f.as != nil {
		assert.True(t, asAny(err, f.as), "%T not reachable in %v", f.as, err)
	}
	assert.NotContains(t, err.Error(), "\n")
	assert.NotContains(t, err.Error(), "course-1", "the query")
}

// asAny is errors.As with a target of its own, since the table's are shared.
func asAny(err error, target any) bool {
	switch target.(type) {
	case **net.OpError:
		return errors.As(err, new(*net.OpError))
	case **net.DNSError:
		return errors.As(err, new(*net.DNSError))
	default:
		return errors.As(err, new(*tls.CertificateVerificationError))
	}
}

func TestAGuardedCallIsSentOnceOnAReusedConnectionToo(t *testing.T) {
	t.Parallel()
	for _, class := range []string{"guarded", "guarded without a body"} {
		t.Run(class, func(t *testing.T) {
			t.Parallel()
			var received atomic.Int64
			server := listen(t, func(w http.ResponseWriter, r *http.Request) {
				if received.Add(1) == 1 {
					_, _ = io.WriteString(w, profileJSON)
					return
				}
				hangUp(w, r)
			})
			client := profileAt(t, server.url, quartet.WithHTTPClient(server.http), hurried)
			_, err := client.GetMyProfile(t.Context())
			require.NoError(t, err)

			err = classes[class](t.Context(), client)
			require.ErrorIs(t, err, quartet.ErrOutcomeUnknown)
			assert.Equal(t, 1, asError(t, err).Attempts)
			assert.EqualValues(t, 2, received.Load())
			assert.EqualValues(t, 1, server.conns.Load())
		})
	}
}

func TestAServerThatRefusesOurCertificateIsAskedOnce(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)

	_, err := profileAt(t, server.URL, quartet.WithHTTPClient(server.Client()), hurried).GetMyProfile(t.Context())

	assert.Equal(t, 1, asError(t, err).Attempts, "%v", err)
}

func TestASuccessAfterFailuresIsASuccess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var n int
		client := profileClient(t, quartet.WithTransport(transport(func(*http.Request) (*http.Response, error) {
			if n++; n < 4 {
				return answer(503, ""), nil
			}
			return answer(200, profileJSON), nil
		})))
		me, err := client.GetMyProfile(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "u-1", me.UserID)
		assert.Equal(t, 4, n)
	})
}

// arrivals returns a transport that fails with an answer and notes when it was asked.
func arrivals(resp func() *http.Response) (quartet.Option, func() []time.Duration) {
	var at []time.Time
	option := quartet.WithTransport(transport(func(*http.Request) (*http.Response, error) {
		at = append(at, time.Now())
		return resp(), nil
	}))
	return option, func() []time.Duration {
		var gaps []time.Duration
		for i := 1; i < len(at); i++ {
			gaps = append(gaps, at[i].Sub(at[i-1]))
		}
		at = nil
		return gaps
	}
}

func TestWaitsAreDrawnEvenlyBelowADoublingBound(t *testing.T) {
	t.Parallel()
	const runs = 400
	for name, test := range map[string]struct {
		policy quartet.RetryPolicy
		bounds []time.Duration
	}{
		"by default": {
			bounds: []time.Duration{250 * time.Millisecond, 500 * time.Millisecond, time.Second},
		},
		"up to MaxDelay": {
			policy: quartet.RetryPolicy{MaxAttempts: 6, BaseDelay: time.Second, MaxDelay: 3 * time.Second},
			bounds: []time.Duration{time.Second, 2 * time.Second, 3 * time.Second, 3 * time.Second, 3 * time.Second},
		},
		"MaxDelay below BaseDelay": {
			policy: quartet.RetryPolicy{MaxAttempts: 2, BaseDelay: time.Second, MaxDelay: time.Millisecond},
			bounds: []time.Duration{time.Millisecond},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				option, gaps := arrivals(func() *http.Response { return answer(503, "") })
				client := profileClient(t, option, quartet.WithRetry(test.policy), quartet.WithRetryBudget(nil))
				sums := make([]time.Duration, len(test.bounds))
				for range runs {
					_, err := client.GetMyProfile(t.Context())
					require.Error(t, err)
					drawn := gaps()
					require.Len(t, drawn, len(test.bounds))
					for i, gap := range drawn {
						require.Less(t, gap, test.bounds[i])
						sums[i] += gap
					}
				}
				for i, sum := range sums {
					mean := float64(sum) / runs / float64(test.bounds[i])
					assert.InDelta(t, 0.5, mean, 0.12, "mean of wait %d as a share of its bound", i+1)
				}
			})
		})
	}
}

func TestBackoffSurvivesBoundsThatCannotBeDoubled(t *testing.T) {
	t.Parallel()
	policy := quartet.RetryPolicy{BaseDelay: math.MaxInt64/2 + 1, MaxDelay: math.MaxInt64}
	for attempts := range 3 {
		assert.NotPanics(t, func() { quartet.Backoff(policy, attempts+1) })
	}
}

func TestRetryAfterIsWaitedExactly(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)
	date := at.Format(http.TimeFormat)
	for name, test := range map[string]struct {
		header []string
		want   time.Duration
	}{
		"seconds":              {[]string{"Retry-After", "7"}, 7 * time.Second},
		"a fraction":           {[]string{"Retry-After", "1.25"}, 1250 * time.Millisecond},
		"the cap itself":       {[]string{"Retry-After", "60"}, time.Minute},
		"IMF-fixdate":          {[]string{"Retry-After", at.Add(9 * time.Second).Format(http.TimeFormat), "Date", date}, 9 * time.Second},
		"RFC 850 date":         {[]string{"Retry-After", at.Add(9 * time.Second).Format("Monday, 02-Jan-06 15:04:05 GMT"), "Date", date}, 9 * time.Second},
		"asctime date":         {[]string{"Retry-After", at.Add(9 * time.Second).Format(time.ANSIC), "Date", date}, 9 * time.Second},
		"a date without Date":  {[]string{"Retry-After", "Sat, 01 Jan 2000 00:00:11 GMT"}, 11 * time.Second}, // a bubble's time begins with 2000
		"a date by a bad Date": {[]string{"Retry-After", "Sat, 01 Jan 2000 00:00:11 GMT", "Date", "yesterday"}, 11 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				option, gaps := arrivals(func() *http.Response { return answer(503, "", test.header...) })
				client := profileClient(t, option, quartet.WithRetry(quartet.RetryPolicy{MaxAttempts: 2}))
				_, err := client.GetMyProfile(t.Context())
				require.Error(t, err)
				assert.Equal(t, []time.Duration{test.want}, gaps())
			})
		})
	}
}

func TestRetryAfterThatAsksNothingLeavesTheDrawnWait(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"", "0", "-3", "soon", "NaN", "Mon, 05 Jan 1998 12:00:00 GMT"} {
		t.Run(value, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				option, gaps := arrivals(func() *http.Response { return answer(503, "", "Retry-After", value) })
				client := profileClient(t, option, quartet.WithRetry(quartet.RetryPolicy{MaxAttempts: 2}))
				_, err := client.GetMyProfile(t.Context())
				assert.Zero(t, asError(t, err).RetryAfter)
				drawn := gaps()
				require.Len(t, drawn, 1)
				assert.Less(t, drawn[0], 250*time.Millisecond)
			})
		})
	}
}

func TestRetryAfterOverTheCapEndsTheCallAtOnce(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]time.Duration{
		"60.001":                        61 * time.Second / 61 * 60001 / 1000,
		"3600":                          time.Hour,
		"99999999999999999999":          math.MaxInt64,
		"1" + zeros(400):                math.MaxInt64,
		"Sat, 01 Jan 2000 00:02:00 GMT": 2 * time.Minute,
	} {
		t.Run(value[:min(len(value), 30)], func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				_, err := profileClient(t, always(429, `{"detail":"slow down"}`, "Retry-After", value)).GetMyProfile(t.Context())
				e := asError(t, err)
				assert.Equal(t, 1, e.Attempts)
				assert.Equal(t, want, e.RetryAfter)
				assert.Equal(t, "slow down", e.Message)
				require.ErrorIs(t, err, quartet.ErrRateLimited)
				assert.NotErrorIs(t, err, context.DeadlineExceeded)
				assert.Contains(t, err.Error(), "retry after")
				assert.Zero(t, time.Since(start))
			})
		})
	}
}

func zeros(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = '0'
	}
	return string(b)
}

func TestAWaitPastTheDeadlineEndsTheCallAtOnceWithTheAnswer(t *testing.T) {
	t.Parallel()
	for name, limit := range map[string]func(context.Context) (context.Context, context.CancelFunc, quartet.Option){
		"of the context": func(ctx context.Context) (context.Context, context.CancelFunc, quartet.Option) {
			ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
			return ctx, cancel, quartet.WithTimeout(time.Hour)
		},
		"of WithTimeout": func(ctx context.Context) (context.Context, context.CancelFunc, quartet.Option) {
			return ctx, func() {}, quartet.WithTimeout(5 * time.Second)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel, option := limit(t.Context())
				defer cancel()
				start := time.Now()
				client := profileClient(t, option, always(503, `{"detail":"down for a moment"}`, "Retry-After", "5"))
				_, err := client.ChangePassword(ctx, secretPasswords)
				e := asError(t, err)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.ErrorIs(t, err, quartet.ErrServer)
				assert.NotErrorIs(t, err, quartet.ErrOutcomeUnknown)
				assert.Equal(t, 503, e.StatusCode)
				assert.Equal(t, 5*time.Second, e.RetryAfter)
				assert.Equal(t, 1, e.Attempts)
				assert.Equal(t, "down for a moment", e.Message)
				assert.Zero(t, time.Since(start), "waited in vain")
			})
		})
	}
}

func TestCancellingDuringTheWaitEndsTheCallThen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(2*time.Second, cancel)
		start := time.Now()
		_, err := profileClient(t, always(503, "", "Retry-After", "30")).GetMyProfile(ctx)
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, quartet.ErrServer, "the answer is kept")
		assert.Equal(t, 1, asError(t, err).Attempts)
		assert.Equal(t, 2*time.Second, time.Since(start))
	})
}

func TestCancellingDuringTheWaitAfterNoAnswerKeepsTheCause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(2*time.Second, func() { cancel(errors.New("the user left")) })
		client := profileClient(t,
			quartet.WithRetry(quartet.RetryPolicy{BaseDelay: time.Hour, MaxDelay: time.Hour}), quartet.WithTimeout(0),
			quartet.WithTransport(transport(func(*http.Request) (*http.Response, error) { return nil, syscall.ECONNRESET })))
		_, err := client.GetMyProfile(ctx)
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, syscall.ECONNRESET)
	})
}

func TestBodiesAreReplayedByteForByte(t *testing.T) {
	t.Parallel()
	var bodies [][]byte
	client := profileClient(t, hurried, quartet.WithTransport(transport(func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		assert.EqualValues(t, len(body), r.ContentLength)
		assert.Equal(t, "application/json", r.Header.Get("Content-Type"))
		bodies = append(bodies, body)
		return answer(429, ""), nil
	})))
	_, err := client.ChangePassword(t.Context(), secretPasswords)
	require.ErrorIs(t, err, quartet.ErrRateLimited)
	require.Len(t, bodies, 4)
	for _, body := range bodies {
		assert.Equal(t, bodies[0], body)
	}
	assert.JSONEq(t, `{"old_password":"planted-old","new_password":"planted-new","new_password_confirm":"planted-new","verification_code":"planted-code"}`, string(bodies[0]))
}

func TestABodyIsReplayedAfterALostConnectionToo(t *testing.T) {
	t.Parallel()
	bodies := make(chan string, 4)
	server := listen(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies <- string(body)
		hangUp(w, r)
	})
	name := profile.ChangeNameRequest{FirstName: quartet.Ptr("Анна"), LastName: nil}
	_, err := profileAt(t, server.url, quartet.WithHTTPClient(server.http), hurried).ChangeName(t.Context(), name)
	require.Error(t, err)
	for range 4 {
		assert.Equal(t, `{"first_name":"Анна","last_name":null}`, <-bodies)
	}
}

func TestRetryPolicyOfACallGoesBeforeTheClients(t *testing.T) {
	t.Parallel()
	client := profileClient(t, always(503, ""), hurried)
	_, err := client.GetMyProfile(t.Context(), quartet.WithoutRetry())
	assert.Equal(t, 1, asError(t, err).Attempts)
	_, err = client.GetMyProfile(t.Context(), quartet.WithRetry(quartet.RetryPolicy{MaxAttempts: 2, BaseDelay: 1}))
	assert.Equal(t, 2, asError(t, err).Attempts)
	_, err = client.GetMyProfile(t.Context())
	assert.Equal(t, 4, asError(t, err).Attempts)
}
