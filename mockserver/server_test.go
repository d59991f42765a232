package mockserver_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

func startOn(tb mockserver.TB, opts ...mockserver.Option) *mockserver.Server {
	return mockserver.Start(tb, opts...)
}

func TestStartListensOnLoopbackUntilTheTestEnds(t *testing.T) {
	t.Parallel()
	tb := &fakeTB{}
	s := startOn(tb)
	assert.Regexp(t, `^http://127\.0\.0\.1:\d+$`, s.URL())
	mock{s, t}.call("GET", "/profile/me", "").ok()
	tb.end()
	resp, err := http.Get(s.URL())
	if err == nil {
		resp.Body.Close()
	}
	assert.Error(t, err)
	s.Close() // once more does no harm
	assert.Empty(t, tb.errors)
	assert.Empty(t, tb.fatals)
}

func TestStartFailsTheTestWhenAnOptionCannotHold(t *testing.T) {
	t.Parallel()
	tb := &fakeTB{}
	assert.Nil(t, startOn(tb, mockserver.WithJournal(0, -1)))
	assert.Equal(t, []string{"mockserver: WithJournal: 0 calls, -1 bytes: neither may be negative"}, tb.fatals)
	assert.Empty(t, tb.cleanups)
}

func TestNewDoesNotListen(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	assert.Equal(t, "https://mock.invalid", m.URL())
	m.call("GET", "/profile/me", "").ok()
	m.Close() // nothing to close
	m.call("GET", "/profile/me", "").ok()
}

func TestServerIsAHandlerToEmbed(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	mux := http.NewServeMux()
	mux.Handle("/mock/", http.StripPrefix("/mock", m))
	resp := record(mux, newRequest(t, "GET", "/mock/profile/me", ""))
	assert.Equal(t, 200, resp.Code)
	assert.Contains(t, resp.Body.String(), `"user_id":"usr_anna"`)
}

func TestServersDoNotShareState(t *testing.T) {
	t.Parallel()
	a, b := inProcess(t), inProcess(t)
	a.call("PUT", "/profile/name-change", `{"first_name":"A","last_name":null}`).ok()
	assert.Equal(t, "Anna", b.call("GET", "/profile/me", "").at("first_name"))
}

func TestOptions(t *testing.T) {
	t.Parallel()
	_, err := mockserver.New(mockserver.WithSpaces(-1, 0))
	require.EqualError(t, err, "mockserver: WithSpaces: -1 spaces, 0s: neither may be negative")

	_, err = mockserver.New(mockserver.WithState(mockserver.State{}))
	require.EqualError(t, err, `mockserver: WithState: profile.default_user: there is no user ""`)

	state := mockserver.DefaultState()
	m := inProcess(t, mockserver.WithState(state))
	state.Profile.Users["usr_anna"].Password = "changed afterwards"
	assert.Equal(t, mockserver.DefaultState(), m.State(), "WithState takes a copy")
}
