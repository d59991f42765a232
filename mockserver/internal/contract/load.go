package contract

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
)

// Load reads every *.yaml at the root of fsys and compiles its operations. An error names the file and the place in it;
// every document's first error is reported.
func Load(fsys fs.FS) (*Contract, error) {
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("contract: %w", err)
	}
	if len(names) == 0 {
		return nil, errors.New("contract: no *.yaml document")
	}
	slices.Sort(names)
	docs, errs := make([]*openapi3.T, len(names)), make([]error, len(names))
	var reading sync.WaitGroup
	for i, name := range names { // at the same time: it is most of what a program does before it serves
		reading.Go(func() { docs[i], errs[i] = read(fsys, name) })
	}
	reading.Wait()
	c := &Contract{Secrets: map[string]bool{}, byID: map[string]*Operation{}}
	for i, name := range names {
		if errs[i] == nil {
			errs[i] = c.add(name, docs[i])
		}
		if errs[i] != nil {
			errs[i] = fmt.Errorf("contract: %s: %w", name, errs[i])
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	c.markBodies()
	return c, nil
}

// add compiles a document and takes its operations in.
func (c *Contract) add(name string, doc *openapi3.T) error {
	api := &API{Name: strings.TrimSuffix(path.Base(name), ".yaml"), Title: doc.Info.Title, Version: doc.Info.Version}
	api.Dialect, _ = doc.Extensions["x-dialect"].(string)
	if api.Dialect == "" {
		return errors.New("x-dialect is missing: it names how the API words its errors")
	}
	if err := api.compile(doc, c.Secrets); err != nil {
		return err
	}
	c.APIs = append(c.APIs, api)
	for _, op := range api.Operations {
		if other := c.byID[op.ID]; other != nil {
			return fmt.Errorf("operationId %q is also in %s.yaml", op.ID, other.API.Name)
		}
		op.Number = len(c.byID)
		c.byID[op.ID] = op
		if err := c.routes.add(op); err != nil {
			return fmt.Errorf("%s: %w", op.ID, err)
		}
	}
	return nil
}

// read reads a document and validates it as such.
func read(fsys fs.FS, name string) (*openapi3.T, error) {
	raw, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	loader := openapi3.NewLoader()
	loader.IncludeOrigin = true // maps lose the order of members; their lines and columns keep it
	doc, err := loader.LoadFromData(raw)
	if err != nil {
		return nil, err
	}
	if err := doc.Validate(loader.Context, openapi3.DisableExamplesValidation()); err != nil {
		return nil, err
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.0.") {
		return nil, fmt.Errorf("openapi: version %s is not supported, only 3.0", doc.OpenAPI)
	}
	return doc, nil
}

// compile compiles the operations and adds the names of their secrets.
func (api *API) compile(doc *openapi3.T, secrets map[string]bool) error {
	schemas := newCompilers()
	for template, item := range doc.Paths.Map() {
		for method, source := range item.Operations() {
			op, err := compileOperation(schemas, doc, template, method, item, source)
			if err != nil {
				return fmt.Errorf("%s %s: %w", method, template, err)
			}
			op.API = api
			op.Secret = findSecrets(secrets, item, source)
			api.Operations = append(api.Operations, op)
		}
	}
	sortOperations(api.Operations)
	return nil
}

func compileOperation(schemas compilers, doc *openapi3.T, template, method string, item *openapi3.PathItem, source *openapi3.Operation) (*Operation, error) {
	if source.OperationID == "" {
		return nil, errors.New("operationId is missing")
	}
	op := &Operation{ID: source.OperationID, Method: method, Path: template, Tags: source.Tags, place: originOf(source.Origin)}
	var err error
	if op.Security, err = compileSecurity(doc, source); err != nil {
		return nil, err
	}
	if op.parameters, err = compileParameters(schemas.requests, item.Parameters, source.Parameters); err != nil {
		return nil, err
	}
	if op.body, err = compileBody(schemas.requests, source.RequestBody); err != nil {
		return nil, err
	}
	if err := op.nameParameters(); err != nil {
		return nil, err
	}
	if op.answers, err = compileAnswers(schemas.answers, source.Responses); err != nil {
		return nil, err
	}
	for _, a := range op.answers {
		op.Answers = append(op.Answers, a.status)
	}
	return op, nil
}

func compileBody(schemas *compiler, ref *openapi3.RequestBodyRef) (*body, error) {
	if ref == nil || ref.Value == nil {
		return nil, nil
	}
	for name, media := range ref.Value.Content {
		if len(ref.Value.Content) == 1 && isText(media) && !isJSON(name) {
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
	return &body{schema: s, required: ref.Value.Required}, nil
}

func originOf(o *openapi3.Origin) position {
	if o == nil || o.Key == nil {
		return position{}
	}
	return position{line: o.Key.Line, column: o.Key.Column}
}
