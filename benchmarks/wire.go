package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// How the wire is measured.
const (
	wireRounds = 15
	wireSlice  = 200 * time.Millisecond // of one server, call and number of connections in one round
	wireStarts = 5
	minWire    = 0.75 // of the bare server's requests per second at boundConns
	aimWire    = 0.85
	boundConns = 16
)

var wireConns = []int{1, boundConns, 64}

// wireReport is what was measured on the wire.
type wireReport struct {
	mock, bare wireSide
	load       string // of the machine, before and after
}

// wireSide is one server's.
type wireSide struct {
	start       []float64 // ms
	rest, after []float64 // MB
	cells       map[wireCell]*wireSamples
}

type wireCell struct {
	call, conns int
}

// wireSamples are one a round.
type wireSamples struct {
	rate, p50, p99 []float64 // 1/s, µs, µs
}

// measureWire builds and starts the servers and calls them in turn.
func measureWire() (r wireReport, err error) {
	into, err := os.MkdirTemp("", "wire")
	if err != nil {
		return r, err
	}
	defer func() { _ = os.RemoveAll(into) }() // as with sizes
	mockProgram, bareProgram, err := buildWire(into)
	if err != nil {
		return r, err
	}
	if err := pinSelf(); err != nil {
		return r, err
	}
	answers := filepath.Join(into, "answers.json")
	if err := recordAnswers(mockProgram, answers); err != nil {
		return r, err
	}
	r.load = machineLoad()
	for range wireStarts - 1 {
		for side, start := range r.sides(mockProgram, bareProgram, answers) {
			server, err := start()
			if err != nil {
				return r, err
			}
			side.started(server)
			server.stop()
		}
	}
	servers := map[*wireSide]*wireServer{}
	for side, start := range r.sides(mockProgram, bareProgram, answers) {
		server, err := start()
		if err != nil {
			return r, err
		}
		defer server.stop()
		side.started(server)
		servers[side] = server
	}
	if err := r.rounds(servers); err != nil {
		return r, err
	}
	for side, server := range servers {
		side.after = append(side.after, megabytes(server.resident()))
	}
	r.load += " before, " + machineLoad() + " after"
	return r, nil
}

func (r *wireReport) sides(mock, bare, answers string) map[*wireSide]func() (*wireServer, error) {
	return map[*wireSide]func() (*wireServer, error){
		&r.mock: func() (*wireServer, error) { return startWire(mock) },
		&r.bare: func() (*wireServer, error) { return startWire(bare, "-answers", answers) },
	}
}

func (s *wireSide) started(server *wireServer) {
	s.start = append(s.start, float64(server.start.Microseconds())/1e3)
	s.rest = append(s.rest, megabytes(server.resident()))
}

// rounds calls the servers in turn. The first round fills the journal and is not counted.
func (r *wireReport) rounds(servers map[*wireSide]*wireServer) error {
	for _, side := range []*wireSide{&r.bare, &r.mock} {
		side.cells = map[wireCell]*wireSamples{}
	}
	for round := range wireRounds + 1 {
		for call := range wireCalls {
			for _, conns := range wireConns {
				for _, side := range []*wireSide{&r.bare, &r.mock} {
					took, err := loadWire(servers[side].addr, wireCalls[call], conns, wireSlice)
					if err != nil {
						return err
					}
					if round > 0 {
						side.add(wireCell{call, conns}, took)
					}
				}
			}
		}
	}
	return nil
}

func (s *wireSide) add(cell wireCell, took latencies) {
	if s.cells[cell] == nil {
		s.cells[cell] = &wireSamples{}
	}
	into := s.cells[cell]
	into.rate = append(into.rate, float64(len(took))/wireSlice.Seconds())
	into.p50 = append(into.p50, took.percentile(50))
	into.p99 = append(into.p99, took.percentile(99))
}

// recordAnswers asks the mock what the bare server is to answer.
func recordAnswers(mock, file string) error {
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
		body, err := conn.body(c)
		if err != nil {
			return err
		}
		answers[c.method+" "+c.path] = map[string]any{"Status": c.status, "Body": body}
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

const wireHeading = "\n## The mock on the wire\n"

var wireMethod = fmt.Sprintf(`
The program quartet-mock with its defaults, so that every request is validated and stands in the journal, beside a bare
net/http server which reads the body and answers the same bytes with the same status. Each is a process of its own with
GOMAXPROCS=1, where possible on a core that the loader leaves to it; the loader writes prepared bytes to connections that are
kept. In each of %d rounds every call is made for %s over every number of connections, at the one server and then at the
other. Figures are medians of the rounds, the ratio that of the rounds' own ratios. Latency at %d and %d connections is mostly
the wait for the one core.
`, wireRounds, wireSlice, boundConns, wireConns[len(wireConns)-1])

// text is the section.
func (r wireReport) text() string {
	var b strings.Builder
	b.WriteString(wireHeading + wireMethod)
	fmt.Fprintf(&b, "Load average of the machine: %s.\n", r.load)
	for call := range wireCalls {
		r.writeCall(&b, call)
	}
	fmt.Fprintf(&b, "\n| | start to first answer, ms | MB at rest | MB after the load |\n|---|---:|---:|---:|\n")
	for _, side := range []struct {
		name string
		wireSide
	}{{"bare net/http", r.bare}, {"**quartet-mock**", r.mock}} {
		fmt.Fprintf(&b, "| %s | %.0f | %.1f | %.1f |\n", side.name, median(side.start), median(side.rest), median(side.after))
	}
	return b.String()
}

func (r wireReport) writeCall(b *strings.Builder, call int) {
	fmt.Fprintf(b, "\n### %s\n\n| connections | | requests/s | slowest to fastest round | × bare | p50 µs | p99 µs |\n|---:|---|---:|---:|---:|---:|---:|\n", wireCalls[call].title)
	for _, conns := range wireConns {
		cell := wireCell{call, conns}
		bare, mock := r.bare.cells[cell], r.mock.cells[cell]
		bare.write(b, conns, "bare net/http", bare)
		mock.write(b, conns, "**quartet-mock**", bare)
	}
	cell := wireCell{call, boundConns}
	got := r.mock.cells[cell].ratio(r.bare.cells[cell])
	fmt.Fprintf(b, "\nAt least %.2f × bare at %d connections: %s, %.2f (aim %.2f).\n", minWire, boundConns, holds(got >= minWire), got, aimWire)
}

func (s *wireSamples) write(b *strings.Builder, conns int, name string, bare *wireSamples) {
	fmt.Fprintf(b, "| %d | %s | %.0f | %.0f to %.0f | %.2f | %.0f | %.0f |\n",
		conns, name, median(s.rate), slices.Min(s.rate), slices.Max(s.rate), s.ratio(bare), median(s.p50), median(s.p99))
}

// ratio is how many times the requests per second of bare: the median of the rounds.
func (s *wireSamples) ratio(bare *wireSamples) float64 {
	ratios := make([]float64, len(s.rate))
	for i := range ratios {
		ratios[i] = s.rate[i] / bare.rate[i]
	}
	return median(ratios)
}
