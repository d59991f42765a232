package compile_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver/internal/compile"
	"github.com/quartet-go/quartet/mockserver/internal/compile/compiletest"
	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

func TestLoadFindsEveryPublishedOperation(t *testing.T) {
	t.Parallel()
	c := compiletest.Published(t)
	apis := map[string]string{}
	counts := map[string]int{}
	for _, api := range c.APIs {
		apis[api.Name] = api.Dialect
	}
	for op := range c.Operations() {
		counts[op.API.Name]++
		assert.Same(t, op, c.Operation(op.ID))
	}
	assert.Equal(t, map[string]string{"billing": "laravel", "profile": "fastapi", "subscription": "fastapi", "vendor": "vendor"}, apis)
	assert.Equal(t, map[string]int{"billing": 1, "profile": 12, "subscription": 1, "vendor": 5}, counts)
	assert.Nil(t, c.Operation("nothing"))
}

func TestOperationsComeInTheOrderOfTheDocuments(t *testing.T) {
	t.Parallel()
	var ids []string
	for op := range compiletest.Published(t).Operations() {
		ids = append(ids, op.ID)
	}
	assert.Equal(t, []string{"updateUser", "getMyProfile", "listSubscriptions", "listPayments", "changePassword"}, ids[:5])
}

func TestTags(t *testing.T) {
	t.Parallel()
	c := compiletest.Published(t)
	assert.Equal(t, []string{"Profile"}, c.Operation("getBalance").Tags)
	assert.Equal(t, []string{"Users"}, c.Operation("updateUser").Tags)
}

func TestSecurity(t *testing.T) {
	t.Parallel()
	c := compiletest.Published(t)
	for id, want := range map[string]contract.Security{
		"listAvailablePaymentMethods": {},
		"getMyProfile":                {Access: contract.OptionalAccess, Bearer: true},
		"getProfile":                  {Access: contract.RequiredAccess, Bearer: true},
		"createUserSubscription":      {Access: contract.OptionalAccess, Bearer: true, APIKeyHeaders: []string{"X-Api-Key"}},
	} {
		assert.Equal(t, want, c.Operation(id).Security, id)
	}
}

func TestLoadRefusesWhatItWouldHaveToIgnore(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ schema, want string }{
		"minimum":                {`{type: object, properties: {n: {type: integer, minimum: 1}}}`, "body.n (line 9): minimum is not supported"},
		"multipleOf":             {`{type: integer, multipleOf: 2}`, "multipleOf is not supported"},
		"uniqueItems":            {`{type: array, items: {}, uniqueItems: true}`, "uniqueItems is not supported"},
		"readOnly":               {`{type: object, properties: {n: {type: integer, readOnly: true}}}`, "readOnly is not supported"},
		"not":                    {`{not: {type: string}}`, "not is not supported"},
		"minProperties":          {`{type: object, minProperties: 1}`, "minProperties is not supported"},
		"unknown string format":  {`{type: string, format: email}`, `format "email" is not supported`},
		"unknown integer format": {`{type: integer, format: int8}`, `format "int8" is not supported`},
		"keyword of other type":  {`{type: integer, maxLength: 3}`, "maxLength has no meaning here"},
		"keyword without type":   {`{maxLength: 3}`, "maxLength has no meaning here"},
		"enum of numbers":        {`{type: integer, enum: [1]}`, "enum has no meaning here"},
		"closed object":          {`{type: object, additionalProperties: false}`, "additionalProperties: false is not supported"},
		"extra members":          {`{type: object, additionalProperties: {type: integer, minimum: 1}}`, "body.additionalProperties (line 9): minimum is not supported"},
		"undeclared required":    {`{type: object, properties: {a: {}}, required: [b]}`, `required: "b" is not declared`},
		"oneOf of one kind":      {`{oneOf: [{type: integer}, {type: number}]}`, "two branches take the same kind"},
		"oneOf without type":     {`{oneOf: [{}, {type: number}]}`, "every branch needs a type"},
		"oneOf and null branch":  {`{oneOf: [{type: string, nullable: true}, {type: number}]}`, "nullable belongs beside oneOf"},
		"type beside oneOf":      {`{type: string, oneOf: [{type: string}, {type: number}]}`, "type beside oneOf is not supported"},
		"allOf of two":           {`{allOf: [{type: string}, {type: string}]}`, "more than one schema is not supported"},
		"allOf of another type":  {`{type: string, allOf: [{type: integer}]}`, "type differs"},
		"allOf with a rule":      {`{type: string, maxLength: 3, allOf: [{type: string}]}`, "maxLength beside allOf"},
		"circular allOf":         {`{$ref: '#/components/schemas/Loop'}`, "circular"},
		"anyOf of one kind":      {`{anyOf: [{type: integer}, {type: number}]}`, "anyOf: two branches take the same kind"},
		"unknown x-absence":      {`{type: object, properties: {n: {type: integer, x-absence: true}}}`, "body.n (line 9): x-absence: only meaningful is known"},
		"a bad pattern":          {`{type: string, pattern: '('}`, "test.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := compile.Load(compiletest.WithBody(tc.schema))
			require.ErrorContains(t, err, tc.want)
			assert.ErrorContains(t, err, "test.yaml")
		})
	}
}

func TestLoadRefusesDocumentsThatCannotBeServed(t *testing.T) {
	t.Parallel()
	answers := `responses: {'200': {description: Fine.}}`
	for name, tc := range map[string]struct {
		files fstest.MapFS
		want  string
	}{
		"no documents":   {fstest.MapFS{}, "no *.yaml document"},
		"no YAML":        {fstest.MapFS{"a.yaml": {Data: []byte("\t:")}}, "a.yaml"},
		"no x-dialect":   {fstest.MapFS{"a.yaml": {Data: []byte("openapi: 3.0.3\ninfo: {title: a, version: '1'}\npaths: {}\n")}}, "x-dialect is missing"},
		"OpenAPI 3.1":    {fstest.MapFS{"a.yaml": {Data: []byte("openapi: 3.1.0\nx-dialect: a\ninfo: {title: a, version: '1'}\npaths: {}\n")}}, "only 3.0"},
		"no operationId": {compiletest.Document("paths: {/a: {get: {" + answers + "}}}"), "GET /a: operationId is missing"},
		"dangling ref":   {compiletest.WithBody(`{$ref: '#/components/schemas/None'}`), "test.yaml"},
		"form body": {compiletest.Document("paths: {/a: {put: {operationId: a, requestBody: {content: {application/x-www-form-urlencoded: {schema: {type: object}}}}, " + answers + "}}}"),
			"only application/json"},
		"cookie parameter": {compiletest.Document("paths: {/a: {get: {operationId: a, parameters: [{name: c, in: cookie, schema: {type: string}}], " + answers + "}}}"),
			"cookies are not supported"},
		"list parameter": {compiletest.Document("paths: {/a: {get: {operationId: a, parameters: [{name: c, in: query, schema: {type: array, items: {type: string}}}], " + answers + "}}}"),
			"parameter c: only a string"},
		"half a segment": {compiletest.Document("paths: {'/a/x{id}': {get: {operationId: a, parameters: [{name: id, in: path, required: true, schema: {type: string}}], " + answers + "}}}"),
			"mixes text and a parameter"},
		"basic auth": {compiletest.Document("paths: {/a: {get: {operationId: a, security: [{b: []}], " + answers + "}}}\ncomponents: {securitySchemes: {b: {type: http, scheme: basic}}}"),
			"neither a bearer token nor an API key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := compile.Load(tc.files)
			assert.ErrorContains(t, err, tc.want)
		})
	}
}

func TestLoadRefusesAnIdentifierOrARouteOfAnotherDocument(t *testing.T) {
	t.Parallel()
	files := compiletest.WithBody("{}")
	files["other.yaml"] = &fstest.MapFile{Data: files["test.yaml"].Data}
	_, err := compile.Load(files)
	assert.ErrorContains(t, err, `test.yaml: operationId "op" is also in other.yaml`)

	files["other.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(string(files["test.yaml"].Data), "operationId: op", "operationId: other", 1))}
	_, err = compile.Load(files)
	assert.ErrorContains(t, err, "PUT /op is also other")
}

func TestLoadRefusesAnswersItCannotCheck(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		files fstest.MapFS
		want  string
	}{
		"a rule":         {compiletest.WithAnswer(`{type: object, properties: {n: {type: integer, minimum: 1}}}`), "GET /op: answer 200.n (line 9): minimum is not supported"},
		"writeOnly":      {compiletest.WithAnswer(`{type: object, properties: {n: {type: integer, writeOnly: true}}}`), "answer 200.n (line 9): writeOnly is not supported"},
		"extra members":  {compiletest.WithAnswer(`{type: object, additionalProperties: {type: string, format: email}}`), "answer 200.additionalProperties"},
		"plain text":     {compiletest.Document("paths: {/a: {get: {operationId: a, responses: {'200': {description: Fine., content: {text/plain: {schema: {type: object}}}}}}}}"), "GET /a: answer 200: only one JSON with a schema, and texts with type: string, are supported"},
		"no schema":      {compiletest.Document("paths: {/a: {get: {operationId: a, responses: {'404': {description: Fine., content: {application/json: {}}}}}}}"), "answer 404: only one JSON with a schema"},
		"two contents":   {compiletest.Document("paths: {/a: {get: {operationId: a, responses: {'200': {description: Fine., content: {application/json: {schema: {}}, application/problem+json: {schema: {}}}}}}}}"), "answer 200: only one JSON"},
		"any status":     {compiletest.Document("paths: {/a: {get: {operationId: a, responses: {default: {description: Fine.}}}}}"), "answer default: only a number is supported"},
		"many statuses":  {compiletest.Document("paths: {/a: {get: {operationId: a, responses: {2XX: {description: Fine.}}}}}"), "answer 2XX: only a number is supported"},
		"a bad branch":   {compiletest.WithAnswer(`{anyOf: [{type: string}, {type: integer, minimum: 1}]}`), "answer 200.anyOf.1"},
		"a bad wrapping": {compiletest.WithAnswer(`{allOf: [{type: string, format: email}]}`), "answer 200.allOf.0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := compile.Load(tc.files)
			assert.ErrorContains(t, err, tc.want)
		})
	}
}
