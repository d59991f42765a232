package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

// How tests share a world: it is set up once, and each restores it into its own space,
// which is gone when the test ends.
func TestFromOneWorld(t *testing.T) {
	t.Parallel()
	srv := mockserver.Start(t)
	golden := srv.Space("golden")
	require.NoError(t, setUp(t.Context(), golden))
	snapshot := golden.Snapshot()

	for name, change := range map[string]func(context.Context, *mockserver.Space) error{"rename": renameZoe, "cancel": cancel} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			space := srv.SpaceFor(t)
			space.Restore(snapshot)
			require.Equal(t, snapshot.State(), space.State())
			require.NoError(t, change(t.Context(), space))
			assert.NotEqual(t, snapshot.State(), space.State())
			assert.Equal(t, snapshot.State(), golden.State())
		})
	}
}

const told = `WORLD                   NAME  go-basics  FAULT               CLOCK
golden, set up once     Anya  active     fault-1 has seen 0  2030-01-01 09:00:00
a fork that renamed     Zoe   active     fault-1 has seen 0  2030-01-01 09:00:00
a fork that cancelled   Anya  cancelled  fault-1 has seen 1  2030-01-01 09:00:00
golden after them       Anya  active     fault-1 has seen 0  2030-01-01 09:00:00
golden, spoilt itself   Anya  cancelled  fault-1 has seen 1  2030-01-02 09:00:00
golden, restored        Anya  active     fault-1 has seen 0  2030-01-01 09:00:00
a server from the file  Anya  active     fault-1 has seen 0  2030-01-01 09:00:00
The server from the file has the same world, to the byte.
`

func TestGolden(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "world.yaml")
	var stdout, stderr bytes.Buffer
	require.Equal(t, 0, run(t.Context(), []string{"-o", file}, &stdout, &stderr), stderr.String())
	assert.Equal(t, told, stdout.String())

	world, err := os.Open(file)
	require.NoError(t, err)
	defer world.Close()
	state, err := mockserver.ReadState(file, world)
	require.NoError(t, err)
	assert.Equal(t, "Anya", *state.Profile.Users["usr_anna"].FirstName)
}

func TestRun(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args           []string
		status         int
		stdout, stderr string
	}{
		"without an argument the file is a temporary one": {stdout: "to the byte"},
		"a file that cannot be is status 1":               {args: []string{"-o", t.TempDir()}, status: 1, stderr: "golden: open "},
		"an argument is status 2":                         {args: []string{"x"}, status: 2, stderr: `golden: unexpected argument "x"`},
		"a wrong flag is status 2":                        {args: []string{"-nope"}, status: 2, stderr: "flag provided but not defined"},
		"help is status 0":                                {args: []string{"-h"}, stderr: "file to write"},
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
