package mockserver

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// listed returns what the admin API answers with about the journal.
func listed(t *testing.T, s *Server, query string) string {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "http://localhost/_mock/v1/journal"+query, nil)
	r.RemoteAddr = "127.0.0.1:1"
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	require.Equal(t, 200, w.Code, w.Body)
	assert.Equal(t, http.Header{
		"Content-Type": {"application/json"}, "Cache-Control": {"no-store"}, "X-Content-Type-Options": {"nosniff"},
	}, w.Result().Header)
	return w.Body.String()
}

// A journal that is read a few calls at a time reads as if it were at once.
func TestListingIsThatOfTheWholeJournal(t *testing.T) {
	t.Parallel()
	for _, calls := range []int{0, 1, mostListed, 3*mostListed + 1} {
		s, err := New(WithJournal(3*mostListed, 0))
		require.NoError(t, err)
		for i := range calls {
			send(t, s, http.MethodPut, fmt.Sprintf("/profile/name-change?n=%d", i), `{"first_name":"\u0007é","last_name":null}`, 200)
		}
		entries := append([]Entry{}, s.Journal()...)
		assert.Equal(t, string(jsonOf(journalAnswer{entries, s.Dropped()})), listed(t, s, ""))
		last := entries[max(0, len(entries)-2):]
		assert.Equal(t, string(jsonOf(journalAnswer{last, s.Dropped()})), listed(t, s, "?last=2"))
		assert.Equal(t, string(jsonOf(journalAnswer{[]Entry{}, s.Dropped()})), listed(t, s, "?status=404"))
		assert.Zero(t, s.active.Load())
	}
}

// What is dropped or cleared while the journal is being read is left out, and no call takes the
// place of one that had its number.
func TestListingOfAJournalThatChanges(t *testing.T) {
	t.Parallel()
	s, err := New(WithJournal(2*mostListed, 0))
	require.NoError(t, err)
	fill := func(calls int) {
		for range calls {
			send(t, s, http.MethodPut, "/profile/name-change", `{"first_name":"A","last_name":null}`, 200)
		}
	}
	all := func(*record) bool { return true }
	fill(2 * mostListed)
	list := listingOf(s.defaultSpace, 0, all)
	assert.Len(t, list.next(), mostListed)
	fill(mostListed + 10)
	rest := list.next()
	require.Len(t, rest, mostListed-10)
	assert.Equal(t, uint64(mostListed+11), rest[0].Number)
	assert.Empty(t, list.next())

	list = listingOf(s.defaultSpace, 0, all)
	s.Reset()
	fill(2 * mostListed)
	assert.Empty(t, list.next())

	answered := false
	list = listingOf(s.defaultSpace, 0, func(*record) bool { return !answered })
	answered = true
	var out strings.Builder
	require.NoError(t, list.write(&out))
	assert.Equal(t, `{"calls":[],"dropped":0}`, out.String())
}

// Whoever follows a journal, and breaks off and resumes at any call, gets each that has ended, and
// again only those behind one that was under way.
func TestFollowersThatBreakOff(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		s, err := New()
		require.NoError(t, err)
		var f follower
		var underWay []*call
		sent, early := map[uint64]int{}, map[uint64]bool{} // while one before it was under way
		follow := func(most int) {
			ended, _ := f.next(s.defaultSpace)
			for i, e := range ended {
				sent[e.Number]++
				early[e.Number] = early[e.Number] || len(f.underWay) > 0 && f.underWay[0] < e.Number
				upTo := f.upTo(ended[i+1:])
				for n := uint64(1); n <= upTo; n++ {
					require.Positive(t, sent[n], "seed %d: %d is told to have been sent", seed, n)
				}
				if len(underWay) == 0 && i+1 == most {
					f = follower{age: f.age, seen: upTo}
					return
				}
			}
		}
		for range 100 {
			switch r.IntN(3) {
			case 0:
				c := &call{Space: s.defaultSpace, r: httptest.NewRequest(http.MethodGet, "/profile/me", nil), path: "/profile/me"}
				c.entry = s.journal.arrive(c)
				underWay = append(underWay, c)
			case 1:
				if len(underWay) > 0 {
					i := r.IntN(len(underWay))
					s.journal.complete(underWay[i], response{status: 200})
					underWay = slices.Delete(underWay, i, i+1)
				}
			case 2:
				follow(1 + r.IntN(3))
			}
		}
		for _, c := range underWay {
			s.journal.complete(c, response{status: 200})
		}
		underWay = nil
		follow(0)
		require.Len(t, sent, len(s.Journal()))
		for n, times := range sent {
			require.True(t, times == 1 || early[n], "seed %d: call %d", seed, n)
		}
		ended, _ := f.next(s.defaultSpace)
		require.Empty(t, ended)
	}
}
