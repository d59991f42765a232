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
	json   string   // the media type of a JSON body; "": it has none
	schema *schema  // of the JSON body
	texts  []string // the media types of bodies of which only that is known
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
		if err := a.compile(schemas, source.Value(text).Value.Content, "answer "+text); err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return list, nil
}

func (a *answer) compile(schemas *compiler, content openapi3.Content, place string) (err error) {
	for _, name := range slices.Sorted(maps.Keys(content)) {
		switch media := content[name]; {
		case isText(media) && !isJSON(name):
			a.texts = append(a.texts, name)
		case media.Schema == nil || !isJSON(name) || a.schema != nil:
			return fmt.Errorf("%s: only one JSON with a schema, and texts with type: string, are supported", place)
		default:
			a.json = name
			if a.schema, err = schemas.compile(media.Schema, place); err != nil {
				return err
			}
		}
	}
	return nil
}

// isText reports whether all that is said of a body is that it is a text.
func isText(media *openapi3.MediaType) bool {
	return media.Schema != nil && media.Schema.Value.Type.Is("string")
}

// CheckAnswer returns nil when an answer keeps the document: the status is documented; where the document has a content,
// the content type is one of those that it has, and a JSON body fits the schema; where it has none, there is no body.
// Headers but the content type are not looked at.
//
// The error is one line for a developer: the operation, the status, each broken place with its rule. It shows no value,
// so it may be logged; a member whose name is itself data is shown as an asterisk.
func (op *Operation) CheckAnswer(status int, contentType string, body []byte) error {
	a := op.answer(status)
	if a == nil {
		return op.unlike(status, fmt.Sprintf("status: not documented, only %v", op.Answers))
	}
	if a.schema == nil && a.texts == nil {
		if len(body) > 0 {
			return op.unlike(status, "body: the document has none")
		}
		return nil
	}
	if len(body) == 0 {
		return op.unlike(status, "body: required")
	}
	var texts []string
	if contentType != a.json {
		switch media := mediaType(contentType); {
		case slices.Contains(a.texts, media):
			return nil
		case media != a.json:
			texts = append(texts, "content type: not "+a.media())
		}
	}
	if a.schema == nil {
		return op.unlike(status, texts...)
	}
	texts = append(texts, sayIssues(a.schema, walkBody(a.schema, body, nil).Issues)...)
	if len(texts) > 0 {
		return op.unlike(status, texts...)
	}
	return nil
}

// media names the media types of the answer.
func (a *answer) media() string {
	all := a.texts
	if a.json != "" {
		all = slices.Concat([]string{a.json}, all)
	}
	return strings.Join(all, " or ")
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
