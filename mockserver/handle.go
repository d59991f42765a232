package mockserver

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/quartet-go/quartet/mockserver/internal/api"
	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// maxBody bounds what is read of a request, maxTrusted for how much of it memory is taken
// before it has come.
const (
	maxBody    = 1 << 20
	maxTrusted = 1 << 16
)

// call is a request on its way.
type call struct {
	*Space
	r     *http.Request
	path  string // within the space
	match contract.Match
	op    *contract.Operation // nil: no operation matches
	entry *record             // in the journal
	fault *met                // nil: none
}

// ServeHTTP answers a request. This is the way that it takes.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// Space: which world is it in?
	space, path, refused := s.enter(r)
	// Route: which operation is it?
	match := s.contract.Match(r.Method, path)
	if refused != nil {
		s.refuse(s.speaker(match, path), refused).write(w)
		return
	}
	defer space.end()
	c := &call{Space: space, r: r, path: path, match: match, op: match.Operation}

	// Journal: it has arrived.
	body, unreadable := readBody(r)
	c.entry = s.journal.arrive(c, body)

	// Fault: does it meet one?
	c.fault = space.meet(c.op, r)
	if c.fault == nil {
		c.fault = s.preferred(r)
	}

	// Answer: what the fault says instead; or else the right one, in one of the forms that
	// its document allows, and proved to keep it.
	var resp response
	if c.fault != nil && c.fault.instead() {
		resp = c.failed()
	} else {
		resp = c.proved(c.vary(c.answer(body, unreadable)))
	}

	// Deliver: in time and whole, or as the fault does.
	c.deliver(w, resp)
}

// readBody reads no more than the cap. A server's request has a body, a test's may have none.
func readBody(r *http.Request) ([]byte, *refusal) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	var err error
	var body []byte
	if 0 < r.ContentLength && r.ContentLength <= maxTrusted {
		body = make([]byte, r.ContentLength)
		_, err = io.ReadFull(r.Body, body)
	} else {
		body, err = io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	}
	if err != nil {
		return nil, unreadable(err)
	}
	return body, nil
}

// answer acts on a request and returns the right answer.
func (c *call) answer(body []byte, unreadable *refusal) response {
	s, op := c.server, c.op
	if op == nil {
		return s.unrouted(c)
	}
	// Limit: has it been called too often?
	fields, retry, over := c.limits.take(op.ID, c.clock.now)
	if over {
		fields = append(fields, [2]string{"Retry-After", strconv.Itoa(wholeSeconds(retry))})
		return s.refuse(op, &refusal{status: http.StatusTooManyRequests, undocumented: true}).with(fields...)
	}
	return c.allowed(op, body, unreadable).with(fields...)
}

// allowed is answer where no limit holds.
func (c *call) allowed(op *contract.Operation, body []byte, unreadable *refusal) response {
	s := c.server
	// Authorize: who calls?
	caller, refused := c.authorize(op, c.r.Header)
	if refused != nil {
		return s.refuse(op, refused)
	}
	// Read: could it be?
	if unreadable != nil {
		return s.refuse(op, unreadable)
	}
	// Validate: everything that breaks the document.
	verdict := op.Validate(contract.Request{
		Path: c.match.Path, RawQuery: c.r.URL.RawQuery, Header: c.r.Header,
		ContentType: c.r.Header.Get("Content-Type"), Body: body,
	})
	s.coverage.sent(op, verdict.Sent)
	if len(verdict.Issues) > 0 {
		return s.refuse(op, &refusal{issues: verdict.Issues})
	}
	// Act: the operation's own rules, on the state.
	return c.act(op, caller, &api.Request{Path: c.match.Path, Query: queryOf(c.r.URL.RawQuery), Body: verdict.Decodable, Members: verdict.Members})
}

// queryOf reads a query as the contract does: a semicolon, of which net/url would drop the
// whole pair, is a character like any other.
func queryOf(raw string) url.Values {
	if raw == "" {
		return nil
	}
	values, _ := url.ParseQuery(strings.ReplaceAll(raw, ";", "%3B")) // a pair in error is passed over
	return values
}

// act runs the operation's handler on the state and encodes its answer. A panic of a
// handler is a mistake of this package; it must not take the caller's process down.
func (c *call) act(op *contract.Operation, caller Token, req *api.Request) (resp response) {
	defer func() {
		if p := recover(); p != nil {
			resp = c.server.mistake(op, "panic in ", fmt.Errorf("%v\n%s", p, debug.Stack()))
		}
	}()
	defer c.world.lock(op.Method == http.MethodGet).Unlock()
	answer, err := c.run(op, caller, req)
	var refused *refusal
	switch {
	case errors.As(err, &refused):
		return c.server.refuse(op, refused)
	case err != nil:
		return c.server.mistake(op, "handler of ", err)
	case answer.Body == nil:
		return response{status: answer.Status}
	}
	body, err := api.Encode(answer.Body)
	if err != nil {
		return c.server.mistake(op, "answer of ", err)
	}
	return response{status: answer.Status, body: body}
}

// mistake reports a mistake of this package, and answers that there was one.
func (s *Server) mistake(op *contract.Operation, where string, err error) response {
	s.report(where+op.ID, err)
	return s.refuse(op, &refusal{status: http.StatusInternalServerError, undocumented: true})
}

// proved checks an answer of ours against its document.
func (c *call) proved(resp response) response {
	if !c.server.prove || resp.undocumented {
		return resp
	}
	if err := c.op.CheckAnswer(resp.status, resp.contentType(), resp.body); err != nil {
		c.server.violations.Add(1)
		c.server.report("an answer breaks its document", err)
	}
	return resp
}

// unrouted answers what no operation matches.
func (s *Server) unrouted(c *call) response {
	op := s.speaker(c.match, c.path)
	if len(c.match.Allow) > 0 {
		allow := strings.Join(c.match.Allow, ", ")
		return s.refuse(op, &refusal{
			status: http.StatusMethodNotAllowed, undocumented: true,
			message: fmt.Sprintf("Method %s not allowed at %s; allowed: %s", c.r.Method, op.Path, allow),
		}).with([2]string{"Allow", allow})
	}
	return s.refuse(op, &refusal{
		status: http.StatusNotFound, undocumented: true,
		message: fmt.Sprintf("No operation at %s %s; the nearest is %s %s (%s)",
			c.r.Method, c.path, op.Method, op.Path, op.ID),
	})
}

// speaker returns the operation in whose API's words a request is answered, whether it
// matches one or not.
func (s *Server) speaker(match contract.Match, path string) *contract.Operation {
	switch {
	case match.Operation != nil:
		return match.Operation
	case len(match.Allow) > 0:
		return s.contract.Match(match.Allow[0], path).Operation // any of the path's
	default:
		return match.Nearest
	}
}
