package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"
)

// How the wire is measured.
const (
	wireRounds = 15
	wireSlice  = 200 * time.Millisecond // of one server, call and number of connections in one round
	wireStarts = 5
	wireWarm   = 30 * time.Second // for a JVM to compile what is hot
	boundConns = 16               // where the figures are held against the aims
)

var wireConns = []int{1, boundConns, 64}

// wireSide is one server's part.
type wireSide struct {
	mockProgram
	server      *wireServer
	manners     manners
	start       []float64 // ms
	rest, after []float64 // MB, one a start and one a round
	cells       map[wireCell]*wireSamples
}

type wireCell struct {
	call, conns int
}

// wireSamples are one a round, and the calls of all rounds.
type wireSamples struct {
	rate, p50, p99 []float64 // 1/s, µs, µs
	all            latencies
}

// wireReport is what was measured on the wire.
type wireReport struct {
	sides  []*wireSide
	turn   int // counts the rounds
	absent []absence
	load   string // of the machine, before and after
}

// measureWire builds and starts the servers and calls them in turn.
func measureWire() (string, error) {
	into, err := os.MkdirTemp("", "wire")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(into) }() // as with sizes
	r := &wireReport{}
	document, err := mergeDocuments()
	if err != nil {
		return "", err
	}
	programs, err := goPrograms(into, document)
	if err != nil {
		return "", err
	}
	others, absent, err := peerPrograms(into, document)
	if err != nil {
		return "", err
	}
	r.absent = absent
	for _, p := range append(programs, others...) {
		r.sides = append(r.sides, &wireSide{mockProgram: p, cells: map[wireCell]*wireSamples{}})
	}
	if err := pinSelf(); err != nil {
		return "", err
	}
	debug.FreeOSMemory() // what was measured before leaves much behind
	r.load = machineLoad()
	defer r.stop()
	r.startAll()
	r.each("look", (*wireSide).look)
	r.each("warm up", (*wireSide).warmUp)
	r.rounds()
	r.load += " before, " + machineLoad() + " after"
	return r.text()
}

func (r *wireReport) stop() {
	for _, s := range r.sides {
		if s.server != nil {
			s.server.stop()
		}
	}
}

// each does something to every server, in each round with another one first. One that fails
// is stopped and leaves the field, and the report says why.
func (r *wireReport) each(what string, do func(*wireSide) error) {
	first := r.turn % max(len(r.sides), 1)
	for _, s := range slices.Concat(r.sides[first:], r.sides[:first]) {
		err := do(s)
		if err == nil {
			continue
		}
		fmt.Println(s.title(), "fails:", what, err)
		reason, _, _ := strings.Cut(err.Error(), "\n") // many connections fail in the same way
		r.absent = append(r.absent, absence{s.title(), what + ": " + reason})
		if s.server != nil {
			s.server.stop()
		}
		r.sides = slices.DeleteFunc(r.sides, func(other *wireSide) bool { return other == s })
	}
}

// startAll starts every server some times, in turn; the last ones stay, stopped where they are.
func (r *wireReport) startAll() {
	for r.turn = range wireStarts {
		r.each("start", func(s *wireSide) error {
			server, err := startWire(s.command)
			if err != nil {
				return err
			}
			s.start = append(s.start, float64(server.start.Microseconds())/1e3)
			s.rest = append(s.rest, megabytes(server.resident()))
			if r.turn < wireStarts-1 {
				server.stop()
				return nil
			}
			s.server = server
			return server.signal(syscall.SIGSTOP)
		})
	}
}

// look finds out whether the server answers every call, and what else it does.
func (s *wireSide) look() error {
	return s.server.alone(func() (err error) {
		for _, c := range wireCalls {
			if err := tryWire(s.server.addr, c, time.Now().Add(wirePatience)); err != nil {
				return fmt.Errorf("%s %s: %w", c.method, c.path, err)
			}
		}
		s.manners, err = watchManners(s.server.addr)
		return err
	})
}

// warmUp calls a JVM until it is fast.
func (s *wireSide) warmUp() error {
	if !s.jvm {
		return nil
	}
	return s.server.alone(func() error {
		for _, c := range wireCalls {
			if _, _, err := loadWire(s.server.addr, c, boundConns, wireWarm/time.Duration(len(wireCalls))); err != nil {
				return err
			}
		}
		return nil
	})
}

// rounds calls the servers in turn. The first round fills the journal and is not counted.
func (r *wireReport) rounds() {
	for r.turn = range wireRounds + 1 {
		for call := range wireCalls {
			for _, conns := range wireConns {
				r.each("load", func(s *wireSide) error { return s.load(wireCell{call, conns}, r.turn > 0) })
			}
		}
		if r.turn == 0 {
			continue
		}
		for _, s := range r.sides {
			s.after = append(s.after, megabytes(s.server.resident()))
		}
	}
}

func (s *wireSide) load(cell wireCell, counts bool) error {
	return s.server.alone(func() error {
		took, length, err := loadWire(s.server.addr, wireCalls[cell.call], cell.conns, wireSlice)
		if err == nil && counts {
			s.add(cell, took, length)
		}
		return err
	})
}

func (s *wireSide) add(cell wireCell, took latencies, length time.Duration) {
	if s.cells[cell] == nil {
		s.cells[cell] = &wireSamples{}
	}
	into := s.cells[cell]
	into.rate = append(into.rate, float64(len(took))/length.Seconds())
	into.p50 = append(into.p50, took.percentile(50))
	into.p99 = append(into.p99, took.percentile(99))
	into.all = append(into.all, took...)
}

// manners are what a server does besides answering right calls.
type manners struct {
	wrong, stranger int  // statuses that a wrong body and an unknown credential are answered with
	remembers       bool // what one call changes, the next one reads
}

// watchManners finds out.
func watchManners(addr string) (m manners, err error) {
	conn, err := dialWire(addr)
	if err != nil {
		return m, err
	}
	defer conn.conn.Close()
	get, put := wireCalls[0], wireCalls[1]
	wrong, stranger, renamed := put, get, put
	wrong.body = `{"first_name":1}`
	stranger.header = "Authorization: Bearer nobody\r\n"
	renamed.body = `{"first_name":"Remembered","last_name":null}`
	if m.wrong, _, err = conn.ask(wrong); err != nil {
		return m, err
	}
	if m.stranger, _, err = conn.ask(stranger); err != nil {
		return m, err
	}
	if _, _, err = conn.ask(renamed); err != nil {
		return m, err
	}
	_, body, err := conn.ask(get)
	m.remembers = strings.Contains(body, "Remembered")
	return m, err
}

// mockProgram is a mock server to start.
type mockProgram struct {
	name    string
	version string // "" for what is built here
	command func(port string) []string
	size    float64 // MB on disk, without the runtime that it needs
	jvm     bool
	note    string // how it was set up
}

func (p mockProgram) title() string { return strings.TrimSpace(p.name + " " + p.version) }

// Names that figures are compared by.
const (
	bareServer = "bare net/http"
	ourServer  = "quartet-mock"
	ourChecked = ourServer + " -check-answers"
	kinServer  = "kin-openapi before net/http"
)

// goServers are built here, as a user would.
var goServers = []struct {
	name, note, from string
	flags            func(into string) []string
}{
	{bareServer, "fixed answers, those of quartet-mock", "./internal/bare", func(into string) []string {
		return []string{"-answers", filepath.Join(into, answersFile)}
	}},
	{ourServer, "its defaults: validation and journal on", ourProgram, func(string) []string { return nil }},
	{ourChecked, "as before; answers are validated, too", ourProgram, func(string) []string { return []string{"-check-answers"} }},
	{kinServer, "the same fixed answers; requests and answers are validated", "./internal/kinserver", func(into string) []string {
		return []string{"-answers", filepath.Join(into, answersFile), "-document", filepath.Join(into, mergedFile)}
	}},
}

const (
	ourProgram  = ourModule + "/mockserver/cmd/quartet-mock"
	answersFile = "answers.json" // of the mock, for others to answer
)

// goPrograms builds them.
func goPrograms(into string, document []byte) (programs []mockProgram, err error) {
	if err := os.WriteFile(filepath.Join(into, mergedFile), document, 0o600); err != nil {
		return nil, err
	}
	for _, s := range goServers {
		file := filepath.Join(into, filepath.Base(s.from))
		if out, err := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", file, s.from).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%s: %w: %s", s.from, err, out)
		}
		size, err := sizeOnDisk(file)
		if err != nil {
			return nil, err
		}
		command := func(port string) []string {
			return append([]string{file, "-addr", "127.0.0.1:" + port}, s.flags(into)...)
		}
		programs = append(programs, mockProgram{name: s.name, note: s.note, size: size, command: command})
		if s.name != ourServer {
			continue
		}
		if err := recordAnswers(command, filepath.Join(into, answersFile)); err != nil {
			return nil, err
		}
	}
	return programs, nil
}

// recordAnswers asks the mock what the others are to answer.
func recordAnswers(mock func(port string) []string, file string) error {
	server, err := startWire(mock)
	if err != nil {
		return err
	}
	defer server.stop()
	conn, err := dialWire(server.addr)
	if err != nil {
		return err
	}
	defer conn.conn.Close()
	answers := map[string]any{}
	for _, c := range wireCalls {
		status, body, err := conn.ask(c)
		if err != nil {
			return err
		}
		answers[c.method+" "+c.path] = map[string]any{"Status": status, "Body": body}
	}
	data, err := json.Marshal(answers)
	if err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o600)
}

// machineLoad is the load average of a minute, "unknown" where the system does not tell.
func machineLoad() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	minute, _, _ := strings.Cut(string(text), " ")
	return minute
}
