package main

import (
	"os"
	"path/filepath"
	"strings"
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

// gone is a line of no process: none has so large an id.
const gone = `{"address":"127.0.0.1:1","pid":2147483646,"url":"http://127.0.0.1:1"}` + "\n"

// Whoever waits for the file must not find that of a process that has gone.
func TestStaleReadyFileIsRemovedFirst(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{"-addr=nonsense", "-seed=/no/such/file", "-max-requests=0", "-bogus"} {
		stale := file(t, "ready.json", gone)
		status, _, _ := ends(nil, "-ready-file", stale, wrong)
		assert.Equal(t, usage, status)
		assert.NoFileExists(t, stale, wrong)
	}
	kept := file(t, "ready.json", gone)
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
	require.NoError(t, os.WriteFile(ready, []byte(gone), 0o600))
	assert.Equal(t, ok, s.end())
	assert.FileExists(t, ready)
}

// What the program has not written it does not take away, whether it starts or not.
func TestReadyFileLeavesWhatIsNone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"random: 7\n", "{}\n", "notes", gone + "more", `{"address":"a","pid":1,"url":"b","more":1}`, `{"address":"a","pid":"1","url":"b"}`,
	} {
		for _, more := range [][]string{nil, {"-max-spaces", "x"}} {
			in := file(t, "world.yaml", text)
			status, _, stderr := ends(nil, append(more, "-addr", "127.0.0.1:0", "-ready-file", in)...)
			assert.Equal(t, usage, status)
			assert.Contains(t, stderr, "quartet-mock: -ready-file: "+in+" is there and this program has not written it; choose another path\n")
			assertText(t, text, in)
		}
	}
	for _, text := range []string{gone, ""} {
		in := file(t, "ready.json", text)
		s := begin(t, nil, "-addr", "127.0.0.1:0", "-ready-file", in)
		assert.Equal(t, ok, s.end())
		assert.NoFileExists(t, in)
	}
}

// A second start by mistake does not take the ready file from a server that runs.
func TestReadyFileOfARunningServerStays(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"127.0.0.1:0", unixPrefix + filepath.Join(t.TempDir(), "s")} {
		ready := filepath.Join(t.TempDir(), "ready.json")
		s := begin(t, nil, "-addr", addr, "-ready-file", ready)
		line, err := os.ReadFile(ready)
		require.NoError(t, err)
		at := s.ready["address"].(string)
		status, _, stderr := ends(nil, "-addr", at, "-ready-file", ready)
		assert.Equal(t, usage, status)
		assert.Contains(t, stderr, "quartet-mock: -ready-file: "+ready+" is of the server at "+at+", which runs; end that, or choose another path\n")
		assertText(t, string(line), ready)
		assert.Equal(t, ok, s.end())
		assert.NoFileExists(t, ready)
	}
}

// A process that lives is none of ours when nobody listens there; and one that has gone was
// ours, whoever listens there now.
func TestReadyFileNeedsBothToRun(t *testing.T) {
	t.Parallel()
	listener, err := listen(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	taken := listener.Addr().String()
	line, err := readiness(taken, false)
	require.NoError(t, err)
	of := file(t, "ready.json", strings.Replace(gone, "127.0.0.1:1", taken, 1))
	require.NoError(t, removeStale(of))
	assert.NoFileExists(t, of)

	of = file(t, "ready.json", string(line))
	require.ErrorContains(t, removeStale(of), "which runs")
	require.NoError(t, listener.Close())
	require.NoError(t, removeStale(of))
	assert.NoFileExists(t, of)
}

func assertText(t *testing.T, want, in string) {
	t.Helper()
	got, err := os.ReadFile(in)
	require.NoError(t, err)
	assert.Equal(t, want, string(got))
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
