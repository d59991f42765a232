package contract_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver/internal/compile"
	"github.com/quartet-go/quartet/mockserver/internal/compile/compiletest"
)

func TestSecretsOfThePublishedDocuments(t *testing.T) {
	t.Parallel()
	c := compiletest.Published(t)
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

// Whatever document marks a name, however the body's document spells it, and at any depth.
func TestBodiesThatMayHoldASecret(t *testing.T) {
	t.Parallel()
	put := func(id, schema string) string {
		return "\n  /" + id + ": {put: {operationId: " + id + ", requestBody: {content: {application/json: {schema: " + schema + "}}}, responses: {'200': {description: Fine.}}}}"
	}
	c, err := compile.Load(compiletest.Document("paths:" +
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
