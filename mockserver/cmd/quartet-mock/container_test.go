package main

import (
	"bytes"
	"cmp"
	"debug/elf"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// folder has the program that Containerfile's own line builds. TestMain removes it.
var folder = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "quartet-mock") })

var built = sync.OnceValues(func() (program string, err error) {
	into, err := folder()
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile("Containerfile")
	if err != nil {
		return "", err
	}
	line := regexp.MustCompile(`(?m)^RUN (CGO_ENABLED=0) (go) (build -trimpath -ldflags) "(-s -w)" -o /(quartet-mock) (\./\S+)$`).FindStringSubmatch(string(text))
	program = filepath.Join(into, line[5])
	args := append(strings.Fields(line[3]), line[4], "-o", program, line[6])
	cmd := exec.Command(line[2], args...)
	cmd.Dir = "../../.." // the context of the build
	cmd.Env = append(os.Environ(), line[1])
	cmd.Stderr = os.Stderr
	return program, cmd.Run()
})

// builtCommand is the built program, with no settings from the environment but the given.
func builtCommand(t *testing.T, environ []string, args ...string) *exec.Cmd {
	t.Helper()
	program, err := built()
	require.NoError(t, err)
	cmd := exec.Command(program, args...)
	for _, pair := range os.Environ() {
		if !strings.HasPrefix(pair, variablePrefix) {
			cmd.Env = append(cmd.Env, pair)
		}
	}
	cmd.Env = append(cmd.Env, environ...)
	return cmd
}

// processEnds runs the built program, which ends by itself.
func processEnds(t *testing.T, environ []string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	cmd := builtCommand(t, environ, args...)
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	if err := cmd.Run(); err != nil {
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit)
	}
	return cmd.ProcessState.ExitCode(), out.String(), complaints.String()
}

// process starts the built program.
func process(t *testing.T, environ []string, args ...string) (*served, *exec.Cmd) {
	t.Helper()
	cmd := builtCommand(t, environ, args...)
	s := &served{stderr: new(buffer), signal: func(signal os.Signal) { _ = cmd.Process.Signal(signal) }} // it may have ended
	cmd.Stderr = s.stderr
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	s.wait = sync.OnceValue(func() int { _ = cmd.Wait(); return cmd.ProcessState.ExitCode() }) // which says all
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended
		s.wait()
	})
	s.read(t, stdout)
	return s, cmd
}

func TestContainerIsOfTheStaticProgram(t *testing.T) {
	t.Parallel()
	program, err := built()
	require.NoError(t, err)
	found, err := os.Stat(program)
	require.NoError(t, err)
	t.Logf("the program has %.1f MiB", float64(found.Size())/(1<<20))
	assert.Less(t, found.Size(), int64(16<<20))
	if head, err := os.ReadFile(program); err == nil && bytes.HasPrefix(head, []byte(elf.ELFMAG)) {
		binary, err := elf.Open(program)
		require.NoError(t, err)
		defer binary.Close()
		for _, part := range binary.Progs {
			assert.NotEqual(t, elf.PT_INTERP, part.Type, "it is linked dynamically")
		}
	}
	version, err := exec.Command(program, "version").Output()
	require.NoError(t, err)
	assert.Contains(t, string(version), "quartet-mock ")
}

func TestContainerIsOnScratchAndNotRoot(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("Containerfile")
	require.NoError(t, err)
	_, last, two := strings.Cut(string(text), "\nFROM scratch\n")
	require.True(t, two)
	assert.NotContains(t, last, "\nFROM ")
	assert.Regexp(t, `(?m)^USER [1-9]\d*:[1-9]\d*$`, last)
	assert.Contains(t, last, "\nENTRYPOINT [\"/quartet-mock\"]\n")
	assertVariables(t, regexp.MustCompile(variablePrefix+`\w+`).FindAllString(string(text), -1))
	command := regexp.MustCompile(`(?m)^HEALTHCHECK .* CMD (\[.*\])$`).FindStringSubmatch(last)
	require.NotNil(t, command)
	assertCommand(t, command[1])
}

// The build is sent what the program is made of, and nothing else.
func TestContainerIsBuiltFromThePackagesAlone(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("Containerfile.dockerignore")
	require.NoError(t, err)
	sent := map[string]bool{}
	for _, line := range regexp.MustCompile(`(?m)^!(.+)$`).FindAllStringSubmatch(string(text), -1) {
		sent[line[1]] = true
	}
	assert.Regexp(t, `(?m)^\*$`, string(text))
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{if .Main}}{{$.ImportPath}}{{end}}{{end}}", ".")
	packages, err := list.Output()
	require.NoError(t, err)
	needed := map[string]bool{"go.mod": true, "go.sum": true}
	for path := range strings.FieldsSeq(string(packages)) {
		below, _ := strings.CutPrefix(path, "github.com/quartet-go/quartet")
		top, _, _ := strings.Cut(strings.TrimPrefix(below, "/"), "/")
		needed[cmp.Or(top, "*.go")] = true
	}
	assert.Equal(t, needed, sent)
}

func TestComposeStartsTheProgram(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("compose.yaml")
	require.NoError(t, err)
	var compose struct {
		Services map[string]struct {
			Build struct {
				Context, Dockerfile string
			}
			Command     []string
			Environment map[string]string
			Healthcheck struct {
				Test []string
			}
		}
	}
	require.NoError(t, yaml.Unmarshal(text, &compose))
	service := compose.Services["quartet-mock"]
	assert.FileExists(t, filepath.Join(service.Build.Context, service.Build.Dockerfile))
	require.Equal(t, "CMD", service.Healthcheck.Test[0])
	health, err := json.Marshal(service.Healthcheck.Test[1:])
	require.NoError(t, err)
	assertCommand(t, string(health))

	var environ, variables []string
	for name, value := range service.Environment {
		environ, variables = append(environ, name+"="+value), append(variables, name)
	}
	assertVariables(t, variables)
	require.Equal(t, "serve", service.Command[0])
	s, _ := process(t, environ, append(service.Command, "-addr=127.0.0.1:0")...) // a port that is free here
	assert.Equal(t, 503, s.status(t, "/profile/me", "Prefer", "code=503"))
	assert.Equal(t, ok, s.end(), "%s", s.stderr)
}

// assertCommand says that a health check, a list in JSON, calls the program.
func assertCommand(t *testing.T, list string) {
	t.Helper()
	var command []string
	require.NoError(t, json.Unmarshal([]byte(list), &command))
	assert.Equal(t, "/quartet-mock", command[0])
	status, _, stderr := ends(nil, append(command[1:], "-addr", unixPrefix+filepath.Join(t.TempDir(), "nobody"))...)
	assert.Equal(t, failed, status, "the command and its flags are there, nobody answers: %s", stderr)
}

func assertVariables(t *testing.T, names []string) {
	t.Helper()
	assert.NotEmpty(t, names)
	for _, name := range names {
		assert.Empty(t, setByVariables(defaults().all, []string{name + "="}))
		assert.Condition(t, func() bool {
			for _, s := range defaults().all {
				if s.variable() == name {
					return true
				}
			}
			return false
		}, "there is no variable %s", name)
	}
}
