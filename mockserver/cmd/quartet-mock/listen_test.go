package main

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestUnixSocket(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s")
	abandoned, err := new(net.ListenConfig).Listen(t.Context(), "unix", path)
	require.NoError(t, err)
	abandoned.(*net.UnixListener).SetUnlinkOnClose(false)
	require.NoError(t, abandoned.Close())
	require.FileExists(t, path, "a dead process has left it")

	s, _ := process(t, nil, "-addr", unixPrefix+path)
	assert.Equal(t, unixPrefix+path, s.ready["address"])
	assert.Equal(t, "http://localhost", s.url)
	assert.Equal(t, "HTTP/1.1", protocolOf(t, s, new(http.Transport)))
	found, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), found.Mode().Perm())

	status, _, stderr := ends(nil, "-addr", unixPrefix+path)
	assert.Equal(t, usage, status)
	assert.Equal(t, "quartet-mock: -addr: "+path+" is in use by another process; end that, or choose another path\n", stderr)
	assert.Equal(t, "HTTP/1.1", protocolOf(t, s, new(http.Transport)), "and it goes on")

	assert.Equal(t, ok, s.end())
	assert.NoFileExists(t, path)

	require.NoError(t, os.WriteFile(path, nil, 0o600))
	status, _, stderr = ends(nil, "-addr", unixPrefix+path)
	assert.Equal(t, usage, status)
	assert.Equal(t, "quartet-mock: -addr: "+path+" is there and is no socket; choose another path\n", stderr)
	status, _, stderr = ends(nil, "-addr", unixPrefix+path+"/below")
	assert.Equal(t, usage, status)
	assert.Contains(t, stderr, "quartet-mock: -addr: listen unix ")
}

func TestTakenPortAndBrokenListener(t *testing.T) {
	t.Parallel()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	taken := listener.Addr().String()
	status, _, stderr := ends([]string{"QUARTET_MOCK_ADDR=" + taken})
	assert.Equal(t, usage, status)
	assert.Contains(t, stderr, "quartet-mock: QUARTET_MOCK_ADDR: listen tcp "+taken+": bind: ")

	require.NoError(t, listener.Close())
	p := program{stdout: new(buffer)}
	broken := promptListener{listener, 0, nil}
	assert.ErrorIs(t, p.answer(defaults(), new(http.Server), broken, nil, nil), net.ErrClosed)
	_, err = broken.Accept()
	assert.ErrorIs(t, err, net.ErrClosed)
}

func TestURLOfAnAddress(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]string{
		"127.0.0.1:80": "https://127.0.0.1:80",
		"[::]:80":      "https://127.0.0.1:80",
		"0.0.0.0:80":   "https://127.0.0.1:80",
		":80":          "https://127.0.0.1:80",
		"[::1]:80":     "https://[::1]:80",
		"mock.test:80": "https://mock.test:80",
		"unix:/a/b":    "https://localhost",
	} {
		assert.Equal(t, want, urlOf(addr, true), addr)
	}
}

func TestAddressesThatAreNone(t *testing.T) {
	t.Parallel()
	const none = "it must be host:port or unix:PATH, such as 127.0.0.1:8080\n"
	in := file(t, "mock.yaml", "addr: ''\n")
	for _, tc := range []struct{ flag, value, want string }{
		{"-addr", "", "-addr: " + none},
		{"-addr", "unix:", "-addr: " + none},
		{"-config", in, in + ":1: addr: " + none},
		{"-addr", "unix:/" + strings.Repeat("x", 199), "-addr: the path of a socket cannot have as many bytes as 200; choose a shorter one\n"},
	} {
		status, _, stderr := ends(nil, tc.flag, tc.value)
		assert.Equal(t, usage, status)
		assert.Contains(t, stderr, "quartet-mock: "+tc.want)
	}
}
