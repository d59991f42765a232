package model

import (
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/quartet-go/quartet/openapi"
)

// operation is one operation as its document describes it.
type operation struct {
	*openapi3.Operation
	api    string // name of the document
	method string
	path   string
	class  string // x-retry
}

// operations are those of all documents by operationId.
var operations = sync.OnceValue(func() map[string]*operation {
	all := map[string]*operation{}
	names, err := fs.Glob(openapi.FS, "*.yaml")
	if err != nil {
		panic(err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(openapi.FS, name)
		if err != nil {
			panic(err)
		}
		document, err := openapi3.NewLoader().LoadFromData(text)
		if err != nil {
			panic(err)
		}
		for path, item := range document.Paths.Map() {
			for method, op := range item.Operations() {
				all[op.OperationID] = &operation{
					Operation: op, api: strings.TrimSuffix(name, ".yaml"), method: method, path: path,
					class: op.Extensions["x-retry"].(string),
				}
			}
		}
	}
	return all
})

// success is the status of the operation's good answer.
func (o *operation) success() int {
	for _, status := range []int{http.StatusOK, http.StatusCreated} {
		if o.Responses.Status(status) != nil {
			return status
		}
	}
	panic(o.OperationID + " has no good answer")
}

// silent reports whether the good answer has no body.
func (o *operation) silent() bool {
	return len(o.Responses.Status(o.success()).Value.Content) == 0
}

// request is what the body must be, nil for no body.
func (o *operation) request() *openapi3.Schema {
	if o.RequestBody == nil {
		return nil
	}
	return o.RequestBody.Value.Content["application/json"].Schema.Value
}

// response is what the good answer must be, nil for no body.
func (o *operation) response() *openapi3.Schema {
	if o.silent() {
		return nil
	}
	return o.Responses.Status(o.success()).Value.Content["application/json"].Schema.Value
}

// named returns the names of the operations that are such, in their order.
func named(such func(*operation) bool) []string {
	var names []string
	for name, op := range operations() {
		if such(op) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
