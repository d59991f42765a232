package main

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

// One server for all, a space for each.
func TestSpaces(t *testing.T) {
	t.Parallel()
	srv := mockserver.Start(t)
	for i := range workers {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			space := srv.SpaceFor(t)
			user, err := work(t.Context(), space, i)
			require.NoError(t, err)

			assert.True(t, user.UpdatedAt.Equal(space.Now()), "the clock is the space's own")
			assert.Equal(t, t.Name(), space.State().Billing.Users[login].Properties[0].Value)
			fault := space.Faults()[0]
			assert.Equal(t, fault.To, fault.Applied)
			space.VerifyOnly(t, mockserver.Expect("updateUser").
				JSON("billing_properties.0.value", t.Name()).Times(1+int(fault.Applied)))
		})
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args           []string
		status         int
		stdout, stderr string
	}{
		"without an argument 64 workers call a mock": {stdout: "64 spaces, 149 calls, none saw another\n"},
		"an argument is status 2":                    {args: []string{"65"}, status: 2, stderr: `unexpected argument "65"`},
		"a wrong flag is status 2":                   {args: []string{"-nope"}, status: 2, stderr: "flag provided but not defined"},
		"help is status 0":                           {args: []string{"-h"}, stderr: "Usage of parallel"},
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
