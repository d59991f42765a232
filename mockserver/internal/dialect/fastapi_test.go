package dialect_test

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/internal/conformance/frameworks"
	"github.com/quartet-go/quartet/mockserver/internal/compile"
	"github.com/quartet-go/quartet/mockserver/internal/contract"
	"github.com/quartet-go/quartet/mockserver/internal/dialect"
	"github.com/quartet-go/quartet/openapi"
)

// The published documents do not use every keyword; the whole mock is compared with the real framework for those that
// they do, see package frameworks.
func TestFastAPIAnswersLikeTheRealFrameworkToTheProbe(t *testing.T) {
	t.Parallel()
	comparison, err := frameworks.CompareProbe()
	require.NoError(t, err)
	cases, err := frameworks.Cases(frameworks.Probe)
	require.NoError(t, err)
	c := loadWithProbe(t)
	for _, asked := range cases {
		assert.NoError(t, comparison.Check(&asked, probed(t, c, &asked)))
	}
	assert.NoError(t, comparison.Unused())
	page, err := os.ReadFile("../../../docs/conformance.md")
	require.NoError(t, err)
	assert.Contains(t, string(page), fmt.Sprintf("%d requests to the probe, with %d differences in the same entries", comparison.Compared, comparison.Differing))
}

// probed is what the mock would answer if it had the probe.
func probed(t *testing.T, c *contract.Contract, asked *frameworks.Case) frameworks.Answer {
	t.Helper()
	d := named(t, "fastapi")
	path, query, _ := strings.Cut(asked.Request.Target, "?")
	m := c.Match(asked.Request.Method, path)
	if m.Operation == nil {
		return frameworks.Answer{Status: 404, ContentType: d.Media(), Body: string(d.Error(404, ""))}
	}
	r := contract.Request{Path: m.Path, RawQuery: query, Body: asked.Request.Bytes()}
	if asked.Request.ContentType != nil {
		r.ContentType = *asked.Request.ContentType
	}
	issues := m.Operation.Validate(r).Issues
	if len(issues) == 0 {
		return frameworks.Answer{Status: 200, ContentType: d.Media(), Body: "{}"}
	}
	status, body := d.Validation(issues)
	return frameworks.Answer{Status: status, ContentType: d.Media(), Body: string(body)}
}

// loadWithProbe loads the published documents and one with keywords that those do not use.
func loadWithProbe(t *testing.T) *contract.Contract {
	t.Helper()
	documents := fstest.MapFS{}
	names, err := fs.Glob(openapi.FS, "*.yaml")
	require.NoError(t, err)
	for _, name := range names {
		raw, err := fs.ReadFile(openapi.FS, name)
		require.NoError(t, err)
		documents[name] = &fstest.MapFile{Data: raw}
	}
	raw, err := os.ReadFile("../../../internal/conformance/frameworks/probe.yaml")
	require.NoError(t, err)
	documents["probe.yaml"] = &fstest.MapFile{Data: raw}
	c, err := compile.Load(documents)
	require.NoError(t, err)
	return c
}

func TestFastAPIRefusesWhatPydanticWouldConvert(t *testing.T) {
	t.Parallel()
	c := loadWithProbe(t)
	integer := `"msg":"Input should be a valid integer"`
	boolean := `"msg":"Input should be a valid boolean"`
	number := `"msg":"Input should be a valid number"`
	for name, tc := range map[string]struct{ operation, member, value, kind, message string }{
		"an integer as a string":             {"createUserSubscription", "duration_days", `"30"`, "int_type", integer},
		"an integer in spaces":               {"createUserSubscription", "duration_days", `" +5\n"`, "int_type", integer},
		"an integer with an underscore":      {"createUserSubscription", "duration_days", `"1_000"`, "int_type", integer},
		"an integer with zeros":              {"createUserSubscription", "duration_days", `"-1.00"`, "int_type", integer},
		"a boolean for an integer":           {"createUserSubscription", "duration_days", `true`, "int_type", integer},
		"yes":                                {"createUserSubscription", "is_trial", `"Yes"`, "bool_type", boolean},
		"zero":                               {"createUserSubscription", "is_trial", `0`, "bool_type", boolean},
		"one as a float":                     {"createUserSubscription", "is_trial", `1.0`, "bool_type", boolean},
		"a number as a string":               {"probe", "ratio", `"1.5e3"`, "float_type", number},
		"a number with an underscore":        {"probe", "ratio", `"1_0"`, "float_type", number},
		"infinity":                           {"probe", "ratio", `"inf"`, "float_type", number},
		"a boolean for a number":             {"probe", "ratio", `true`, "float_type", number},
		"a number beyond a float":            {"probe", "ratio", `1e400`, "finite_number", `"msg":"Input should be a finite number"`},
		"an integer beyond 64 bits":          {"createUserSubscription", "duration_days", `9223372036854775808`, "int_parsing_size", `"msg":"Unable to parse input string as an integer, exceeded maximum size"`},
		"an integer far beyond, as a number": {"createUserSubscription", "duration_days", `1e400`, "int_parsing_size", `"msg":"Unable to parse input string as an integer, exceeded maximum size"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := `{"detail":[{"type":"` + tc.kind + `","loc":["body","` + tc.member + `"],` + tc.message + `,"input":` + tc.value + `}]}`
			assert.Equal(t, want, validate(t, c, tc.operation, `{"`+tc.member+`":`+tc.value+`}`))
		})
	}
}

// The real framework takes the first two, and answers 500 to the third.
func TestFastAPIHasWordsForBodiesThatPythonTakesOrChokesOn(t *testing.T) {
	t.Parallel()
	c := loadWithProbe(t)
	for name, tc := range map[string]struct{ body, at, message string }{
		"a duplicate":      {`{"é":1,"method":"a","method":"b"}`, "20", `Duplicate object member name 'method'`},
		"not a number":     {`{"details":NaN}`, "11", `Expecting value`},
		"half a surrogate": {`{"method":"\ud800"}`, "11", `Lone surrogate`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := `{"detail":[{"type":"json_invalid","loc":["body",` + tc.at + `],"msg":"JSON decode error","input":{},"ctx":{"error":"` + tc.message + `"}}]}`
			assert.Equal(t, want, validate(t, c, "changePaymentMethod", tc.body))
		})
	}
}

func TestFastAPIRejections(t *testing.T) {
	t.Parallel()
	shown := contract.Reject(contract.InQuery, "no such course", "course_id")
	shown.Input = []byte(`"go"`)
	status, body := named(t, "fastapi").Validation([]contract.Issue{
		contract.Reject(contract.InBody, "the old password is wrong", "old_password"), shown, contract.Reject(contract.InBody, "", "method"),
	})
	assert.Equal(t, 422, status)
	assert.Equal(t, `{"detail":[`+
		`{"type":"value_error","loc":["body","old_password"],"msg":"Value error, the old password is wrong","ctx":{"error":{}}},`+
		`{"type":"value_error","loc":["query","course_id"],"msg":"Value error, no such course","input":"go","ctx":{"error":{}}},`+
		`{"type":"value_error","loc":["body","method"],"msg":"Value error, not a valid choice","ctx":{"error":{}}}]}`, string(body))
}

func BenchmarkFastAPIValidation(b *testing.B) {
	d, err := dialect.For("fastapi")
	require.NoError(b, err)
	c, err := compile.Load(openapi.FS)
	require.NoError(b, err)
	issues := c.Operation("changePassword").Validate(contract.Request{ContentType: "application/json", Body: []byte(`{"old_password":"short"}`)}).Issues
	b.ReportAllocs()
	for b.Loop() {
		d.Validation(issues)
	}
}
