package mockserver

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// Coverage says how much of the documents the calls so far have met, in all spaces:
// which operations, which of their answers, which of their parameters and members. The
// yaml tags below are the names in the admin API.
type Coverage struct {
	Operations []OperationCoverage // in the order of the documents
}

// OperationCoverage is what was met of one operation.
type OperationCoverage struct {
	API        string              `yaml:"api"`       // the document
	Operation  string              `yaml:"operation"` // operationId
	Calls      uint64              `yaml:"calls"`
	Answers    []AnswerCoverage    `yaml:"answers"`    // the documented ones, by status
	Parameters []ParameterCoverage `yaml:"parameters"` // in the order of the document
}

// AnswerCoverage says how often a documented answer was given, also by a fault.
type AnswerCoverage struct {
	Status int    `yaml:"status"`
	Calls  uint64 `yaml:"calls"`
}

// ParameterCoverage says whether a call has sent a parameter or a member of the body.
type ParameterCoverage struct {
	In   string `yaml:"in"` // path, query, header or body
	Name string `yaml:"name"`
	Met  bool   `yaml:"met"`
}

// Coverage returns what was met since the server was made.
func (s *Server) Coverage() Coverage {
	var c Coverage
	for op := range s.contract.Operations() {
		m := &s.coverage[op.Number]
		covered := OperationCoverage{API: op.API.Name, Operation: op.ID, Calls: m.calls.Load(), Parameters: []ParameterCoverage{}}
		for i, status := range op.Answers {
			covered.Answers = append(covered.Answers, AnswerCoverage{status, m.answers[i].Load()})
		}
		for i, p := range op.Parameters {
			covered.Parameters = append(covered.Parameters, ParameterCoverage{string(p.In), p.Name, m.parameters.Load()&(1<<i) != 0})
		}
		c.Operations = append(c.Operations, covered)
	}
	return c
}

// Percent returns which part of all answers and parameters was met, from 0 to 100.
func (c Coverage) Percent() float64 {
	var met, all int
	for _, op := range c.Operations {
		answers, parameters := op.met()
		met += answers + parameters
		all += len(op.Answers) + len(op.Parameters)
	}
	return 100 * float64(met) / float64(max(all, 1))
}

func (o OperationCoverage) met() (answers, parameters int) {
	for _, a := range o.Answers {
		if a.Calls > 0 {
			answers++
		}
	}
	for _, p := range o.Parameters {
		if p.Met {
			parameters++
		}
	}
	return answers, parameters
}

// Markdown returns a table with a row for each operation, and what it has not met.
func (c Coverage) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Contract coverage: %.1f %% of answers and parameters\n\n", c.Percent())
	b.WriteString("| operation | calls | answers | parameters | not met |\n|---|--:|--:|--:|---|\n")
	for _, op := range c.Operations {
		answers, parameters := op.met()
		fmt.Fprintf(&b, "| %s | %d | %d/%d | %d/%d | %s |\n", op.Operation, op.Calls,
			answers, len(op.Answers), parameters, len(op.Parameters), strings.Join(op.Unmet(), ", "))
	}
	return b.String()
}

// Unmet returns what was not met: answers by their status, then parameters as "in name". It is
// nil when all was.
func (o OperationCoverage) Unmet() (names []string) {
	for _, a := range o.Answers {
		if a.Calls == 0 {
			names = append(names, fmt.Sprint(a.Status))
		}
	}
	for _, p := range o.Parameters {
		if !p.Met {
			names = append(names, p.In+" "+p.Name)
		}
	}
	return names
}

// coverage counts by Operation.Number; the last counts the calls that no operation matched.
// What a document names it counts without a lock.
type coverage []operationMet

type operationMet struct {
	calls      atomic.Uint64
	parameters atomic.Uint64 // bit i: Operation.Parameters[i]
	answers    []atomic.Uint64

	mu     sync.Mutex
	others map[int]uint64 // by statuses that the document does not name; 0: none was sent
}

func newCoverage(c *contract.Contract) coverage {
	var answers [][]atomic.Uint64
	for op := range c.Operations() {
		answers = append(answers, make([]atomic.Uint64, len(op.Answers)))
	}
	all := make(coverage, len(answers)+1)
	for i := range answers {
		all[i].answers = answers[i]
	}
	return all
}

func (c coverage) sent(op *contract.Operation, parameters uint64) {
	if m := &c[op.Number]; m.parameters.Load()&parameters != parameters { // mostly nothing new
		m.parameters.Or(parameters)
	}
}

func (c coverage) ended(op *contract.Operation, status int) {
	m := &c[len(c)-1]
	if op != nil {
		m = &c[op.Number]
	}
	m.calls.Add(1)
	if op != nil {
		if i := slices.Index(op.Answers, status); i >= 0 {
			m.answers[i].Add(1)
			return
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.others == nil {
		m.others = map[int]uint64{}
	}
	m.others[status]++
}

// statuses returns how often each status was given that the document does not name.
func (m *operationMet) statuses() map[int]uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.others)
}
