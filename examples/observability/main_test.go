package main

import (
	"bytes"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/quartet-go/quartet/mockserver"
)

// The tests must not depend on who runs them.
func TestMain(m *testing.M) {
	_ = os.Unsetenv("QUARTET_TOKEN")
	os.Exit(m.Run())
}

func TestRunShowsRetriesAndAFailureOfTheMockInside(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // the wait before a retry takes no time
		var stdout, stderr bytes.Buffer
		assert.Zero(t, run(t.Context(), nil, &stdout, &stderr))
		assert.Empty(t, stderr.String())
		for _, want := range []string{
			`getMyProfile        succeeded\n`,
			`cancelSubscription  failed: .*outcome unknown`,
			`\n  CLIENT GET /profile/me  \+0.00 ms  took [\d.]+ ms\n`,
			`\n    CLIENT GET /profile/me  \+0.00 ms  took 0.00 ms  FAILED\n        error.type=503 `,
			`\n      SERVER GET /profile/me  \+0.00 ms  took 0.00 ms  FAILED\n          error.type=503 `,
			`\n    event retry  \+0.00 ms\n        error.type=503 quartet.retry.delay=0\n`,
			`http.request.resend_count=2`,
			`\n    CLIENT DELETE /profile/subscription  .* FAILED\n(        .*\n)+      SERVER DELETE /profile/subscription  .* ms\n          http.request.method=DELETE http.response.status_code=200`,
			`\nhttp_client_request_duration_seconds_count{error_type="connection",http_request_method="DELETE",server_address="mock.invalid",server_port="443",url_template="/profile/subscription"} 1\n`,
		} {
			assert.Regexp(t, want, stdout.String())
		}
		assert.NotContains(t, stdout.String(), "sql-advanced", "the query shows")
		assert.NotContains(t, stdout.String(), "target_info")
	})
}

func TestRunOnAServer(t *testing.T) {
	t.Parallel()
	server := mockserver.Start(t)
	for name, tc := range map[string]struct {
		args   []string
		status int
		stdout string
		stderr string
	}{
		"two calls read and nothing is written": {
			args:   []string{"-base-url", server.URL(), "-token", mockserver.DefaultToken},
			stdout: `listSubscriptions   succeeded\n\n== Spans(.*\n)*.*url.template=/profile/subscriptions`,
		},
		"a failure is status 1 and its span shows all the same": {
			args: []string{"-base-url", server.URL(), "-token", "wrong-token"}, status: 1,
			stdout: `CLIENT GET /profile/me .* FAILED\n(.*\n)*http_client_request_duration_seconds_count{error_type="401"`,
			stderr: `^observability: profile getMyProfile: 401 Unauthorized`,
		},
		"a base URL without a token is status 1": {
			args: []string{"-base-url", server.URL()}, status: 1,
			stderr: `^observability: -base-url needs -token or QUARTET_TOKEN\n$`,
		},
		"a wrong base URL is status 1": {
			args: []string{"-base-url", "nowhere", "-token", "t"}, status: 1,
			stderr: `^observability: profile.New: base URL`,
		},
		"a wrong flag is status 2":       {args: []string{"-nope"}, status: 2, stderr: `flag provided but not defined`},
		"an extra argument is status 2":  {args: []string{"now"}, status: 2, stderr: `-base-url`},
		"help is status 0, and no token": {args: []string{"-h"}, stderr: `-base-url`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			assert.Equal(t, tc.status, run(t.Context(), tc.args, &stdout, &stderr))
			assert.Regexp(t, tc.stdout, stdout.String())
			assert.Regexp(t, tc.stderr, stderr.String())
			assert.NotContains(t, stdout.String()+stderr.String(), mockserver.DefaultToken)
			assert.NotContains(t, stdout.String()+stderr.String(), "wrong-token")
		})
	}
}

func TestMillisecondsKeepTwoDigits(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "1500.25 ms", milliseconds(1500*time.Millisecond+250*time.Microsecond))
}
