package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAPeerWithoutItsRuntimeIsAbsentForThatReason(t *testing.T) {
	t.Parallel()
	_, _, err := peer{needs: []string{"go", "no-such-runtime"}}.installed()
	assert.EqualError(t, err, "it needs no-such-runtime, which is not here")
}

func TestLockFilesPinWithoutAddresses(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("peers/*/package-lock.json")
	require.NoError(t, err)
	wanted := map[string]bool{} // two peers may be of one folder
	for _, p := range peers {
		wanted["peers/"+p.folder+"/package-lock.json"] = true
	}
	require.ElementsMatch(t, slices.Collect(maps.Keys(wanted)), files)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.NotContains(t, string(text), `"resolved"`, file)
		var lock struct {
			Packages map[string]struct{ Integrity string }
		}
		require.NoError(t, json.Unmarshal(text, &lock), file)
		for name, p := range lock.Packages {
			if name != "" {
				assert.NotEmpty(t, p.Integrity, name)
			}
		}
	}
}

func TestSizeOnDiskAddsUp(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(folder, "a", "b"), 0o700))
	for _, name := range []string{"a/one", "a/b/two"} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), make([]byte, 500_000), 0o600))
	}
	size, err := sizeOnDisk(folder)
	require.NoError(t, err)
	assert.InDelta(t, 1, size, 1e-9)
	assert.True(t, newer(filepath.Join(folder, "a", "one"), filepath.Join(folder, "a", "one")))
	assert.False(t, newer(filepath.Join(folder, "none"), filepath.Join(folder, "a", "one")))
}
