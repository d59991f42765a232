package compile

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// Load reads every *.yaml at the root of fsys and makes a contract of them. An error names the file and the place in it;
// every document's first error is reported.
func Load(fsys fs.FS) (*contract.Contract, error) {
	apis, err := APIs(fsys)
	if err != nil {
		return nil, err
	}
	return contract.New(apis)
}

// APIs does so, too, but for what contract.New works out of the documents.
func APIs(fsys fs.FS) ([]*contract.API, error) {
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("contract: %w", err)
	}
	if len(names) == 0 {
		return nil, errors.New("contract: no *.yaml document")
	}
	slices.Sort(names)
	apis, errs := make([]*contract.API, len(names)), make([]error, len(names))
	for i, name := range names {
		if apis[i], err = load(fsys, name); err != nil {
			errs[i] = fmt.Errorf("contract: %s: %w", name, err)
		}
	}
	return apis, errors.Join(errs...)
}

// load reads and compiles a document.
func load(fsys fs.FS, name string) (*contract.API, error) {
	doc, err := read(fsys, name)
	if err != nil {
		return nil, err
	}
	api := &contract.API{Name: strings.TrimSuffix(path.Base(name), ".yaml"), Title: doc.Info.Title, Version: doc.Info.Version}
	api.Dialect, _ = doc.Extensions["x-dialect"].(string)
	if api.Dialect == "" {
		return nil, errors.New("x-dialect is missing: it names how the API words its errors")
	}
	return api, compileOperations(api, doc)
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
