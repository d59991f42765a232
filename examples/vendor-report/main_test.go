package main

import (
	"bytes"
	"os"
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

const administrators = `Vendor            Aktiv
User              John Doe <test@example.com>
Role              Administrator
Last visit        2018-06-19
Access code       DEMONVK  0x519175b7
Access code       EXAMPLE  0xb3b3b3b3
Local licenses    150
Network licenses  not set
Activations       42 of not set
Subscription      2026-01-01 to no end
`

const managers = `Vendor       Aktiv
User         Max Lind <sales@example.com>
Role         Manager
Last visit   never
Access code  DEMONVK  0x519175b7
Access code  EXAMPLE  0xb3b3b3b3
Balance      only for an administrator
`

func TestReport(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ token, report string }{
		"an administrator sees the balance":  {mockserver.DefaultToken, administrators},
		"a manager is told who sees balance": {"manager-token", managers},
	} {
		for layout, opts := range map[string][]mockserver.Option{
			"printed": nil,
			"split":   {mockserver.WithSplitBalance()},
		} {
			t.Run(name+", layout "+layout, func(t *testing.T) {
				t.Parallel()
				srv := mockserver.Start(t, opts...)
				var stdout, stderr bytes.Buffer
				args := []string{"-base-url", srv.URL(), "-token", tc.token}
				require.Equal(t, 0, run(t.Context(), args, &stdout, &stderr), stderr.String())
				assert.Equal(t, tc.report, stdout.String())
			})
		}
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args           []string
		status         int
		stdout, stderr string
	}{
		"without an argument the mock inside is asked": {stdout: "Administrator"},
		"a wrong token is status 1": {
			args: []string{"-token", "wrong"}, status: 1,
			stderr: "vendor-report: vendor getProfile: 401 Unauthorized: The credential is not valid\n",
		},
		"a base URL without a token is status 1": {
			args: []string{"-base-url", "http://127.0.0.1"}, status: 1,
			stderr: "vendor-report: -base-url needs -token or QUARTET_TOKEN\n",
		},
		"a wrong base URL is status 1": {args: []string{"-base-url", "nowhere", "-token", "t"}, status: 1, stderr: "base URL"},
		"a wrong flag is status 2":     {args: []string{"-nope"}, status: 2, stderr: "flag provided but not defined"},
		"help is status 0":             {args: []string{"-h"}, stderr: "-base-url"},
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

func TestPrivateCodesAreNotPrinted(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	require.Equal(t, 0, run(t.Context(), nil, &stdout, &stderr))
	for _, code := range mockserver.DefaultState().Vendor.AccessCodes {
		for _, secret := range []string{code.MasterValue, code.ReadValue, code.WriteValue} {
			assert.NotContains(t, stdout.String(), secret)
		}
	}
}
