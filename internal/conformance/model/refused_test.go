package model

import (
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/mockserver"
)

// The same where connections are refused. That is about connections, not calls, so it has a
// server of its own, and a connection for each attempt.
func TestModelWithRefusedConnections(t *testing.T) {
	t.Parallel()
	srv := mockserver.Start(t, config{}.options()...)
	transport := &http.Transport{DisableKeepAlives: true}
	t.Cleanup(transport.CloseIdleConnections)
	check(t, seedOfAll, func(t *rapid.T) {
		srv.Reset()
		m := &machine{T: t, space: srv.Space(""), known: srv.State(), now: start, refusing: transport}
		m.repeat()
	})
}

// doRefused makes one call while connections are refused. A client may have written its
// request into one before it notices: then nobody can tell it from a server that acted.
func (m *machine) doRefused(c call) {
	refused := rapid.IntRange(0, maxAttempts+1).Draw(m.T, "refused connections")
	m.Logf("%3d. %s %s: should be %d%s; %d connections refused", m.steps, c.operation, canonical(c.input), c.verdict.status, c.verdict.blames(), refused)
	require.NoError(m, m.space.AddFault(m.counters(c)...))
	if refused > 0 {
		require.NoError(m, m.space.AddFault(mockserver.Fault{Kind: mockserver.ConnectionRefused, AtMost: uint64(refused)}))
	}
	answer, err := c.send(m.Context())
	arrivals := m.arrivals(c)
	m.space.ClearFaults()

	end := ending{trouble: trouble{leaves: nothing}}
	for i, n := range arrivals {
		require.LessOrEqual(m, n, 1, "requests of %s", c.legs[i].operation)
		end.acted += n
	}
	switch unknown := errors.Is(err, quartet.ErrOutcomeUnknown); {
	case operations()[c.operation].class == "guarded" && refused > 0 && unknown:
		require.Zero(m, end.acted, "requests after one that may have been written")
	case refused < maxAttempts:
		end.trouble, end.status = right, c.verdict.status
	default:
		require.Equal(m, maxAttempts, attempts(err), say(err))
		require.False(m, unknown)
	}
	require.Equal(m, end.leaves == whole, end.acted > 0)
	if end.leaves == whole || operations()[c.operation].class != "guarded" {
		m.result(c, end, answer, err)
	}
	m.look(c, end, err)
	met.count("trouble connection-refused", refused)
	if err == nil {
		m.good(c, answer)
	}
}
