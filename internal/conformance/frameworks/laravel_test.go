package frameworks_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
	"github.com/quartet-go/quartet/openapi"
)

// laravelLines are the lines of Laravel's English language file for the rules that the billing document uses, by their keys
// there: src/Illuminate/Translation/lang/en/validation.php of laravel/framework, here of 13.26.1 and the same since 10.0.
var laravelLines = map[string]string{
	"required":   "The :attribute field is required.",
	"string":     "The :attribute field must be a string.",
	"array":      "The :attribute field must be an array.",
	"max.string": "The :attribute field must not be greater than :max characters.",
	"max.array":  "The :attribute field must not have more than :max items.",
	"exists":     "The selected :attribute is invalid.",
	"in":         "The selected :attribute is invalid.",
}

const knownLogin = `"login":"test@mail.com"`

// laravelCases break one rule each. An attribute is named with spaces for underscores, but left alone below a list.
var laravelCases = []struct {
	rule, body, field, attribute string
	max                          int
}{
	{"required", `{"status":"active"}`, "login", "login", 0},
	{"required", `{"login":null}`, "login", "login", 0},
	{"required", `{` + knownLogin + `,"billing_properties":[{"value":"1"}]}`, "billing_properties.0.type", "billing_properties.0.type", 0},
	{"required", `{` + knownLogin + `,"billing_properties":[{"type":"a","value":"1"},{"type":"b"}]}`, "billing_properties.1.value", "billing_properties.1.value", 0},
	{"string", `{"login":5}`, "login", "login", 0},
	{"string", `{` + knownLogin + `,"password":["a"]}`, "password", "password", 0},
	{"string", `{` + knownLogin + `,"password":null}`, "password", "password", 0},
	{"string", `{` + knownLogin + `,"status":true}`, "status", "status", 0},
	{"string", `{` + knownLogin + `,"billing_info":{"billing_id":1}}`, "billing_info.billing_id", "billing info.billing id", 0},
	{"string", `{` + knownLogin + `,"billing_properties":[{"type":"a","value":1.5}]}`, "billing_properties.0.value", "billing_properties.0.value", 0},
	{"string", `{` + knownLogin + `,"permissions_to_attach":["a",{}]}`, "permissions_to_attach.1", "permissions_to_attach.1", 0},
	{"array", `{` + knownLogin + `,"billing_info":"a"}`, "billing_info", "billing info", 0},
	{"array", `{` + knownLogin + `,"billing_info":{"billing_extra":"a"}}`, "billing_info.billing_extra", "billing info.billing extra", 0},
	{"array", `{` + knownLogin + `,"billing_properties":{}}`, "billing_properties", "billing properties", 0},
	{"array", `{` + knownLogin + `,"billing_properties":["a"]}`, "billing_properties.0", "billing_properties.0", 0},
	{"array", `{` + knownLogin + `,"permissions_to_detach":null}`, "permissions_to_detach", "permissions to detach", 0},
	{"max.string", `{` + knownLogin + `,"password":"` + strings.Repeat("𝄞", 101) + `"}`, "password", "password", 100},
	{"max.array", `{` + knownLogin + `,"billing_info":["a"]}`, "billing_info", "billing info", 0},
	{"exists", `{"login":"nobody"}`, "login", "login", 0},
	{"in", `{` + knownLogin + `,"status":"lost"}`, "status", "status", 0},
}

func TestBillingRefusesInLaravelsLines(t *testing.T) {
	t.Parallel()
	for _, tc := range laravelCases {
		line := laravelLines[tc.rule]
		require.NotEmpty(t, line, tc.rule)
		line = strings.NewReplacer(":attribute", tc.attribute, ":max", fmt.Sprint(tc.max)).Replace(line)
		got := billing(t, tc.body)
		assert.Equal(t, refusal{line, map[string][]string{tc.field: {line}}}, got, tc.body)
	}
}

func TestBillingUsesNoOtherRules(t *testing.T) {
	t.Parallel()
	rules := map[string]bool{"exists": true} // of the login, which no document can say
	file, err := openapi.FS.ReadFile("billing.yaml")
	require.NoError(t, err)
	document, err := openapi3.NewLoader().LoadFromData(file)
	require.NoError(t, err)
	rulesOf(document.Components.Schemas["UpdateUserRequest"].Value, rules)
	assert.ElementsMatch(t, slices.Collect(maps.Keys(laravelLines)), slices.Collect(maps.Keys(rules)))
}

// rulesOf adds Laravel's rules for a schema.
func rulesOf(s *openapi3.Schema, rules map[string]bool) {
	for rule, used := range map[string]bool{
		"required": len(s.Required) > 0, "string": s.Type.Is("string"), "array": s.Type.Is("array") || s.Type.Is("object"),
		"max.string": s.MaxLength != nil, "max.array": s.MaxItems != nil, "min.string": s.MinLength > 0, "min.array": s.MinItems > 0,
		"integer": s.Type.Is("integer"), "numeric": s.Type.Is("number"), "boolean": s.Type.Is("boolean"), "regex": s.Pattern != "",
		"in": len(s.Enum) > 0 || s.Extensions["x-extensible-enum"] != nil, "date": s.Format == "date-time",
	} {
		if used {
			rules[rule] = true
		}
	}
	below := slices.Concat(s.AllOf, s.OneOf, slices.Collect(maps.Values(s.Properties)))
	if s.Items != nil {
		below = append(below, s.Items)
	}
	for _, ref := range below {
		rulesOf(ref.Value, rules)
	}
}

// The summary is the first line, and how many more there are.
func TestBillingSumsUpAsLaravelDoes(t *testing.T) {
	t.Parallel()
	const first = "The login field is required."
	for body, more := range map[string]string{
		`{}`:                                     "",
		`{"password":5}`:                         " (and 1 more error)",
		`{"login":null,"status":5,"password":5}`: " (and 2 more errors)",
		`{"permissions_to_attach":[1,2,3,4,5,6,7,8,9,10],"billing_properties":[{}]}`: " (and 12 more errors)",
	} {
		assert.Equal(t, first+more, billing(t, body).Message, body)
	}
}

type refusal struct {
	Message string              `json:"message"`
	Errors  map[string][]string `json:"errors"`
}

// billing returns the answer to an update that is refused.
func billing(t *testing.T, body string) (answer refusal) {
	t.Helper()
	mock, err := mockserver.New()
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, "http://mock/api/v1/billing/user/manage", strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	resp, err := mock.Transport().RoundTrip(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Equal(t, http.StatusUnprocessableEntity, resp.StatusCode, "%s", data)
	require.NoError(t, json.Unmarshal(data, &answer))
	return answer
}
