package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/mockserver"
)

// asProgram makes the test binary behave as the program itself.
const asProgram = "QUARTET_MOCK_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	goleak.VerifyTestMain(m)
}

func TestRunEndsBeforeServing(t *testing.T) {
	t.Parallel()
	taken := listen(t).Addr().String()
	seed := filepath.Join(t.TempDir(), "seed.yaml")
	require.NoError(t, os.WriteFile(seed, []byte("tokens: {}\nprofile:\n  default_user: anna\n"), 0o600))
	for name, tc := range map[string]struct {
		args           []string
		status         int
		stdout, stderr string // parts
	}{
		"version":                {[]string{"-version"}, ok, "quartet-mock " + quartet.Version + "\n", ""},
		"help":                   {[]string{"-h"}, ok, "", "-addr host:port"},
		"unknown flag":           {[]string{"-port", "1"}, usage, "", "flag provided but not defined: -port"},
		"bad value":              {[]string{"-strict-auth=perhaps"}, usage, "", `invalid boolean value "perhaps"`},
		"argument":               {[]string{"serve"}, usage, "", `quartet-mock: unexpected argument "serve"`},
		"address of no use":      {[]string{"-addr", "nonsense"}, usage, "", "quartet-mock: -addr: listen tcp: address nonsense: missing port in address"},
		"taken port":             {[]string{"-addr", taken}, usage, "", "quartet-mock: -addr: listen tcp " + taken + ": bind: "},
		"seed that is not there": {[]string{"-seed", seed + ".no"}, usage, "", "quartet-mock: -seed: open " + seed + ".no: "},
		"seed that is not sound": {[]string{"-seed", seed}, usage, "",
			"quartet-mock: -seed: " + seed + `:3: profile.default_user: there is no user "anna"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			assert.Equal(t, tc.status, run(t.Context(), tc.args, &stdout, &stderr))
			assert.Contains(t, stdout.String(), tc.stdout)
			assert.Contains(t, stderr.String(), tc.stderr)
			if tc.stdout == "" {
				assert.Empty(t, stdout.String())
			}
		})
	}
}

func TestRunServesWithItsFlagsUntilItsContextEnds(t *testing.T) {
	t.Parallel()
	seed := filepath.Join(t.TempDir(), "seed.json")
	require.NoError(t, os.WriteFile(seed, []byte(`{"tokens": {"t": {"vendor": 1}},
		"profile": {"default_user": "zoe", "payment_methods": ["card"], "users": {"zoe": {"payment_method": "card"}}},
		"vendor": {"roles": {"1": {"nameeng": "Administrator"}}, "users": {"1": {"role": 1}}}}`), 0o600))
	for name, tc := range map[string]struct {
		args    []string
		profile int // status of getMyProfile without a credential
		user    string
		balance int
	}{
		"default":       {nil, 200, "usr_anna", 404},
		"strict auth":   {[]string{"-strict-auth"}, 401, "", 404},
		"split balance": {[]string{"-split-balance"}, 200, "usr_anna", 200},
		"seed":          {[]string{"-seed", seed}, 200, "zoe", 404},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, stop := context.WithCancel(t.Context())
			stdout, pipe := io.Pipe()
			status := make(chan int)
			var stderr bytes.Buffer
			go func() { status <- run(ctx, append(tc.args, "-addr", "127.0.0.1:0"), pipe, &stderr) }()
			url := readyLine(t, stdout)["url"].(string)

			got, body := get(t, url+"/profile/me", "")
			assert.Equal(t, tc.profile, got)
			assert.Contains(t, body, tc.user)
			token := mockserver.DefaultToken
			if tc.user == "zoe" {
				token = "t"
			}
			got, _ = get(t, url+"/v1.0/profile/balance", token)
			assert.Equal(t, tc.balance, got)

			stop()
			assert.Equal(t, ok, <-status)
			assert.Empty(t, stderr.String())
		})
	}
}

func TestRunFailsWhenItsListenerBreaks(t *testing.T) {
	t.Parallel()
	listener := listen(t)
	require.NoError(t, listener.Close())
	err := serve(t.Context(), http.NotFoundHandler(), listener, time.Minute, io.Discard)
	assert.ErrorIs(t, err, net.ErrClosed)
}

func TestStuckClientIsCutOffAfterTheDrainTime(t *testing.T) {
	t.Parallel()
	listener := listen(t)
	ctx, stop := context.WithCancel(t.Context())
	entered := make(chan struct{})
	handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(entered)
		<-r.Context().Done() // until it is cut off
	})
	ended := make(chan error)
	go func() { ended <- serve(ctx, handler, listener, time.Millisecond, io.Discard) }()
	conn := dial(t, listener.Addr().String())
	_, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	require.NoError(t, err)
	<-entered
	stop()
	assert.EqualError(t, <-ended, "requests under way after 1ms were cut off")
}

func TestProcessTellsABadFlagByItsStatus(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-addr", "nonsense")
	cmd.Env = append(os.Environ(), asProgram+"=1")
	output, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit)
	assert.Equal(t, usage, exit.ExitCode())
	assert.Equal(t, 1, strings.Count(string(output), "\n"), "one clear line: %s", output)
}

// readyLine reads the line that the program prints when it is ready.
func readyLine(t *testing.T, output io.Reader) map[string]any {
	t.Helper()
	reader, buffered := output.(*bufio.Reader)
	if !buffered {
		reader = bufio.NewReader(output)
	}
	line, err := reader.ReadBytes('\n')
	require.NoError(t, err)
	var ready map[string]any
	require.NoError(t, json.Unmarshal(line, &ready))
	return ready
}

func get(t *testing.T, url, token string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	req.Close = true
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(data)
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	return listener
}

func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}
