package mockserver

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"mime"
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
	issues []contract.Issue // what the document refuses; decode adds to it, and nothing is done
	turn   bool             // it is the one large call
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
	match := docs.matchAdmin(r.Method, path)
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

// matchAdmin finds the operation, also for HEAD where it is one that anybody may ask: probes
// send that. net/http leaves the body out.
func (d *documents) matchAdmin(method, path string) contract.Match {
	if method == http.MethodHead {
		asked := d.contract.Match(http.MethodGet, path)
		if asked.Operation != nil && asked.Operation.Security.Access == contract.PublicAccess {
			return asked
		}
	}
	return d.contract.Match(method, path)
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
	if len(body) > smallAdminBody {
		if refused := c.awaitTurn(); refused != nil {
			return nil, refused
		}
	}
	verdict := op.Validate(contract.Request{
		Path: match.Path, RawQuery: c.r.URL.RawQuery, Header: c.r.Header, ContentType: plainJSON(c.r.Header.Get("Content-Type")), Body: body,
	})
	if issues := append(unknownParameters(op, c.r), verdict.Issues...); len(issues) > 0 {
		return nil, c.refuse(op, issues, body)
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

// refuse refuses a request for what its document says, and for what the handler finds in a
// body that can be read all the same. Each handler that has a body decodes it before all else,
// and that refuses when there are issues already, so that nothing is done and the space, which
// has not been entered, is not asked for.
func (c *adminCall) refuse(op *contract.Operation, issues []contract.Issue, body []byte) *refusal {
	if c.body = op.Legible(body); c.body == nil {
		return &refusal{issues: issues}
	}
	c.issues = issues
	_, refused := adminHandlers[op.ID](c)
	return refused
}

// plainJSON is a content type, but for one that is JSON with a meaning of its own, such as a
// patch. The frameworks of the four APIs take that; no operation here does.
func plainJSON(contentType string) string {
	if media, _, _ := mime.ParseMediaType(contentType); strings.HasSuffix(media, "+json") { // what cannot be parsed is refused
		return ""
	}
	return contentType
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

// awaitTurn lets one large call on after the other, each until its answer is sent. Large is one
// that may take many times the memory of what it reads or answers: by its body, or because it
// holds a whole state or a whole journal, for which its handler awaits its turn. It may be both.
func (c *adminCall) awaitTurn() *refusal {
	if c.turn {
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
		return c.tooMuch(err)
	}
	var decoder seedDecoder
	decoder.value(root, reflect.ValueOf(dst).Elem(), nil)
	known := c.known()
	unread := unplaced(unknown(decoder.flaws, known))
	var flaws []flaw
	for _, check := range checks {
		flaws = append(flaws, check()...)
	}
	return c.unsound(append(unread, independent(flaws, slices.Concat(known, unread))...))
}

// known is what the document refuses of the body.
func (c *adminCall) known() (flaws []flaw) {
	for _, issue := range c.issues {
		if issue.In == contract.InBody {
			path := make([]string, len(issue.Path))
			for i, step := range issue.Path {
				path[i] = fmt.Sprint(step)
			}
			flaws = append(flaws, flaw{path: path})
		}
	}
	return flaws
}

// tooMuch refuses a body that cannot be made a tree of.
func (c *adminCall) tooMuch(err error) *refusal {
	return c.unsound([]flaw{{message: err.Error()}})
}

// unsound refuses a body for its flaws, and for what the document refuses; nil for neither.
func (c *adminCall) unsound(flaws []flaw) *refusal {
	issues := c.issues
	for _, f := range flaws {
		issues = append(issues, f.issue(f.message))
	}
	if len(issues) == 0 {
		return nil
	}
	return &refusal{issues: issues[:min(len(issues), mostFlaws)]}
}

// issue is the flaw as something wrong with a body.
func (f flaw) issue(message string) contract.Issue {
	var path []any
	for _, name := range f.shown() {
		path = append(path, name)
	}
	return contract.Reject(contract.InBody, message, path...)
}
