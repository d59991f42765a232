package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

// The tests must not depend on who runs them.
func TestMain(m *testing.M) {
	_ = os.Unsetenv("QUARTET_TOKEN")
	os.Exit(m.Run())
}

func TestRun(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args           []string
		stdin          string
		status         int
		stdout, stderr string
	}{
		"without an argument the mock's users are blocked": {
			stdout: "test@mail.com\tblocked\ncamera-7@example.com\tblocked\n",
		},
		"a refused user is reported by field and the rest goes on": {
			args: []string{"-"}, stdin: "reason,login\nleft,nobody@example.com\nleft,test@mail.com\n", status: 1,
			stdout: "nobody@example.com\trefused\tlogin: The selected login is invalid.\ntest@mail.com\tblocked\n",
			stderr: "billing-suspend: 1 of 2 users refused\n",
		},
		"a file without the column is refused": {
			args: []string{"-"}, stdin: "name\nAnna\n", status: 1,
			stderr: "billing-suspend: the first line names no column login\n",
		},
		"an empty file is refused": {
			args: []string{"-"}, status: 1,
			stderr: "billing-suspend: the first line names no column login\n",
		},
		"a base URL without a token is status 1": {
			args: []string{"-base-url", "http://127.0.0.1", "-"}, stdin: "login\na\n", status: 1,
			stderr: "billing-suspend: -base-url needs -token or QUARTET_TOKEN\n",
		},
		"a line of other length is refused": {
			args: []string{"-"}, stdin: "login\na,b\n", status: 1,
			stderr: "billing-suspend: record on line 2: wrong number of fields\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			assert.Equal(t, tc.status, run(t.Context(), tc.args, strings.NewReader(tc.stdin), &stdout, &stderr))
			assert.Equal(t, tc.stdout, stdout.String())
			assert.Equal(t, tc.stderr, stderr.String())
		})
	}
}

func TestWrongUseAndHelpPrintUsage(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args   []string
		status int
	}{
		"an unknown flag":                        {[]string{"-nope"}, 2},
		"two files":                              {[]string{"a.csv", "b.csv"}, 2},
		"a server of one's own without a file":   {[]string{"-base-url", "http://127.0.0.1"}, 2},
		"a call for help, which is no wrong use": {[]string{"-h"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			assert.Equal(t, tc.status, run(t.Context(), tc.args, strings.NewReader(""), &stdout, &stderr))
			assert.Contains(t, stderr.String(), "Usage: billing-suspend")
		})
	}
}

func TestSuspendedUserLosesStatusAndPermissions(t *testing.T) {
	t.Parallel()
	srv := mockserver.Start(t)
	file := filepath.Join(t.TempDir(), "leavers.csv")
	require.NoError(t, os.WriteFile(file, []byte("login\ntest@mail.com\n"), 0o600))
	var stdout, stderr bytes.Buffer
	args := []string{"-base-url", srv.URL(), "-token", mockserver.DefaultToken, "-detach", "archives-show", file}
	require.Equal(t, 0, run(t.Context(), args, nil, &stdout, &stderr), stderr.String())

	user := srv.State().Billing.Users["test@mail.com"]
	assert.Equal(t, "blocked", user.Status)
	assert.Equal(t, []string{"archives-preview-download"}, user.Permissions)
	assert.Equal(t, "qweasdzxc", user.Password, "what the request leaves out stays")
}

func TestWrongTokenStopsAtOnce(t *testing.T) {
	t.Parallel()
	srv := mockserver.Start(t)
	var stdout, stderr bytes.Buffer
	args := []string{"-base-url", srv.URL(), "-token", "wrong", "-"}
	assert.Equal(t, 1, run(t.Context(), args, strings.NewReader(sample), &stdout, &stderr))
	assert.Empty(t, stdout.String())
	assert.Equal(t, "billing-suspend: billing updateUser: 401 Unauthorized: Unauthenticated.\n", stderr.String())
}

func TestWrongBaseURLIsStatus1(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	args := []string{"-base-url", "nowhere", "-token", "t", "-"}
	assert.Equal(t, 1, run(t.Context(), args, strings.NewReader(sample), &stdout, &stderr))
	assert.Contains(t, stderr.String(), "billing-suspend: billing.New: base URL")
}

func TestFileThatIsNotThereIsStatus1(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	assert.Equal(t, 1, run(t.Context(), []string{filepath.Join(t.TempDir(), "none.csv")}, nil, &stdout, &stderr))
	assert.Contains(t, stderr.String(), "none.csv")
}
