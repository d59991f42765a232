package mockserver_test

import (
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

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

func TestRestart(t *testing.T) {
	t.Parallel()
	m := start(t)
	url := m.URL()
	old := m.Client()
	_, call := m.in("a")
	call("PUT", "/profile/name-change", rename).ok()
	want := m.Space("a").State()

	m.Close()
	for _, client := range []*http.Client{old, {}} {
		_, err := client.Get(url + "/profile/me") //nolint:bodyclose // there is none
		var refused *net.OpError
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, "dial", refused.Op, "nobody listens")
	}
	require.NoError(t, m.Restart())
	assert.Equal(t, url, m.URL())
	assert.Equal(t, want, m.Space("a").State())
	assert.Equal(t, "Zoe", call("GET", "/profile/me", "").at("first_name"))
	assert.Len(t, m.Space("a").Journal(), 2)
	resp, err := old.Get(url + "/profile/me")
	require.NoError(t, err, "the client of before")
	require.NoError(t, resp.Body.Close())
	require.NoError(t, m.Restart(), "without Close before")
	m.call("GET", "/profile/me", "").ok()
}

func TestCloseAndRestartInProcess(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	m.call("PUT", "/profile/name-change", rename).ok()
	m.Close()
	resp, err := m.Client().Get(m.URL() + "/profile/me")
	if err == nil {
		resp.Body.Close()
	}
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
	require.NoError(t, m.Restart())
	assert.Equal(t, "Zoe", m.call("GET", "/profile/me", "").at("first_name"))
}

func TestRestartOnAPortThatIsTaken(t *testing.T) {
	t.Parallel()
	m := start(t)
	m.Close()
	other, err := net.Listen("tcp", strings.TrimPrefix(m.URL(), "http://"))
	require.NoError(t, err)
	require.ErrorContains(t, m.Restart(), "mockserver: Restart: listen tcp 127.0.0.1:")
	require.NoError(t, other.Close())
	require.NoError(t, m.Restart(), "once it is free")
	m.call("GET", "/profile/me", "").ok()
}

// Nothing is left of a server that was restarted, goleak in TestMain sees to it; and who
// asks for its URL and client meanwhile gets them.
func TestManyRestarts(t *testing.T) {
	t.Parallel()
	m := start(t)
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				resp, err := m.Client().Get(m.URL() + "/profile/me")
				if err == nil {
					assert.NoError(t, resp.Body.Close())
				}
			}
		})
	}
	for range 30 {
		assert.NoError(t, m.Restart())
	}
	close(stop)
	readers.Wait()
	m.call("GET", "/profile/me", "").ok()
}

// Close ends what holds a call, on a socket and in process, and the journal says so.
func TestCloseEndsCallsThatAreHeld(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]mockserver.Fault{
		"no answer":      {Kind: mockserver.NoAnswer},
		"real delay":     {Delay: mockserver.Delay{Time: time.Hour}},
		"delay on clock": {Delay: mockserver.Delay{Time: time.Hour, OnClock: true}},
		"slow drip":      {Kind: mockserver.SlowDrip, Over: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, m := range []mock{start(t), inProcess(t)} {
				require.NoError(t, m.AddFault(fault))
				m.Freeze(noon)
				ended := make(chan error)
				go func() {
					resp, err := m.Client().Get(m.URL() + "/profile/me")
					if err == nil {
						_, err = io.Copy(io.Discard, resp.Body)
						_ = resp.Body.Close() // broken off
					}
					ended <- err
				}()
				m.Verify(t, mockserver.Expect("getMyProfile").Within(time.Minute))
				m.Close()
				require.Error(t, <-ended)
				assert.True(t, m.Journal()[0].Done)
			}
		})
	}
}

// Drain ends what has no end, and nothing else.
func TestDrainLetsBegunAnswersEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := inProcess(t, at(noon)).with(
			mockserver.Fault{Operation: "listPayments", Kind: mockserver.NoAnswer},
			mockserver.Fault{Operation: "changeName", Delay: mockserver.Delay{Time: time.Minute}},
			mockserver.Fault{Operation: "getMyProfile", Kind: mockserver.SlowDrip, Over: time.Minute},
		)
		held := begin(m.Client(), newRequest(t, "GET", m.URL()+"/profile/payments", ""))
		delayed := begin(m.Client(), newRequest(t, "PUT", m.URL()+"/profile/name-change", rename))
		dripped := begin(m.Client(), newRequest(t, "GET", m.URL()+"/profile/me", ""))
		synctest.Wait()
		begun := time.Now()
		m.Drain()
		assert.Error(t, (<-held).err)
		assert.Equal(t, begun, time.Now(), "at once")
		assert.Equal(t, 503, record(m, newRequest(t, "GET", "http://localhost/_mock/v1/ready", "")).Code)
		for _, ended := range []outcome{<-delayed, <-dripped} {
			assert.NoError(t, ended.err)
			assert.Equal(t, 200, ended.status)
		}
		assert.Equal(t, time.Minute, time.Since(begun))
	})
}

// A delay on a clock that runs passes by itself; one on a clock that stands still does not.
func TestDrainEndsDelaysOnAClockThatStandsStill(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := inProcess(t, at(noon))
		begin := func(id string, clock mockserver.Clock) (*mockserver.Space, <-chan outcome) {
			space := m.Space(id)
			space.SetClock(clock)
			require.NoError(t, space.AddFault(mockserver.Fault{Delay: mockserver.Delay{Time: time.Hour, OnClock: true}}))
			return space, begin(space.Client(), newRequest(t, "GET", space.URL()+"/profile/me", ""))
		}
		_, still := begin("still", mockserver.Clock{At: noon, Frozen: true})
		_, runs := begin("runs", mockserver.Clock{At: noon})
		halted, halts := begin("halts", mockserver.Clock{At: noon})
		synctest.Wait()
		begun := time.Now()
		m.Drain()
		assert.Error(t, (<-still).err)
		assert.Equal(t, begun, time.Now(), "at once")
		halted.Freeze(time.Time{})
		assert.Error(t, (<-halts).err)
		assert.Equal(t, begun, time.Now(), "at once, too")
		assert.Equal(t, 200, (<-runs).status)
		assert.Equal(t, time.Hour, time.Since(begun))
	})
}
