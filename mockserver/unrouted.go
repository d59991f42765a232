package mockserver

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// unrouted answers what no operation matches.
func (d *documents) unrouted(method, path string, match contract.Match) response {
	op := d.speaker(match, path)
	if len(match.Allow) > 0 {
		words := d.dialects[op.API]
		return response{
			status: http.StatusMethodNotAllowed, undocumented: true, media: words.Media(),
			body: words.NotAllowed(method, op.Path, match.Allow),
		}.with([2]string{"Allow", strings.Join(match.Allow, ", ")})
	}
	return d.refuse(op, &refusal{
		status: http.StatusNotFound, undocumented: true,
		message: fmt.Sprintf("No operation at %s %s; the nearest is %s %s (%s)",
			method, path, op.Method, op.Path, op.ID),
	})
}

// speaker returns the operation in whose API's words a request is answered, whether it
// matches one or not.
func (d *documents) speaker(match contract.Match, path string) *contract.Operation {
	switch {
	case match.Operation != nil:
		return match.Operation
	case len(match.Allow) > 0:
		return d.contract.Match(match.Allow[0], path).Operation // any of the path's
	default:
		return match.Nearest
	}
}
