package contract

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
)

// answer is one compiled answer of an operation.
type answer struct {
	status int
	schema *schema // nil: it has no body
}

// compileAnswers returns the documented answers by status.
func compileAnswers(schemas *compiler, source *openapi3.Responses) ([]answer, error) {
	var list []answer
	for _, text := range slices.Sorted(maps.Keys(source.Map())) {
		status, err := strconv.Atoi(text)
		if err != nil {
			return nil, fmt.Errorf("answer %s: only a number is supported", text)
		}
		a := answer{status: status}
		if content := source.Value(text).Value.Content; len(content) > 0 {
			if a.schema, err = compileAnswer(schemas, content, "answer "+text); err != nil {
				return nil, err
			}
		}
		list = append(list, a)
	}
	return list, nil
}

func compileAnswer(schemas *compiler, content openapi3.Content, place string) (*schema, error) {
	media := content["application/json"]
	if len(content) != 1 || media == nil || media.Schema == nil {
		return nil, fmt.Errorf("%s: only application/json with a schema is supported", place)
	}
	return schemas.compile(media.Schema, place)
}

// CheckAnswer returns nil when an answer has no issues, see AnswerIssues; else what SayAnswer makes of them.
func (op *Operation) CheckAnswer(status int, contentType string, body []byte) error {
	return op.SayAnswer(status, op.AnswerIssues(status, contentType, body))
}

// AnswerIssues returns everything in which an answer does not keep the document: the status is documented; where the
// document has a content, the content type is application/json and the body fits the schema; where it has none, there is
// no body. Headers but the content type are not looked at.
//
// The issues show no value: they have no Input, and a member whose name is itself data is an asterisk in their Path.
func (op *Operation) AnswerIssues(status int, contentType string, body []byte) []Issue {
	a := op.answer(status)
	switch {
	case a == nil:
		return []Issue{{In: InStatus, Keyword: Undocumented, Text: fmt.Sprint(op.Answers)}}
	case a.schema == nil && len(body) > 0:
		return []Issue{{In: InBody, Keyword: UnwantedBody}}
	case a.schema == nil:
		return nil
	case len(body) == 0:
		return []Issue{{In: InBody, Keyword: MissingBody}}
	}
	var issues []Issue
	if contentType != "application/json" && mediaType(contentType) != "application/json" {
		issues = []Issue{{In: InBody, Keyword: ContentType}}
	}
	issues = walkBody(a.schema, body, issues).Issues
	for i := range issues {
		issues[i].Path, issues[i].Input = mask(a.schema, issues[i].Path), nil
	}
	return issues
}

// answer returns the documented answer with this status, or nil.
func (op *Operation) answer(status int) *answer {
	for i := range op.answers {
		if op.answers[i].status == status {
			return &op.answers[i]
		}
	}
	return nil
}
