package mockserver

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// refusal is a request that is not carried out: issues with its input, or a status with
// a message. It becomes an answer in the API's own dialect.
type refusal struct {
	issues  []contract.Issue
	status  int
	message string // "" for the status' usual text

	undocumented bool // for a reason that no document names

	unauthenticated bool // 401 by the contract's words
	sent            bool // a credential was sent, and it is not known
}

func (r *refusal) Error() string {
	if len(r.issues) > 0 {
		return fmt.Sprintf("%d issues with the input", len(r.issues))
	}
	return fmt.Sprintf("%d %s", r.status, r.message)
}

// refuse puts a refusal into the words of the operation's API.
func (s *Server) refuse(op *contract.Operation, r *refusal) response {
	d := s.dialects[op.API]
	switch {
	case len(r.issues) > 0:
		status, body := d.Validation(r.issues)
		return response{status: status, body: body, issues: r.issues}
	case r.unauthenticated:
		challenge, body := d.Unauthenticated(op.Security, r.sent)
		resp := response{status: http.StatusUnauthorized, body: body}
		if challenge != "" {
			resp = resp.with([2]string{"WWW-Authenticate", challenge})
		}
		return resp
	default:
		return response{status: r.status, body: d.Error(r.status, r.message), undocumented: r.undocumented}
	}
}

// rejected refuses input that the document admits.
func rejected(issues ...contract.Issue) error { return &refusal{issues: issues} }

// unreadable says why a body could not be read.
func unreadable(err error) *refusal {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return &refusal{
			status: http.StatusRequestEntityTooLarge, undocumented: true,
			message: fmt.Sprintf("The request body is over %d bytes", tooLarge.Limit),
		}
	}
	var refused interface{ HTTPStatus() int }
	if errors.As(err, &refused) { // by a handler around the server, which bounds what is read
		return &refusal{status: refused.HTTPStatus(), undocumented: true, message: err.Error()}
	}
	return &refusal{status: http.StatusBadRequest, undocumented: true, message: "The request body could not be read"}
}
