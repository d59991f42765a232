// Package compiletest makes documents for tests.
package compiletest

import (
	"testing"
	"testing/fstest"

	"github.com/quartet-go/quartet/mockserver/internal/compile"
	"github.com/quartet-go/quartet/mockserver/internal/contract"
	"github.com/quartet-go/quartet/openapi"
)

// Published returns the four documents of the project.
func Published(t testing.TB) *contract.Contract {
	t.Helper()
	c, err := compile.Load(openapi.FS)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Document wraps paths and components into a document.
func Document(rest string) fstest.MapFS {
	head := "openapi: 3.0.3\nx-dialect: fastapi\ninfo: {title: Test, version: '1'}\n"
	return fstest.MapFS{"test.yaml": &fstest.MapFile{Data: []byte(head + rest)}}
}

// WithBody is a document whose only operation, op, is PUT /op with a body of this schema in YAML's flow style.
func WithBody(schema string) fstest.MapFS {
	return Document(`
paths:
  /op:
    put:
      operationId: op
      requestBody: {required: true, content: {application/json: {schema: ` + schema + `}}}
      responses: {'200': {description: Fine.}}
components:
  schemas:
    Item: {type: object, required: [b], properties: {b: {type: string}, a: {type: integer}}}
    Tree: {type: object, properties: {name: {type: string}, children: {type: array, items: {$ref: '#/components/schemas/Tree'}}}}
    Loop: {type: object, properties: {next: {allOf: [{$ref: '#/components/schemas/Loop'}]}}}
`)
}

// WithAnswer is a document whose only operation, op, answers 200 with a body of this schema in YAML's flow style.
func WithAnswer(schema string) fstest.MapFS {
	return Document(`
paths:
  /op:
    get:
      operationId: op
      responses: {'200': {description: Fine., content: {application/json: {schema: ` + schema + `}}}, '204': {description: Nothing.}}
`)
}
