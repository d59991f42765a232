package mockserver

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"
	"unicode/utf8"
)

// mostRows bounds the table of a failed test.
const mostRows = 100

// printIfFailed prints the journal of a test that has failed.
func (s *Space) printIfFailed(t TB) {
	if entries := s.Journal(); len(entries) > 0 && failed(t) {
		t.Logf("%s", table(s.id, entries, s.Dropped()))
	}
}

// printIfFailed prints the journals of all spaces in one go.
func (s *Server) printIfFailed(t TB) {
	if !failed(t) {
		return
	}
	var tables []string
	for _, space := range s.allSpaces() {
		if entries := space.Journal(); len(entries) > 0 {
			tables = append(tables, table(space.id, entries, space.Dropped()))
		}
	}
	if len(tables) > 0 {
		t.Logf("%s", strings.Join(tables, "\n"))
	}
}

func failed(t TB) bool {
	f, ok := t.(interface{ Failed() bool })
	return ok && f.Failed()
}

// table writes a journal as a person reads it.
func table(space string, entries []Entry, dropped uint64) string {
	title := fmt.Sprintf("journal of %s: %s", spaceName(space), calls(len(entries)))
	if dropped > 0 {
		title += fmt.Sprintf(", %d older dropped", dropped)
	}
	return title + "\n" + rows(entries)
}

// rows writes entries, or the last of them, one a line.
func rows(entries []Entry) string {
	var b strings.Builder
	if hidden := len(entries) - mostRows; hidden > 0 {
		fmt.Fprintf(&b, "  the last %d of them:\n", mostRows)
		entries = entries[hidden:]
	}
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "  #\tarrived\toperation\trequest\tanswer\ttook\tfault\twrong with it")
	for i := range entries {
		e := &entries[i]
		fmt.Fprintf(w, "  %d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", e.Number, e.Arrived.Format("15:04:05.000"), orDash(e.Operation),
			cell(e.Method+" "+e.target()), e.outcome(), e.took(), orDash(cell(e.Fault)), orDash(cell(strings.Join(e.Issues, "; "))))
	}
	_ = w.Flush() // into memory
	return strings.TrimRight(b.String(), "\n")
}

// mostCell bounds what a table shows of one text, in bytes.
const mostCell = 120

// cell returns a text as it stands in a table: on one line, cut, and with nothing in it
// that moves the columns.
func cell(text string) string {
	cut := ""
	if len(text) > mostCell {
		end := mostCell
		for !utf8.RuneStart(text[end]) && end > mostCell-utf8.UTFMax {
			end--
		}
		text, cut = text[:end], fmt.Sprintf("... (%d bytes)", len(text))
	}
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }) {
		quoted := strconv.Quote(text)
		text = quoted[1 : len(quoted)-1]
	}
	return text + cut
}

func calls(n int) string {
	if n == 1 {
		return "1 call"
	}
	return fmt.Sprintf("%d calls", n)
}

func spaceName(id string) string {
	if id == "" {
		return "the default space"
	}
	return fmt.Sprintf("space %q", id)
}

func (e *Entry) target() string {
	if e.Query == "" {
		return e.Path
	}
	return e.Path + "?" + e.Query
}

func (e *Entry) outcome() string {
	switch {
	case !e.Done:
		return "under way"
	case e.Status == 0:
		return "none"
	default:
		return fmt.Sprint(e.Status)
	}
}

func (e *Entry) took() string {
	if !e.Done {
		return "-"
	}
	return e.Duration.Round(time.Microsecond).String()
}

func orDash(text string) string { return cmp.Or(text, "-") }
