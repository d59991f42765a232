package contract_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"regexp"
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver/internal/compile/compiletest"
	"github.com/quartet-go/quartet/mockserver/internal/contract"
	"github.com/quartet-go/quartet/openapi"
)

// reference finds each operation as kin-openapi has it.
func reference(t testing.TB) map[string]*openapi3.Operation {
	t.Helper()
	operations := map[string]*openapi3.Operation{}
	names, err := fs.Glob(openapi.FS, "*.yaml")
	require.NoError(t, err)
	for _, name := range names {
		raw, err := fs.ReadFile(openapi.FS, name)
		require.NoError(t, err)
		doc, err := openapi3.NewLoader().LoadFromData(raw)
		require.NoError(t, err)
		for _, item := range doc.Paths.Map() {
			for _, op := range item.Operations() {
				operations[op.OperationID] = op
			}
		}
	}
	return operations
}

// FuzzValidate holds two judges against each other: what we accept, encoding/json must decode and kin-openapi must
// accept. We may refuse more than they do: duplicate members, and integers beyond 64 bits.
func FuzzValidate(f *testing.F) {
	c := compiletest.Published(f)
	references := reference(f)
	operations := slices.Collect(c.Operations())
	seeds := []string{
		``, `{}`, `[]`, `null`, `{"a":1,"a":2}`, `{} x`, `{"old_password":"secret","new_password":"secret","new_password_confirm":"secret","verification_code":"1"}`,
		`{"new_email":"é€𝄞","verification_code":""}`, `{"first_name":null,"last_name":"\u00e9\ud834\udd1e"}`, `{"method":"m","details":{"n":1.10,"big":9007199254740993}}`,
		`{"login":"l","password":"p","billing_info":{"billing_id":"1","billing_extra":[null,{}]},"billing_properties":[{"type":"phone","value":"1"}],"properties":"s"}`,
		`{"login":"l","billing_info":[],"properties":[{"type":"t","value":null}],"permissions_to_attach":["a",1]}`,
		`{"is_trial":true,"duration_days":5.0,"traffic_limit_gb":1e1,"device_limit":null,"connected_squads":["a"],"replace_existing":false}`,
		`{"companyName":"c","countryId":9223372036854775807,"phone":"","firstName":"f","lastName":"l"}`, `{"lang":1e400}`, `{"lang":-0.0}`, `{"lang":[[[[]]]]}`,
	}
	for i := range operations {
		for _, body := range seeds {
			f.Add(uint8(i), "7", "course_id=1", "application/json", []byte(body))
		}
	}
	f.Add(uint8(0), "x", "course_id=%zz&&;=", "text/plain; =", []byte("\xff"))
	f.Fuzz(func(t *testing.T, index uint8, segment, query, contentType string, text []byte) {
		op := operations[int(index)%len(operations)]
		sent := slices.Clone(text)
		c.Match(segment, query)
		got := op.Validate(contract.Request{Path: contract.Values{{Name: "user_id", Text: segment}}, RawQuery: query, ContentType: contentType, Body: text})
		if !slices.Equal(sent, text) {
			t.Fatal("the body was changed")
		}
		for _, issue := range got.Issues {
			if issue.Input != nil && !issue.Input.IsValid() {
				t.Fatalf("the input of %s is not JSON", issue.Keyword)
			}
		}
		body := references[op.ID].RequestBody
		if len(got.Issues) > 0 || body == nil {
			return
		}
		agree(t, body.Value.Content["application/json"].Schema.Value, got.Decodable, openapi3.VisitAsRequest())
	})
}

// agree fails unless the other judges accept the body.
func agree(t *testing.T, schema *openapi3.Schema, body []byte, direction openapi3.SchemaValidationOption) {
	t.Helper()
	var value any
	err := json.Unmarshal(body, &value)
	var wrongType *json.UnmarshalTypeError
	if errors.As(err, &wrongType) {
		return // a number beyond a float64, in a place where we take anything
	}
	if err != nil {
		t.Fatalf("encoding/json refuses what we accept: %v", err)
	}
	if err := schema.VisitJSON(value, direction); err != nil {
		t.Fatalf("kin-openapi refuses what we accept: %v", err)
	}
}

// FuzzTimestamp holds that the format leaves nothing for the pattern to refuse, which is why that is not asked.
func FuzzTimestamp(f *testing.F) {
	for _, seed := range []string{
		"2026-01-05T12:34:56", "2026-01-05T12:34:56Z", "2026-01-05T12:34:56.1", "2026-01-05T12:34:56.123456789-23:59", "2026-01-05T12:34:56.1234567890",
		"2026-01-05T12:34:56,5Z", "2026-01-05T1:34:56", "2026-01-05t12:34:56z", "2026-02-30T12:34:56", "0000-12-31T23:59:60+24:00", "12026-01-05T12:34:56Z", "2026-01-05T12:34:56+0300",
	} {
		f.Add(seed)
	}
	op, pattern := operation(f, "{type: string, format: timestamp}"), regexp.MustCompile(contract.TimestampPattern)
	f.Fuzz(func(t *testing.T, text string) {
		body, err := json.Marshal(text)
		require.NoError(t, err)
		if len(op.Validate(contract.Request{ContentType: jsonType, Body: body}).Issues) == 0 {
			assert.Regexp(t, pattern, text)
		}
	})
}
