package dialect_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/quartet-go/quartet/internal/lex"
	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

func TestVendorNamesEveryFieldInOneSentence(t *testing.T) {
	t.Parallel()
	c := loadWithProbe(t)
	for name, tc := range map[string]struct{ body, want string }{
		"absent, null and wrong type": {`{"companyName":5,"countryId":"1","phone":null,"lastName":"l"}`,
			"companyName must be a string; countryId must be an integer; phone must not be null; firstName is required"},
		"numbers": {`{"companyName":"c","countryId":1.5,"phone":"","firstName":"","lastName":""}`,
			"countryId must be an integer, without a fraction"},
		"beyond 64 bits": {`{"companyName":"c","countryId":9223372036854775808,"phone":"","firstName":"","lastName":""}`,
			"countryId is too large a number"},
		"the body is a list":       {`[]`, "the body must be an object"},
		"no body":                  {``, "the body is required"},
		"malformed":                {`{"phone" 1}`, "the body is not JSON: a colon is missing at byte 9"},
		"cut short":                {`{"phone":"1`, "the body is not JSON: a string does not end that begins at byte 9"},
		"a duplicate":              {`{"phone":"1","phone":"2"}`, "the body has the member phone twice, again at byte 13"},
		"data after the document":  {`{} {}`, "the body goes on after its JSON document, at byte 3"},
		"nested in what we ignore": {`{"x":[{"y":1,"y":2}]}`, "the body has the member x.0.y twice, again at byte 13"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := string(named(t, "vendor").Error(422, tc.want))
			assert.Equal(t, want, validate(t, c, "updateProfile", tc.body))
		})
	}
}

func TestVendorKeywords(t *testing.T) {
	t.Parallel()
	for want, issue := range map[string]contract.Issue{
		"a.0 must have at least 1 character":                  {Keyword: contract.MinLength, Limit: 1},
		"a.0 must have at most 2 characters":                  {Keyword: contract.MaxLength, Limit: 2},
		"a.0 must have at least 2 items":                      {Keyword: contract.MinItems, Limit: 2},
		"a.0 must have at most 1 item":                        {Keyword: contract.MaxItems, Limit: 1},
		"a.0 must match ^x":                                   {Keyword: contract.Pattern, Text: "^x"},
		"a.0 must be 'x' or 'y'":                              {Keyword: contract.Enum, Allowed: []string{"x", "y"}},
		"a.0 must be a time such as 2026-01-05T12:34:56Z":     {Keyword: contract.Format},
		"a.0 must be a string or an array":                    {Keyword: contract.WrongType, Types: []contract.Type{contract.String, contract.Array}},
		"a.0: the phone is in use":                            {Keyword: contract.Rejected, Text: "the phone is in use"},
		"a.0 is not a valid choice":                           {Keyword: contract.Rejected},
		"the body must be sent as application/json":           {Keyword: contract.ContentType},
		"the body is not JSON: there is no UTF-8 at byte 3":   {Keyword: contract.Malformed, Fault: lex.InvalidUTF8, Offset: 3},
		"the body is not JSON: a value is missing at byte 12": {Keyword: contract.Malformed, Fault: lex.WantValue, Offset: 12},
	} {
		issue.In, issue.Path = contract.InBody, []any{"a", 0}
		status, body := named(t, "vendor").Validation([]contract.Issue{issue})
		assert.Equal(t, 422, status)
		assert.Equal(t, `{"error":{"code":422,"message":"`+want+`"}}`, string(body))
	}
}
