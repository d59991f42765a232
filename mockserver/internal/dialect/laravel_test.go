package dialect_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

func TestLaravelValidation(t *testing.T) {
	t.Parallel()
	c := loadWithProbe(t)
	for name, tc := range map[string]struct{ body, want string }{
		"one error": {`{}`,
			`{"message":"The login field is required.","errors":{"login":["The login field is required."]}}`},
		"null for what is required": {`{"login":null}`,
			`{"message":"The login field is required.","errors":{"login":["The login field is required."]}}`},
		"null for what is not": {`{"login":"l","status":null}`,
			`{"message":"The status field must be a string.","errors":{"status":["The status field must be a string."]}}`},
		"one more error": {`{"status":5}`,
			`{"message":"The login field is required. (and 1 more error)","errors":{"login":["The login field is required."],"status":["The status field must be a string."]}}`},
		"more errors; underscores become spaces, but not with an index": {
			`{"login":5,"billing_info":{"billing_id":1,"billing_extra":"x"},"billing_properties":[{"type":"phone"},7],"permissions_to_attach":{},"permissions_to_detach":[null]}`,
			`{"message":"The login field must be a string. (and 6 more errors)","errors":{` +
				`"login":["The login field must be a string."],` +
				`"billing_info.billing_id":["The billing info.billing id field must be a string."],` +
				`"billing_info.billing_extra":["The billing info.billing extra field must be an array."],` +
				`"billing_properties.0.value":["The billing_properties.0.value field is required."],` +
				`"billing_properties.1":["The billing_properties.1 field must be an array."],` +
				`"permissions_to_attach":["The permissions to attach field must be an array."],` +
				`"permissions_to_detach.0":["The permissions_to_detach.0 field must be a string."]}}`},
		"too long": {`{"login":"l","password":"` + strings.Repeat("x", 101) + `"}`,
			`{"message":"The password field must not be greater than 100 characters.","errors":{"password":["The password field must not be greater than 100 characters."]}}`},
		"PHP's other array": {`{"login":"l","billing_info":"x","properties":5}`,
			`{"message":"The billing info field must be an array. (and 1 more error)","errors":{"billing_info":["The billing info field must be an array."],"properties":["The properties field must be a string or an array."]}}`},
		"a list that should be empty": {`{"login":"l","billing_info":[1]}`,
			`{"message":"The billing info field must not have more than 0 items.","errors":{"billing_info":["The billing info field must not have more than 0 items."]}}`},
		"the body is a list": {`[]`,
			`{"message":"The body field must be a JSON object.","errors":{"body":["The body field must be a JSON object."]}}`},
		"no body": {``,
			`{"message":"The body field is required.","errors":{"body":["The body field is required."]}}`},
		"malformed": {`{"login":`,
			`{"message":"The body field must be a valid JSON string.","errors":{"body":["The body field must be a valid JSON string."]}}`},
		"a duplicate": {`{"login":"a","login":"b"}`,
			`{"message":"The body field must not have the member login twice.","errors":{"body":["The body field must not have the member login twice."]}}`},
		"data after the document": {`{"login":"a"}{}`,
			`{"message":"The body field must not go on after the JSON document.","errors":{"body":["The body field must not go on after the JSON document."]}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tc.want, validate(t, c, "updateUser", tc.body))
		})
	}
}

func TestLaravelContentType(t *testing.T) {
	t.Parallel()
	issues := loadWithProbe(t).Operation("updateUser").Validate(contract.Request{ContentType: "text/plain", Body: []byte("{}")}).Issues
	_, body := named(t, "laravel").Validation(issues)
	assert.Equal(t, `{"message":"The body field must be sent as application/json.","errors":{"body":["The body field must be sent as application/json."]}}`,
		string(body))
}

func TestLaravelRejections(t *testing.T) {
	t.Parallel()
	status, body := named(t, "laravel").Validation([]contract.Issue{
		contract.Reject(contract.InBody, "", "login"),
		contract.Reject(contract.InBody, "The status is one of the past.", "status"),
		contract.Reject(contract.InBody, "It is too late.", "login"),
	})
	assert.Equal(t, 422, status)
	assert.Equal(t, `{"message":"The selected login is invalid. (and 2 more errors)","errors":{`+
		`"login":["The selected login is invalid.","It is too late."],"status":["The status is one of the past."]}}`, string(body))
}

func TestLaravelKeywords(t *testing.T) {
	t.Parallel()
	for keyword, want := range map[contract.Keyword]string{
		contract.MinLength: "The a b field must be at least 2 characters.",
		contract.MaxLength: "The a b field must not be greater than 2 characters.",
		contract.MinItems:  "The a b field must have at least 2 items.",
		contract.MaxItems:  "The a b field must not have more than 2 items.",
		contract.Pattern:   "The a b field format is invalid.",
		contract.Enum:      "The selected a b is invalid.",
		contract.Format:    "The a b field must be a valid date.",
		contract.Fraction:  "The a b field must be an integer.",
		contract.Range:     "The a b field is out of range.",
	} {
		_, body := named(t, "laravel").Validation([]contract.Issue{{In: contract.InBody, Path: []any{"a_b"}, Keyword: keyword, Limit: 2}})
		assert.Equal(t, `{"message":"`+want+`","errors":{"a_b":["`+want+`"]}}`, string(body))
	}
}
