package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// absence is a peer that was not measured.
type absence struct{ name, reason string }

// Files that peers read.
const (
	mergedFile       = "merged.json"
	expectationsFile = "expectations.json"
)

// peer is a mock server by others that comes from the npm registry.
type peer struct {
	title  string
	folder string   // under peers, with its package and lock file
	needs  []string // programs
	jvm    bool
	note   string
	// command starts it on a port; into has the merged document and what was made of it.
	command func(into, port string) []string
}

var peers = []peer{
	{
		title: "Prism", folder: "prism", needs: []string{"node", "npm"},
		note: "the four documents, merged into one; examples are its answers; without its log",
		command: func(into, port string) []string {
			return []string{"node", "peers/prism/node_modules/@stoplight/prism-cli/dist/index.js", "mock", "-m", "false", "-p", port, "-v", "silent", filepath.Join(into, mergedFile)}
		},
	},
	{
		title: "Mockoon", folder: "mockoon", needs: []string{"node", "npm"},
		note: "the four documents, merged into one; it makes answers of the schemas; without its admin API, log file and list of calls",
		command: func(into, port string) []string {
			return []string{"node", "peers/mockoon/node_modules/@mockoon/cli/bin/run.js", "start", "-d", filepath.Join(into, mergedFile), "-p", port, "-l", "127.0.0.1",
				"--disable-log-to-file", "--disable-admin-api", "--max-transaction-logs", "0"}
		},
	},
	{
		title: "WireMock", folder: "wiremock", needs: []string{"node", "npm", "java"}, jvm: true,
		note: wireMockNote + "without its journal, log, templates and compression",
		command: func(into, port string) []string {
			return wireMock(into, port, "--no-request-journal", "--disable-request-logging", "--disable-response-templating", "--disable-gzip")
		},
	},
	{
		title: wireMockDefaults, folder: "wiremock", needs: []string{"node", "npm", "java"}, jvm: true,
		note:    wireMockNote + "its defaults, with a journal that has no bound",
		command: func(into, port string) []string { return wireMock(into, port) },
	},
	{
		title: wireMockBounded, folder: "wiremock", needs: []string{"node", "npm", "java"}, jvm: true,
		note: wireMockNote + "its defaults, but for a journal of as many calls as quartet's",
		command: func(into, port string) []string {
			return wireMock(into, port, "--max-request-journal-entries", "10000")
		},
	},
	{
		title: "MockServer", folder: "mockserver", needs: []string{"node", "npm", "java"}, jvm: true,
		note: "the four documents, merged into one; examples are its answers; without its log",
		command: func(into, port string) []string {
			jar, _ := filepath.Glob("peers/mockserver/node_modules/mockserver-node/*.jar") // as above
			args := []string{"java", "-Dmockserver.initializationJsonPath=" + filepath.Join(into, expectationsFile), "-Dmockserver.logLevel=OFF",
				"-Dmockserver.disableSystemOut=true", "-Dmockserver.disableLogging=true", "-Dmockserver.attemptToProxyIfNoMatchingExpectation=false",
				"-Dmockserver.directoryToSaveDynamicSSLCertificate=" + into, "-jar"}
			return append(append(args, jar...), "-serverPort", port)
		},
	},
}

const (
	wireMockDefaults = "WireMock as it is started"
	wireMockBounded  = "WireMock with a journal of 10,000"
	wireMockNote     = "reads no OpenAPI: a stub for each operation, its answer the document's example, whose length it says; "
)

func wireMock(into, port string, settings ...string) []string {
	jar, _ := filepath.Glob("peers/wiremock/node_modules/wiremock/build/*.jar") // the pattern is sound
	return slices.Concat([]string{"java", "-jar"}, jar, []string{
		"--port", port, "--bind-address", "127.0.0.1", "--root-dir", filepath.Join(into, "stubs"), "--disable-banner", "--use-chunked-encoding", "never",
	}, settings)
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
		version, size, err := p.installed()
		if err != nil {
			absent = append(absent, absence{p.title, err.Error()})
			continue
		}
		programs = append(programs, mockProgram{
			name: p.title, version: version, jvm: p.jvm, note: p.note, size: size,
			command: func(port string) []string { return p.command(into, port) },
		})
	}
	return programs, absent, nil
}

// installed installs the one package of the peer's folder as its lock file pins it, and
// returns its version and the size on disk.
func (p peer) installed() (version string, megabytes float64, err error) {
	for _, program := range p.needs {
		if _, err := exec.LookPath(program); err != nil {
			return "", 0, fmt.Errorf("it needs %s, which is not here", program)
		}
	}
	folder := filepath.Join("peers", p.folder)
	text, err := os.ReadFile(filepath.Join(folder, "package.json"))
	if err != nil {
		return "", 0, err
	}
	var wanted struct{ Dependencies map[string]string }
	if err := json.Unmarshal(text, &wanted); err != nil {
		return "", 0, err
	}
	for _, version = range wanted.Dependencies { // one
	}
	modules := filepath.Join(folder, "node_modules")
	if !newer(filepath.Join(modules, ".package-lock.json"), filepath.Join(folder, "package-lock.json")) {
		if err := quietly(folder, "npm", "ci", "--ignore-scripts", "--loglevel=error"); err != nil {
			return "", 0, err
		}
	}
	megabytes, err = sizeOnDisk(modules)
	return version, megabytes, err
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
