package mockserver_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

// outcome is what a client makes of a call.
type outcome struct {
	status int // 0: no answer
	header http.Header
	body   string // as far as it came
	err    error  // of the call, or of its answer's body
}

func try(client *http.Client, req *http.Request) outcome {
	resp, err := client.Do(req)
	if err != nil {
		return outcome{err: err}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return outcome{resp.StatusCode, resp.Header, string(body), err}
}

// with returns the mock with faults added.
func (m mock) with(faults ...mockserver.Fault) mock {
	m.t.Helper()
	require.NoError(m.t, m.AddFault(faults...))
	return m
}

// firstName shows whether a call with rename has acted: it is Anna before.
func (m mock) firstName() string { return *m.State().Profile.Users["usr_anna"].FirstName }

// listen serves the handler on a listener of its own, as a program that embeds a mock does.
func listen(t *testing.T, m mock, handler http.Handler, configure func(*httptest.Server)) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ConnState = m.ConnState
	configure(server)
	t.Cleanup(server.Close)
	t.Cleanup(m.Close) // before it: ends what waits
	return server
}

const renameRequest = "PUT /profile/name-change HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 37\r\n\r\n" + rename

// exchange sends bytes on a connection and returns what comes back until it ends; nil is an orderly end.
func exchange(t *testing.T, conn net.Conn, request string) (string, error) {
	t.Helper()
	defer conn.Close()
	_, err := io.WriteString(conn, request)
	require.NoError(t, err)
	received, err := io.ReadAll(conn)
	return string(received), err
}

func dial(t *testing.T, url string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	require.NoError(t, err)
	return conn
}

// The kinds that break a connection, byte by byte on a socket of their own, in the clear and over TLS.
func TestBrokenConnectionsOnTheWire(t *testing.T) {
	t.Parallel()
	require.Len(t, rename, 37)
	const half, whole = `{"message":"The `, `{"message":"The name is changed"}`
	for _, tc := range []struct {
		kind        mockserver.Kind
		acts, reset bool
		body        string // "": no headers either
		headers     bool
	}{
		{mockserver.ConnectionReset, false, true, "", false},
		{mockserver.ConnectionClosed, false, false, "", false},
		{mockserver.AppliedButLost, true, true, "", false},
		{mockserver.ResetAfterHeaders, true, true, "", true},
		{mockserver.ResetInBody, true, true, half, true},
		{mockserver.TruncatedBody, true, false, half, true},
	} {
		for name, connect := range map[string]func(*testing.T, mock) net.Conn{
			"clear": func(t *testing.T, m mock) net.Conn { return dial(t, m.URL()) },
			"TLS": func(t *testing.T, m mock) net.Conn {
				server := listen(t, m, m, (*httptest.Server).StartTLS)
				conn, err := tls.Dial("tcp", server.Listener.Addr().String(), server.Client().Transport.(*http.Transport).TLSClientConfig)
				require.NoError(t, err)
				return conn
			},
		} {
			t.Run(string(tc.kind)+" "+name, func(t *testing.T) {
				t.Parallel()
				m := start(t).with(mockserver.Fault{Kind: tc.kind})
				received, err := exchange(t, connect(t, m), renameRequest)
				if tc.reset {
					require.ErrorIs(t, err, syscall.ECONNRESET)
				} else {
					require.NoError(t, err)
				}
				if tc.headers {
					head, body, ok := strings.Cut(received, "\r\n\r\n")
					require.True(t, ok, received)
					assert.True(t, strings.HasPrefix(head, "HTTP/1.1 200 OK\r\n"), head)
					assert.Contains(t, head, "\r\nContent-Type: application/json")
					assert.Contains(t, head, "\r\nContent-Length: "+strconv.Itoa(len(whole)))
					assert.Equal(t, tc.body, body)
				} else {
					assert.Empty(t, received)
				}
				assert.Equal(t, map[bool]string{true: "Zoe", false: "Anna"}[tc.acts], m.firstName())
				m.journals(tc.headers)
			})
		}
	}
}

// journals demands one call in the journal, done, with the fault.
func (m mock) journals(answered bool) {
	m.t.Helper()
	entries := m.Journal()
	require.Len(m.t, entries, 1)
	assert.True(m.t, entries[0].Done)
	assert.Equal(m.t, m.Faults()[0].Name, entries[0].Fault)
	assert.Equal(m.t, answered, entries[0].Status != 0, entries[0].Status)
}

var _ = []any{bufio.NewReader, bytes.NewReader, context.Background, json.Valid, errors.Is, fmt.Sprint, synctest.Wait, time.Now}
