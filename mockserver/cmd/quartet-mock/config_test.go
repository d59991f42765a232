package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The golden file has a flag over a variable over the file, and is a file for -config itself.
func TestConfigPrintsWhatIsInForce(t *testing.T) {
	t.Parallel()
	in := file(t, "mock.yaml", "prefer: true\n\naddr: 10.0.0.1:1\ncors: '*'\nvariation: 5\nseed:\n")
	environ := []string{"QUARTET_MOCK_CONFIG=" + in, "QUARTET_MOCK_ADDR=10.0.0.2:2", "QUARTET_MOCK_VARIATION=6", "QUARTET_MOCK_SEED=", "PATH=/bin"}
	status, stdout, stderr := ends(environ, "config", "-addr", "10.0.0.3:3", "-h2c", "-max-bodies", "1048576", "-seed", "a b.yaml", "-addr", "10.0.0.4:4")
	require.Equal(t, ok, status, stderr)
	assert.Empty(t, stderr)
	golden, err := os.ReadFile("testdata/config.yaml")
	require.NoError(t, err)
	stdout = strings.ReplaceAll(stdout, in, "mock.yaml")
	first, rest, _ := strings.Cut(stdout, "\n") // whose columns the name has moved
	assert.Equal(t, []string{"#", "config:", "mock.yaml", "#", "QUARTET_MOCK_CONFIG"}, strings.Fields(first))
	assert.Equal(t, strings.SplitN(string(golden), "\n", 2)[1], rest)

	status, again, stderr := ends(nil, "config", "-config", "testdata/config.yaml")
	require.Equal(t, ok, status, stderr)
	values := func(text string) (all []string) {
		for line := range strings.Lines(text) {
			value, _, _ := strings.Cut(strings.TrimPrefix(line, "# "), " #")
			all = append(all, strings.TrimSpace(value))
		}
		return all[1:] // but for the file's own name
	}
	assert.Equal(t, values(stdout), values(again))
}

func TestSecretsAreNotShown(t *testing.T) {
	t.Parallel()
	held := ""
	s := &setting{name: "token", value: text(&held), secret: true}
	assert.Empty(t, s.shown())
	require.NoError(t, s.assign("-token", "very-secret"))
	assert.Equal(t, "very-secret", held)
	assert.Equal(t, "[redacted]", s.shown())
	assert.Equal(t, "'[redacted]'", s.written())
	assert.NotContains(t, s.describe(), "very-secret")

	status, stdout, stderr := ends([]string{"QUARTET_MOCK_ADMIN_TOKEN=very-secret"}, "config")
	assert.Equal(t, ok, status)
	assert.Contains(t, stdout, "# admin-token: '[redacted]'      # QUARTET_MOCK_ADMIN_TOKEN\n")
	assert.NotContains(t, stdout+stderr, "very-secret")
}

func TestAllMistakesAreToldAtOnce(t *testing.T) {
	t.Parallel()
	in := file(t, "mock.yaml", "adr: x\nh2c: [true]\ncors: [a, b]\nprefer: true\nprefer: false\nconfig: other.yaml\nseed: \n\"\": x\n")
	environ := []string{"QUARTET_MOCK_H2=1", "QUARTET_MOCK_MAX_REQUESTS=0", "QUARTET_MOCK_READ_TIMEOUT=bad", "QUARTET_MOCK_TLS_CLIENT_CA=x"}
	status, stdout, stderr := ends(environ, "config", "-config", in, "-read-timeout=1s", "-strict-auth=x", "-variation", "-1", "-ready", "x", "-cors", "a b", "surplus", "-log-level", "loud", "-addr")
	assert.Equal(t, usage, status)
	assert.Empty(t, stdout)
	assert.Equal(t, strings.Join([]string{
		"-strict-auth: it must be true or false",
		"-variation: it must be an integer from 0 on",
		"-ready: there is no such flag",
		"-cors: it must be origins such as https://example.com:8443, with commas between them; * is all",
		`unexpected argument "surplus"; flags begin with -, and a command comes first`,
		"-log-level: it must be one of debug, info, warn, error",
		"flag needs an argument: -addr",
		"QUARTET_MOCK_H2: there is no such variable; the nearest is QUARTET_MOCK_H2C",
		"QUARTET_MOCK_MAX_REQUESTS: it must be an integer from 1 on",
		in + ":1: adr: there is no such setting; the nearest is addr",
		in + ":2: h2c: it must be one value",
		in + ":3: cors: it must be one value, in which commas separate origins",
		in + ":5: prefer: it stands twice; leave one out",
		in + ":6: config: a file cannot name another; leave it out",
		in + ":8: : there is no such setting",
		"QUARTET_MOCK_TLS_CLIENT_CA: client certificates need TLS; add tls-ca, or tls-cert and tls-key",
		`"quartet-mock help" tells the commands and settings`,
	}, "\nquartet-mock: "), strings.TrimPrefix(strings.TrimSuffix(stderr, "\n"), "quartet-mock: "))
}

// Kubernetes puts these into every container beside a service of the program's own name. What
// only looks like them is a mistake as ever.
func TestVariablesOfAService(t *testing.T) {
	t.Parallel()
	environ := []string{
		"QUARTET_MOCK_SERVICE_HOST=10.96.0.7", "QUARTET_MOCK_SERVICE_PORT=8080", "QUARTET_MOCK_SERVICE_PORT_HTTP=8080",
		"QUARTET_MOCK_PORT=tcp://10.96.0.7:8080", "QUARTET_MOCK_PORT_8080_TCP=tcp://10.96.0.7:8080",
		"QUARTET_MOCK_PORT_8080_TCP_PROTO=tcp", "QUARTET_MOCK_PORT_8080_TCP_PORT=8080", "QUARTET_MOCK_PORT_8080_TCP_ADDR=10.96.0.7",
		"QUARTET_MOCK_PORT_53_UDP_PORT=53", "QUARTET_MOCK_ADMIN_API_SERVICE_HOST=10.96.0.8", "QUARTET_MOCK_ADMIN_API_PORT=tcp://10.96.0.8:80",
	}
	status, stdout, stderr := ends(environ, "config")
	assert.Equal(t, ok, status)
	assert.Empty(t, stderr)
	_, plain, _ := ends(nil, "config")
	assert.Equal(t, plain, stdout)
	for _, mistake := range []string{"PORT=8080", "PORT_TCP=8080", "SERVICE=a", "SERVICE_PORTS=1", "HOST=a"} {
		status, _, stderr := ends([]string{variablePrefix + mistake}, "config")
		assert.Equal(t, usage, status, mistake)
		assert.Contains(t, stderr, "there is no such variable", mistake)
	}
}

func TestLevelsAreThoseOfTheHelp(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"debug": "debug", "WARN": "warn", "Error": "error"} {
		status, stdout, _ := ends(nil, "config", "-log-level", text)
		assert.Equal(t, ok, status)
		assert.Contains(t, stdout, "\nlog-level: "+want+" ")
	}
	for _, wrong := range []string{"debug+2", "info-1", "", "loud"} {
		status, _, stderr := ends(nil, "config", "-log-level="+wrong)
		assert.Equal(t, usage, status)
		assert.Contains(t, stderr, "-log-level: it must be one of debug, info, warn, error\n")
	}
}

func TestFilesThatAreNoSettings(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"- a\n":                     ":1: expected are lines of the form addr: 127.0.0.1:8080",
		"addr: a\n---\naddr: b\n":   ":2: there is a second document; keep the first only",
		"addr: 'a\n":                ":2: found unexpected end of stream",
		"addr: a\n  prefer: true\n": ":2: mapping values are not allowed in this context",
		"admin-token: *sesame\n":    ":1: there is no such anchor; a text that begins with * needs quotes",
	} {
		in := file(t, "mock.yaml", text)
		status, _, stderr := ends(nil, "-config", in)
		assert.Equal(t, usage, status)
		assert.Contains(t, stderr, in+want)
		assert.NotContains(t, stderr, "sesame")
	}
	status, _, _ := ends(nil, "config", "-config", file(t, "mock.yaml", "# nothing\n"))
	assert.Equal(t, ok, status)
}

func TestSettingsThatContradictEachOther(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"-tls-ca: there is a certificate by tls-cert already; leave one of them out":       {"-tls-ca", "a", "-tls-cert", "b", "-tls-key", "c"},
		"-tls-cert: its key is missing; add tls-key":                                       {"-tls-cert", "b"},
		"-tls-key: its certificate is missing; add tls-cert":                               {"-tls-key", "b"},
		"-h2c: over TLS there is HTTP/2 anyway; leave h2c out":                             {"-tls-ca", "a", "-h2c"},
		"-ready-file: it would be written over the file of seed; choose another path":      {"-seed", "./x/../world.yaml", "-ready-file", "world.yaml"},
		"-ready-file: it would be written over the file of tls-ca; choose another path":    {"-tls-ca", "a", "-ready-file", "a"},
		"-tls-ca: it would be written over the file of addr; choose another path":          {"-tls-ca", "a", "-addr", "unix:a"},
		"-tls-ca: it would be written over the file of tls-client-ca; choose another path": {"-tls-ca", "a", "-tls-client-ca", "a"},
	} {
		status, _, stderr := ends(nil, args...)
		assert.Equal(t, usage, status)
		assert.Contains(t, stderr, "quartet-mock: "+want+"\n")
	}
}
