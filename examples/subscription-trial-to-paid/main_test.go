package main

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/mockserver"
	"github.com/quartet-go/quartet/subscription"
)

// The tests must not depend on who runs them.
func TestMain(m *testing.M) {
	_ = os.Unsetenv("QUARTET_API_KEY")
	os.Exit(m.Run())
}

func TestRun(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args           []string
		status         int
		stdout, stderr string
	}{
		"a trial is started and replaced, with its id": {
			stdout: `^started    subscription 503 of user 3: trial until \d{4}-\d\d-\d\d, 10 GB, devices: 2\n` +
				`replaced   subscription 503 of user 3: active until \d{4}-\d\d-\d\d, 100 GB, devices: 1\n$`,
		},
		"who has a subscription keeps it until it is replaced": {
			args:   []string{"-user-id", "7000000002"},
			stdout: `^kept       User already has a subscription\..*\nreplaced   subscription 502 of user 2: active`,
		},
		"an unknown user is status 1": {
			args: []string{"-user-id", "77"}, status: 1,
			stderr: `^subscription-trial-to-paid: start the trial: subscription createUserSubscription: 404 Not Found: User not found\n$`,
		},
		"a duration that the server refuses is status 1": {
			args: []string{"-days", "0"}, status: 1,
			stderr: `replace it by a paid one: .*400 Bad Request: duration_days is required`,
		},
		"a base URL without a key is status 1": {
			args: []string{"-base-url", "http://127.0.0.1"}, status: 1,
			stderr: `^subscription-trial-to-paid: -base-url needs -api-key or QUARTET_API_KEY\n$`,
		},
		"a wrong flag is status 2": {args: []string{"-nope"}, status: 2, stderr: `flag provided but not defined`},
		"help is status 0":         {args: []string{"-h"}, stderr: `-base-url`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			assert.Equal(t, tc.status, run(t.Context(), tc.args, &stdout, &stderr))
			assert.Regexp(t, tc.stdout, stdout.String())
			assert.Regexp(t, tc.stderr, stderr.String())
		})
	}
}

func TestPaidSubscriptionIsInTheStateOfTheServer(t *testing.T) {
	t.Parallel()
	srv := mockserver.Start(t)
	var stdout, stderr bytes.Buffer
	args := []string{"-base-url", srv.URL(), "-api-key", mockserver.DefaultToken, "-days", "90"}
	require.Equal(t, 0, run(t.Context(), args, &stdout, &stderr), stderr.String())

	user := srv.State().Subscription.Users[3]
	assert.True(t, user.HasHadPaidSubscription)
	assert.Equal(t, "active", user.Subscription.Status)
}

func TestTrialWhoseAnswerGotLostIsKept(t *testing.T) {
	t.Parallel()
	srv := mockserver.Start(t)
	client, err := subscription.New(srv.URL(), quartet.WithTransport(&loses{next: srv.Transport()}))
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, trialToPaid(t.Context(), client, 3, 30, &out))
	assert.Regexp(t, `^kept       User already has a subscription\..*\nreplaced   subscription 503`, out.String())
}

// loses is a connection that breaks once the server has carried out the first request.
type loses struct {
	next   http.RoundTripper
	broken bool
}

func (l *loses) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := l.next.RoundTrip(req)
	if l.broken || err != nil {
		return resp, err
	}
	l.broken = true
	return nil, errors.Join(errors.New("connection lost"), resp.Body.Close())
}
