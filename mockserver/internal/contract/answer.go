package contract

import (
	"fmt"
	"slices"
)

// Response is what a document says of the answers with one status.
type Response struct {
	Status int
	JSON   string   // the media type of a JSON body; "": it has none
	Schema *Schema  // of the JSON body
	Texts  []string // the media types of bodies of which only that is known
}

// CheckAnswer returns nil when an answer has no issues, see AnswerIssues; else what SayAnswer makes of them.
func (op *Operation) CheckAnswer(status int, contentType string, body []byte) error {
	return op.SayAnswer(status, op.AnswerIssues(status, contentType, body))
}

// AnswerIssues returns everything in which an answer does not keep the document: the status is documented; where the
// document has a content, the content type is one of those that it has, and a JSON body fits the schema; where it has
// none, there is no body. Headers but the content type are not looked at.
//
// The issues show no value: they have no Input, and a member whose name is itself data is an asterisk in their Path.
func (op *Operation) AnswerIssues(status int, contentType string, body []byte) []Issue {
	a := op.answer(status)
	switch {
	case a == nil:
		return []Issue{{In: InStatus, Keyword: Undocumented, Text: fmt.Sprint(op.Answers)}}
	case a.Schema == nil && a.Texts == nil && len(body) > 0:
		return []Issue{{In: InBody, Keyword: UnwantedBody}}
	case a.Schema == nil && a.Texts == nil:
		return nil
	case len(body) == 0:
		return []Issue{{In: InBody, Keyword: MissingBody}}
	}
	var issues []Issue
	if contentType != a.JSON {
		switch media := mediaType(contentType); {
		case slices.Contains(a.Texts, media):
			return nil
		case media != a.JSON:
			issues = []Issue{{In: InBody, Keyword: ContentType, Allowed: a.media()}}
		}
	}
	if a.Schema == nil {
		return issues
	}
	issues = walkBody(a.Schema, body, issues, nil).Issues
	for i := range issues {
		issues[i].Path, issues[i].Input = mask(a.Schema, issues[i].Path), nil
	}
	return issues
}

// media returns the media types of the answer.
func (a *Response) media() []string {
	if a.JSON == "" {
		return a.Texts
	}
	return append([]string{a.JSON}, a.Texts...)
}

// answer returns the documented answer with this status, or nil.
func (op *Operation) answer(status int) *Response {
	for i := range op.Responses {
		if op.Responses[i].Status == status {
			return &op.Responses[i]
		}
	}
	return nil
}
