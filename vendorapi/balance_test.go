package vendorapi_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/vendorapi"
)

const (
	baseURL = "https://vendor.example.com"
	printed = "/v1.0/profile/accesscodes"
	split   = "/v1.0/profile/balance"

	balanceJSON = `{"_id":5,"activationscount":-842150451,"activationslimit":10,"companyname":"Aktiv","countryid":185,"ispostpaid":false,
		"locallicensesbalance":-12851,"netlicensesbalance":0,"phone":"1","status":1,"subscriptionbegindate":0,"subscriptionenddate":1529418565}`
	codesOnly   = `{"accesscodes":[]}`
	both        = `{"accesscodes":[],"balance":` + balanceJSON + `}`
	balanceOnly = `{"balance":` + balanceJSON + `}`
)

// server answers the two paths, each by what stands for it at the moment.
type server struct {
	mock *httpmock.MockTransport
	now  sync.Map // path to httpmock.Responder; what is registered must not change during calls
}

func newServer() *server {
	s := &server{mock: httpmock.NewMockTransport()}
	for _, path := range []string{printed, split} {
		s.mock.RegisterResponder(http.MethodGet, baseURL+path, func(r *http.Request) (*http.Response, error) {
			responder, _ := s.now.Load(path)
			return responder.(httpmock.Responder)(r)
		})
	}
	return s
}

func (s *server) answers(path string, status int, body string) *server {
	s.now.Store(path, httpmock.NewStringResponder(status, body))
	return s
}

// asked returns how often each path was asked since the last time.
func (s *server) asked() (printedCalls, splitCalls int) {
	calls := s.mock.GetCallCountInfo()
	s.mock.ZeroCallCounters()
	return calls["GET "+baseURL+printed], calls["GET "+baseURL+split]
}

func (s *server) client(t *testing.T) *vendorapi.Client {
	t.Helper()
	client, err := vendorapi.New(baseURL, quartet.WithTransport(s.mock), quartet.WithoutRetry())
	require.NoError(t, err)
	return client
}

func printedLayout() *server {
	return newServer().answers(printed, 200, both).answers(split, 404, "")
}

func splitLayout() *server {
	return newServer().answers(printed, 200, codesOnly).answers(split, 200, balanceOnly)
}

// expect asks for the balance and checks how often each path was asked for it.
func expect(t *testing.T, s *server, client *vendorapi.Client, printedCalls, splitCalls int) {
	t.Helper()
	balance, err := client.GetBalance(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "Aktiv", balance.CompanyName)
	assert.Equal(t, vendorapi.Counter(1), balance.Status)
	p, b := s.asked()
	assert.Equal(t, [2]int{printedCalls, splitCalls}, [2]int{p, b}, "requests to the printed path and to the balance's own")
}

func TestTheBalanceIsFoundAtThePrintedPath(t *testing.T) {
	t.Parallel()
	s := printedLayout()
	client := s.client(t)
	expect(t, s, client, 1, 0)
	expect(t, s, client, 1, 0)
}

func TestTheBalanceIsFoundAtAPathOfItsOwnAndThatIsRemembered(t *testing.T) {
	t.Parallel()
	s := splitLayout()
	client := s.client(t)
	expect(t, s, client, 1, 1)
	expect(t, s, client, 0, 1)

	again, err := client.With(quartet.WithBearerToken("other"))
	require.NoError(t, err)
	expect(t, s, again, 0, 1)
	expect(t, s, s.client(t), 1, 1)
}

func TestAClientMadeByWithSharesWhatItLearns(t *testing.T) {
	t.Parallel()
	s := splitLayout()
	client := s.client(t)
	again, err := client.With()
	require.NoError(t, err)
	expect(t, s, again, 1, 1)
	expect(t, s, client, 0, 1)
}

func TestAServerThatHasNoPrintedPathHasTheOther(t *testing.T) {
	t.Parallel()
	s := newServer().answers(printed, 404, "").answers(split, 200, balanceOnly)
	client := s.client(t)
	expect(t, s, client, 1, 1)
	expect(t, s, client, 0, 1)
}

func TestAServerThatChangesItsLayoutIsFollowed(t *testing.T) {
	t.Parallel()
	s := splitLayout()
	client := s.client(t)
	expect(t, s, client, 1, 1)
	s.answers(printed, 200, both).answers(split, 404, "")
	expect(t, s, client, 1, 1)
	expect(t, s, client, 1, 0)
	s.answers(printed, 200, codesOnly).answers(split, 200, balanceOnly)
	expect(t, s, client, 1, 1)
	expect(t, s, client, 0, 1)
}

func TestNoBalanceAnywhereIsAnErrorThatNamesBothPaths(t *testing.T) {
	t.Parallel()
	s := newServer().answers(printed, 200, codesOnly).answers(split, 404, `{"error":{"code":404,"message":"no such page"}}`)
	client := s.client(t)
	for range 2 {
		balance, err := client.GetBalance(t.Context())
		assert.Nil(t, balance)
		var none *vendorapi.NoBalanceError
		require.ErrorAs(t, err, &none)
		assert.Equal(t, [2]string{printed, split}, none.Paths)
		require.ErrorContains(t, err, printed)
		require.ErrorContains(t, err, split)
		require.ErrorContains(t, none.Split, "no such page")
		require.NoError(t, none.Printed)
		require.ErrorIs(t, err, quartet.ErrNotFound)
		require.ErrorAs(t, err, new(*quartet.Error))
	}
	s.answers(split, 200, balanceOnly)
	_, _ = s.asked()
	expect(t, s, client, 1, 1)
}

func TestABalanceThatWasThereAndIsGoneIsTold(t *testing.T) {
	t.Parallel()
	s := splitLayout()
	client := s.client(t)
	expect(t, s, client, 1, 1)
	s.answers(split, 404, "")
	_, err := client.GetBalance(t.Context())
	require.ErrorAs(t, err, new(*vendorapi.NoBalanceError))
	p, b := s.asked()
	assert.Equal(t, [2]int{1, 1}, [2]int{p, b}, "no path is asked twice")
}

func TestOtherFailuresPassThrough(t *testing.T) {
	t.Parallel()
	denied := `{"error":{"code":403,"message":"Administrators only"}}`
	for name, test := range map[string]struct {
		server *server
		want   error
		path   string
	}{
		"403 at the printed path":  {newServer().answers(printed, 403, denied).answers(split, 200, balanceOnly), quartet.ErrForbidden, printed},
		"403 at the other":         {newServer().answers(printed, 200, codesOnly).answers(split, 403, denied), quartet.ErrForbidden, split},
		"401 at the printed path":  {newServer().answers(printed, 401, "").answers(split, 200, balanceOnly), quartet.ErrUnauthorized, printed},
		"500 at the other":         {newServer().answers(printed, 200, codesOnly).answers(split, 500, ""), quartet.ErrServer, split},
		"a bad balance":            {newServer().answers(printed, 200, `{"balance":{"_id":1}}`), quartet.ErrBadResponse, printed},
		"a bad balance, the other": {newServer().answers(printed, 200, codesOnly).answers(split, 200, `{"balance":null}`), quartet.ErrBadResponse, split},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			balance, err := test.server.client(t).GetBalance(t.Context())
			assert.Nil(t, balance)
			require.ErrorIs(t, err, test.want)
			var e *quartet.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, "getBalance", e.Operation, "the operation that was called")
			assert.Equal(t, test.path, e.Path)
			assert.NotErrorAs(t, err, new(*vendorapi.NoBalanceError))
		})
	}
}

func TestAForbiddenBalanceIsNotForgotten(t *testing.T) {
	t.Parallel()
	s := splitLayout()
	client := s.client(t)
	expect(t, s, client, 1, 1)
	s.answers(split, 403, "")
	_, err := client.GetBalance(t.Context())
	require.ErrorIs(t, err, quartet.ErrForbidden)
	p, b := s.asked()
	assert.Equal(t, [2]int{0, 1}, [2]int{p, b})
}

func TestTheBalanceMayBeAskedConcurrently(t *testing.T) {
	t.Parallel()
	s := splitLayout()
	client := s.client(t)
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			if i%4 == 0 {
				s.answers(printed, 200, both)
			}
			balance, err := client.GetBalance(t.Context())
			if assert.NoError(t, err) {
				assert.Equal(t, "Aktiv", balance.CompanyName)
			}
		})
	}
	wg.Wait()
}

func TestANoBalanceErrorSaysWhatIsKnown(t *testing.T) {
	t.Parallel()
	err := &vendorapi.NoBalanceError{Paths: [2]string{"/a", "/b"}, Split: errors.New("gone")}
	assert.EqualError(t, err, "vendor getBalance: neither GET /a nor GET /b has a balance: only an administrator sees it")
	err.Printed = errors.New("404: the nearest is /c")
	require.EqualError(t, err, "vendor getBalance: neither GET /a nor GET /b has a balance: 404: the nearest is /c")
	require.ErrorIs(t, err, err.Printed)
	require.ErrorIs(t, err, err.Split)
}

// The two steps of one call share the call's timeout.
func TestTheTimeoutBoundsBothSteps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := roundTrip(func(r *http.Request) (*http.Response, error) {
			select {
			case <-time.After(200 * time.Millisecond):
				return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"accesscodes":[]}`))}, nil
			case <-r.Context().Done():
				return nil, r.Context().Err()
			}
		})
		client, err := vendorapi.New("https://vendor.example.com", quartet.WithTransport(slow), quartet.WithTimeout(300*time.Millisecond))
		require.NoError(t, err)
		started := time.Now()
		_, err = client.GetBalance(t.Context())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 300*time.Millisecond, time.Since(started))
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
