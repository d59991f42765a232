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
func (d *documents) refuse(op *contract.Operation, r *refusal) response {
	words := d.dialects[op.API]
	resp := response{status: r.status, media: words.Media(), issues: r.issues, undocumented: r.undocumented}
	switch {
	case len(r.issues) > 0:
		resp.status, resp.body = words.Validation(r.issues)
		resp.undocumented = resp.status == http.StatusBadRequest // to a body with which a framework's parser gives up
	case r.unauthenticated:
		var challenge string
		resp.status = http.StatusUnauthorized
		if challenge, resp.body = words.Unauthenticated(op.Security, r.sent); challenge != "" {
			resp = resp.with([2]string{"WWW-Authenticate", challenge})
		}
	default:
		resp.body = words.Error(r.status, r.message)
	}
	return resp
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
