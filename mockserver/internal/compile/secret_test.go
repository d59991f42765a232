package compile_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver/internal/compile"
	"github.com/quartet-go/quartet/mockserver/internal/compile/compiletest"
)

func TestSecretsAreFoundWhereverTheyStand(t *testing.T) {
	t.Parallel()
	c, err := compile.Load(compiletest.Document(`
paths:
  /a/{id}:
    parameters: [{name: id, in: path, required: true, x-secret: true, schema: {type: string}}]
    get:
      operationId: a
      parameters: [{name: q, in: query, schema: {type: string, format: password}}, {name: open, in: query, schema: {type: string}}]
      responses: {'200': {description: Fine.}}
  /b:
    get:
      operationId: b
      responses:
        '200': {description: Fine., content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Node'}}}}}
  /c:
    get:
      operationId: c
      responses: {'200': {description: Fine., content: {application/json: {schema: {type: string, x-secret: true}}}}}
  /d:
    get:
      operationId: d
      responses: {'200': {description: Fine., content: {application/json: {schema: {type: object, properties: {plain: {type: string, x-secret: false}}}}}}}
components:
  schemas:
    Key: {type: string, format: password}
    Node:
      type: object
      properties:
        plain: {type: string}
        first: {allOf: [{$ref: '#/components/schemas/Key'}]}
        second: {$ref: '#/components/schemas/Key'}
        list: {type: array, items: {$ref: '#/components/schemas/Key'}}
        table: {type: object, additionalProperties: {$ref: '#/components/schemas/Key'}}
        either: {oneOf: [{$ref: '#/components/schemas/Key'}, {type: integer}]}
        nodes: {type: array, items: {$ref: '#/components/schemas/Node'}}
`))
	require.NoError(t, err)
	assert.Equal(t, []string{"either", "first", "id", "list", "q", "second", "table"}, slices.Sorted(maps.Keys(c.Secrets)))
	for id, want := range map[string]bool{"a": true, "b": true, "c": true, "d": false} {
		assert.Equal(t, want, c.Operation(id).Secret, id)
	}
}
