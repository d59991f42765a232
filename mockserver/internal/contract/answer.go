package contract

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

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

// CheckAnswer returns nil when an answer keeps the document: the status is documented; where the document has a content,
// the content type is application/json and the body fits the schema; where it has none, there is no body. Headers but
// the content type are not looked at.
//
// The error is one line for a developer: the operation, the status, each broken place with its rule. It shows no value,
// so it may be logged; a member whose name is itself data is shown as an asterisk.
func (op *Operation) CheckAnswer(status int, contentType string, body []byte) error {
	a := op.answer(status)
	if a == nil {
		return op.unlike(status, fmt.Sprintf("status: not documented, only %v", op.Answers))
	}
	if a.schema == nil {
		if len(body) > 0 {
			return op.unlike(status, "body: the document has none")
		}
		return nil
	}
	if len(body) == 0 {
		return op.unlike(status, "body: required")
	}
	var texts []string
	if contentType != "application/json" && mediaType(contentType) != "application/json" {
		texts = append(texts, "content type: not application/json")
	}
	texts = append(texts, sayIssues(a.schema, walkBody(a.schema, body, nil, nil).Issues)...)
	if len(texts) > 0 {
		return op.unlike(status, texts...)
	}
	return nil
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

func (op *Operation) unlike(status int, texts ...string) error {
	return errors.New(op.ID + ": answer " + strconv.Itoa(status) + ": " + strings.Join(texts, "; "))
}
