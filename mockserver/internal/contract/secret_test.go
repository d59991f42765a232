package contract_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

func TestSecretsOfThePublishedDocuments(t *testing.T) {
	t.Parallel()
	c := published(t)
	assert.Equal(t, []string{"mastervalue", "new_password", "new_password_confirm", "old_password", "password", "readvalue",
		"verification_code", "writevalue"}, slices.Sorted(maps.Keys(c.Secrets)))
	var secret, body []string
	for op := range c.Operations() {
		if op.Secret {
			secret = append(secret, op.ID)
		}
		if op.SecretBody {
			body = append(body, op.ID)
		}
	}
	assert.ElementsMatch(t, []string{"changePassword", "changeEmail", "changePhone", "changeAvatar", "updateUser"}, body)
	assert.ElementsMatch(t, []string{"changePassword", "changeEmail", "changePhone", "changeAvatar", "updateUser", "listAccessCodes"}, secret)
}

func TestSecretsAreFoundWhereverTheyStand(t *testing.T) {
	t.Parallel()
	c, err := contract.Load(document(`
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

// Whatever document marks a name, however the body's document spells it, and at any depth.
func TestBodiesThatMayHoldASecret(t *testing.T) {
	t.Parallel()
	put := func(id, schema string) string {
		return "\n  /" + id + ": {put: {operationId: " + id + ", requestBody: {content: {application/json: {schema: " + schema + "}}}, responses: {'200': {description: Fine.}}}}"
	}
	c, err := contract.Load(document("paths:" +
		put("marked", "{type: object, properties: {key: {type: string, x-secret: true}}}") +
		put("spelt", "{type: object, properties: {KEY: {type: string}}}") +
		put("item", "{type: array, items: {type: object, properties: {key: {type: string}}}}") +
		put("value", "{type: object, additionalProperties: {type: object, properties: {key: {type: string}}}}") +
		put("branch", "{oneOf: [{type: string}, {type: object, properties: {key: {type: string}}}]}") +
		put("member", "{type: object, properties: {plain: {type: object, properties: {key: {type: string}}}}}") +
		put("circle", "{$ref: '#/components/schemas/Node'}") +
		put("plain", "{type: object, properties: {keys: {type: array, items: {type: string}}}}") + `
components: {schemas: {Node: {type: object, properties: {next: {$ref: '#/components/schemas/Node'}}}}}`))
	require.NoError(t, err)
	for op := range c.Operations() {
		assert.Equal(t, op.ID != "circle" && op.ID != "plain", op.SecretBody, op.ID)
	}
}
