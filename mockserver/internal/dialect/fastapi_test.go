package dialect_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver/internal/compile"
	"github.com/quartet-go/quartet/mockserver/internal/contract"
	"github.com/quartet-go/quartet/mockserver/internal/dialect"
	"github.com/quartet-go/quartet/openapi"
)

// recordedCase is a request and what the real framework answered; testdata/record.py writes them.
type recordedCase struct {
	Name        string `json:"name"`
	Method      string `json:"method"`
	Path        string `json:"path"`
	Query       string `json:"query"`
	ContentType string `json:"content_type"`
	Body        string `json:"body"`
	Status      int    `json:"status"`
	Answer      string `json:"answer"`
}

// differences are the recorded cases in which we answer otherwise, on purpose.
var differences = map[string]string{
	"integer: 1.5e-3": `{"detail":[{"type":"int_from_float","loc":["body","duration_days"],` + // a number stays as it was sent
		`"msg":"Input should be a valid integer, got a number with a fractional part","input":1.5e-3}]}`,
}

func TestFastAPIAnswersLikeTheRealFramework(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/fastapi.json")
	require.NoError(t, err)
	var recorded struct {
		Cases []recordedCase `json:"cases"`
	}
	require.NoError(t, json.Unmarshal(raw, &recorded))
	require.Greater(t, len(recorded.Cases), 100)
	c := loadWithProbe(t)
	d, err := dialect.For("fastapi")
	require.NoError(t, err)
	for _, tc := range recorded.Cases {
		t.Run(tc.Name, func(t *testing.T) {
			t.Parallel()
			m := c.Match(tc.Method, tc.Path)
			require.NotNil(t, m.Operation)
			issues := m.Operation.Validate(contract.Request{Path: m.Path, RawQuery: tc.Query, ContentType: tc.ContentType, Body: []byte(tc.Body)}).Issues
			require.NotEmpty(t, issues)
			status, body := d.Validation(issues)
			assert.Equal(t, tc.Status, status)
			if want, ok := differences[tc.Name]; ok {
				assert.Equal(t, want, string(body))
				assert.NotEqual(t, tc.Answer, string(body), "no difference any more")
				return
			}
			assert.Equal(t, tc.Answer, string(body))
		})
	}
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
	raw, err := os.ReadFile("testdata/probe.yaml")
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

// The real framework takes the last of two members, and answers 400 or 500 to the others.
func TestFastAPIHasWordsForBodiesThatPythonTakesOrChokesOn(t *testing.T) {
	t.Parallel()
	c := loadWithProbe(t)
	for name, tc := range map[string]struct{ body, at, message string }{
		"a duplicate":      {`{"é":1,"method":"a","method":"b"}`, "20", `Duplicate object member name 'method'`},
		"not a number":     {`{"details":NaN}`, "11", `Expecting value`},
		"invalid UTF-8":    {"{\"é\":\"\xff\"}", "6", `Invalid UTF-8`},
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
