//go:build unix

package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A request is under way when SIGTERM comes: its body is not complete yet. It gets its answer, the
// second SIGTERM changes nothing, and the program ends with status 0.
func TestProcessEndsAfterTheRequestsUnderWay(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-addr", "127.0.0.1:0")
	cmd.Env = append(os.Environ(), asProgram+"=1")
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	output := bufio.NewReader(stdout)
	ready := readyLine(t, output)
	assert.EqualValues(t, cmd.Process.Pid, ready["pid"])
	assert.Equal(t, "http://"+ready["address"].(string), ready["url"])

	conn := dial(t, ready["address"].(string))
	const body = `{"first_name":"A","last_name":null}`
	_, err = io.WriteString(conn, "PUT /profile/name-change HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"+
		"Content-Length: 35\r\nExpect: 100-continue\r\n\r\n")
	require.NoError(t, err)
	answers := bufio.NewReader(conn)
	line, err := answers.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "HTTP/1.1 100 Continue\r\n", line, "the handler waits for the body")
	_, err = answers.ReadString('\n')
	require.NoError(t, err)

	unused := dial(t, ready["address"].(string))
	_, err = io.WriteString(unused, "GET /profile/me HTTP/1.1\r\nHost: a\r\n\r\n")
	require.NoError(t, err)
	idle := bufio.NewReader(unused)
	served, err := http.ReadResponse(idle, nil)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, served.Body)
	require.NoError(t, err)
	require.NoError(t, served.Body.Close())

	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, unused.SetReadDeadline(time.Now().Add(10*time.Second)))
	_, err = idle.ReadByte()
	require.ErrorIs(t, err, io.EOF, "the listener is closed before the connections that nobody uses")
	_, err = net.Dial("tcp", ready["address"].(string))
	require.Error(t, err, "it takes no more connections")
	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	_, err = io.WriteString(conn, body)
	require.NoError(t, err)
	resp, err := http.ReadResponse(answers, nil)
	require.NoError(t, err)
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.JSONEq(t, `{"message":"The name is changed"}`, string(got))

	rest, err := io.ReadAll(output)
	require.NoError(t, err)
	assert.Empty(t, rest, "one line is all it prints")
	require.NoError(t, cmd.Wait(), "status 0")
}
