package main

import (
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
)

// What the mock on the wire is held against: requests per second at boundConns.
var wireAims = []struct {
	than string
	aim  float64
}{{bareServer, 0.75}, {"Prism", 10}, {"WireMock", 4}, {wireMockDefaults, 4}, {wireMockBounded, 4}}

var wireMethod = fmt.Sprintf(`
The program quartet-mock with its defaults, so that every request is validated and stands in the journal, beside a bare net/http
server which reads the body and answers the same bytes with the same status, and beside other mock servers, each as fast as its
settings make it; WireMock twice more with a journal, without which nobody can ask it what was called: as it is started, where the
journal grows as long as it runs, and with one of as many calls as quartet's. With -check-answers quartet-mock does as much as
kin-openapi, which validates answers, too. It reads requests as plain as these by itself, with one read and one write
(docs/mockserver.md, "Speed"), which is how it can answer more of them than net/http.

Each is a process group of its own with GOMAXPROCS=1, where possible on a core that the loader leaves to it. All but the one that is
called are stopped where they are (SIGSTOP), because even an idle one may take time of that core. The loader is the same for all and
writes prepared bytes to connections that are there before its clock starts and kept until it ends. In each of %d rounds every call
is made for %s over every number of connections, at one server after the other; the next round begins with another one. A JVM is
called for %s before.

Latencies are those of the calls of all rounds together, in parentheses those of single rounds. At %d and %d connections they are
mostly the wait for the one core; a low p50 beside a low rate means that a server answers few connections at a time while the others
wait. All peers come from the npm registry, MockServer too, in the jar that its package brings.
`, wireRounds, wireSlice, wireWarm, boundConns, wireConns[len(wireConns)-1])

// text is the section.
func (r *wireReport) text() (string, error) {
	bare, ours := r.side(bareServer), r.side(ourServer)
	if bare == nil || ours == nil {
		return "", fmt.Errorf("there is nothing to compare with: %v", r.absent)
	}
	kin, err := moduleVersion("github.com/getkin/kin-openapi")
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s Load average of the machine: %s. kin-openapi: %s.%s\n", cores(), r.load, kin, runtimes())
	for _, a := range r.absent {
		fmt.Fprintf(&b, "\n%s: not measured: %s.\n", a.name, a.reason)
	}
	r.writeManners(&b)
	for call := range wireCalls {
		r.writeCall(&b, call)
	}
	r.writeCosts(&b)
	return b.String(), nil
}

// cores says what runs where.
func cores() string {
	if serverCore == "" {
		return "Nothing is pinned to a core."
	}
	return "The servers have core " + serverCore + ", the loader core " + loaderCore + "."
}

// runtimes says which versions of the peers' runtimes there are.
func runtimes() (text string) {
	for _, of := range []struct{ name, program, flag string }{{"Node", "node", "--version"}, {"Java", "java", "-version"}} {
		out, err := exec.Command(of.program, of.flag).CombinedOutput() // Java prints it as an error
		if err == nil {
			first, _, _ := strings.Cut(string(out), "\n")
			text += fmt.Sprintf(" %s: %s.", of.name, strings.TrimSpace(first))
		}
	}
	return text
}

// side finds a server by its name, nil when it was not measured.
func (r *wireReport) side(name string) *wireSide {
	at := slices.IndexFunc(r.sides, func(s *wireSide) bool { return s.name == name })
	if at < 0 {
		return nil
	}
	return r.sides[at]
}

// writeManners says what is compared with what, as it was found out before the rounds.
func (r *wireReport) writeManners(b *strings.Builder) {
	t := table{"", []column{{title: "set up"}, {title: "a wrong body gets"}, {title: "an unknown credential gets"}, {title: "a change is read back"}}, []group{{}}}
	for _, s := range r.sides {
		reads := "no"
		if s.manners.remembers {
			reads = "yes"
		}
		t.groups[0].rows = append(t.groups[0].rows, row{s.title(), []cell{
			{text: s.note}, {text: strconv.Itoa(s.manners.wrong)}, {text: strconv.Itoa(s.manners.stranger)}, {text: reads},
		}})
	}
	t.write(b)
}

func (r *wireReport) writeCall(b *strings.Builder, call int) {
	bare, ours := r.side(bareServer), r.side(ourServer)
	t := table{"connections, server", []column{{"requests/s", higher}, {"× bare", neither}, {"p50 µs", lower}, {"p99 µs", lower}}, nil}
	for _, conns := range wireConns {
		cell := wireCell{call, conns}
		g := group{name: strconv.Itoa(conns)}
		for _, s := range r.sides {
			g.rows = append(g.rows, row{s.title(), s.cells[cell].cells(bare.cells[cell])})
		}
		t.groups = append(t.groups, g)
	}
	fmt.Fprintf(b, "\n### %s\n", wireCalls[call].title)
	t.write(b)
	fmt.Fprintf(b, "\n%s\n\n", t.beaten(ourServer))
	at := wireCell{call, boundConns}
	for _, aim := range wireAims {
		text := fmt.Sprintf("At least %v × %s at %d connections", aim.aim, aim.than, boundConns)
		other := r.side(aim.than)
		if other == nil {
			b.WriteString(unmeasured(text))
			continue
		}
		got := median(ratios(ours.cells[at].rate, other.cells[at].rate))
		b.WriteString(verdict(text, got >= aim.aim, got))
	}
}

func (s *wireSamples) cells(bare *wireSamples) []cell {
	slices.Sort(s.all)
	return []cell{
		over("%.0f", s.rate), over("%.2f", ratios(s.rate, bare.rate)),
		figure("%.0f", s.all.percentile(50)).within("%.0f", s.p50), figure("%.0f", s.all.percentile(99)).within("%.0f", s.p99),
	}
}

// writeCosts says what a server takes before anybody calls it.
func (r *wireReport) writeCosts(b *strings.Builder) {
	t := table{"", []column{{"ms from start to first valid answer", lower}, {"MB at rest", lower}, {"MB under load", lower}, {"MB on disk", lower}}, []group{{}}}
	for _, s := range r.sides {
		t.groups[0].rows = append(t.groups[0].rows, row{s.title(), []cell{
			over("%.0f", s.start), memory(s.rest), memory(s.after), figure("%.1f", s.size),
		}})
	}
	b.WriteString("\n### Start, memory, size\n")
	t.write(b)
	fmt.Fprintf(b, "\nEvery server is started %d times, in turn. Memory is the resident set of the whole process group, at rest at the first answer of each\n"+
		"start and under load at the end of each round. The size of what runs on Node or Java is without these.\n\n%s\n", wireStarts, t.beaten(ourServer))
}

// memory in MB, unknown where the system does not tell.
func memory(values []float64) cell {
	if slices.Max(values) == 0 {
		return unknown
	}
	return over("%.1f", values)
}
