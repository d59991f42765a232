package mockserver

import (
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
	entries := []Entry{}
	for _, e := range c.space.entriesAfter(uint64(after)) {
		if asked(query, "operation", e.Operation) && asked(query, "method", e.Method) && asked(query, "path", e.Path) &&
			asked(query, "status", strconv.Itoa(e.Status)) && asked(query, "fault", e.Fault) {
			entries = append(entries, e)
		}
	}
	if query.Has("last") && len(entries) > last {
		entries = entries[len(entries)-last:]
	}
	return journalAnswer{entries, c.space.Dropped()}, nil
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
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.WriteHeader(http.StatusOK)
		c.follow(w, &f)
	}), nil
}

// streamed reports whether an operation's answer goes on after its handler.
func streamed(op *contract.Operation) bool { return op.ID == "streamCalls" }

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
	encoder := seedEncoder{lossy: true}
	data := appendJSON(nil, encoder.value(reflect.ValueOf(e), nil)) // on one line
	_, err := fmt.Fprintf(w, "id: %d.%d\nevent: call\ndata: %s\n\n", age, upTo, data)
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
	if l.age == 0 {
		l.age = j.nextAge()
	}
	if f.age != l.age { // the numbers are others
		*f = follower{age: l.age}
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
