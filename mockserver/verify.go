package mockserver

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
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
		s.await(t, e.within, func(entries []Entry) (string, bool) { return s.unmet(e, entries) })
	}
}

// VerifyOnly is Verify, and fails the test also when there was any other call in the space.
func (s *Space) VerifyOnly(t TB, expected ...Expectation) {
	t.Helper()
	s.Verify(t, expected...)
	all := s.Journal()
	others := slices.DeleteFunc(slices.Clone(all), func(entry Entry) bool {
		return slices.ContainsFunc(expected, func(e Expectation) bool { return e.matches(&entry) })
	})
	if len(others) > 0 {
		s.complain(t, fmt.Sprintf("expected nothing else, found %s more in %s\n%s", calls(len(others)), spaceName(s.id), rows(others)), len(all))
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
		if e.least <= 0 {
			t.Fatalf("mockserver: VerifyOrder: %s %s has no place in an order; ask Verify for it", e.wanted(), e)
			return
		}
		within = max(within, e.within)
	}
	s.await(t, within, func(entries []Entry) (string, bool) {
		complaint := s.outOfOrder(expected, entries)
		return complaint, complaint == ""
	})
}

// unexpectable refuses what the journal cannot tell.
func (s *Space) unexpectable(t TB, e Expectation) bool {
	t.Helper()
	if e.flaw != "" {
		t.Fatalf("mockserver: %s", e.flaw)
		return true
	}
	if e.operation != "" && s.server.contract.Operation(e.operation) == nil {
		t.Fatalf("mockserver: %s", unknownOperation(e.operation))
		return true
	}
	for _, c := range e.criteria {
		if s.server.hidden(c) {
			t.Fatalf("mockserver: %s %s holds a secret, which the journal does not keep, so it cannot be expected;"+
				" look in State() for what has become of it", c.in, c.name)
			return true
		}
	}
	return false
}

// hidden reports whether the journal would redact what a criterion wants to see.
func (s *Server) hidden(c criterion) bool {
	redactor := s.journal.redactor
	switch c.in {
	case "path":
		path := url.PathEscape(c.want)
		shown, _ := redactor.Target(path, "")
		return shown != path
	case "query":
		query := url.QueryEscape(c.name) + "=" + url.QueryEscape(c.want)
		_, shown := redactor.Target("", query)
		return shown != query
	case "header":
		return redactor.Header(http.Header{c.name: {"a value"}}).HTTP().Get(c.name) != "a value"
	default:
		body := c.want
		for _, name := range slices.Backward(strings.Split(c.name, ".")) {
			quoted, _ := json.Marshal(name) // a text is always JSON
			body = "{" + string(quoted) + ":" + body + "}"
		}
		shown, _ := redactor.Body([]byte(body))
		return string(shown) != body
	}
}

// await looks at the calls, and again at each change in the journal until what it has seen
// is settled or the time has passed.
func (s *Space) await(t TB, within time.Duration, look func([]Entry) (complaint string, settled bool)) {
	t.Helper()
	expired := time.After(within)
	for waits := within > 0; ; {
		changed := s.changed() // before looking, so that no change is missed
		entries := s.Journal()
		complaint, settled := look(entries)
		if !settled && waits {
			select {
			case <-changed:
			case <-expired:
				waits = false // one more look, since both may have come at once
			}
			continue
		}
		if complaint != "" {
			if !settled && within > 0 {
				complaint += fmt.Sprintf("\nwaited %s for it", within)
			}
			s.complain(t, complaint, len(entries))
		}
		return
	}
}

// complain fails the test, and says how to see more.
func (s *Space) complain(t TB, complaint string, all int) {
	t.Helper()
	if n := s.Dropped(); n > 0 {
		complaint += fmt.Sprintf("\nthe journal has dropped the oldest %s to keep its bounds, see WithJournal", calls(int(n)))
	}
	if all > 0 {
		complaint += fmt.Sprintf("\nto see %s whole: Journal(); a test of Start or SpaceFor prints a table when it fails", calls(all))
	}
	t.Errorf("mockserver: %s", complaint)
}

// changed returns what is closed by the next change in the space's journal.
func (s *Space) changed() <-chan struct{} {
	j := &s.server.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	return s.calls.next()
}

// unmet says why an expectation does not hold, "" when it does, and whether further calls
// can change nothing about that.
func (s *Space) unmet(e Expectation, entries []Entry) (complaint string, settled bool) {
	var matching []Entry
	var nearest *Entry
	for i := range entries {
		switch {
		case e.matches(&entries[i]):
			matching = append(matching, entries[i])
		case nearest == nil || e.near(&entries[i]) >= e.near(nearest): // the latest of equals
			nearest = &entries[i]
		}
	}
	n := len(matching)
	if e.least <= n && n <= e.most {
		return "", e.least > 0 || e.most == unbounded
	}
	complaint = fmt.Sprintf("expected %s %s, found %d among %s in %s", e.wanted(), e, n, calls(len(entries)), spaceName(s.id))
	switch {
	case n > 0:
		complaint += "\n" + rows(matching)
	case nearest != nil:
		complaint += "\n" + e.beside(nearest)
	case len(entries) == 0:
		complaint += s.elsewhere()
	}
	return complaint, n > e.most
}

// elsewhere tells which other spaces have calls: whoever verifies an empty one may have
// meant another.
func (s *Space) elsewhere() string {
	s.server.spaces.mu.RLock()
	defer s.server.spaces.mu.RUnlock()
	s.server.journal.mu.Lock()
	defer s.server.journal.mu.Unlock()
	var names []string
	for _, space := range s.server.spaces.byID {
		if n := len(space.calls.records); n > 0 {
			names = append(names, spaceName(space.id)+" ("+calls(n)+")")
		}
	}
	if len(names) == 0 {
		return ""
	}
	slices.Sort(names)
	return "\nthere are calls in " + strings.Join(names[:min(len(names), 5)], ", ")
}

// beside writes what is expected beside what a call has.
func (e Expectation) beside(entry *Entry) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	row := func(what, want, got string, same bool) {
		if !same {
			got += "\t<- differs"
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\n", what, cell(want), got)
	}
	fmt.Fprintf(w, "  \texpected\tnearest: #%d\n", entry.Number)
	row("operation", cmp.Or(e.operation, "any"), orDash(entry.Operation), e.operation == "" || e.operation == entry.Operation)
	for _, c := range e.criteria {
		got, there := c.of(entry)
		same := there && c.same(got)
		if !there {
			got = "(absent)"
		}
		row(c.in+" "+c.name, c.want, cell(compact(got)), same)
	}
	_ = w.Flush() // into memory
	return b.String() + rows([]Entry{*entry})
}

// compact takes the white space out of JSON; other text stays.
func compact(text string) string {
	var b bytes.Buffer
	if json.Compact(&b, []byte(text)) != nil {
		return text
	}
	return b.String()
}

// outOfOrder says which expectation is not met behind those before it, "" for none.
func (s *Space) outOfOrder(expected []Expectation, entries []Entry) string {
	next := 0
	var found []string
	for _, e := range expected {
		for n := range e.least {
			at := slices.IndexFunc(entries[next:], func(entry Entry) bool { return e.matches(&entry) })
			if at < 0 {
				return fmt.Sprintf("out of order in %s: expected %s, %s; %s\n%s",
					spaceName(s.id), nth(e, n), behind(found), elsewhere(e, entries[:next]), rows(entries))
			}
			next += at + 1
			found = append(found, fmt.Sprintf("#%d", entries[next-1].Number))
		}
	}
	return ""
}

// nth names the call of an expectation that stands for several.
func nth(e Expectation, n int) string {
	if e.least == 1 {
		return "a call " + e.String()
	}
	return fmt.Sprintf("call %d of %d %s", n+1, e.least, e)
}

func behind(found []string) string {
	if len(found) == 0 {
		return "the first of all"
	}
	return "behind " + strings.Join(found, ", ")
}

func elsewhere(e Expectation, before []Entry) string {
	for _, entry := range slices.Backward(before) {
		if e.matches(&entry) {
			return fmt.Sprintf("the last such call was #%d", entry.Number)
		}
	}
	return "there was none"
}
