package mockserver

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"slices"
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
	if issues := hopeless(query, after, last); len(issues) > 0 {
		return nil, &refusal{issues: issues}
	}
	list := listingOf(c.space, uint64(after), func(r *record) bool {
		return asked(query, "operation", r.operation()) && asked(query, "method", r.method) && asked(query, "path", r.path) &&
			asked(query, "status", strconv.Itoa(r.status)) && asked(query, "fault", r.fault)
	})
	if query.Has("last") && len(list.numbers) > last {
		list.numbers = list.numbers[len(list.numbers)-last:]
	}
	if c.server.prove { // it is checked as a whole
		if refused := c.awaitTurn(); refused != nil {
			return nil, refused
		}
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
		if r := calls.numbered(number); r != nil && l.fits(r) {
			entries = append(entries, r.entry())
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

// hopeless refuses what no call can be, or else one who has mistyped it would take it that there
// was no such call.
func hopeless(query url.Values, after, last int) (issues []contract.Issue) {
	expect := func(ok bool, message, name string) {
		if !ok {
			issues = append(issues, contract.Reject(contract.InQuery, message, name))
		}
	}
	operation, method := latest(query, "operation"), latest(query, "method")
	expect(operation == "" || operationNamed(operation) != nil, unknownOperation(operation), "operation")
	expect(method == strings.ToUpper(method), upperCase, "method")
	expect(after >= 0, notNegative, "after")
	expect(last >= 0, notNegative, "last")
	return issues
}

// latest returns a parameter, the last of several, "" where it is not there.
func latest(query url.Values, name string) string {
	values := query[name]
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

// asked reports whether a value is what a query asks for, if it does.
func asked(query url.Values, name, value string) bool {
	return !query.Has(name) || latest(query, name) == value
}

// integer returns a parameter that has been validated, 0 where it is not there.
func integer(query url.Values, name string) int {
	n, _ := strconv.Atoi(latest(query, name))
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
	f.seen, _ = strconv.ParseUint(number, 10, 64)
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
		ended, changed := f.next(c.space)
		for i, e := range ended {
			if !sendEvent(w, f.age, f.upTo(ended[i+1:]), e) {
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
	age      uint64   // of the log when it was read last
	seen     uint64   // all up to this one have been sent, were dropped or are among those
	underWay []uint64 // in the order of arrival
}

// upTo is the call up to which all have been sent, or were dropped, but for those that are left.
func (f *follower) upTo(left []Entry) uint64 {
	upTo := f.seen
	if len(f.underWay) > 0 {
		upTo = f.underWay[0] - 1
	}
	if len(left) > 0 {
		upTo = min(upTo, left[0].Number-1)
	}
	return upTo
}

// next returns the calls that have ended since, in the order of their numbers, and what is closed
// by the next change, nil when there will be none. It looks at each call once, and again only
// while it is under way.
func (f *follower) next(s *Space) (ended []Entry, changed <-chan struct{}) {
	j, l := &s.server.journal, &s.calls
	j.mu.Lock()
	defer j.mu.Unlock()
	if age := j.ageOf(l); f.age != age { // the numbers are others
		*f = follower{age: age}
	}
	f.underWay = slices.DeleteFunc(f.underWay, func(number uint64) bool {
		r := l.numbered(number)
		if r != nil && r.done {
			ended = append(ended, r.entry())
		}
		return r == nil || r.done
	})
	f.seen = min(f.seen, l.last) // a client may have said anything
	for _, r := range l.after(f.seen) {
		if r.done {
			ended = append(ended, r.entry())
		} else {
			f.underWay = append(f.underWay, r.number)
		}
	}
	f.seen = l.last
	if l.closed {
		return ended, nil
	}
	return ended, l.next()
}
