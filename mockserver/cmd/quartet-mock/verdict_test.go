package main

import (
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

// All that speaks against an end in success is told, one beside the other, in the form of
// the log.
func TestVerdictIsWholeAndInTheLog(t *testing.T) {
	t.Parallel()
	target := mockserver.Start(t)
	require.NoError(t, target.AddFault(mockserver.Fault{Kind: mockserver.BrokenContract, Operation: "getMyProfile"}))
	for _, form := range []string{"text", "json"} {
		s, _ := process(t, nil, "proxy", "-addr", "127.0.0.1:0", "-target", target.URL(), "-log-format", form, "-min-coverage", "90", "-drain-timeout", "1ms")
		assert.Equal(t, 200, s.status(t, "/profile/me"))
		_, from := s.dial(t, strings.Replace(halfBody, "\r\n\r\n{", "\r\nExpect: 100-continue\r\n\r\n", 1))
		resp := answer(t, from)
		require.Equal(t, 100, resp.status, "it is under way")
		assert.Equal(t, failed, s.end())

		told := s.stderr.String()
		for _, part := range []string{
			"an answer breaks its document", "the server ended too early", "requests under way after 1ms were cut off",
			"documents were broken; the log says where", "not all of an operation was met", "401", "-min-coverage: ", " % is less than 90 %",
		} {
			assert.Contains(t, told, part, form)
		}
		assert.NotContains(t, told, "quartet-mock: ", form)
		for line := range strings.Lines(told) {
			if form == "json" {
				assert.True(t, json.Valid([]byte(line)), line)
			} else {
				assert.True(t, strings.HasPrefix(line, "time="), line)
			}
		}
	}
}

// A run against a target that is not there, or not trusted, has shown nothing.
func TestTargetThatDoesNotAnswerFailsTheRun(t *testing.T) {
	t.Parallel()
	const down = "http://127.0.0.1:1"
	strange := httptest.NewUnstartedServer(http.NotFoundHandler())
	strange.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes with who does not trust it
	strange.StartTLS()
	t.Cleanup(strange.Close)
	for target, why := range map[string]string{down: "connection refused", strange.URL: "certificate signed by unknown authority"} {
		s, _ := process(t, nil, "proxy", "-addr", "127.0.0.1:0", "-target", target)
		for range 2 {
			assert.Equal(t, 502, s.status(t, "/profile/me"))
		}
		assert.Equal(t, failed, s.end())
		assert.Contains(t, s.stderr.String(), why)
		assert.Contains(t, s.stderr.String(), `level=ERROR msg="the target gave no answer; the log says why" calls=2`+"\n")
	}
	s, _ := process(t, nil, "proxy", "-addr", "127.0.0.1:0", "-target", down)
	assert.Equal(t, ok, s.end(), "of which nothing was asked: %s", s.stderr)
}
