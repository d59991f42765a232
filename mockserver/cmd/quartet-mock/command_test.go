package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/quartet-go/quartet"
)

func TestCommandsThatEndByThemselves(t *testing.T) {
	t.Parallel()
	const hint = "quartet-mock: \"quartet-mock help\" tells the commands and settings\n"
	for name, tc := range map[string]struct {
		args           []string
		status         int
		stdout, stderr string
	}{
		"version":          {[]string{"version"}, ok, "quartet-mock " + quartet.Version + "\n", ""},
		"version as flag":  {[]string{"-version"}, ok, "quartet-mock " + quartet.Version + "\n", ""},
		"unknown command":  {[]string{"chek"}, usage, "", "quartet-mock: there is no command \"chek\"; the nearest is check\n" + hint},
		"argument":         {[]string{"-h2c", "true"}, usage, "", "quartet-mock: unexpected argument \"true\"; write -h2c=true\n" + hint},
		"two arguments":    {[]string{"--prefer", "0", "true"}, usage, "", "quartet-mock: unexpected argument \"0\"; write --prefer=0\nquartet-mock: unexpected argument \"true\"; flags begin with -, and a command comes first\n" + hint},
		"far from all":     {[]string{"bogus"}, usage, "", "quartet-mock: there is no command \"bogus\"\n" + hint},
		"a file":           {[]string{"foo.yaml"}, usage, "", "quartet-mock: there is no command \"foo.yaml\"; if it is a seed file, write check foo.yaml, or -seed foo.yaml\n" + hint},
		"far from a flag":  {[]string{"-unknown"}, usage, "", "quartet-mock: -unknown: there is no such flag\n" + hint},
		"flag of no value": {[]string{"-addr"}, usage, "", "quartet-mock: flag needs an argument: -addr\n" + hint},
		"flag of check":    {[]string{"check", "-x", "f"}, usage, "", "quartet-mock: check: flag provided but not defined: -x\n" + hint},
		"surplus":          {[]string{"version", "extra"}, usage, "", "quartet-mock: version: unexpected argument \"extra\"\n" + hint},
		"check of nothing": {[]string{"check"}, usage, "", "quartet-mock: check: name at least one seed file\n" + hint},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, stdout, stderr := ends(nil, tc.args...)
			assert.Equal(t, tc.status, status)
			assert.Equal(t, tc.stdout, stdout)
			assert.Equal(t, tc.stderr, stderr)
		})
	}
}

func TestHelpHasEveryCommandAndSetting(t *testing.T) {
	t.Parallel()
	_, help, _ := ends(nil, "help")
	for _, args := range [][]string{{"-h"}, {"--help"}, {"serve", "-h"}, {"config", "-help"}, {"check", "-h"}, {"version", "-h"}} {
		status, stdout, stderr := ends(nil, args...)
		assert.Equal(t, ok, status)
		assert.Equal(t, help, stdout)
		assert.Empty(t, stderr)
	}
	for _, c := range commands() {
		assert.Contains(t, help, "\n  quartet-mock "+c.name+" ")
	}
	for _, s := range defaults().all {
		assert.Contains(t, help, "\n  -"+s.name)
	}
	for _, example := range []string{
		"\n  -addr host:port\n    \twhere to listen: host:port, where port 0 takes a free one, or unix:PATH (default 127.0.0.1:8080)\n",
		"\n  -h2c\n    \tserve HTTP/2 without TLS, too\n",
		"\n  -max-bodies bytes\n",
	} {
		assert.Contains(t, help, example)
	}
	for line := range strings.Lines(help) {
		assert.Less(t, len(line), 160)
	}
}

func TestCheckSaysEveryMistake(t *testing.T) {
	t.Parallel()
	good := file(t, "good.yaml", "faults: [{status: 503}]\n")
	bad := file(t, "bad.yaml", "# a comment\nfaults:\n- {status: 99}\n- {kind: nothing}\n")
	status, stdout, stderr := ends(nil, "check", good, bad, "/no/such/file")
	assert.Equal(t, failed, status)
	assert.Equal(t, good+": ok\n", stdout)
	lines := strings.Split(stderr, "\n")
	assert.Len(t, lines, 4, stderr)
	assert.Contains(t, lines[0], bad+":3: faults.0.status: ")
	assert.Contains(t, lines[1], bad+":4: faults.1.kind: ")
	assert.Contains(t, lines[2], "open /no/such/file: ")

	status, stdout, stderr = ends(nil, "check", good, good)
	assert.Equal(t, ok, status)
	assert.Equal(t, strings.Repeat(good+": ok\n", 2), stdout)
	assert.Empty(t, stderr)
}

// A server that nobody can reach any more does not start.
func TestSeedMustNotShutOutTheAdminAPI(t *testing.T) {
	t.Parallel()
	seed := file(t, "seed.yaml", "faults:\n- {kind: connection-refused, at_most: 3}\n- {kind: connection-refused, from: 2}\n")
	const mistake = ":3: faults.1.at_most: connection-refused refuses calls of the admin API, too; say how many connections: at_most, to or nth\n"
	status, _, stderr := ends(nil, "check", seed)
	assert.Equal(t, failed, status)
	assert.Equal(t, seed+mistake, stderr)
	status, stdout, stderr := ends(nil, "-addr", "127.0.0.1:0", "-seed", seed)
	assert.Equal(t, usage, status)
	assert.Empty(t, stdout)
	assert.Equal(t, "quartet-mock: -seed: "+seed+mistake, stderr)
}

// What a proxy cannot do is refused: to stand in front of itself, and to shape answers that
// it does not make.
func TestProxyRefusesWhatItCannotDo(t *testing.T) {
	t.Parallel()
	const itself = "quartet-mock: -target: this is where the proxy itself listens; name another server, or another addr\n"
	for _, tc := range []struct {
		addr, target string
		itself       bool
	}{
		{"127.0.0.1:8080", "http://127.0.0.1:8080", true},
		{"127.0.0.1:8080", "http://LOCALHOST:8080/base", true},
		{"localhost:443", "https://127.0.0.1", true},
		{":8080", "http://[::1]:8080", true},
		{"0.0.0.0:80", "http://localhost", true},
		{"mock.test:8080", "http://Mock.test:8080", true},
		{"127.0.0.1:8080", "http://127.0.0.1:8081", false},
		{"127.0.0.1:8080", "http://127.0.0.2:8080", false},
		{":8080", "http://api.example.com:8080", false},
		{"unix:/a", "http://127.0.0.1:8080", false},
	} {
		_, _, stderr := ends(nil, "config", "-addr", tc.addr, "-target", tc.target)
		assert.Equal(t, tc.itself, strings.Contains(stderr, itself), tc)
	}
	status, _, stderr := ends(nil, "proxy", "-target", "http://127.0.0.1:1", "-split-balance", "-variation", "0", "-check-answers")
	assert.Equal(t, usage, status)
	for _, name := range []string{"split-balance", "variation", "check-answers"} {
		assert.Contains(t, stderr, "quartet-mock: -"+name+": the command proxy makes no answers of its own; leave it out\n")
	}
}
