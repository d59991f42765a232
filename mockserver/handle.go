package mockserver

import (
	"net/http"
	"strings"
	"sync"

	"github.com/quartet-go/quartet/mockserver/internal/api"
	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// call is a request on its way.
type call struct {
	*Space
	r         *http.Request
	path      string // within the space
	match     contract.Match
	op        *contract.Operation // nil: no operation matches
	entry     *record             // in the journal
	fault     *met                // nil: none
	variation *Variation          // how the answer differs from the usual one; nil: not
	limit     [][2]string         // fields that a rate limit puts on the answer
	notes     []string            // of a proxy: what was wrong, for the journal

	verdict  contract.Verdict
	mistaken response           // to a panic before there was an answer
	accepted api.Request        // what the handler gets
	room     [8]contract.Member // of its body
	servers  servers
}

// underWay has room for calls. One that ends in a panic does not come back.
var underWay = sync.Pool{New: func() any { return new(call) }}

// decliner is a ResponseWriter that takes only answers which come whole and at once: it has no
// connection that could be watched, cut off or written to in pieces. A call that may need one
// is declined before it leaves a trace, and comes again where there is one.
type decliner interface{ DeclineToWait() }

// ServeHTTP answers a request, see "The way of a request" in the package comment.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// Space: which world is it in? The admin API is about worlds, not in one.
	id, path, refused := spaceOf(r)
	impatient, _ := w.(decliner) // nil: it can wait
	if strings.HasPrefix(path, adminPrefix) {
		if impatient != nil {
			impatient.DeclineToWait()
		} else {
			s.serveAdmin(w, r, id, path, refused)
		}
		return
	}
	var space *Space
	if refused == nil {
		space, refused = s.enter(id)
	}
	// Route: which operation is it?
	match := s.contract.Match(r.Method, path)
	if refused != nil {
		s.refuse(s.speaker(match, path), refused).write(w)
		return
	}
	defer space.end()
	if impatient != nil && space.mayWait() {
		impatient.DeclineToWait()
		return
	}
	c := underWay.Get().(*call)
	c.Space, c.r, c.path, c.match, c.op = space, r, path, match, match.Operation

	// Journal: it has arrived; and then, its body has.
	c.entry = s.journal.arrive(c)
	body, broken := readBody(r)
	c.receive(body)

	// Fault: does it meet one? For a decliner there was none, and one that was added since then
	// comes too late.
	if impatient == nil {
		c.variation = space.varied.Load()
		if c.fault = space.meet(c.op, r); c.fault == nil {
			c.fault = s.preferred(c.op, r)
		}
	}

	// Answer: what the fault says instead; or else the right one, in one of the forms that
	// its document allows, and proved to keep it.
	var resp response
	if c.fault != nil && c.fault.instead() {
		resp = c.failed()
	} else {
		resp = c.right(body, broken).with(c.limit...)
	}

	// Deliver: in time and whole, or as the fault does.
	c.deliver(w, resp)
	*c = call{}
	underWay.Put(c)
}

// right returns the right answer in one of its forms. A panic on the way is a mistake of
// this package; it must not take the caller's process down.
func (c *call) right(body []byte, broken *refusal) (resp response) {
	defer c.recovered(&resp)
	if c.server.proxy != nil {
		return c.proxied(body, broken)
	}
	return c.server.proved(c.op, c.vary(c.answer(broken)))
}

// mayWait reports whether an answer may take its time, or come in pieces, or not at all.
func (s *Space) mayWait() bool {
	return s.server.proxy != nil || s.server.prefer || s.faults.some.Load() || s.varied.Load() != nil
}

// receive looks at the body, once for the journal and the answer: a body whose names are all
// declared, none as a secret, is kept as it is.
func (c *call) receive(body []byte) {
	defer c.recovered(&c.mistaken)
	if c.op != nil {
		c.verdict = c.op.Validate(contract.Request{
			Path: c.match.Path, RawQuery: c.r.URL.RawQuery, Header: c.r.Header,
			ContentType: c.r.Header.Get("Content-Type"), Body: body, Room: c.room[:0],
		})
	}
	if len(body) > 0 {
		c.server.journal.receive(c, body, c.verdict.Declared && !c.op.SecretBody)
	}
}

// answer acts on a request; broken says why its body could not be read.
func (c *call) answer(broken *refusal) response {
	s, op := c.server, c.op
	switch {
	case c.mistaken.status != 0:
		return c.mistaken
	case op == nil:
		return s.unrouted(c.r.Method, c.path, c.match)
	}
	// Limit: has it been called too often?
	if refused := c.overLimit(); refused != nil {
		return s.refuse(op, refused)
	}
	// Authorize: who calls?
	caller, refused := c.authorize(op, c.r.Header)
	if refused != nil {
		return s.refuse(op, refused)
	}
	// Read: has the body come, whole and not too large?
	if broken != nil {
		return s.refuse(op, broken)
	}
	// Validate: does it keep the document?
	s.coverage.sent(op, c.verdict.Sent)
	if len(c.verdict.Issues) > 0 {
		return s.refuse(op, &refusal{issues: c.verdict.Issues})
	}
	// Act: the operation's own rules, on the state.
	c.accepted = api.Request{
		Path: c.match.Path, Query: queryOf(c.r.URL.RawQuery), Body: c.verdict.Decodable, Members: c.verdict.Members,
	}
	return c.act(op, caller, &c.accepted)
}

// proved checks an answer of ours against its document.
func (s *Server) proved(op *contract.Operation, resp response) response {
	if !s.prove || resp.undocumented {
		return resp
	}
	if issues := op.AnswerIssues(resp.status, resp.contentType(), resp.body); len(issues) > 0 {
		s.violations.Add(uint64(len(issues)))
		s.report("an answer breaks its document", op.SayAnswer(resp.status, issues))
	}
	return resp
}
