package mockserver_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

func names(faults []mockserver.Fault) (names []string) {
	for _, f := range faults {
		names = append(names, f.Name)
	}
	return names
}

func TestFaultsAreAddedListedAndRemoved(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	require.NoError(t, m.AddFault(mockserver.Fault{Status: teapot, To: 2}, mockserver.Fault{Name: "mine", Status: teapot, To: 4}))
	require.NoError(t, m.AddFault(mockserver.Fault{Status: teapot, To: 6}))
	assert.Equal(t, []string{"fault-1", "mine", "fault-3"}, names(m.Faults()))
	require.ErrorContains(t, m.AddFault(mockserver.Fault{Name: "mine", Status: 500}), "faults.3.name: another fault has this name")

	assert.Equal(t, "xxx", m.marks(several(3)...))
	assert.True(t, m.RemoveFault("mine"))
	assert.False(t, m.RemoveFault("mine"))
	assert.Equal(t, []string{"fault-1", "fault-3"}, names(m.Faults()))
	assert.Equal(t, "xxx-", m.marks(several(4)...), "those that are left go on counting")

	m.ClearFaults()
	assert.Empty(t, m.Faults())
	assert.Equal(t, "-", m.marks(several(1)...))
	require.NoError(t, m.AddFault(mockserver.Fault{Status: teapot}))
	assert.Equal(t, "x", m.marks(several(1)...))
}

// A name that was given is never changed, and one that is made up is free.
func TestFaultsKeepTheirNames(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	require.NoError(t, m.AddFault(mockserver.Fault{Status: 500}, mockserver.Fault{Name: "fault-1", Status: 500}, mockserver.Fault{Status: 500}))
	assert.Equal(t, []string{"fault-2", "fault-1", "fault-3"}, names(m.Faults()))
	assert.True(t, m.RemoveFault("fault-2"))
	require.NoError(t, m.AddFault(mockserver.Fault{Status: 500}))
	assert.Equal(t, []string{"fault-1", "fault-3", "fault-4"}, names(m.Faults()))
}

// The caller's fault and the server's share nothing.
func TestAddFaultTakesACopy(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	header := map[string]string{"X-A": "1"}
	require.NoError(t, m.AddFault(mockserver.Fault{Header: header, Status: teapot}))
	header["X-A"] = "2"
	listed := m.Faults()
	listed[0].Header["X-A"], listed[0].Status = "3", 500
	assert.Equal(t, "x", m.marks("GET /profile/me\nX-A: 1"))
	assert.Equal(t, map[string]string{"X-A": "1"}, m.Faults()[0].Header)
}

// A fault goes on counting where the snapshot was taken; Reset begins anew, with the same draws.
func TestFaultsAreKeptBySnapshots(t *testing.T) {
	t.Parallel()
	state := mockserver.DefaultState()
	state.Faults = []mockserver.Fault{{Status: teapot, Probability: 0.5}, {Status: teapot, Nth: 7}}
	m := inProcess(t, mockserver.WithState(state))
	first := m.marks(several(20)...)
	snapshot := m.Snapshot()
	second := m.marks(several(20)...)
	assert.NotEqual(t, first, second)

	m.Restore(snapshot)
	assert.EqualValues(t, 20, m.Faults()[0].Seen)
	assert.Equal(t, second, m.marks(several(20)...))
	m.Reset()
	assert.Equal(t, first, m.marks(several(20)...))
	require.NoError(t, m.SetState(snapshot.State()))
	assert.Equal(t, second, m.marks(several(20)...))
}

// A fault that never takes a call leaves it as it was.
func TestFaultThatTakesNoCallChangesNothing(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	require.NoError(t, m.AddFault(mockserver.Fault{From: 2, Kind: mockserver.ConnectionReset}))
	assert.Equal(t, http.StatusOK, m.call("PUT", "/profile/name-change", rename).status)
	assert.Empty(t, m.Journal()[0].Fault)
}
