package mockserver

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// adminPrefix begins the paths of the admin API, which openapi/admin.yaml describes.
const adminPrefix = "/_mock/"

// What is read of a request at most: a state is larger than any API's body. A value takes
// some hundred bytes of memory while it is read.
const (
	maxAdminBody   = 8 << 20
	maxAdminValues = 250_000
)

// adminCall is a call of the admin API.
type adminCall struct {
	server *Server
	space  *Space // nil: the operation is about the server
	r      *http.Request
	path   contract.Values
	body   []byte
	turn   bool // it is the one large call
}

// adminHandler carries an operation out. The result is what the answer holds: nil for no
// body, a text or a stream as they are, anything else as JSON in the notation of a seed
// file.
type adminHandler func(*adminCall) (result any, refused *refusal)

// text is an answer that is no JSON.
type text struct {
	media string
	body  []byte
}

// stream is an answer that is made as it is sent. In a space it also ends the call.
type stream func(w http.ResponseWriter)

// serveAdmin answers a call of the admin API. id and path are those of spaceOf, and so is
// wrong.
func (s *Server) serveAdmin(w http.ResponseWriter, r *http.Request, id, path string, wrong *refusal) {
	docs, err := loadAdmin()
	if err != nil {
		s.report("the admin API has no document", err)
		http.Error(w, "the admin API has no document", http.StatusInternalServerError)
		return
	}
	match := docs.contract.Match(r.Method, path)
	op := docs.speaker(match, path)
	c := &adminCall{server: s, r: r, path: match.Path}
	defer c.endTurn()
	result, refused := s.runAdmin(c, match, id, wrong)
	if result, streams := result.(stream); streams {
		result(w)
		return
	}
	resp := response{status: op.Answers[0]} // the 2xx, which no other status is under
	if refused != nil {
		resp = docs.refuse(op, refused)
	} else if match.Operation == nil {
		resp = docs.unrouted(r.Method, path, match)
	} else if err := resp.hold(result); err != nil {
		s.report("answer of "+op.ID, err)
		resp = docs.refuse(op, &refusal{status: http.StatusInternalServerError, undocumented: true})
	}
	s.proved(op, resp).with([2]string{"Cache-Control", "no-store"}, [2]string{"X-Content-Type-Options", "nosniff"}).write(w)
}

// runAdmin is the way of a call: access, route, body, document, space, handler.
func (s *Server) runAdmin(c *adminCall, match contract.Match, id string, wrong *refusal) (result any, refused *refusal) {
	op := match.Operation
	defer func() {
		if p := recover(); p != nil {
			s.report("panic in the admin API", fmt.Errorf("%v\n%s", p, debug.Stack()))
			refused = &refusal{status: http.StatusInternalServerError, undocumented: true}
		}
	}()
	if refused := s.admit(op, c.r); refused != nil {
		return nil, refused
	}
	if op == nil {
		return nil, nil
	}
	if wrong != nil {
		return nil, wrong
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, c.r.Body, maxAdminBody))
	if err != nil {
		return nil, unreadable(err)
	}
	if refused := c.awaitTurn(op, len(body)); refused != nil {
		return nil, refused
	}
	verdict := op.Validate(contract.Request{
		Path: match.Path, RawQuery: c.r.URL.RawQuery, Header: c.r.Header, ContentType: c.r.Header.Get("Content-Type"), Body: body,
	})
	if issues := append(unknownParameters(op, c.r), verdict.Issues...); len(issues) > 0 {
		return nil, &refusal{issues: issues}
	}
	if c.body = verdict.Decodable; c.body == nil {
		c.body = body // a text
	}
	if op.Tags[0] == "Space" {
		if c.space, refused = s.enter(id); refused != nil {
			return nil, refused
		}
		c.space.steered.Add(1)
		defer func() {
			if _, streams := result.(stream); !streams { // which goes on
				c.end()
			}
		}()
	}
	return adminHandlers[op.ID](c)
}

// adminHandlers are the operations by operationId.
var adminHandlers = map[string]adminHandler{
	"getHealth":        (*adminCall).health,
	"getReadiness":     (*adminCall).readiness,
	"getVersion":       (*adminCall).version,
	"getDocument":      (*adminCall).document,
	"getMetrics":       (*adminCall).metrics,
	"getCoverage":      (*adminCall).coverage,
	"getCoverageTable": (*adminCall).coverageTable,
	"listSpaces":       (*adminCall).listSpaces,
	"createSpace":      (*adminCall).createSpace,
	"deleteSpace":      (*adminCall).deleteSpace,
	"getState":         (*adminCall).state,
	"replaceState":     (*adminCall).replaceState,
	"getSeed":          (*adminCall).seed,
	"replaceSeed":      (*adminCall).replaceSeed,
	"resetSpace":       (*adminCall).reset,
	"listCodes":        (*adminCall).listCodes,
	"issueCode":        (*adminCall).issueCode,
	"listFaults":       (*adminCall).listFaults,
	"addFault":         (*adminCall).addFault,
	"clearFaults":      (*adminCall).clearFaults,
	"removeFault":      (*adminCall).removeFault,
	"listLimits":       (*adminCall).listLimits,
	"replaceLimits":    (*adminCall).replaceLimits,
	"getClock":         (*adminCall).clock,
	"setClock":         (*adminCall).setClock,
	"advanceClock":     (*adminCall).advanceClock,
	"listCalls":        (*adminCall).listCalls,
	"clearJournal":     (*adminCall).clearJournal,
	"streamCalls":      (*adminCall).streamCalls,
}

// smallAdminBody is how large a body may be of which several are read at once.
const smallAdminBody = 64 << 10

// large reports whether a call may take many times the memory of what it reads or answers: a
// large body, or what holds a whole state or, checked as one, a whole journal.
func (c *adminCall) large(op *contract.Operation, body int) bool {
	switch op.ID {
	case "getState", "getSeed", "listCodes":
		return true
	case "listCalls":
		return c.server.prove
	}
	return body > smallAdminBody
}

// awaitTurn lets one large call on after the other, each until its answer is sent.
func (c *adminCall) awaitTurn(op *contract.Operation, body int) *refusal {
	if !c.large(op, body) {
		return nil
	}
	select {
	case c.server.large <- struct{}{}:
		c.turn = true
		return nil
	case <-c.r.Context().Done(): // nobody reads the answer
		return &refusal{status: http.StatusServiceUnavailable, undocumented: true}
	}
}

func (c *adminCall) endTurn() {
	if c.turn {
		<-c.server.large
	}
}

// hold puts a handler's result into an answer.
func (r *response) hold(result any) error {
	switch result := result.(type) {
	case nil:
	case text:
		r.media, r.body = result.media, result.body
	default:
		encoder := seedEncoder{lossy: true}
		r.body = appendJSON(nil, encoder.value(reflect.ValueOf(result), nil))
		return checker(encoder.flaws).err()
	}
	return nil
}

// end ends a call that is in a space.
func (c *adminCall) end() {
	c.space.steered.Add(-1)
	c.space.end()
}

// unknownParameters refuses a query that the operation would pass over.
func unknownParameters(op *contract.Operation, r *http.Request) (issues []contract.Issue) {
	var known []string
	for _, p := range op.Parameters {
		if p.In == contract.InQuery {
			known = append(known, p.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(queryOf(r.URL.RawQuery))) {
		if !slices.Contains(known, name) {
			issues = append(issues, contract.Reject(contract.InQuery, "there is no such parameter here; there are "+cmp.Or(strings.Join(known, ", "), "none"), name))
		}
	}
	return issues
}

// decode stores the body in dst. Checks says what cannot hold of what could be read; its
// paths are those of the body.
func (c *adminCall) decode(dst any, checks ...func() checker) *refusal {
	root, err := jsonTree(c.body, maxAdminValues)
	if err != nil {
		return tooMuch(err)
	}
	var decoder seedDecoder
	decoder.value(root, reflect.ValueOf(dst).Elem(), nil)
	var unread, flaws []flaw
	for _, f := range decoder.flaws {
		unread = append(unread, f.flaw)
	}
	for _, check := range checks {
		flaws = append(flaws, check()...)
	}
	return unsound(append(unread, independent(flaws, unread)...))
}

// tooMuch refuses a body that cannot be made a tree of.
func tooMuch(err error) *refusal {
	return &refusal{issues: []contract.Issue{contract.Reject(contract.InBody, err.Error())}}
}

// unsound refuses a body for its flaws, nil for none.
func unsound(flaws []flaw) *refusal {
	if len(flaws) == 0 {
		return nil
	}
	var issues []contract.Issue
	for _, f := range flaws {
		issues = append(issues, f.issue(f.message))
	}
	return &refusal{issues: issues}
}

// issue is the flaw as something wrong with a body.
func (f flaw) issue(message string) contract.Issue {
	var path []any
	for _, name := range f.shown() {
		path = append(path, name)
	}
	return contract.Reject(contract.InBody, message, path...)
}
