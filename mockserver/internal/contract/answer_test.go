package contract_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver/internal/compile"
	"github.com/quartet-go/quartet/mockserver/internal/compile/compiletest"
	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// example is an example of an answer in the published documents.
type example struct {
	op     *contract.Operation
	status int
	schema *openapi3.Schema
	body   string
}

func examples(t testing.TB, c *contract.Contract) []example {
	t.Helper()
	var list []example
	for id, source := range reference(t) {
		for text, response := range source.Responses.Map() {
			media := response.Value.Content["application/json"]
			if media == nil {
				continue
			}
			status, err := strconv.Atoi(text)
			require.NoError(t, err)
			for _, e := range media.Examples {
				body, err := json.Marshal(e.Value.Value)
				require.NoError(t, err)
				list = append(list, example{c.Operation(id), status, media.Schema.Value, string(body)})
			}
		}
	}
	return list
}

func TestAnswersOfThePublishedDocuments(t *testing.T) {
	t.Parallel()
	c := compiletest.Published(t)
	for id, want := range map[string][]int{
		"getMyProfile":           {200, 401},
		"createUserSubscription": {201, 400, 401, 404, 422, 500},
		"getBalance":             {200, 401, 403, 404},
	} {
		assert.Equal(t, want, c.Operation(id).Answers, id)
	}
}

func TestCheckAnswerAcceptsEveryExample(t *testing.T) {
	t.Parallel()
	list := examples(t, compiletest.Published(t))
	assert.Greater(t, len(list), 40)
	for _, e := range list {
		assert.NoError(t, e.op.CheckAnswer(e.status, "application/json; charset=utf-8", []byte(e.body)))
	}
}

func TestCheckAnswerNamesWhatIsBroken(t *testing.T) {
	t.Parallel()
	c := compiletest.Published(t)
	for name, tc := range map[string]struct {
		id, contentType string
		status          int
		body, want      string
	}{
		"a missing and a wrong member":   {"getMyProfile", jsonType, 200, `{"email":5}`, "user_id: required; email: wrong type"},
		"a status":                       {"getMyProfile", jsonType, 500, `{}`, "status: not documented, only [200 401]"},
		"a content type":                 {"getMyProfile", "text/html", 200, `{"user_id":"1"}`, "content type: not application/json"},
		"no content type":                {"getMyProfile", "", 200, `{"user_id":"1"}`, "content type: not application/json"},
		"another JSON":                   {"getMyProfile", "application/problem+json", 200, `{"user_id":"1"}`, "content type: not application/json"},
		"a content type and a member":    {"getMyProfile", "text/html", 200, `{}`, "content type: not application/json; user_id: required"},
		"no body":                        {"getMyProfile", "", 200, ``, "body: required"},
		"a body where there is none":     {"updateProfile", jsonType, 200, `{}`, "body: the document has none"},
		"null":                           {"getMyProfile", jsonType, 200, `{"user_id":null}`, "user_id: null"},
		"null for the whole":             {"getMyProfile", jsonType, 200, `null`, "body: null"},
		"no JSON":                        {"getMyProfile", jsonType, 200, `{"user_id":"secret}`, "body: not JSON: a string does not end that begins at byte 11"},
		"half of a page":                 {"getMyProfile", jsonType, 200, `<html>`, "body: not JSON: a value is missing at byte 0"},
		"something behind it":            {"getMyProfile", jsonType, 200, `{"user_id":"1"}{}`, "body: something follows the JSON at byte 15"},
		"a name twice":                   {"getMyProfile", jsonType, 200, `{"user_id":"1","user_id":"2"}`, "user_id: duplicate at byte 15"},
		"an undeclared name twice":       {"getMyProfile", jsonType, 200, `{"secret":"1","secret":"2"}`, "*: duplicate at byte 14"},
		"items":                          {"listPayments", jsonType, 200, `{"payments":[{},[],{"a":null}]}`, "payments.1: wrong type"},
		"items of a union":               {"getMyProfile", jsonType, 200, `[]`, "body: wrong type"},
		"a branch of a union":            {"changeName", jsonType, 422, `{"detail":[{"loc":["body",0,1.5,null],"msg":"m","type":"t"}]}`, "detail.0.loc.2: not an integer; detail.0.loc.3: null"},
		"a name that is data":            {"updateUser", jsonType, 422, `{"message":"m","errors":{"login":["x"],"secret":[1]}}`, "errors.*.0: wrong type"},
		"a timestamp, of a nullable":     {"createUserSubscription", jsonType, 201, `{"id":1,"status":"s","language":"l","balance_kopeks":1,"balance_rubles":0.01,"has_had_paid_subscription":true,"has_made_first_topup":true,"created_at":"2026-01-05T12:34:56","updated_at":"2026-01-05T12:34:56Z","last_activity":"2026-01-05"}`, `last_activity: not a timestamp`},
		"deep in wrapped references":     {"getProfile", jsonType, 200, `{"user":{"_id":1,"companyname":"","confirmed":true,"countryid":9223372036854775808,"email":"","phone":"","status":1,"userdetails":{"_id":1,"firstname":"","lastname":"","lastvisitdate":0,"role":{},"settings":{}}}}`, "user.countryid: out of range; user.status: wrong type; user.userdetails.role._id: required; user.userdetails.role.createorders: required; user.userdetails.role.createproducts: required; user.userdetails.role.createusers: required; user.userdetails.role.manageprotect: required; user.userdetails.role.nameeng: required; user.userdetails.settings.language: required"},
		"a time without a zone, RFC3339": {"updateUser", jsonType, 200, `{"id":1,"login":"","type":"","status":"","created_at":"2026-01-05T12:34:56","updated_at":"2026-01-05T12:34:56Z","can_update_password":true,"billing_properties":[]}`, "created_at: not a date-time"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := c.Operation(tc.id).CheckAnswer(tc.status, tc.contentType, []byte(tc.body))
			assert.EqualError(t, err, tc.id+": answer "+strconv.Itoa(tc.status)+": "+tc.want)
		})
	}
}

func TestCheckAnswerSaysEachRule(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ schema, body, want string }{
		"too short":      {`{type: string, minLength: 2}`, `"s"`, "body: shorter than 2"},
		"too long":       {`{type: string, maxLength: 2}`, `"sss"`, "body: longer than 2"},
		"too few items":  {`{type: array, items: {}, minItems: 1}`, `[]`, "body: fewer than 1 items"},
		"too many items": {`{type: array, items: {}, maxItems: 1}`, `["s","s"]`, "body: more than 1 items"},
		"a closed enum":  {`{type: string, enum: [a, b]}`, `"s"`, "body: none of [a b]"},
		"in anything":    {`{type: object, properties: {a: {}}}`, `{"a":{"s":1,"s":2}}`, "a.*: duplicate at byte 12"},
		"in the unknown": {`{type: object, properties: {a: {}}}`, `{"s":{"a":[0,{"s":1,"s":2}]}}`, "*.*.1.*: duplicate at byte 20"},
		"in a branch":    {`{oneOf: [{type: object, properties: {a: {type: array, items: {type: integer}}}}, {type: string}]}`, `{"a":["s"]}`, "a.0: wrong type"},
		"readOnly":       {`{type: object, required: [a], properties: {a: {type: string, readOnly: true}}}`, `{}`, "a: required"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := compile.Load(compiletest.WithAnswer(tc.schema))
			require.NoError(t, err)
			assert.EqualError(t, c.Operation("op").CheckAnswer(200, jsonType, []byte(tc.body)), "op: answer 200: "+tc.want)
		})
	}
}

func TestCheckAnswerShowsNoValue(t *testing.T) {
	t.Parallel()
	err := compiletest.Published(t).Operation("listAccessCodes").CheckAnswer(200, "s3cret", []byte(
		`{"accesscodes":[{"_id":"s3cret","private":{"mastervalue":{"s3cret":1},"s3cret":1},"public":"s3cret"}],"balance":["s3cret"]}`))
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "s3cret")
	assert.Equal(t, 1, strings.Count(err.Error()+"\n", "\n"))
}

func TestAnAnswerWithoutABody(t *testing.T) {
	t.Parallel()
	c, err := compile.Load(compiletest.WithAnswer(`{}`))
	require.NoError(t, err)
	op := c.Operation("op")
	assert.Equal(t, []int{200, 204}, op.Answers)
	assert.NoError(t, op.CheckAnswer(204, "", nil))
	assert.NoError(t, op.CheckAnswer(200, "Application/JSON", []byte("null")))
}

func TestCheckAnswerTakesTheMediaTypesOfTheDocument(t *testing.T) {
	t.Parallel()
	files := compiletest.Document(`paths: {/a: {get: {operationId: a, responses: {
		'200': {description: Fine., content: {application/json: {schema: {type: object}}, application/yaml: {schema: {type: string}}, text/plain: {schema: {type: string}}}},
		'404': {description: None., content: {application/problem+json: {schema: {type: object}}}},
		'500': {description: Bad., content: {text/event-stream: {schema: {type: string}}}}}}}}`)
	loaded, err := compile.Load(files)
	require.NoError(t, err)
	op := loaded.Operation("a")
	for name, tc := range map[string]struct {
		status      int
		media, body string
		want        string // "": kept
	}{
		"JSON":             {200, "application/json", "{}", ""},
		"wrong JSON":       {200, "application/json", "[]", "a: answer 200: body: wrong type"},
		"a text":           {200, "application/yaml", "[]", ""},
		"with a parameter": {200, "text/plain; charset=utf-8", "x", ""},
		"another":          {200, "text/html", "{}", "a: answer 200: content type: not application/json or application/yaml or text/plain"},
		"no body":          {200, "text/plain", "", "a: answer 200: body: required"},
		"a problem":        {404, "application/problem+json", "{}", ""},
		"a wrong problem":  {404, "application/problem+json", "1", "a: answer 404: body: wrong type"},
		"plain JSON":       {404, "application/json", "{}", "a: answer 404: content type: not application/problem+json"},
		"a stream":         {500, "text/event-stream", "x", ""},
		"no stream":        {500, "application/json", "{}", "a: answer 500: content type: not text/event-stream"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := op.CheckAnswer(tc.status, tc.media, []byte(tc.body))
			if tc.want == "" {
				assert.NoError(t, err)
				return
			}
			assert.EqualError(t, err, tc.want)
		})
	}
}

// FuzzCheckAnswer: an answer that we accept, the other judges accept; no answer makes it panic.
func FuzzCheckAnswer(f *testing.F) {
	c := compiletest.Published(f)
	list := examples(f, c)
	for i, e := range list {
		f.Add(uint8(i), []byte(e.body))
	}
	f.Fuzz(func(t *testing.T, index uint8, body []byte) {
		e := list[int(index)%len(list)]
		if err := e.op.CheckAnswer(e.status, jsonType, body); err == nil {
			agree(t, e.schema, body, openapi3.VisitAsResponse())
		}
	})
}
