package mockserver

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
	"github.com/quartet-go/quartet/mockserver/internal/redact"
)

// Entry is one call in the journal. Secrets in it, by the documents and by the credentials
// that HTTP knows, read [redacted]: they were so before they were stored. The bodies are
// shared with the journal: do not change them.
type Entry struct {
	Number    uint64    `yaml:"number"` // in its space, from 1, in the order of arrival
	Space     string    `yaml:"space"`
	Operation string    `yaml:"operation,omitempty"` // operationId; "" when no operation matched
	Route     string    `yaml:"route,omitempty"`     // the path in the document; "" likewise
	Method    string    `yaml:"method"`
	Path      string    `yaml:"path"` // within the space, as it was sent
	Query     string    `yaml:"query,omitempty"`
	Attempt   string    `yaml:"attempt,omitempty"` // the header X-Attempt, by which a client may number its attempts
	Arrived   time.Time `yaml:"arrived"`           // on the space's clock

	RequestHeader http.Header `yaml:"request_header"`
	RequestBody   []byte      `yaml:"request_body,omitempty"`
	RequestBytes  int         `yaml:"request_bytes"` // of the body, as it was sent; 0 when it was over the cap or broke off

	// Set once it is Done.

	Done           bool          `yaml:"done"`               // answered, or ended by a fault or the client; false while under way
	Status         int           `yaml:"status,omitempty"`   // 0: no status was sent
	Duration       time.Duration `yaml:"duration,omitempty"` // in real time
	Fault          string        `yaml:"fault,omitempty"`    // the name of the fault that it met
	Issues         []string      `yaml:"issues,omitempty"`   // what was wrong with the request, by the document: place and rule; see WithProxy for what it adds
	ResponseHeader http.Header   `yaml:"response_header,omitempty"`
	ResponseBody   []byte        `yaml:"response_body,omitempty"` // as it would have been sent whole
	ResponseBytes  int           `yaml:"response_bytes,omitempty"`
}

// WithJournal bounds what the server keeps of calls: so many, of so many bytes, in all its
// spaces. Past a bound the space with more than its share loses its oldest calls. By
// default 10,000 and 64 MiB; 0 keeps a default.
func WithJournal(calls, bytes int) Option {
	return func(s *Server) error {
		if calls < 0 || bytes < 0 {
			return fmt.Errorf("WithJournal: %d calls, %d bytes: neither may be negative", calls, bytes)
		}
		if calls > 0 {
			s.journal.most = calls
		}
		if bytes > 0 {
			s.journal.mostBytes = bytes
		}
		return nil
	}
}

// Journal returns the calls in the space, the oldest first, among them those that are
// under way.
func (s *Space) Journal() []Entry {
	j := &s.server.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	entries := make([]Entry, 0, len(s.calls.records))
	for _, r := range s.calls.records {
		entries = append(entries, r.entry())
	}
	return entries
}

// after returns the records with a greater number. The caller holds the journal's lock.
func (l *log) after(n uint64) []*record {
	i, _ := slices.BinarySearchFunc(l.records, n, func(r *record, n uint64) int { return cmp.Compare(r.number, n+1) })
	return l.records[i:]
}

// numbered returns the record with this number, nil for none. The caller holds the journal's lock.
func (l *log) numbered(n uint64) *record {
	if records := l.after(n - 1); len(records) > 0 && records[0].number == n {
		return records[0]
	}
	return nil
}

// Dropped returns how many of the space's oldest calls the journal has dropped to keep its
// bounds.
func (s *Space) Dropped() uint64 {
	j := &s.server.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	return s.calls.dropped
}

// journal keeps the calls of a server, each in the log of its space.
type journal struct {
	most, mostBytes int
	redactor        *redact.Redactor

	mu    sync.Mutex
	logs  []*log // those with records
	turn  int    // of logs: whose share is looked at next
	count int
	bytes int
	lost  uint64    // records dropped to keep the bounds, in all spaces
	ages  uint64    // given out so far
	spare []*record // to be used again: in a full journal each call takes the place of another
}

// mostSpare bounds what a journal that was emptied keeps.
const mostSpare = 64

// What WithJournal sets.
const (
	defaultCalls = 10_000
	defaultBytes = 64 << 20
)

// log is the journal of a space; the server's journal locks it.
type log struct {
	space   *Space
	records []*record
	bytes   int
	last    uint64 // the number of the latest
	dropped uint64
	age     uint64        // another one each time its numbers begin again, in no other log of any server
	changed chan struct{} // closed by the next change; nil while nobody waits
	closed  bool          // its space is removed: a call that is still under way leaves no record
}

// record is an entry as it is stored.
type record struct {
	number   uint64
	space    string
	op       *contract.Operation
	method   string
	path     string
	query    string
	attempt  string
	arrived  time.Time
	header   redact.Header
	body     []byte
	received int

	begun    time.Time // in real time
	secrets  []string  // of the request, while it is under way
	done     bool
	status   int
	duration time.Duration
	fault    string
	issues   []string
	answer   [][2]string
	passed   redact.Header // of a target's answer, beside those
	media    string
	answered []byte
	sent     int

	size int  // what it counts against the bound
	gone bool // dropped
}

const (
	recordSize    = 512 // about what a record takes without its texts
	attemptHeader = "X-Attempt"
)

// arrive records a call on receipt, before its body.
func (j *journal) arrive(c *call) *record {
	begun := time.Now()
	arrived := c.clock.at(begun)
	path, query := j.redactor.Target(c.path, c.r.URL.RawQuery)
	header := j.redactor.Header(c.r.Header)
	j.mu.Lock()
	defer j.mu.Unlock()
	r := j.unused()
	r.space, r.op, r.method, r.arrived, r.begun = c.id, c.op, c.r.Method, arrived, begun
	r.path, r.query, r.header = path, query, header
	r.secrets = j.hiddenInTarget(c, r)
	if attempt := c.r.Header[attemptHeader]; len(attempt) > 0 {
		r.attempt = strings.Clone(attempt[0]) // it may be a part of the text of all headers
	}
	r.size = recordSize + len(path) + len(query) + len(header)
	l := &c.calls
	if l.closed {
		r.gone = true
		return r
	}
	l.last++
	r.number = l.last
	if len(l.records) == 0 {
		j.logs = append(j.logs, l)
	}
	l.records = append(l.records, r)
	j.count++
	j.grow(l, r.size)
	l.notify()
	return r
}

// unused returns a blank record that nothing else refers to.
func (j *journal) unused() *record {
	last := len(j.spare) - 1
	if last < 0 {
		return &record{}
	}
	r := j.spare[last]
	j.spare = j.spare[:last]
	return r
}

// receive records the body of a call; clear says that it holds no secret.
func (j *journal) receive(c *call, body []byte, clear bool) {
	r := c.entry
	shown, secrets := body, []string(nil)
	if !clear {
		shown, secrets = j.redactor.Body(body)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	r.body, r.secrets, r.received = shown, append(r.secrets, secrets...), len(body)
	if !r.gone {
		r.size += len(shown)
		j.grow(&c.calls, len(shown))
	}
	c.calls.notify()
}

// complete records how a call has ended.
func (j *journal) complete(c *call, resp response) {
	r := c.entry
	var passed redact.Header
	if resp.passed != nil { // anybody may have written the answer
		r.secrets = append(r.secrets, j.redactor.Credentials(c.r.Header)...)
		passed = j.redactor.Answer(resp.passed, r.secrets)
	}
	answered := j.shown(c, resp)
	issues := c.notes
	if issues == nil {
		issues = notesOf("", resp.issues)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	r.done, r.status, r.duration, r.secrets = true, resp.status, time.Since(r.begun), nil
	r.answer, r.media, r.answered, r.sent, r.issues = resp.header, resp.contentType(), answered, len(resp.body), issues
	r.passed = passed
	if c.fault != nil {
		r.fault = c.fault.Name
	}
	if !r.gone {
		more := len(answered) + len(passed)
		for _, issue := range issues {
			more += len(issue)
		}
		r.size += more
		j.grow(&c.calls, more)
	}
	c.calls.notify()
}

// shown is the body of an answer as it is kept.
func (j *journal) shown(c *call, resp response) []byte {
	r, body := c.entry, resp.body
	if i := slices.IndexFunc(resp.issues, func(issue contract.Issue) bool { return issue.Keyword == contract.ContentType }); i >= 0 {
		// It repeats a body of which nobody knows what is secret in it.
		issues := slices.Clone(resp.issues)
		issues[i].Input = []byte(`"[redacted]"`)
		_, body = c.server.dialects[c.op.API].Validation(issues)
	}
	ours := c.fault != nil && c.fault.Body != "" // what a test has made up may hold anything
	if c.op == nil || c.op.Secret || ours || resp.passed != nil || len(r.secrets) > 0 {
		body = j.redactor.Echo(body, r.secrets)
	}
	return body
}

// hiddenInTarget returns the texts of a path or query in which something is hidden, as an
// answer would repeat them.
func (j *journal) hiddenInTarget(c *call, r *record) (texts []string) {
	if r.path != c.path {
		texts = append(texts, c.path)
		for _, value := range c.match.Path {
			texts = append(texts, value.Text)
		}
	}
	if r.query != c.r.URL.RawQuery {
		for _, values := range queryOf(c.r.URL.RawQuery) {
			texts = append(texts, values...)
		}
	}
	return texts
}

// grow counts a record's bytes, and drops others when a bound is passed.
func (j *journal) grow(l *log, bytes int) {
	l.bytes += bytes
	j.bytes += bytes
	for j.count > j.most || j.bytes > j.mostBytes {
		j.pop(j.overShare(l))
		j.lost++
	}
}

// overShare returns a log with more than its share of a bound that is passed: the one that
// has just grown, or else the next in turn.
func (j *journal) overShare(l *log) *log {
	over := func(l *log) bool {
		return j.count > j.most && len(l.records)*len(j.logs) > j.most || j.bytes > j.mostBytes && l.bytes*len(j.logs) > j.mostBytes
	}
	for range j.logs {
		if over(l) {
			break
		}
		j.turn = (j.turn + 1) % len(j.logs)
		l = j.logs[j.turn]
	}
	return l
}

// pop drops the oldest record of a log.
func (j *journal) pop(l *log) {
	r := l.records[0]
	l.records[0], l.records = nil, l.records[1:] // append moves the rest when it needs room
	r.gone = true
	l.dropped++
	l.bytes -= r.size
	j.bytes -= r.size
	j.count--
	if r.done && len(j.spare) < mostSpare { // or else its call still has it
		*r = record{}
		j.spare = append(j.spare, r)
	}
	if len(l.records) == 0 {
		j.forget(l)
	}
}

// clear empties a log.
func (j *journal) clear(l *log) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.empty(l)
}

// empty is clear for a caller who holds the lock.
func (j *journal) empty(l *log) {
	for len(l.records) > 0 {
		j.pop(l)
	}
	l.last, l.dropped = 0, 0
	l.age = j.nextAge()
	l.notify()
}

// ageOf returns a log's age, which one that nobody has asked for has not yet. The caller holds
// the lock.
func (j *journal) ageOf(l *log) uint64 {
	if l.age == 0 {
		l.age = j.nextAge()
	}
	return l.age
}

// nextAge returns an age that no log has had, also of a server that was here before. The
// caller holds the lock.
func (j *journal) nextAge() uint64 {
	if j.ages == 0 {
		j.ages = uint64(time.Now().UnixMicro())
	}
	j.ages++
	return j.ages
}

// close empties the log of a space that is removed, for good: a call that arrives later leaves
// no record.
func (j *journal) close(l *log) {
	j.mu.Lock()
	defer j.mu.Unlock()
	l.closed = true
	j.empty(l)
}

func (j *journal) forget(l *log) {
	for i := range j.logs {
		if j.logs[i] == l {
			j.logs[i] = j.logs[len(j.logs)-1]
			j.logs = j.logs[:len(j.logs)-1]
			break
		}
	}
	l.records = nil
	j.turn = 0
}

// next returns what is closed by the next change. The caller holds the journal's lock.
func (l *log) next() <-chan struct{} {
	if l.changed == nil {
		l.changed = make(chan struct{})
	}
	return l.changed
}

// notify wakes those who wait for a change.
func (l *log) notify() {
	if l.changed != nil {
		close(l.changed)
		l.changed = nil
	}
}

func (r *record) operation() string {
	if r.op == nil {
		return ""
	}
	return r.op.ID
}

// entry is the record as a reader sees it.
func (r *record) entry() Entry {
	e := Entry{
		Number: r.number, Space: r.space, Method: r.method, Path: r.path, Query: r.query, Attempt: r.attempt,
		Arrived: r.arrived, RequestHeader: r.header.HTTP(), RequestBody: r.body, RequestBytes: r.received,
		Done: r.done, Status: r.status, Duration: r.duration, Fault: r.fault, Issues: r.issues,
		ResponseBody: r.answered, ResponseBytes: r.sent,
	}
	if r.op != nil {
		e.Operation, e.Route = r.op.ID, r.op.Path
	}
	e.ResponseHeader = r.passed.HTTP()
	for _, field := range r.answer {
		e.ResponseHeader.Set(field[0], field[1])
	}
	if r.media != "" {
		e.ResponseHeader.Set("Content-Type", r.media)
	}
	return e
}

// notesOf writes issues as they are shown: place and rule.
func notesOf(prefix string, issues []contract.Issue) (notes []string) {
	for i := range issues {
		notes = append(notes, prefix+issues[i].Place()+" "+string(issues[i].Keyword))
	}
	return notes
}
