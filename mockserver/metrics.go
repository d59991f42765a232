package mockserver

import (
	"bytes"
	"fmt"
	"maps"
	"runtime"
	"runtime/metrics"
	"slices"
	"strconv"
)

// metrics answers in the text format of Prometheus, version 0.0.4.
func (c *adminCall) metrics() (any, *refusal) {
	m := exposition{}
	c.server.expose(&m)
	m.family("go_goroutines", "gauge", "Goroutines of the process.").sample("", float64(runtime.NumGoroutine()))
	memory := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(memory)
	m.family("go_memstats_sys_bytes", "gauge", "Memory that the Go runtime has from the system.").sample("", float64(memory[0].Value.Uint64()))
	m.family("go_memstats_heap_alloc_bytes", "gauge", "Memory of heap objects, dead ones not yet swept included.").sample("", float64(memory[1].Value.Uint64()))
	return text{"text/plain; version=0.0.4; charset=utf-8", m.Bytes()}, nil
}

func (s *Server) expose(m *exposition) {
	covered := s.Coverage()
	calls := m.family("quartet_mock_calls_total", "counter", "Calls by operation.")
	for _, op := range covered.Operations {
		calls.sample(fmt.Sprintf("{api=%q,operation=%q}", op.API, op.Operation), float64(op.Calls))
	}
	unmatched := &s.coverage[len(s.coverage)-1]
	calls.sample(`{api="",operation=""}`, float64(unmatched.calls.Load()))
	answers := m.family("quartet_mock_answers_total", "counter", "Answers by operation and status, 0 where none was sent; those that the documents name are there from the beginning.")
	for i, op := range covered.Operations {
		for _, a := range op.Answers {
			answers.sample(answerLabels(op.API, op.Operation, a.Status), float64(a.Calls))
		}
		answers.others(op.API, op.Operation, s.coverage[i].statuses())
	}
	answers.others("", "", unmatched.statuses())
	m.family("quartet_mock_coverage_ratio", "gauge", "Part of the documented answers and parameters that was met.").sample("", covered.Percent()/100)
	m.family("quartet_mock_violations_total", "counter", "Places in which answers, and of a proxy requests too, broke their document.").sample("", float64(s.Violations()))

	spaces := s.allSpaces()
	var underWay, faults int64
	for _, space := range spaces {
		underWay += space.active.Load() - space.steered.Load()
		faults += int64(len(space.Faults()))
	}
	m.family("quartet_mock_spaces", "gauge", "Spaces that there are.").sample("", float64(len(spaces)))
	m.family("quartet_mock_faults", "gauge", "Faults in all spaces.").sample("", float64(faults))
	m.family("quartet_mock_calls_under_way", "gauge", "Calls not yet answered.").sample("", float64(underWay))

	s.journal.mu.Lock()
	count, kept, lost := s.journal.count, s.journal.bytes, s.journal.lost
	s.journal.mu.Unlock()
	m.family("quartet_mock_journal_calls", "gauge", "Calls in the journal.").sample("", float64(count))
	m.family("quartet_mock_journal_bytes", "gauge", "Bytes that the journal counts.").sample("", float64(kept))
	m.family("quartet_mock_journal_dropped_total", "counter", "Calls that the journal has dropped to keep its bounds.").sample("", float64(lost))
}

func answerLabels(api, operation string, status int) string {
	return fmt.Sprintf("{api=%q,operation=%q,status=\"%d\"}", api, operation, status)
}

// others samples the statuses that no document names.
func (f family) others(api, operation string, statuses map[int]uint64) {
	for _, status := range slices.Sorted(maps.Keys(statuses)) {
		f.sample(answerLabels(api, operation, status), float64(statuses[status]))
	}
}

// exposition is a text in which each family of samples has a name, a help and a type.
type exposition struct{ bytes.Buffer }

type family struct {
	into *exposition
	name string
}

func (e *exposition) family(name, kind, help string) family {
	fmt.Fprintf(e, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
	return family{e, name}
}

func (f family) sample(labels string, value float64) {
	fmt.Fprintf(f.into, "%s%s %s\n", f.name, labels, strconv.FormatFloat(value, 'g', -1, 64))
}
