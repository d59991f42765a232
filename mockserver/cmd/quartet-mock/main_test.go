package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// asProgram makes the test binary behave as the program itself.
const asProgram = "TEST_AS_PROGRAM"

// How long and how often a test looks for what comes by itself.
const (
	testWait = time.Minute
	testTick = time.Millisecond
)

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(status int) {
		if into, err := folder(); err == nil {
			_ = os.RemoveAll(into) // the system clears its temporary files by itself
		}
		os.Exit(status)
	}))
}

func TestProcessTellsABadSettingByItsStatus(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-addr", "nonsense")
	cmd.Env = append(os.Environ(), asProgram+"=1")
	output, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit)
	assert.Equal(t, usage, exit.ExitCode())
	assert.Equal(t, "quartet-mock: -addr: listen tcp: address nonsense: missing port in address\n", string(output))
}

// served is a server under way: the program within the test, or a process of its own.
type served struct {
	ready  map[string]any
	url    string
	addr   string // as a client dials it
	stderr *buffer
	signal func(os.Signal)
	wait   func() int // its exit status
}

// begin serves within the test, on a free port unless the arguments say otherwise.
func begin(t *testing.T, environ []string, args ...string) *served {
	t.Helper()
	stdout, pipe := io.Pipe()
	stderr := new(buffer)
	signals := make(chan os.Signal, 2)
	p := program{stdout: pipe, stderr: stderr, environ: environ, signals: signals, setLogger: func(*slog.Logger) {}}
	var status int
	done := make(chan struct{})
	go func() {
		defer close(done)
		status = p.run(args)
		_ = pipe.Close()
	}()
	s := &served{
		stderr: stderr,
		signal: func(signal os.Signal) { signals <- signal },
		wait:   func() int { <-done; return status },
	}
	t.Cleanup(func() {
		select {
		case signals <- syscall.SIGTERM:
		default: // it has had enough of them
		}
		<-done
	})
	s.read(t, stdout)
	return s
}

// read reads the line that the program prints when it is ready.
func (s *served) read(t *testing.T, stdout io.Reader) {
	t.Helper()
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	require.NoError(t, err, "%s", s.stderr)
	require.NoError(t, json.Unmarshal(line, &s.ready))
	s.url = s.ready["url"].(string)
	s.addr = strings.TrimPrefix(s.ready["address"].(string), unixPrefix)
}

// end stops it and returns its exit status.
func (s *served) end() int {
	s.signal(syscall.SIGTERM)
	return s.wait()
}

// status calls and returns the status of the answer, which may be larger than a test should keep.
func (s *served) status(t *testing.T, path string, header ...string) int {
	t.Helper()
	resp := s.call(t, path, header)
	defer resp.Body.Close()
	_, err := io.Copy(io.Discard, resp.Body)
	require.NoError(t, err)
	return resp.StatusCode
}

// get calls and returns the answer.
func (s *served) get(t *testing.T, path string, header ...string) (status int, body string) {
	t.Helper()
	resp := s.call(t, path, header)
	defer resp.Body.Close()
	got := readAll(t, resp)
	return got.status, got.body
}

// call calls over a connection of its own.
func (s *served) call(t *testing.T, path string, header []string) *http.Response {
	t.Helper()
	req := request(t, s.url+path)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	return resp
}

// awaitUnderWay returns when so many calls stand in the default space, not yet answered.
func (s *served) awaitUnderWay(t *testing.T, n int) {
	t.Helper()
	want := fmt.Sprintf(`"under_way":%d`, n)
	require.Eventually(t, func() bool {
		_, spaces := s.get(t, "/_mock/v1/spaces")
		return strings.Contains(spaces, want)
	}, testWait, testTick)
}

func request(t *testing.T, url string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	return req
}

// failure is what a call that must not succeed comes to.
func failure(t *testing.T, transport *http.Transport, req *http.Request) error {
	t.Helper()
	t.Cleanup(transport.CloseIdleConnections)
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err == nil {
		_ = readAll(t, resp)
	}
	require.Error(t, err)
	return err
}

// dial connects and sends a text.
func (s *served) dial(t *testing.T, text string) (net.Conn, *bufio.Reader) {
	t.Helper()
	network := "tcp"
	if strings.HasPrefix(s.ready["address"].(string), unixPrefix) {
		network = "unix"
	}
	conn, err := new(net.Dialer).DialContext(t.Context(), network, s.addr)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	_, err = io.WriteString(conn, text)
	require.NoError(t, err)
	return conn, bufio.NewReader(conn)
}

// reply is an answer that has been read.
type reply struct {
	status int
	proto  string
	header http.Header
	last   bool // on its connection
	body   string
}

// answer reads an answer.
func answer(t *testing.T, from *bufio.Reader) reply {
	t.Helper()
	resp, err := http.ReadResponse(from, nil)
	require.NoError(t, err)
	return readAll(t, resp)
}

func readAll(t *testing.T, resp *http.Response) reply {
	t.Helper()
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return reply{resp.StatusCode, resp.Proto, resp.Header, resp.Close, string(body)}
}

// ends runs a command that ends by itself.
func ends(environ []string, args ...string) (status int, stdout, stderr string) {
	var out, complaints bytes.Buffer
	signals := make(chan os.Signal, 1)
	signals <- syscall.SIGTERM // should it serve against all expectation
	p := program{stdout: &out, stderr: &complaints, environ: environ, signals: signals, setLogger: func(*slog.Logger) {}}
	return p.run(args), out.String(), complaints.String()
}

// file writes a file of its own.
func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// buffer is a bytes.Buffer for several goroutines.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer // not embedded: its ReadFrom would go round the lock
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
