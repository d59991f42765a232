package mockserver

import (
	"fmt"
	"slices"
)

// Snapshot is a space at one moment: state, faults, limits and clock, without the
// journal. It never changes. It shares with the space what neither writes to, so that
// taking and restoring one costs as much as what was written before, however large the
// state is.
type Snapshot struct {
	data   *data // never changed
	clock  Clock
	faults []Fault
	limits []Limit
}

// Snapshot returns the space as it is now.
func (s *Space) Snapshot() *Snapshot {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	return &Snapshot{data: s.world.share(), clock: s.clock.setting(), faults: s.Faults(), limits: s.Limits()}
}

// Restore makes the space what it was, or what another space was, when the snapshot was
// taken. The journal goes on.
func (s *Space) Restore(from *Snapshot) {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	s.restore(from)
}

func (s *Space) restore(from *Snapshot) {
	s.world.data = from.data.share() // nothing was written to it, so it does not change
	s.server.storage.book(&s.world.account, s.world.held(), false)
	s.seed.Store(from.data.fixed.Random)
	s.varied.Store(nil)
	if v := from.data.fixed.Variation; v.Seed != 0 {
		s.varied.Store(&v)
	}
	s.clock.set(from.clock)
	s.faults.mu.Lock()
	s.faults.set(slices.Clone(from.faults))
	s.faults.mu.Unlock()
	s.limits.set(slices.Clone(from.limits))
}

// Fork returns a new space that begins as this one is now, with an empty journal. An id
// that is taken is an error.
func (s *Space) Fork(id string) (*Space, error) {
	snapshot := s.Snapshot()
	spaces := &s.server.spaces
	spaces.mu.Lock()
	defer spaces.mu.Unlock()
	if spaces.byID[id] != nil {
		return nil, fmt.Errorf("mockserver: Fork: there is a space %q already", id)
	}
	fork := spaces.add(s.server.newSpace(id, snapshot))
	fork.kept = true
	return fork, nil
}

// Reset makes the space what it was when it came into being, a fork what its origin was
// then, and empties its journal.
func (s *Space) Reset() {
	s.Restore(s.origin)
	s.server.journal.clear(&s.calls)
}

// State returns a copy of everything that the snapshot holds. To keep it as a file, write
// it with [State.Write].
func (s *Snapshot) State() State {
	state := s.data.state()
	state.Clock, state.Faults, state.Limits = s.clock, s.faults, s.limits
	return state.clone()
}

// newSnapshot takes over a sound state.
func newSnapshot(state State) *Snapshot {
	snapshot := &Snapshot{clock: state.Clock, faults: state.Faults, limits: state.Limits}
	state.Clock, state.Faults, state.Limits = Clock{}, nil, nil
	snapshot.data = newData(&state)
	return snapshot
}

// State returns a copy of everything that the space remembers.
func (s *Space) State() State { return s.Snapshot().State() }

// SetState replaces everything that the space remembers by a copy of the given state. A
// state that is not sound is refused and changes nothing, see [State.Check].
func (s *Space) SetState(state State) error {
	if err := state.Check(); err != nil {
		return err
	}
	s.Restore(newSnapshot(state.clone()))
	return nil
}

// Update changes the state while no call is under way: edit gets a copy, which becomes
// the state when it is sound. A copy that is not is refused and changes nothing, see
// [State.Check]. edit must not call the server or the space, which wait for it.
func (s *Space) Update(edit func(*State)) error {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	now := Snapshot{data: s.world.share(), clock: s.clock.setting(), faults: s.Faults(), limits: s.Limits()}
	edited := now.State()
	edit(&edited)
	if err := edited.Check(); err != nil {
		return err
	}
	s.restore(newSnapshot(edited.clone())) // edit may have kept a pointer
	return nil
}
