package quartet_test

import (
	"context"
	"io"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/vendorapi"
)

// switchable answers with the status or error that fail gives, and 200 when it gives none.
func switchable(fail func() (int, error)) quartet.Option {
	return quartet.WithTransport(transport(func(*http.Request) (*http.Response, error) {
		status, err := fail()
		if err != nil {
			return nil, err
		}
		if status != 0 {
			return answer(status, ""), nil
		}
		return answer(200, profileJSON), nil
	}))
}

// attemptsOf makes a call that is expected to fail.
func attemptsOf(t *testing.T, call func(context.Context, ...quartet.Option) error, opts ...quartet.Option) (int, string) {
	t.Helper()
	err := call(t.Context(), opts...)
	return asError(t, err).Attempts, err.Error()
}

func TestABudgetOf500PaysFiveForARetryAndTenAfterATimeout(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fail    func() (int, error)
		retries int
	}{
		"after an answer":    {func() (int, error) { return 503, nil }, 100},
		"after no answer":    {func() (int, error) { return 0, io.ErrUnexpectedEOF }, 100},
		"after a timeout":    {func() (int, error) { return 0, context.DeadlineExceeded }, 50},
		"after a rate limit": {func() (int, error) { return 429, nil }, 100},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := profileClient(t, switchable(test.fail))
				retries, calls := 0, 0
				for {
					_, err := client.GetMyProfile(t.Context())
					e := asError(t, err)
					retries += e.Attempts - 1
					if e.Attempts < 4 {
						assert.Contains(t, err.Error(), "the retry budget is empty")
						break
					}
					assert.NotContains(t, err.Error(), "budget")
					calls++
				}
				assert.Equal(t, test.retries, retries)
				assert.Equal(t, test.retries/3, calls)

				_, err := client.GetMyProfile(t.Context())
				assert.Equal(t, 1, asError(t, err).Attempts, "the first failure is returned")
				assert.Contains(t, err.Error(), "not repeated: the retry budget is empty because too many calls fail")
			})
		})
	}
}

func TestASuccessGivesOneBackAndNeverMoreThanWasTaken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		status := 0
		client := profileClient(t, switchable(func() (int, error) { return status, nil }))
		me := func(ctx context.Context, opts ...quartet.Option) error {
			_, err := client.GetMyProfile(ctx, opts...)
			return err
		}
		succeed := func(n int) {
			status = 0
			for range n {
				require.NoError(t, me(t.Context()))
			}
			status = 503
		}
		succeed(1_000) // a full bucket stays one
		spent := 0
		for {
			n, _ := attemptsOf(t, me)
			if spent += n - 1; n == 1 {
				break
			}
		}
		assert.Equal(t, 100, spent)

		succeed(4)
		n, text := attemptsOf(t, me)
		assert.Equal(t, 1, n, "four are not enough")
		assert.Contains(t, text, "budget")
		succeed(1)
		n, text = attemptsOf(t, me)
		assert.Equal(t, 2, n, "five are")
		assert.Contains(t, text, "budget")
	})
}

func TestABudgetBelongsToAClientOrToWhoSharesIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		down := always(503, "")
		exhaust := func(opts ...quartet.Option) func(context.Context, ...quartet.Option) error {
			client := profileClient(t, append(opts, down)...)
			me := func(ctx context.Context, opts ...quartet.Option) error {
				_, err := client.GetMyProfile(ctx, opts...)
				return err
			}
			for range 40 {
				_ = me(t.Context())
			}
			return me
		}
		emptied := exhaust()
		n, _ := attemptsOf(t, emptied)
		assert.Equal(t, 1, n)
		n, _ = attemptsOf(t, emptied, quartet.WithRetryBudget(nil))
		assert.Equal(t, 4, n, "nil puts no bound")
		n, _ = attemptsOf(t, exhaust(quartet.WithRetryBudget(nil)))
		assert.Equal(t, 4, n, "nil puts no bound")

		_, err := profileClient(t, down).GetMyProfile(t.Context())
		assert.Equal(t, 4, asError(t, err).Attempts, "another client has its own")

		shared := quartet.NewRetryBudget()
		exhaust(quartet.WithRetryBudget(shared))
		vendor, err := vendorapi.New(baseURL, down, quartet.WithRetryBudget(shared))
		require.NoError(t, err)
		_, err = vendor.GetProfile(t.Context())
		assert.Equal(t, 1, asError(t, err).Attempts, "a client of another API that shares it")

		client := profileClient(t, down)
		child, err := client.With(quartet.WithBearerToken("t"))
		require.NoError(t, err)
		for range 40 {
			_, _ = child.GetMyProfile(t.Context())
		}
		_, err = client.GetMyProfile(t.Context())
		assert.Equal(t, 1, asError(t, err).Attempts, "With shares it")
	})
}

func TestAGuardedCallTakesFromTheBudgetToo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := profileClient(t, always(429, "", "Retry-After", "1"))
		for range 34 {
			_, _ = client.ChangePassword(t.Context(), secretPasswords)
		}
		_, err := client.ChangePassword(t.Context(), secretPasswords)
		e := asError(t, err)
		assert.Equal(t, 1, e.Attempts)
		assert.Equal(t, "1s", e.RetryAfter.String())
		assert.ErrorIs(t, err, quartet.ErrRateLimited)
		assert.NotErrorIs(t, err, quartet.ErrOutcomeUnknown)
	})
}
