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
	case a.schema == nil && a.texts == nil && len(body) > 0:
		return []Issue{{In: InBody, Keyword: UnwantedBody}}
	case a.schema == nil && a.texts == nil:
		return nil
	case len(body) == 0:
		return []Issue{{In: InBody, Keyword: MissingBody}}
	}
	var issues []Issue
	if contentType != a.json {
		switch media := mediaType(contentType); {
		case slices.Contains(a.texts, media):
			return nil
		case media != a.json:
			issues = []Issue{{In: InBody, Keyword: ContentType, Allowed: a.media()}}
		}
	}
	if a.schema == nil {
		return issues
	}
	issues = walkBody(a.schema, body, issues, nil).Issues
	for i := range issues {
		issues[i].Path, issues[i].Input = mask(a.schema, issues[i].Path), nil
	}
	return issues
}

// media returns the media types of the answer.
func (a *answer) media() []string {
	if a.json == "" {
		return a.texts
	}
	return append([]string{a.json}, a.texts...)
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
