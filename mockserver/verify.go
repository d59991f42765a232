package mockserver

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Verify fails the test for each expectation that the calls in the space do not meet. The
// failure shows the call that comes nearest, member by member.
func (s *Space) Verify(t TB, expected ...Expectation) {
	t.Helper()
	for _, e := range expected {
		if s.unexpectable(t, e) {
			continue
		}
		s.await(t, e.within, func(entries []Entry) string { return s.unmet(e, entries) })
	}
}

// VerifyOnly is Verify, and fails the test also when there was any other call in the space.
func (s *Space) VerifyOnly(t TB, expected ...Expectation) {
	t.Helper()
	s.Verify(t, expected...)
	entries := slices.DeleteFunc(s.Journal(), func(entry Entry) bool {
		return slices.ContainsFunc(expected, func(e Expectation) bool { all, _ := e.matches(&entry); return all })
	})
	if len(entries) > 0 {
		t.Errorf("mockserver: %d calls that nothing expects\n%s", len(entries), table(s.id, entries, 0))
	}
}

// VerifyOrder fails the test when the calls in the space do not contain the expected ones
// in this order, others between them or not. An expectation of n times, or of at least n,
// stands for n calls.
func (s *Space) VerifyOrder(t TB, expected ...Expectation) {
	t.Helper()
	var within time.Duration
	for _, e := range expected {
		if s.unexpectable(t, e) {
			return
		}
		if e.least == 0 {
			t.Fatalf("mockserver: %s, %s: this has no place in an order", e, e.wanted())
			return
		}
		within = max(within, e.within)
	}
	s.await(t, within, func(entries []Entry) string { return s.outOfOrder(expected, entries) })
}

// unexpectable refuses what the journal cannot tell.
func (s *Space) unexpectable(t TB, e Expectation) bool {
	t.Helper()
	if e.operation != "" && s.server.contract.Operation(e.operation) == nil {
		t.Fatalf("mockserver: %s", unknownOperation(e.operation))
		return true
	}
	for _, c := range e.criteria {
		if s.server.hidden(c) {
			t.Fatalf("mockserver: %s %s is a secret, which the journal does not keep: look at the space's State instead", c.in, c.name)
			return true
		}
	}
	return false
}

// hidden reports whether the journal redacts what a criterion looks at.
func (s *Server) hidden(c criterion) bool {
	if c.in == "header" {
		kept := s.journal.redactor.Header(http.Header{c.name: {c.want}})
		return kept.HTTP().Get(c.name) != c.want
	}
	return s.contract.Secrets[c.name[strings.LastIndex(c.name, ".")+1:]]
}

// await asks again at each change in the journal until nothing is wrong, or the time has
// passed.
func (s *Space) await(t TB, within time.Duration, wrong func([]Entry) string) {
	t.Helper()
	expired := time.After(within)
	for {
		changed := s.changed() // before looking, so that no change is missed
		entries := s.Journal()
		complaint := wrong(entries)
		if complaint == "" {
			return
		}
		if within > 0 {
			select {
			case <-changed:
				continue
			case <-expired:
				complaint += fmt.Sprintf("\nwaited %s for it", within)
			}
		}
		if n := s.Dropped(); n > 0 {
			complaint += fmt.Sprintf("\nthe journal has dropped the %d oldest calls to keep its bounds, see WithJournal", n)
		}
		t.Errorf("mockserver: %s\nall %d calls: Journal(), or the table that a failed test of Start or SpaceFor prints", complaint, len(entries))
		return
	}
}

// changed returns what is closed by the next change in the space's journal.
func (s *Space) changed() <-chan struct{} {
	j := &s.server.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	if s.calls.changed == nil {
		s.calls.changed = make(chan struct{})
	}
	return s.calls.changed
}

// unmet says why an expectation does not hold, "" when it does.
func (s *Space) unmet(e Expectation, entries []Entry) string {
	var matching []string
	var nearest *Entry
	best := -1
	for i := range entries {
		all, met := e.matches(&entries[i])
		if all {
			matching = append(matching, fmt.Sprint("#", entries[i].Number))
			continue
		}
		if met >= best { // the latest of equals
			nearest, best = &entries[i], met
		}
	}
	if e.holds(len(matching)) {
		return ""
	}
	complaint := fmt.Sprintf("%s: expected %s, found %d", e, e.wanted(), len(matching))
	if len(matching) > 0 {
		complaint += " (" + strings.Join(matching, ", ") + ")"
	}
	complaint += " in " + spaceName(s.id)
	if nearest != nil && len(matching) < e.least {
		complaint += "\n" + e.beside(nearest)
	}
	return complaint
}

// beside writes what is expected beside what a call has.
func (e Expectation) beside(entry *Entry) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	row := func(what, want, got string, same bool) {
		mark := ""
		if !same {
			mark = "<- differs"
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", what, want, got, mark)
	}
	fmt.Fprintf(w, "  \texpected\tnearest: #%d %s %s, answer %s\t\n", entry.Number, entry.Method, entry.target(), entry.outcome())
	row("operation", orElse(e.operation, "any"), orDash(entry.Operation), e.operation == "" || e.operation == entry.Operation)
	for _, c := range e.criteria {
		got, there := c.of(entry)
		if !there {
			got = "(absent)"
		}
		row(c.in+" "+c.name, c.want, got, there && c.same(got))
	}
	_ = w.Flush() // into memory
	return strings.TrimRight(b.String(), "\n")
}

// outOfOrder says which expectation is not met behind those before it, "" for none.
func (s *Space) outOfOrder(expected []Expectation, entries []Entry) string {
	next := 0
	var found []string
	for _, e := range expected {
		for n := range e.least {
			at := slices.IndexFunc(entries[next:], func(entry Entry) bool { all, _ := e.matches(&entry); return all })
			if at < 0 {
				before := "nothing"
				if len(found) > 0 {
					before = strings.Join(found, ", ")
				}
				return fmt.Sprintf("order: %s (%d of %d) does not come behind %s\n%s", e, n+1, e.least, before, table(s.id, entries, s.Dropped()))
			}
			next += at + 1
			found = append(found, fmt.Sprintf("#%d %s", entries[next-1].Number, orDash(entries[next-1].Operation)))
		}
	}
	return ""
}
