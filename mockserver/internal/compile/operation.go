package compile

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// compileOperations fills the operations of an API, in the order of the document, and the names of their secrets.
func compileOperations(api *contract.API, doc *openapi3.T) error {
	schemas, secrets := newCompilers(), map[string]bool{}
	places := map[*contract.Operation]position{}
	for template, item := range doc.Paths.Map() {
		for method, source := range item.Operations() {
			op := &contract.Operation{ID: source.OperationID, Method: method, Path: template, Tags: source.Tags}
			if err := compileOperation(op, schemas, doc, item, source); err != nil {
				return fmt.Errorf("%s %s: %w", method, template, err)
			}
			op.Secret = findSecrets(secrets, item, source)
			places[op] = originOf(source.Origin)
		}
	}
	api.Secrets = slices.Sorted(maps.Keys(secrets))
	api.Operations = slices.SortedFunc(maps.Keys(places), func(a, b *contract.Operation) int { return places[a].compare(places[b]) })
	return nil
}

func compileOperation(op *contract.Operation, schemas compilers, doc *openapi3.T, item *openapi3.PathItem, source *openapi3.Operation) (err error) {
	if op.ID == "" {
		return errors.New("operationId is missing")
	}
	if op.Security, err = compileSecurity(doc, source); err != nil {
		return err
	}
	if op.Arguments, err = compileParameters(schemas.requests, item.Parameters, source.Parameters); err != nil {
		return err
	}
	if op.Body, err = compileBody(schemas.requests, source.RequestBody); err != nil {
		return err
	}
	op.Responses, err = compileAnswers(schemas.answers, source.Responses)
	return err
}

func compileBody(schemas *compiler, ref *openapi3.RequestBodyRef) (*contract.Body, error) {
	if ref == nil || ref.Value == nil {
		return nil, nil
	}
	for name, media := range ref.Value.Content {
		if len(ref.Value.Content) == 1 && isText(media) && !contract.IsJSON(name) {
			return nil, nil // the handler reads it
		}
	}
	media := ref.Value.Content["application/json"]
	if len(ref.Value.Content) != 1 || media == nil || media.Schema == nil {
		return nil, errors.New("requestBody: only application/json with a schema is supported, or a text with type: string")
	}
	s, err := schemas.compile(media.Schema, "body")
	if err != nil {
		return nil, err
	}
	return &contract.Body{Schema: s, Required: ref.Value.Required}, nil
}
