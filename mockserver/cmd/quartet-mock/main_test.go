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
		"coverage over 100":      {[]string{"-min-coverage", "101"}, usage, "", "quartet-mock: -min-coverage: 101 is not from 0 to 100"},
		"variation of no seed":   {[]string{"-variation", "x"}, usage, "", `invalid value "x" for flag -variation`},
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

// A call that a fault holds does not hold the program; and what was not met is told at the end.
func TestRunEndsHeldCallsAndMeasuresCoverage(t *testing.T) {
	t.Parallel()
	seed := filepath.Join(t.TempDir(), "seed.yaml")
	state := mockserver.DefaultState()
	state.Faults = []mockserver.Fault{{Operation: "listPayments", Kind: mockserver.NoAnswer}}
	file, err := os.Create(seed)
	require.NoError(t, err)
	require.NoError(t, state.Write(file))
	require.NoError(t, file.Close())
	for name, tc := range map[string]struct {
		least  string
		status int
		stderr string
	}{
		"enough":     {"0.5", ok, ""},
		"not enough": {"50", failed, "quartet-mock: -min-coverage: 1.1 % is less than 50 %\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, stop := context.WithCancel(t.Context())
			stdout, pipe := io.Pipe()
			status := make(chan int)
			var stderr bytes.Buffer
			args := []string{"-addr", "127.0.0.1:0", "-seed", seed, "-min-coverage", tc.least, "-check-answers", "-prefer", "-variation", "7"}
			go func() { status <- run(ctx, args, pipe, &stderr) }()
			url := readyLine(t, stdout)["url"].(string)
			got, _ := get(t, url+"/profile/me", "")
			assert.Equal(t, 200, got)
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/profile/me", http.NoBody)
			require.NoError(t, err)
			req.Header.Set("Prefer", "code=503")
			resp, err := http.DefaultClient.Do(req)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			assert.Equal(t, 503, resp.StatusCode)

			conn := dial(t, strings.TrimPrefix(url, "http://"))
			_, err = io.WriteString(conn, "GET /profile/payments HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n")
			require.NoError(t, err)
			line, err := bufio.NewReader(conn).ReadString('\n')
			require.NoError(t, err)
			require.Equal(t, "HTTP/1.1 100 Continue\r\n", line, "the handler has it")
			_, err = io.WriteString(conn, "x")
			require.NoError(t, err)
			stop()
			assert.Equal(t, tc.status, <-status)
			assert.Contains(t, stderr.String(), tc.stderr)
		})
	}
}

func TestRunFailsWhenItsListenerBreaks(t *testing.T) {
	t.Parallel()
	listener := listen(t)
	require.NoError(t, listener.Close())
	err := serve(t.Context(), &http.Server{}, listener, time.Minute, io.Discard)
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
	go func() { ended <- serve(ctx, &http.Server{Handler: handler}, listener, time.Millisecond, io.Discard) }()
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
