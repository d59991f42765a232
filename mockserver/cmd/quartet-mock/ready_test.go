package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A folder of that name stays, and nothing is left beside it.
func TestReadyFileCannotTakeThePlaceOfAFolder(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	in := filepath.Join(folder, "a")
	require.NoError(t, os.Mkdir(in, 0o700))
	status, stdout, stderr := ends(nil, "-addr", "127.0.0.1:0", "-ready-file", in)
	assert.Equal(t, usage, status)
	assert.Empty(t, stdout)
	assert.Contains(t, stderr, "quartet-mock: -ready-file: rename ")
	files, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Len(t, files, 1)
}
