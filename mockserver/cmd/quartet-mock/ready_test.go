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
	assert.Contains(t, stderr, "quartet-mock: -ready-file: "+in+" is there and is no regular file; choose another path\n")
	files, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Len(t, files, 1)
}

// Whoever waits for the file must not find that of a process that has gone.
func TestStaleReadyFileIsRemovedFirst(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{"-addr=nonsense", "-seed=/no/such/file", "-max-requests=0", "-bogus"} {
		stale := file(t, "ready.json", "{}\n")
		status, _, _ := ends(nil, "-ready-file", stale, wrong)
		assert.Equal(t, usage, status)
		assert.NoFileExists(t, stale, wrong)
	}
	kept := file(t, "ready.json", "{}\n")
	status, _, _ := ends([]string{"QUARTET_MOCK_READY_FILE=" + kept}, "-h")
	assert.Equal(t, ok, status)
	assert.FileExists(t, kept, "help starts nothing")
}

// A file that cannot be written is told by the name that it was to have.
func TestFileThatCannotBeWrittenIsNamed(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "a")
	for setting, in := range map[string]string{"ready-file": filepath.Join(folder, "ready.json"), "tls-ca": filepath.Join(folder, "ca.pem")} {
		status, _, stderr := ends(nil, "-addr", "127.0.0.1:0", "-"+setting, in)
		assert.Equal(t, usage, status)
		assert.Contains(t, stderr, "quartet-mock: -"+setting+": open "+in+": ")
	}
	require.NoError(t, os.MkdirAll(filepath.Join(folder, "b"), 0o700))
	err := writeWhole(filepath.Join(folder, "b"), nil)
	require.ErrorContains(t, err, "rename "+filepath.Join(folder, "b")+": ")
	files, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Len(t, files, 1)
}

func TestReadyFileOfAnotherProcessStays(t *testing.T) {
	t.Parallel()
	ready := filepath.Join(t.TempDir(), "ready.json")
	s := begin(t, nil, "-addr", "127.0.0.1:0", "-ready-file", ready)
	require.NoError(t, os.WriteFile(ready, []byte("{}\n"), 0o600))
	assert.Equal(t, ok, s.end())
	assert.FileExists(t, ready)
}

func TestReadyFileMustBeRegular(t *testing.T) {
	t.Parallel()
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(file(t, "ready.json", "{}\n"), link))
	socket := filepath.Join(t.TempDir(), "s")
	listener, err := listen(t.Context(), unixPrefix+socket)
	require.NoError(t, err)
	defer listener.Close()
	for _, in := range []string{link, socket} {
		status, _, stderr := ends(nil, "-addr", "127.0.0.1:0", "-ready-file", in)
		assert.Equal(t, usage, status)
		assert.Contains(t, stderr, "quartet-mock: -ready-file: "+in+" is there and is no regular file; choose another path\n")
		_, err := os.Lstat(in)
		assert.NoError(t, err)
	}
}
