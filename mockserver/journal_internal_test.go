package mockserver

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sound holds the books of a journal against what is in it.
func (j *journal) sound(t *testing.T, spaces []*Space) {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	var count, bytes int
	used, kept := map[*log]bool{}, map[*record]bool{}
	for _, l := range j.logs {
		require.False(t, used[l], "a log stands once")
		used[l] = true
		require.NotEmpty(t, l.records)
		sum := 0
		for i, r := range l.records {
			require.False(t, r.gone || kept[r])
			kept[r] = true
			require.Equal(t, recordSize+len(r.path)+len(r.query)+len(r.header)+len(r.body)+len(r.answered), r.size)
			require.True(t, i == 0 || l.records[i-1].number == r.number-1, "without a gap")
			sum += r.size
		}
		require.Equal(t, sum, l.bytes)
		require.Equal(t, l.last, l.dropped+uint64(len(l.records)))
		count += len(l.records)
		bytes += sum
	}
	require.LessOrEqual(t, len(j.spare), mostSpare)
	for _, r := range j.spare {
		require.Equal(t, record{}, *r, "nothing is kept of a call that was dropped")
		require.False(t, kept[r], "it has one place")
		kept[r] = true
	}
	require.Equal(t, count, j.count)
	require.Equal(t, bytes, j.bytes)
	require.LessOrEqual(t, count, j.most)
	require.LessOrEqual(t, bytes, j.mostBytes)
	for _, space := range spaces {
		require.Equal(t, len(space.calls.records) > 0, used[&space.calls])
	}
}

// shares is what each space has of the journal.
type share struct {
	calls, bytes int
	dropped      uint64
}

func (j *journal) shares(spaces []*Space) (all []share, inUse int) {
	for _, space := range spaces {
		l := &space.calls
		all = append(all, share{len(l.records), l.bytes, l.dropped})
	}
	return all, len(j.logs)
}

// Random loads: after each step the books are right, and no space has lost a call by
// another's that was under its share of the bound while another was over its own.
func TestJournalIsFair(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, 0))
			s, err := New(WithJournal(5+random.IntN(40), 20_000+random.IntN(60_000)))
			require.NoError(t, err)
			j := &s.journal
			spaces := []*Space{s.defaultSpace}
			for i := range 1 + random.IntN(6) {
				spaces = append(spaces, s.Space(fmt.Sprint(i)))
			}
			var underWay []*call
			for range 400 {
				before, inUse := j.shares(spaces)
				grown := spaces[min(random.IntN(len(spaces)), random.IntN(len(spaces)))] // some are noisy
				switch random.IntN(20) {
				case 0:
					j.clear(&grown.calls)
					j.sound(t, spaces)
					continue
				case 1, 2, 3, 4, 5, 6:
					if len(underWay) > 0 {
						i := random.IntN(len(underWay))
						c := underWay[i]
						underWay = append(underWay[:i], underWay[i+1:]...)
						j.complete(c, response{status: 200, body: []byte(strings.Repeat("b", random.IntN(9000)))})
						grown = c.Space
					}
				default:
					body := strings.Repeat(" ", random.IntN(2000))
					c := &call{Space: grown, r: httptest.NewRequest(http.MethodPut, "/profile/me", strings.NewReader(body)), path: "/profile/me", op: s.contract.Operation("changeName")}
					c.entry = j.arrive(c)
					j.receive(c, []byte(body), false)
					underWay = append(underWay, c)
				}
				j.sound(t, spaces)
				for _, c := range underWay {
					require.False(t, slices.Contains(j.spare, c.entry))
				}
				fair(t, j, spaces, before, inUse, grown)
			}
			for _, space := range spaces {
				j.clear(&space.calls)
			}
			j.sound(t, spaces)
			assert.Zero(t, j.count+j.bytes+len(j.logs))
		})
	}
}

// fair holds what the spaces have lost against what they had.
func fair(t *testing.T, j *journal, spaces []*Space, before []share, inUse int, grown *Space) {
	t.Helper()
	if len(grown.calls.records) > 0 && before[indexOfSpace(spaces, grown)].calls == 0 {
		inUse++ // it has come in
	}
	after, _ := j.shares(spaces)
	for i, space := range spaces {
		lost := after[i].dropped - before[i].dropped
		if lost == 0 || space == grown {
			continue
		}
		over := before[i].calls*inUse > j.most || before[i].bytes*inUse > j.mostBytes
		assert.True(t, over, "a space of %d calls and %d bytes has lost %d: %d spaces share %d calls and %d bytes",
			before[i].calls, before[i].bytes, lost, inUse, j.most, j.mostBytes)
	}
}

func indexOfSpace(spaces []*Space, space *Space) int {
	for i := range spaces {
		if spaces[i] == space {
			return i
		}
	}
	return -1
}

// 64 clients in 16 spaces, with Reset, Journal and removal between: the books are right.
func TestJournalUnderConcurrency(t *testing.T) {
	t.Parallel()
	s, err := New(WithJournal(100, 100_000))
	require.NoError(t, err)
	var spaces []*Space
	for i := range 16 {
		spaces = append(spaces, s.Space(fmt.Sprint(i)))
	}
	var clients sync.WaitGroup
	for i := range 64 {
		clients.Go(func() {
			space := spaces[i%16]
			for n := range 50 {
				req := httptest.NewRequest(http.MethodPut, "/profile/name-change", strings.NewReader(`{"first_name":"A","last_name":null}`))
				req.Header.Set("X-Mock-Space", space.ID())
				req.Header.Set("Content-Type", "application/json")
				s.ServeHTTP(httptest.NewRecorder(), req)
				switch {
				case n%20 == 19 && i < 16:
					space.Reset()
				case n%10 == 9:
					for _, entry := range space.Journal() {
						assert.Equal(t, space.ID(), entry.Space)
					}
				}
			}
		})
	}
	clients.Wait()
	s.journal.sound(t, spaces)
	s.removeSpace("3")
	assert.Empty(t, spaces[3].calls.records)
	s.journal.sound(t, spaces)
}

// No operation repeats its query today; one that did would show no secret.
func TestAnswerThatRepeatsTheQuery(t *testing.T) {
	t.Parallel()
	s, err := New()
	require.NoError(t, err)
	c := &call{Space: s.defaultSpace, r: httptest.NewRequest(http.MethodDelete, "/x?course_id=https://a/%3Ftoken=planted&b=kept", http.NoBody),
		path: "/x", op: s.contract.Operation("cancelSubscription")}
	c.entry = s.journal.arrive(c)
	s.journal.complete(c, response{status: 422, body: []byte(`{"input":"https:\/\/a\/?token=pl\u0061nted"}`)})
	assert.Equal(t, `{"input":"[redacted]"}`, string(s.Journal()[0].ResponseBody))
}

// Calls at the same time, in a journal that drops most of them while they are under way, do
// not get into each other.
func TestCallsDoNotShareWhatIsUsedAgain(t *testing.T) {
	t.Parallel()
	s, err := New(WithJournal(3, 0))
	require.NoError(t, err)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for n := range 50 {
				name := fmt.Sprintf("name-%d-%d", i, n)
				r := httptest.NewRequest(http.MethodPut, "/profile/name-change", strings.NewReader(`{"first_name":"`+name+`","last_name":null}`))
				r.Header.Set("Content-Type", "application/json")
				r.Header.Set(attemptHeader, name)
				out := httptest.NewRecorder()
				s.ServeHTTP(out, r)
				assert.Equal(t, http.StatusOK, out.Code)
				for _, e := range s.Journal() {
					if e.RequestBytes > 0 {
						assert.JSONEq(t, `{"first_name":"`+e.Attempt+`","last_name":null}`, string(e.RequestBody))
					}
					assert.Equal(t, []string{e.Attempt}, e.RequestHeader[attemptHeader])
				}
			}
		})
	}
	all.Wait()
	assert.Equal(t, uint64(8*50), s.Dropped()+3)
}

// A call that arrives while its space is being removed leaves nothing behind.
func TestRemovedSpaceKeepsNoCall(t *testing.T) {
	t.Parallel()
	s, err := New()
	require.NoError(t, err)
	for i := range 2000 {
		space := s.Space(fmt.Sprint("space-", i))
		var callers sync.WaitGroup
		for range 4 {
			callers.Go(func() {
				r := httptest.NewRequest(http.MethodGet, "/profile/me", nil)
				for closed := false; !closed; {
					s.journal.arrive(&call{Space: space, r: r, path: "/profile/me"})
					s.journal.mu.Lock()
					closed = space.calls.closed
					s.journal.mu.Unlock()
				}
			})
		}
		s.removeSpace(space.id)
		callers.Wait()
		kept := len(space.calls.records)
		require.Zero(t, kept)
	}
	require.Zero(t, s.journal.count)
}

// What is kept of a header keeps nothing else of it: a server may have all its headers in one
// text.
func TestNoTextOfAHeaderIsKept(t *testing.T) {
	t.Parallel()
	s, err := New()
	require.NoError(t, err)
	text := "X-Attempt: 7 X-Mock-Space: a"
	begins, ends := uintptr(unsafe.Pointer(unsafe.StringData(text))), uintptr(len(text))
	within := func(part string) bool { return uintptr(unsafe.Pointer(unsafe.StringData(part)))-begins < ends }
	req := httptest.NewRequestWithContext(t.Context(), "GET", "/profile/me", http.NoBody)
	req.Header = http.Header{attemptHeader: {text[11:12]}, spaceHeader: {text[27:]}}
	require.True(t, within(req.Header[spaceHeader][0]))
	s.ServeHTTP(httptest.NewRecorder(), req)
	for id := range s.spaces.byID {
		assert.False(t, within(id), id)
	}
	for _, e := range s.Space("a").Journal() {
		assert.Equal(t, "7", e.Attempt)
		assert.False(t, within(e.Attempt))
		assert.False(t, within(e.Space))
	}
}
