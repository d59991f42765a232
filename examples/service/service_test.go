package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/mockserver"
	"github.com/quartet-go/quartet/profile"
)

// cancel sends one request to a service that calls the mock, as the mock's default user.
func cancel(t *testing.T, srv *mockserver.Server, course string, opts ...quartet.Option) *httptest.ResponseRecorder {
	t.Helper()
	return cancelAs(t, srv, "Bearer "+mockserver.DefaultToken, course, opts...)
}

func cancelAs(t *testing.T, srv *mockserver.Server, authorization, course string, opts ...quartet.Option) *httptest.ResponseRecorder {
	t.Helper()
	client, err := profile.New(srv.URL(), append(opts, quartet.WithoutRetry())...)
	require.NoError(t, err)
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/courses/"+course+"/cancel", http.NoBody)
	req.Header.Set("Authorization", authorization)
	w := httptest.NewRecorder()
	newService(client, slog.New(slog.DiscardHandler)).ServeHTTP(w, req)
	return w
}

// cancelled says what the mock has of the default user's course go-basics.
func cancelled(t *testing.T, srv *mockserver.Server) bool {
	t.Helper()
	for _, sub := range srv.State().Profile.Users["usr_anna"].Subscriptions {
		if sub.CourseID == "go-basics" {
			return sub.Cancelled
		}
	}
	t.Fatal("the mock has no subscription to go-basics")
	return false
}

func TestCancelledCourseIsCancelledInTheAPI(t *testing.T) {
	t.Parallel()
	srv := mockserver.Start(t)
	w := cancel(t, srv, "go-basics")
	assert.Equal(t, http.StatusOK, w.Code)
	assert.JSONEq(t, `{"course":"go-basics","status":"cancelled"}`, w.Body.String())
	assert.True(t, cancelled(t, srv))
}

func TestRefusedCourseIsAConflict(t *testing.T) {
	t.Parallel()
	for name, course := range map[string]string{
		"a course that the user does not have": "knitting",
		"a course that is cancelled already":   "git-intro",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := cancel(t, mockserver.Start(t), course)
			assert.Equal(t, http.StatusConflict, w.Code)
			assert.JSONEq(t, `{"course":"`+course+`","error":"there is no subscription to cancel"}`, w.Body.String())
		})
	}
}

func TestCallerMustHaveAGoodToken(t *testing.T) {
	t.Parallel()
	for name, authorization := range map[string]string{
		"no token": "", "another scheme": "Basic YTpi", "a wrong token": "Bearer wrong",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := mockserver.Start(t)
			assert.Equal(t, http.StatusUnauthorized, cancelAs(t, srv, authorization, "go-basics").Code)
			assert.False(t, cancelled(t, srv))
		})
	}
}

func TestCallerCancelsOnlyTheirOwn(t *testing.T) {
	t.Parallel()
	srv := mockserver.Start(t)
	assert.Equal(t, http.StatusConflict, cancelAs(t, srv, "Bearer boris-token", "go-basics").Code)
	assert.False(t, cancelled(t, srv))
}

func TestLostAnswerIsLookedUp(t *testing.T) {
	t.Parallel()
	srv := mockserver.Start(t)
	w := cancel(t, srv, "go-basics", quartet.WithTransport(roundTrip(func(req *http.Request) (*http.Response, error) {
		resp, err := srv.Transport().RoundTrip(req)
		if err == nil && req.Method == http.MethodDelete {
			return nil, errors.Join(errLost, resp.Body.Close())
		}
		return resp, err
	})))
	assert.Equal(t, http.StatusOK, w.Code)
	assert.True(t, cancelled(t, srv))
}

func TestLostRequestIsForTheCallerToRepeat(t *testing.T) {
	t.Parallel()
	srv := mockserver.Start(t)
	w := cancel(t, srv, "go-basics", quartet.WithTransport(roundTrip(func(req *http.Request) (*http.Response, error) {
		if req.Method == http.MethodDelete {
			return nil, errLost
		}
		return srv.Transport().RoundTrip(req)
	})))
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.False(t, cancelled(t, srv))
}

func TestLookThatFailsTooIsForTheCallerToRepeat(t *testing.T) {
	t.Parallel()
	w := cancel(t, mockserver.Start(t), "go-basics", quartet.WithTransport(roundTrip(func(*http.Request) (*http.Response, error) {
		return nil, errLost
	})))
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
}

func TestServerThatIsNotThereIsUnavailable(t *testing.T) {
	t.Parallel()
	srv := mockserver.Start(t)
	srv.Close()
	w := cancel(t, srv, "go-basics")
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.Equal(t, "5", w.Header().Get("Retry-After"))
	assert.JSONEq(t, `{"error":"try again later"}`, w.Body.String())
}

func TestWaitThatTheServerAsksForIsPassedOn(t *testing.T) {
	t.Parallel()
	w := cancel(t, mockserver.Start(t), "go-basics", quartet.WithTransport(roundTrip(func(*http.Request) (*http.Response, error) {
		busy := httptest.NewRecorder()
		busy.Header().Set("Retry-After", "17")
		busy.WriteHeader(http.StatusTooManyRequests)
		return busy.Result(), nil
	})))
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.Equal(t, "17", w.Header().Get("Retry-After"))
}

var errLost = errors.New("connection lost")

// roundTrip stands between the client and the mock.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func TestRun(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args           []string
		status         int
		stdout, stderr string
	}{
		"without an argument the service is shown":  {stdout: `409 {"course":"knitting"`},
		"a base URL without an address is status 2": {args: []string{"-base-url", "http://127.0.0.1"}, status: 2, stderr: "-base-url"},
		"a wrong flag is status 2":                  {args: []string{"-nope"}, status: 2, stderr: "flag provided but not defined"},
		"help is status 0":                          {args: []string{"-h"}, stderr: "-base-url"},
		"a wrong address is status 1":               {args: []string{"-addr", "nowhere"}, status: 1, stderr: "service: listen tcp"},
		"a wrong base URL is status 1":              {args: []string{"-addr", "127.0.0.1:0", "-base-url", "x"}, status: 1, stderr: "base URL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			assert.Equal(t, tc.status, run(t.Context(), tc.args, &stdout, &stderr))
			assert.Contains(t, stdout.String(), tc.stdout)
			assert.Contains(t, stderr.String(), tc.stderr)
		})
	}
}

func TestServesUntilItIsToldToEnd(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	read, write := io.Pipe()
	ended := make(chan int, 1)
	go func() { ended <- run(ctx, []string{"-addr", "127.0.0.1:0"}, write, io.Discard) }()
	var url string
	_, err := fmt.Fscanf(read, "Serving on %s\n", &url)
	require.NoError(t, err)

	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/courses/go-basics/cancel", http.NoBody)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+mockserver.DefaultToken)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, http.StatusOK, resp.StatusCode)

	stop()
	assert.Equal(t, 0, <-ended)
}
