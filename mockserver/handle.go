package mockserver

import (
	"encoding/json"
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

// maxBody bounds what is read of a request.
const maxBody = 1 << 20

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.handle(r).write(w)
}

// handle is the way of a request.
func (s *Server) handle(r *http.Request) response {
	// Route: which operation is it?
	match := s.contract.Match(r.Method, r.URL.EscapedPath())
	if match.Operation == nil {
		return s.unrouted(r, match)
	}
	op := match.Operation

	// Authorize: who calls?
	caller, refused := s.authorize(op, r.Header)
	if refused != nil {
		return s.refuse(op, refused)
	}

	// Read: no more than the cap. A server's request has a body, a test's may have none.
	if r.Body == nil {
		r.Body = http.NoBody
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	if err != nil {
		return s.refuse(op, unreadable(err))
	}

	// Validate: everything that breaks the document.
	verdict := op.Validate(contract.Request{
		Path: match.Path, RawQuery: r.URL.RawQuery, Header: r.Header,
		ContentType: r.Header.Get("Content-Type"), Body: body,
	})
	if len(verdict.Issues) > 0 {
		return s.refuse(op, &refusal{issues: verdict.Issues})
	}

	// Act and answer: the state does not change between the two.
	return s.act(op, caller, &api.Request{Path: match.Path, Query: queryOf(r.URL.RawQuery), Body: verdict.Decodable})
}

// queryOf reads a query as the contract does: a semicolon, of which net/url would drop the
// whole pair, is a character like any other.
func queryOf(raw string) url.Values {
	values, _ := url.ParseQuery(strings.ReplaceAll(raw, ";", "%3B")) // a pair in error is passed over
	return values
}

// act runs the operation's handler on the state and encodes its answer. A panic of a
// handler is a mistake of this package; it must not take the caller's process down.
func (s *Server) act(op *contract.Operation, caller Token, req *api.Request) (resp response) {
	defer func() {
		if p := recover(); p != nil {
			s.report("panic in "+op.ID, fmt.Errorf("%v\n%s", p, debug.Stack()))
			resp = s.refuse(op, &refusal{status: http.StatusInternalServerError})
		}
	}()
	unlock := s.world.lock(op.Method == http.MethodGet)
	defer unlock()
	answer, err := s.call(op, caller, req)
	if err != nil {
		var refused *refusal
		if !errors.As(err, &refused) {
			s.report("handler of "+op.ID, err)
			refused = &refusal{status: http.StatusInternalServerError}
		}
		return s.refuse(op, refused)
	}
	if answer.Body == nil {
		return response{status: answer.Status}
	}
	body, err := json.Marshal(answer.Body)
	if err != nil {
		s.report("answer of "+op.ID, err)
		return s.refuse(op, &refusal{status: http.StatusInternalServerError})
	}
	return response{status: answer.Status, body: body}
}

// unrouted answers what no operation matches.
func (s *Server) unrouted(r *http.Request, match contract.Match) response {
	if len(match.Allow) > 0 {
		op := s.contract.Match(match.Allow[0], r.URL.EscapedPath()).Operation // any of the path's
		allow := strings.Join(match.Allow, ", ")
		resp := s.refuse(op, &refusal{
			status:  http.StatusMethodNotAllowed,
			message: fmt.Sprintf("Method %s not allowed at %s; allowed: %s", r.Method, op.Path, allow),
		})
		resp.header = append(resp.header, [2]string{"Allow", allow})
		return resp
	}
	return s.refuse(match.Nearest, &refusal{
		status: http.StatusNotFound,
		message: fmt.Sprintf("No operation at %s %s; the nearest is %s %s (%s)",
			r.Method, r.URL.EscapedPath(), match.Nearest.Method, match.Nearest.Path, match.Nearest.ID),
	})
}

// response is an answer on its way out.
type response struct {
	status int
	header [][2]string
	body   []byte // JSON; nil for none
}

func (r response) write(w http.ResponseWriter) {
	h := w.Header()
	for _, field := range r.header {
		h.Set(field[0], field[1])
	}
	if r.body != nil {
		h.Set("Content-Type", "application/json")
	}
	h.Set("Content-Length", strconv.Itoa(len(r.body)))
	w.WriteHeader(r.status)
	_, _ = w.Write(r.body) // a client that has gone away needs no answer
}
