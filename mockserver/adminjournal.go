package mockserver

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// The operations of the admin API about the journal of a space.

type journalAnswer struct {
	Calls   []Entry `yaml:"calls"`
	Dropped uint64  `yaml:"dropped"`
}

func (c *adminCall) listCalls() (any, *refusal) {
	query := queryOf(c.r.URL.RawQuery)
	after, last := integer(query, "after"), integer(query, "last")
	for name, n := range map[string]int{"after": after, "last": last} {
		if n < 0 {
			return nil, &refusal{issues: []contract.Issue{contract.Reject(contract.InQuery, notNegative, name)}}
		}
	}
	list := listingOf(c.space, uint64(after), func(r *record) bool {
		return asked(query, "operation", r.operation()) && asked(query, "method", r.method) && asked(query, "path", r.path) &&
			asked(query, "status", strconv.Itoa(r.status)) && asked(query, "fault", r.fault)
	})
	if query.Has("last") && len(list.numbers) > last {
		list.numbers = list.numbers[len(list.numbers)-last:]
	}
	if c.server.prove { // it is checked as a whole
		var whole bytes.Buffer
		_ = list.write(&whole) // in memory
		return text{"application/json", whole.Bytes()}, nil
	}
	return stream(func(w http.ResponseWriter) {
		defer c.end()
		beginStream(w, "application/json")
		_ = list.write(w) // a client that has gone away needs no answer
	}), nil
}

// listing is the calls that a caller has asked for. They are read a few at a time, as they are
// written: all at once would take many times the journal's own memory.
type listing struct {
	space   *Space
	age     uint64 // of the log when it began
	numbers []uint64
	fits    func(*record) bool
}

// mostListed is how many calls are read at a time.
const mostListed = 64

func listingOf(s *Space, after uint64, fits func(*record) bool) *listing {
	j := &s.server.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	l := &listing{space: s, age: j.ageOf(&s.calls), fits: fits}
	for _, r := range s.calls.after(after) {
		if fits(r) {
			l.numbers = append(l.numbers, r.number)
		}
	}
	return l
}

// next returns the next calls, as they are now, none at the end. One that was dropped meanwhile
// is left out, and so is one that no longer is what was asked for.
func (l *listing) next() (entries []Entry) {
	j, calls := &l.space.server.journal, &l.space.calls
	j.mu.Lock()
	defer j.mu.Unlock()
	for len(l.numbers) > 0 && len(entries) < mostListed && calls.age == l.age {
		number := l.numbers[0]
		l.numbers = l.numbers[1:]
		if left := calls.after(number - 1); len(left) > 0 && left[0].number == number && l.fits(left[0]) {
			entries = append(entries, left[0].entry())
		}
	}
	return entries
}

// write writes a journalAnswer.
func (l *listing) write(to io.Writer) error {
	w := bufio.NewWriterSize(to, 32<<10)
	none := []byte("[]")
	head, _, _ := bytes.Cut(jsonOf(journalAnswer{Calls: []Entry{}}), none)
	_, _ = w.Write(head) // its errors come back from Flush, here and below
	separator := byte('[')
	for entries := l.next(); len(entries) > 0; entries = l.next() {
		for _, e := range entries {
			_ = w.WriteByte(separator)
			if _, err := w.Write(jsonOf(e)); err != nil {
				return err
			}
			separator = ','
		}
	}
	if separator == '[' {
		_ = w.WriteByte(separator)
	}
	_ = w.WriteByte(']')
	_, tail, _ := bytes.Cut(jsonOf(journalAnswer{[]Entry{}, l.space.Dropped()}), none)
	_, _ = w.Write(tail)
	return w.Flush()
}

// jsonOf writes what the server has made of a call, which always has a notation, on one line.
func jsonOf(v any) []byte {
	encoder := seedEncoder{lossy: true}
	return appendJSON(nil, encoder.value(reflect.ValueOf(v), nil))
}

// beginStream sends the header of an answer that is made as it is sent.
func beginStream(w http.ResponseWriter, media string) {
	w.Header().Set("Content-Type", media)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(http.StatusOK)
}

// asked reports whether a value is what a query asks for, if it does.
func asked(query url.Values, name, value string) bool {
	wanted, ok := query[name]
	return !ok || wanted[len(wanted)-1] == value
}

// integer returns a parameter that has been validated, 0 where it is not there.
func integer(query url.Values, name string) int {
	values := query[name]
	if len(values) == 0 {
		return 0
	}
	n, _ := strconv.Atoi(values[len(values)-1])
	return n
}

func (c *adminCall) clearJournal() (any, *refusal) {
	c.server.journal.clear(&c.space.calls)
	return nil, nil
}

// keepAlive is how often a stream without calls says that it is there, so that neither end
// nor anything between them takes it for dead.
const keepAlive = 15 * time.Second

func (c *adminCall) streamCalls() (any, *refusal) {
	f := follower{}
	age, number, _ := strings.Cut(c.r.Header.Get("Last-Event-ID"), ".")
	f.age, _ = strconv.ParseUint(age, 10, 64) // validated; one too large is that of no log
	f.upTo, _ = strconv.ParseUint(number, 10, 64)
	return stream(func(w http.ResponseWriter) {
		defer c.end()
		beginStream(w, "text/event-stream")
		c.follow(w, &f)
	}), nil
}

// follow sends calls until the client, the space or the server ends.
func (c *adminCall) follow(w http.ResponseWriter, f *follower) {
	alive := time.NewTicker(keepAlive)
	defer alive.Stop()
	stops := c.server.open.Load().Done()
	for {
		ended, upTo, changed := f.next(c.space)
		for i, e := range ended {
			if i == len(ended)-1 {
				upTo = f.upTo // who has come so far has them all
			}
			if !sendEvent(w, f.age, upTo, e) {
				return
			}
		}
		flush(w)
		if changed == nil { // the space is gone
			return
		}
		select {
		case <-changed:
		case <-alive.C:
			if _, err := io.WriteString(w, ": alive\n\n"); err != nil {
				return
			}
		case <-c.r.Context().Done():
			return
		case <-stops:
			return
		}
	}
}

// sendEvent reports whether the client still reads.
func sendEvent(w http.ResponseWriter, age, upTo uint64, e Entry) bool {
	_, err := fmt.Fprintf(w, "id: %d.%d\nevent: call\ndata: %s\n\n", age, upTo, jsonOf(e))
	return err == nil
}

// follower knows which calls of a space have been sent. They end in another order than
// that in which they come.
type follower struct {
	age  uint64          // of the log when it was read last
	upTo uint64          // all up to this one have been sent, or were dropped
	sent map[uint64]bool // behind it
}

// next returns the calls that have ended since, upTo as it was, and what is closed by the
// next change, nil when there will be none.
func (f *follower) next(s *Space) (ended []Entry, before uint64, changed <-chan struct{}) {
	j, l := &s.server.journal, &s.calls
	j.mu.Lock()
	defer j.mu.Unlock()
	if age := j.ageOf(l); f.age != age { // the numbers are others
		*f = follower{age: age}
	}
	if f.sent == nil {
		f.sent = map[uint64]bool{}
	}
	before = f.upTo
	upTo := l.last
	for _, r := range l.after(f.upTo) {
		switch {
		case !r.done:
			upTo = min(upTo, r.number-1)
		case !f.sent[r.number]:
			f.sent[r.number] = true
			ended = append(ended, r.entry())
		}
	}
	f.upTo = upTo
	maps.DeleteFunc(f.sent, func(n uint64, _ bool) bool { return n <= upTo })
	if l.closed {
		return ended, before, nil
	}
	return ended, before, l.next()
}
