package mockserver

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// proxied is the way of a call in front of a target, in the place of answer.
func (c *call) proxied(body []byte, broken *refusal) response {
	s, speaker := c.server, c.server.speaker(c.match, c.path)
	if c.mistaken.status != 0 {
		return c.mistaken
	}
	// Limit: has it been called too often?
	if c.op != nil {
		if refused := c.overLimit(); refused != nil {
			return s.refuse(speaker, refused)
		}
	}
	// Read: has the body come, whole and not too large?
	if broken != nil {
		return s.refuse(speaker, broken)
	}
	// Check the request: would the mock refuse it?
	if refused := c.wrongRequest(); refused != nil && s.proxy.strict {
		return *refused
	}
	// Forward: the target acts.
	resp, err := s.proxy.forward(c, body)
	if err != nil {
		return c.unanswered(speaker, err)
	}
	// Check the answer.
	if err := c.wrongAnswer(resp); err != nil && s.proxy.strict {
		return s.refuse(speaker, &refusal{
			status: http.StatusBadGateway, undocumented: true,
			message: "The answer of the target breaks its document: " + err.Error(),
		})
	}
	return resp
}

// wrongRequest notes what breaks the document, and returns how the mock refuses it; nil when
// nothing does.
func (c *call) wrongRequest() *response {
	s, op := c.server, c.op
	if op == nil {
		c.unmatched(s.speaker(c.match, c.path))
		refused := s.unrouted(c.r.Method, c.path, c.match)
		return &refused
	}
	s.coverage.sent(op, c.verdict.Sent)
	issues := c.verdict.Issues
	why := &refusal{issues: issues}
	if header, sent := s.lacking(op, c.r.Header); header != "" {
		why = &refusal{unauthenticated: true, sent: sent}
		issues = append([]contract.Issue{{In: contract.InHeader, Path: []any{header}, Keyword: contract.Required}}, issues...)
	}
	if len(issues) == 0 {
		return nil
	}
	c.violated("a request breaks its document", op.SayRequest(issues), notesOf("", issues)...)
	refused := s.refuse(op, why)
	return &refused
}

// lacking returns the header in which a credential is missing, "" for none, and whether
// there is one of another kind.
func (s *Server) lacking(op *contract.Operation, header http.Header) (missing string, sent bool) {
	credentials := appendCredentials(nil, op, header)
	ofUse := slices.ContainsFunc(credentials, func(credential string) bool { return credential != "" })
	switch {
	case ofUse || !s.demandsCredential(op):
		return "", false
	case len(op.Security.APIKeyHeaders) > 0:
		missing = op.Security.APIKeyHeaders[0]
	default:
		missing = "Authorization"
	}
	return missing, len(credentials) > 0
}

// unmatched notes that no operation matches. The path, in which anything may stand, is not
// shown.
func (c *call) unmatched(speaker *contract.Operation) {
	const message = "a request breaks its document"
	if len(c.match.Allow) > 0 {
		c.violated(message, fmt.Errorf("request: method not allowed at %s; allowed: %s", speaker.Path, strings.Join(c.match.Allow, ", ")), "method notAllowed")
		return
	}
	c.violated(message, fmt.Errorf("request: no operation has its path; the nearest is %s %s (%s)", speaker.Method, speaker.Path, speaker.ID), "path unknown")
}

// wrongAnswer notes what breaks the document, and says it. What no operation has asked for
// has none.
func (c *call) wrongAnswer(resp response) error {
	if c.op == nil {
		return nil
	}
	issues := []contract.Issue{{In: contract.InHeader, Path: []any{"Content-Encoding"}, Keyword: contract.Undecodable}}
	if !resp.undecoded {
		issues = c.op.AnswerIssues(resp.status, resp.contentType(), resp.body)
	}
	err := c.op.SayAnswer(resp.status, issues)
	if err != nil {
		c.violated("an answer breaks its document", err, notesOf(fmt.Sprintf("answer %d ", resp.status), issues)...)
	}
	return err
}

// violated counts violations, reports them, and notes them for the journal.
func (c *call) violated(message string, err error, notes ...string) {
	c.notes = append(c.notes, notes...)
	c.server.violations.Add(uint64(len(notes)))
	c.server.report(message, err)
}

// unanswered answers for a target that has not, and notes why.
func (c *call) unanswered(speaker *contract.Operation, err error) response {
	if c.r.Context().Err() != nil {
		return response{} // the client has gone, which ended the target's call, too
	}
	c.server.unanswered.Add(1)
	status, why := whyUnanswered(err)
	c.notes = append(c.notes, "target: "+why)
	message := fmt.Sprintf("The target %s gave no answer that can be passed on: %s", c.server.proxy.target, why)
	asked := "a call of no operation"
	if c.op != nil {
		asked = c.op.ID
	}
	c.server.report("a target gave no answer that can be passed on", fmt.Errorf("%s: %s: %s", asked, c.server.proxy.target, why))
	return c.server.refuse(speaker, &refusal{status: status, undocumented: true, message: message})
}
