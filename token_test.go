package quartet_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet"
)

// source is a TokenSource made of a function, which gets the number of the question.
type source struct {
	asked atomic.Int64
	give  func(ctx context.Context, n int64) (quartet.Token, error)
}

func (s *source) Token(ctx context.Context) (quartet.Token, error) {
	return s.give(ctx, s.asked.Add(1))
}

// numbered gives planted-1, planted-2 and so on, for an hour or as long as life says.
func numbered(life time.Duration) *source {
	return &source{give: func(_ context.Context, n int64) (quartet.Token, error) {
		return quartet.Token{Value: token(n), ExpiresAt: time.Now().Add(life)}, nil
	}}
}

func token(n int64) quartet.Secret { return quartet.NewSecret("planted-" + strconv.FormatInt(n, 10)) }

// authorized answers 200 and keeps the credentials it was shown.
type authorized struct {
	mu    sync.Mutex
	shown []string
	// refuses tells which ones get a 401.
	refuses func(credential string) bool
}

func (a *authorized) RoundTrip(r *http.Request) (*http.Response, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	shown := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	a.shown = append(a.shown, shown)
	if a.refuses != nil && a.refuses(shown) {
		return answer(401, `{"detail":"`+shown+` has expired"}`), nil
	}
	if r.Method == http.MethodGet {
		return answer(200, profileJSON), nil
	}
	return answer(200, messageJSON), nil
}

func TestManyCallersWaitForOneAnswerOfTheSource(t *testing.T) {
	t.Parallel()
	for name, life := range map[string]time.Duration{"a token that lives long": time.Hour, "a token that lives for less than a minute": time.Second} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tokens := numbered(life)
				give := tokens.give
				tokens.give = func(ctx context.Context, n int64) (quartet.Token, error) {
					pass(time.Second)
					return give(ctx, n)
				}
				server := new(authorized)
				client := profileClient(t, quartet.WithTokenSource(tokens), quartet.WithTransport(server))
				var wg sync.WaitGroup
				for range 100 {
					wg.Go(func() {
						_, err := client.GetMyProfile(t.Context())
						assert.NoError(t, err)
					})
				}
				wg.Wait()
				assert.EqualValues(t, 1, tokens.asked.Load())
				assert.Len(t, server.shown, 100)
			})
		})
	}
}

func TestManyCallersWaitForOneRefusalOfTheSource(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tokens := &source{give: func(context.Context, int64) (quartet.Token, error) {
			pass(time.Second)
			return quartet.Token{}, errNoToken
		}}
		client := profileClient(t, quartet.WithTokenSource(tokens), always(200, profileJSON))
		start := time.Now()
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				_, err := client.GetMyProfile(t.Context())
				assert.ErrorIs(t, err, errNoToken)
			})
		}
		wg.Wait()
		assert.EqualValues(t, 1, tokens.asked.Load())
		assert.Equal(t, time.Second, time.Since(start))

		_, err := client.GetMyProfile(t.Context())
		require.Error(t, err)
		assert.EqualValues(t, 2, tokens.asked.Load(), "a later call asks again")
	})
}

func TestATokenIsReplacedAMinuteBeforeItExpiresWhileOthersGoOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tokens := numbered(10 * time.Minute)
		give := tokens.give
		server := new(authorized)
		client := profileClient(t, quartet.WithTokenSource(tokens), quartet.WithTransport(server))
		call := func() {
			_, err := client.GetMyProfile(t.Context())
			assert.NoError(t, err)
		}
		call()
		pass(9*time.Minute - time.Nanosecond)
		call()
		assert.Equal(t, []string{"planted-1", "planted-1"}, server.shown)

		release := make(chan struct{})
		tokens.give = func(ctx context.Context, n int64) (quartet.Token, error) {
			<-release
			return give(ctx, n)
		}
		pass(time.Nanosecond)
		var refreshing sync.WaitGroup
		refreshing.Go(call)
		synctest.Wait()
		for range 10 {
			call()
		}
		assert.Len(t, server.shown, 12, "nobody else waits")
		close(release)
		refreshing.Wait()
		call()
		assert.Equal(t, []string{"planted-1", "planted-2", "planted-2"}, server.shown[11:])
		assert.EqualValues(t, 2, tokens.asked.Load())
	})
}

func TestARefreshThatFailsIsForgivenWhileTheTokenHolds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tokens := numbered(10 * time.Minute)
		give := tokens.give
		server := new(authorized)
		client := profileClient(t, quartet.WithTokenSource(tokens), quartet.WithTransport(server))
		_, err := client.GetMyProfile(t.Context())
		require.NoError(t, err)

		tokens.give = func(context.Context, int64) (quartet.Token, error) { return quartet.Token{}, errNoToken }
		pass(9*time.Minute + time.Second)
		_, err = client.GetMyProfile(t.Context())
		require.NoError(t, err)
		assert.Equal(t, []string{"planted-1", "planted-1"}, server.shown)

		pass(time.Minute)
		_, err = client.GetMyProfile(t.Context())
		require.ErrorIs(t, err, errNoToken)
		var typed *quartet.TokenError
		require.ErrorAs(t, err, &typed)
		assert.Equal(t, errNoToken, typed.Err)
		assert.EqualError(t, err, "profile getMyProfile: authorize the request: no token: no token to be had")
		assert.Equal(t, 1, asError(t, err).Attempts, "it is not repeated")
		assert.Len(t, server.shown, 2, "nothing was sent")

		tokens.give = give
		_, err = client.GetMyProfile(t.Context())
		require.NoError(t, err)
	})
}

func TestATokenThatDoesNotExpireIsKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tokens := &source{give: func(_ context.Context, n int64) (quartet.Token, error) { return quartet.Token{Value: token(n)}, nil }}
		client := profileClient(t, quartet.WithTokenSource(tokens), always(200, profileJSON))
		for range 3 {
			_, err := client.GetMyProfile(t.Context())
			require.NoError(t, err)
			pass(1000 * time.Hour)
		}
		assert.EqualValues(t, 1, tokens.asked.Load())
	})
}

func TestACallerThatWaitsForATokenGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		tokens := numbered(time.Hour)
		give := tokens.give
		tokens.give = func(ctx context.Context, n int64) (quartet.Token, error) {
			<-release
			return give(ctx, n)
		}
		client := profileClient(t, quartet.WithTokenSource(tokens), always(200, profileJSON))
		var first sync.WaitGroup
		first.Go(func() {
			_, err := client.GetMyProfile(t.Context())
			assert.NoError(t, err)
		})
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := client.GetMyProfile(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.NotErrorIs(t, err, quartet.ErrOutcomeUnknown)
		close(release)
		first.Wait()
		assert.EqualValues(t, 1, tokens.asked.Load())
	})
}

func TestACallerThatGoesAwayWhileItAsksLeavesTheQuestionToTheNext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tokens := &source{give: func(ctx context.Context, n int64) (quartet.Token, error) {
			if n == 1 {
				<-ctx.Done()
				return quartet.Token{}, ctx.Err()
			}
			return quartet.Token{Value: token(n)}, nil
		}}
		client := profileClient(t, quartet.WithTokenSource(tokens), always(200, profileJSON))
		ctx, cancel := context.WithCancel(t.Context())
		var both sync.WaitGroup
		both.Go(func() {
			_, err := client.GetMyProfile(ctx)
			assert.ErrorIs(t, err, context.Canceled)
			assert.ErrorAs(t, err, new(*quartet.TokenError))
		})
		synctest.Wait()
		both.Go(func() {
			_, err := client.GetMyProfile(t.Context())
			assert.NoError(t, err)
		})
		synctest.Wait()
		cancel()
		both.Wait()
		assert.EqualValues(t, 2, tokens.asked.Load())
	})
}

func TestASourceThatPanicsLocksNobodyOut(t *testing.T) {
	t.Parallel()
	tokens := &source{give: func(_ context.Context, n int64) (quartet.Token, error) {
		if n == 1 {
			panic("source")
		}
		return quartet.Token{Value: token(n)}, nil
	}}
	client := profileClient(t, quartet.WithTokenSource(tokens), always(200, profileJSON))
	assert.PanicsWithValue(t, "source", func() { _, _ = client.GetMyProfile(t.Context()) })
	_, err := client.GetMyProfile(t.Context())
	require.NoError(t, err)
}

func TestA401IsAnsweredOnceWithAFreshToken(t *testing.T) {
	t.Parallel()
	for class, call := range classes {
		t.Run(class, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				server := &authorized{refuses: func(shown string) bool { return shown == "planted-1" }}
				client := profileClient(t, quartet.WithTokenSource(numbered(time.Hour)), quartet.WithTransport(server))
				require.NoError(t, call(t.Context(), client))
				assert.Equal(t, []string{"planted-1", "planted-2"}, server.shown)

				server = &authorized{refuses: func(string) bool { return true }}
				client = profileClient(t, quartet.WithTokenSource(numbered(time.Hour)), quartet.WithTransport(server))
				err := call(t.Context(), client)
				require.ErrorIs(t, err, quartet.ErrUnauthorized)
				assert.NotErrorIs(t, err, quartet.ErrOutcomeUnknown)
				assert.Equal(t, []string{"planted-1", "planted-2"}, server.shown, "not twice")
				assert.Equal(t, 2, asError(t, err).Attempts)
				assert.Equal(t, "[redacted] has expired", asError(t, err).Message)
				printsNoSecret(t, err)

				server.shown = nil
				once, err := client.With(quartet.WithoutRetry())
				require.NoError(t, err)
				err = call(t.Context(), once)
				assert.Equal(t, 1, asError(t, err).Attempts, "not without retries")
				assert.Equal(t, time.Now(), start, "no wait")
			})
		})
	}
}

func TestA401OfAFixedTokenIsFinal(t *testing.T) {
	t.Parallel()
	option, requests := recorder(401, "")
	_, err := profileClient(t, option, quartet.WithBearerToken("t")).GetMyProfile(t.Context())
	require.ErrorIs(t, err, quartet.ErrUnauthorized)
	assert.Len(t, *requests, 1)
}

func TestAReplayCountsAsAnAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := 0
		client := profileClient(t, quartet.WithTokenSource(numbered(time.Hour)),
			quartet.WithTransport(transport(func(*http.Request) (*http.Response, error) {
				if n++; n == 2 {
					return answer(401, ""), nil
				}
				return answer(503, ""), nil
			})))
		_, err := client.GetMyProfile(t.Context())
		assert.Equal(t, 4, asError(t, err).Attempts)
		assert.Equal(t, 4, n)
	})
}

func TestARefusedTokenThatIsNoLongerHeldCostsNoOtherItsOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tokens := numbered(time.Hour)
		arrived, release := make(chan struct{}, 10), make(chan struct{})
		client := profileClient(t, quartet.WithTokenSource(tokens), quartet.WithTransport(transport(func(r *http.Request) (*http.Response, error) {
			if r.Header.Get("Authorization") != "Bearer planted-1" {
				return answer(200, profileJSON), nil
			}
			arrived <- struct{}{}
			<-release
			return answer(401, ""), nil
		})))
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				_, err := client.GetMyProfile(t.Context())
				assert.NoError(t, err)
			})
		}
		for range 10 {
			<-arrived
		}
		close(release)
		wg.Wait()
		assert.EqualValues(t, 2, tokens.asked.Load())
	})
}

func TestATokenThatCannotStandInAHeaderIsRefused(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]quartet.Secret{
		"a line break": quartet.NewSecret("planted\r\nX: y"), "empty": quartet.NewSecret(""), "nothing": {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log strings.Builder
			tokens := &source{give: func(context.Context, int64) (quartet.Token, error) { return quartet.Token{Value: value}, nil }}
			option, requests := recorder(200, profileJSON)
			client := profileClient(t, quartet.WithTokenSource(tokens), option,
				quartet.WithLogger(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))))
			_, err := client.GetMyProfile(t.Context())
			require.ErrorAs(t, err, new(*quartet.TokenError))
			require.ErrorContains(t, err, "the source's token is not usable: the credential ")
			printsNoSecret(t, err)
			assert.NotContains(t, log.String(), planted)
			assert.NotEmpty(t, log.String())
			assert.Empty(t, *requests)
		})
	}
}

func TestATokenSourceIsAskedForOperationsThatTakeACredentialAlone(t *testing.T) {
	t.Parallel()
	tokens := numbered(time.Hour)
	client := profileClient(t, quartet.WithTokenSource(tokens), always(200, `{"payment_methods":[]}`))
	_, _ = client.ListAvailablePaymentMethods(t.Context())
	assert.Zero(t, tokens.asked.Load())
}

// A source or an authorizer may ask its server with the call's context: that says nothing about the call.
func TestTheCredentialsOwnRequestsAreNotTakenForTheCalls(t *testing.T) {
	t.Parallel()
	issuer := listen(t, func(http.ResponseWriter, *http.Request) {})
	ask := func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, issuer.url, nil)
		if err != nil {
			return err
		}
		resp, err := issuer.http.Do(req)
		if err != nil {
			return err
		}
		return resp.Body.Close()
	}
	for name, credential := range map[string]quartet.Option{
		"a source": quartet.WithTokenSource(&source{give: func(ctx context.Context, n int64) (quartet.Token, error) {
			return quartet.Token{Value: token(n)}, ask(ctx)
		}}),
		"an authorizer": quartet.WithAuthorizer(func(r *http.Request) error { return ask(r.Context()) }),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused := dialling(errors.New("refused"))(t, http1)
			client := profileAt(t, refused.url, append(refused.opts, credential, hurried)...)
			_, err := client.ChangePassword(t.Context(), secretPasswords)
			require.ErrorContains(t, err, "refused")
			assert.NotErrorIs(t, err, quartet.ErrOutcomeUnknown)
			assert.Equal(t, 4, asError(t, err).Attempts)
		})
	}
}

func TestANilTokenSourceIsRefused(t *testing.T) {
	t.Parallel()
	_, err := profileClient(t, always(200, profileJSON)).GetMyProfile(t.Context(), quartet.WithTokenSource(nil))
	assert.ErrorContains(t, err, "WithTokenSource: the source is nil")
}

// A source that hangs while the token at hand still holds is forgiven.
func TestARefreshThatHangsCostsACallLittle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := &hangsLater{}
		client := profileClient(t, always(200, profileJSON), quartet.WithTokenSource(source))
		_, err := client.GetMyProfile(t.Context())
		require.NoError(t, err)
		pass(55 * time.Second) // ten seconds are left
		started := time.Now()
		_, err = client.GetMyProfile(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 5*time.Second, time.Since(started))
	})
}

// hangsLater gives one token, of 65 seconds, and then hangs.
type hangsLater struct{ asked int }

func (h *hangsLater) Token(ctx context.Context) (quartet.Token, error) {
	if h.asked++; h.asked > 1 {
		<-ctx.Done()
		return quartet.Token{}, ctx.Err()
	}
	return quartet.Token{Value: quartet.NewSecret("t"), ExpiresAt: time.Now().Add(65 * time.Second)}, nil
}
