package mockserver

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// AddFault adds faults behind those that there are. An error names the member that is
// wrong, and nothing is added.
func (s *Space) AddFault(faults ...Fault) error {
	if _, flaws := s.addFaults(faults); len(flaws) > 0 {
		return fmt.Errorf("mockserver: AddFault: %w", flaws.err())
	}
	return nil
}

// addFaults returns the faults with the names that they have got, or all that is wrong
// with them, by their places among all faults of the space.
func (s *Space) addFaults(faults []Fault) (added []Fault, flaws checker) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	before := len(s.faults.all)
	checkFaults(&flaws, slices.Concat(s.faults.all, faults))
	for i := range faults {
		flaws.expect(faults[i].Space == "" || faults[i].Space == s.id, "the fault is added to another space, so it never holds", "faults", before+i, "space")
		flaws.expect(faults[i].Kind != ConnectionRefused || s.id == "", "connections belong to the default space", "faults", before+i, "kind")
	}
	if len(flaws) > 0 {
		return nil, flaws
	}
	s.faults.set(slices.Concat(s.faults.all, copyFaults(faults)))
	return copyFaults(s.faults.all[before:]), nil
}

// Faults returns the space's faults in their order, with what they have done so far.
func (s *Space) Faults() []Fault {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	return copyFaults(s.faults.all)
}

// RemoveFault removes the fault of this name and reports whether there was one.
func (s *Space) RemoveFault(name string) bool {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	before := len(s.faults.all)
	s.faults.set(slices.DeleteFunc(s.faults.all, func(f Fault) bool { return f.Name == name }))
	return len(s.faults.all) < before
}

// ClearFaults removes all faults.
func (s *Space) ClearFaults() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.set(nil)
}

// faults are the faults of a space.
type faults struct {
	some atomic.Bool // so that a space without faults takes no lock

	mu  sync.Mutex
	all []Fault
}

// set takes the faults over and names those without a name by their places. The draws
// depend on the names, so that the same faults always get the same.
func (f *faults) set(all []Fault) {
	for i := range all {
		for n := i + 1; all[i].Name == ""; n++ {
			name := fmt.Sprintf("fault-%d", n)
			if !slices.ContainsFunc(all, func(other Fault) bool { return other.Name == name }) {
				all[i].Name = name
			}
		}
	}
	f.all = all
	f.some.Store(len(all) > 0)
}

// copyFaults returns faults that share nothing with the given ones.
func copyFaults(all []Fault) []Fault {
	all = slices.Clone(all)
	for i := range all {
		all[i].Header = maps.Clone(all[i].Header)
	}
	return all
}

// met is a fault that a call meets, with all that is drawn about it.
type met struct {
	Fault
	delay time.Duration
	rand  *rand.Rand
}

// meet returns the fault that a call meets, nil for none. Every fault that is about the
// call counts it, also when another one takes it.
func (s *Space) meet(op *contract.Operation, r *http.Request) *met {
	if !s.faults.some.Load() {
		return nil
	}
	now := s.clock.now()
	return s.faults.first(s, func(f *Fault) bool { return f.about(op, r, now) })
}

// refuses reports whether the next connection is refused.
func (s *Space) refuses() bool {
	return s.faults.some.Load() && s.faults.first(s, func(f *Fault) bool { return f.Kind == ConnectionRefused }) != nil
}

func (f *faults) first(s *Space, about func(*Fault) bool) *met {
	f.mu.Lock()
	defer f.mu.Unlock()
	var first *met
	for i := range f.all {
		fault := &f.all[i]
		if fault.Space != "" && fault.Space != s.id || !about(fault) {
			continue
		}
		fault.Seen++
		if first != nil {
			continue
		}
		source := s.random("fault "+fault.Name, fault.Seen)
		if fault.takes(source.Float64) {
			fault.Applied++
			first = &met{Fault: *fault, delay: fault.Delay.draw(source), rand: source}
		}
	}
	return first
}
