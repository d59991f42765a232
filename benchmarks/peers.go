package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// absence is a peer that was not measured.
type absence struct{ name, reason string }

const mergedFile = "merged.json"

// peer is a mock server by others that comes from a registry.
type peer struct {
	title   string
	install func() (onDisk, error)
	needs   []string // programs
	jvm     bool
	note    string
	// command starts it on a port; into has the merged document and what was made of it.
	command func(into, port string) []string
}

var peers = []peer{
	{
		title: "Prism", install: npmPeer("prism"), needs: []string{"node", "npm"},
		note: "the four documents, merged into one; examples are its answers; without its log",
		command: func(into, port string) []string {
			return []string{"node", "peers/prism/node_modules/@stoplight/prism-cli/dist/index.js", "mock", "-m", "false", "-p", port, "-v", "silent", filepath.Join(into, mergedFile)}
		},
	},
	{
		title: "Mockoon", install: npmPeer("mockoon"), needs: []string{"node", "npm"},
		note: "the four documents, merged into one; it makes answers of the schemas; without its admin API, log file and list of calls",
		command: func(into, port string) []string {
			return []string{"node", "peers/mockoon/node_modules/@mockoon/cli/bin/run.js", "start", "-d", filepath.Join(into, mergedFile), "-p", port, "-l", "127.0.0.1",
				"--disable-log-to-file", "--disable-admin-api", "--max-transaction-logs", "0"}
		},
	},
	{
		title: "WireMock", install: npmPeer("wiremock"), needs: []string{"node", "npm", "java"}, jvm: true,
		note: "reads no OpenAPI: a stub for each operation, its answer the document's example; without its journal and log",
		command: func(into, port string) []string {
			jar, _ := filepath.Glob("peers/wiremock/node_modules/wiremock/build/*.jar") // the pattern is sound
			return append([]string{"java", "-jar"}, append(jar, "--port", port, "--bind-address", "127.0.0.1", "--root-dir", filepath.Join(into, "stubs"),
				"--no-request-journal", "--disable-request-logging", "--disable-response-templating", "--disable-banner", "--disable-gzip",
				"--use-chunked-encoding", "never")...)
		},
	},
	{
		title: "MockServer", install: installMockServer, needs: []string{"java", "mvn"}, jvm: true,
		note: "the four documents, merged into one; examples are its answers; without its log",
		command: func(into, port string) []string {
			return []string{"java", "-Dmockserver.initializationJsonPath=" + filepath.Join(into, expectationsFile), "-Dmockserver.logLevel=OFF",
				"-Dmockserver.disableSystemOut=true", "-Dmockserver.disableLogging=true", "-jar", mockServerJar, "-serverPort", port}
		},
	},
}

// peerPrograms installs the peers that can be had here and says why others cannot. They
// read files that are made of the merged document.
func peerPrograms(into string, document []byte) (programs []mockProgram, absent []absence, err error) {
	merged := filepath.Join(into, mergedFile)
	if err := writeStubs(document, filepath.Join(into, "stubs", "mappings")); err != nil {
		return nil, nil, err
	}
	expectations := fmt.Sprintf(`[{"specUrlOrPayload":%q}]`, "file:"+filepath.ToSlash(merged))
	if err := os.WriteFile(filepath.Join(into, expectationsFile), []byte(expectations), 0o600); err != nil {
		return nil, nil, err
	}
	for _, p := range peers {
		fmt.Println("installing", p.title)
		installed, err := p.installed()
		if err != nil {
			absent = append(absent, absence{p.title, err.Error()})
			continue
		}
		programs = append(programs, mockProgram{
			name: p.title + " " + installed.version, jvm: p.jvm, note: p.note, size: installed.megabytes,
			command: func(port string) []string { return p.command(into, port) },
		})
	}
	return programs, absent, nil
}

func (p peer) installed() (onDisk, error) {
	for _, program := range p.needs {
		if _, err := exec.LookPath(program); err != nil {
			return onDisk{}, fmt.Errorf("it needs %s, which is not here", program)
		}
	}
	return p.install()
}

// onDisk is what was installed.
type onDisk struct {
	version   string
	megabytes float64
}

// npmPeer installs the one package of a folder under peers, as its lock file pins it.
func npmPeer(folder string) func() (onDisk, error) {
	return func() (onDisk, error) {
		folder := filepath.Join("peers", folder)
		text, err := os.ReadFile(filepath.Join(folder, "package.json"))
		if err != nil {
			return onDisk{}, err
		}
		var wanted struct{ Dependencies map[string]string }
		if err := json.Unmarshal(text, &wanted); err != nil {
			return onDisk{}, err
		}
		var d onDisk
		for _, d.version = range wanted.Dependencies { // one
		}
		modules := filepath.Join(folder, "node_modules")
		if !newer(filepath.Join(modules, ".package-lock.json"), filepath.Join(folder, "package-lock.json")) {
			if err := quietly(folder, "npm", "ci", "--ignore-scripts", "--loglevel=error"); err != nil {
				return onDisk{}, err
			}
		}
		d.megabytes, err = sizeOnDisk(modules)
		return d, err
	}
}

// newer reports whether a file is there and not older than another.
func newer(file, than string) bool {
	a, err := os.Stat(file)
	if err != nil {
		return false
	}
	b, err := os.Stat(than)
	return err == nil && !a.ModTime().Before(b.ModTime())
}

// MockServer comes from Maven Central as one file: the newest version that is there whole.
// Later ones need a parent that is not.
const (
	mockServerVersion = "5.15.0"
	mockServerSum     = "866bd44bfda37a3dc7d95f89c3abb34175dab5014326cd74b3e03fd023eddebf"
	mockServerFolder  = "peers/mockserver"
	mockServerJar     = mockServerFolder + "/mockserver-netty-no-dependencies-" + mockServerVersion + ".jar"
	mavenCopy         = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
	expectationsFile  = "expectations.json"
)

func installMockServer() (onDisk, error) {
	if _, err := os.Stat(mockServerJar); errors.Is(err, fs.ErrNotExist) {
		err := quietly(".", "mvn", "-q", "-B", mavenCopy, "-DoutputDirectory="+mockServerFolder,
			"-Dartifact=org.mock-server:mockserver-netty-no-dependencies:"+mockServerVersion)
		if err != nil {
			return onDisk{}, err
		}
	}
	data, err := os.ReadFile(mockServerJar)
	if err != nil {
		return onDisk{}, err
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != mockServerSum {
		return onDisk{}, fmt.Errorf("%s is not the file that is pinned: its SHA-256 is %x", mockServerJar, sum)
	}
	return onDisk{mockServerVersion, float64(len(data)) / 1e6}, nil
}

// quietly runs a program in a folder, and shows what it printed when it fails.
func quietly(folder, program string, args ...string) error {
	cmd := exec.Command(program, args...)
	cmd.Dir = folder
	out, err := cmd.CombinedOutput()
	if err != nil {
		fmt.Printf("%s\n", out)
		return fmt.Errorf("%s could not bring it: %w", program, err)
	}
	return nil
}

// sizeOnDisk adds up the files at a path, in MB.
func sizeOnDisk(path string) (megabytes float64, err error) {
	err = filepath.WalkDir(path, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			megabytes += float64(info.Size()) / 1e6
		}
		return err
	})
	return megabytes, err
}
