package contract_test

import (
	"encoding/json"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver/internal/compile"
	"github.com/quartet-go/quartet/mockserver/internal/compile/compiletest"
	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

const seeds = 200

// vary varies an answer with the choices of a seed.
func vary(op *contract.Operation, status int, body string, seed uint64, values bool) string {
	return string(op.Vary(status, []byte(body), contract.Variation{Rand: rand.New(rand.NewPCG(seed, 7)), Values: values}))
}

// variations varies the answer of a document that withAnswer makes, with every seed.
func variations(t *testing.T, schema, body string, values bool) []string {
	t.Helper()
	c, err := compile.Load(compiletest.WithAnswer(schema))
	require.NoError(t, err)
	op := c.Operation("op")
	require.NoError(t, op.CheckAnswer(200, jsonType, []byte(body)))
	var list []string
	for seed := range uint64(seeds) {
		varied := vary(op, 200, body, seed, values)
		require.NoError(t, op.CheckAnswer(200, jsonType, []byte(varied)), varied)
		list = append(list, varied)
	}
	return list
}

// exact decodes JSON and keeps its numbers digit by digit.
func exact(t *testing.T, text string) (value any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	require.NoError(t, d.Decode(&value), text)
	return value
}

// plain decodes JSON without what a variation of the form may change: members that are unknown or null, and how a time is
// written.
func plain(t *testing.T, text string) any {
	t.Helper()
	var value any
	require.NoError(t, json.Unmarshal([]byte(text), &value), text)
	return clean(value)
}

func clean(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for name, member := range v {
			if member == nil || strings.HasPrefix(name, "x_unknown_") {
				delete(v, name)
			} else {
				v[name] = clean(member)
			}
		}
	case []any:
		for i := range v {
			v[i] = clean(v[i])
		}
	case string:
		for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
			if moment, err := time.Parse(layout, v); err == nil {
				return moment.UTC()
			}
		}
	}
	return value
}

func TestEveryExampleVariesWithinItsDocument(t *testing.T) {
	t.Parallel()
	for _, e := range examples(t, compiletest.Published(t)) {
		t.Run(e.op.ID, func(t *testing.T) {
			t.Parallel()
			said := plain(t, e.body)
			for seed := range uint64(seeds) {
				for _, values := range []bool{false, true} {
					varied := vary(e.op, e.status, e.body, seed, values)
					require.Equal(t, varied, vary(e.op, e.status, e.body, seed, values), "the same choices, the same bytes")
					require.NoError(t, e.op.CheckAnswer(e.status, jsonType, []byte(varied)), varied)
					agree(t, e.schema, []byte(varied), openapi3.VisitAsResponse())
					if !values {
						require.Equal(t, said, plain(t, varied), varied)
					}
				}
			}
		})
	}
}

func TestEveryKindOfVariationIsSeen(t *testing.T) {
	t.Parallel()
	schema := `{type: object, required: [id], properties: {id: {type: integer}, sum: {type: number}, gone: {type: string, nullable: true},
	  none: {type: string, nullable: true}, some: {type: string, nullable: true}, optional: {type: string}, text: {type: string},
	  at: {type: string, format: timestamp}, zoned: {type: string, format: date-time}, list: {type: array, items: {type: object, properties: {a: {}}}},
	  status: {type: string, description: Wrapped., allOf: [{type: string, x-extensible-enum: [a]}]}}}`
	body := `{"id":5,"sum":1234.5,"none":null,"some":"s","optional":"o","text":"é/𝄞","at":"2026-01-05T00:34:56.7800","zoned":"2026-01-05T00:34:56.780Z","list":[{}],"status":"a"}`
	for name, tc := range map[string]struct {
		values  bool
		written []string // regular expressions: each of them is met by an answer as it is written
		said    []string // and each of these by one without white space and escapes
		gone    []string // the members that some answer has not; the others are always there
	}{
		"form": {
			false,
			[]string{`^ `, "\t", "\n", "\r", ` $`, `"id" `, ` :`, ` \}`, `\[ `, `"é/𝄞"`, `\\u00e9`, `\\u00E9`, `\\ud834\\udd1e`, `\\uD834\\uDD1E`, `\\/`, `\\u002f`, `\\u0069d"`},
			[]string{
				`^\{"id":5,"sum"`, `"zoned".*"id"`, `"x_unknown_2"`, `"list":\[\{"x_unknown_1"`, `"x_unknown_\d":null`, `"x_unknown_\d":true`, `"x_unknown_\d":false`, `"x_unknown_\d":-0`,
				`"x_unknown_\d":9007199254740993`, `"x_unknown_\d":1.10e-7`, `"x_unknown_\d":"`, `"x_unknown_\d":\[\]`, `"x_unknown_\d":\[[^]]`, `"x_unknown_\d":\{\}`, `"x_unknown_\d":\{"`,
				`"gone":null`, `"none":null`,
				`"sum":1234\.5[,}]`, `"sum":1234\.50`, `"sum":12345[eE]-1`, `"sum":1\.2345[eE]3`, `"sum":1\.2345[eE]\+3`,
				`"at":"2026-01-05T00:34:56\.780*"`, `"at":"[^"]*\.78[^0"]`, `"at":"[^"]*\.780000000`, `"at":"2026-01-05T00:34:56\.780*Z"`, `"at":"2026-01-05T00:34:56\.780*\+00:00"`,
				`"at":"2026-01-05T03:34:56\.780*\+03:00"`, `"at":"2026-01-04T19:04:56\.780*-05:30"`, `"zoned":"2026-01-05T14:34:56\.780*\+14:00"`, `"zoned":"2026-01-05T00:33:56\.780*-00:01"`,
			},
			[]string{"none", "gone"},
		},
		"values": {
			true,
			[]string{`\\/`},
			[]string{`"status":"unseen-\d"`, `"status":"a"`, `"some":null`, `"some":"s"`, `"x_unknown_1"`},
			[]string{"none", "gone", "sum", "some", "optional", "text", "at", "zoned", "list", "status"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list := variations(t, schema, body, tc.values)
			for _, want := range tc.written {
				assert.True(t, slices.ContainsFunc(list, regexp.MustCompile(want).MatchString), want)
			}
			seen := map[string]int{}
			for i := range list {
				for name, value := range members(t, list[i]) {
					seen[name]++
					if name == "id" {
						require.EqualValues(t, "5", value, "an integer is written as it was")
					}
				}
				said, err := jsontext.AppendFormat(nil, []byte(list[i]))
				require.NoError(t, err)
				list[i] = string(said)
			}
			for _, want := range tc.said {
				assert.True(t, slices.ContainsFunc(list, regexp.MustCompile(want).MatchString), want)
			}
			for _, name := range []string{"id", "sum", "gone", "none", "some", "optional", "text", "at", "zoned", "list", "status"} {
				assert.Equal(t, slices.Contains(tc.gone, name), seen[name] < seeds, "%s is left out", name)
				assert.Positive(t, seen[name], name)
			}
		})
	}
}

// members decodes an object without losing the spelling of its members.
func members(t *testing.T, text string) map[string]json.RawMessage {
	t.Helper()
	var object map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(text), &object), text)
	return object
}

func TestFreeDataIsNotTouched(t *testing.T) {
	t.Parallel()
	data := `{"n":[9007199254740993,1.10,5e0,-0],"at":"2026-01-05T00:34:56Z","none":null,"o":{"none":null,"e":{}},"l":[{}]}`
	for name, schema := range map[string]string{
		"anything":                 `{}`,
		"anyOf with a free branch": `{anyOf: [{}, {type: string}]}`,
		"a free object":            `{type: object}`,
		"an open object":           `{type: object, additionalProperties: true}`,
		"an object with declared and other members": `{type: object, additionalProperties: true, properties: {at: {type: string, format: timestamp},
		  none: {type: string, nullable: true}, gone: {type: string, nullable: true}, o: {type: object, properties: {none: {type: string, nullable: true}}}}}`,
		"an object with rules for all":     `{type: object, additionalProperties: {anyOf: [{}, {type: string}]}}`,
		"members that nobody has declared": `{type: object, additionalProperties: {}, properties: {x: {}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, varied := range variations(t, "{type: object, required: [data], properties: {data: "+schema+"}}", `{"data":`+data+`}`, false) {
				require.Equal(t, exact(t, data), exact(t, string(members(t, varied)["data"])))
			}
		})
	}
}

func TestAbsenceThatSaysSomethingStays(t *testing.T) {
	t.Parallel()
	op := compiletest.Published(t).Operation("listAccessCodes")
	open := `{"accesscodes":[{"_id":1,"public":{"text":"t","value":"v"},"private":{"mastervalue":"m","readvalue":"r","writevalue":"w"}}]}`
	for seed := range uint64(seeds) {
		varied := members(t, vary(op, 200, open, seed, true))
		assert.NotContains(t, varied, "balance")
		require.Contains(t, varied, "accesscodes")
		var codes []map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(varied["accesscodes"], &codes))
		assert.Contains(t, codes[0], "private")
	}
	for _, varied := range variations(t, `{type: object, properties: {a: {type: string, nullable: true, x-absence: meaningful},
	  b: {type: string, nullable: true, x-absence: meaningful}, c: {type: string, nullable: true, x-absence: meaningful}}}`, `{"a":null,"b":"x"}`, true) {
		got := members(t, varied)
		assert.EqualValues(t, "null", got["a"])
		assert.NotEqualValues(t, "null", got["b"])
		assert.Contains(t, got, "b")
		assert.NotContains(t, got, "c")
	}
}

func TestVariationKeepsEachRule(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ schema, body string }{
		"a pattern":                    {`{type: string, format: timestamp, pattern: '^[^.+]*Z$'}`, `"2026-01-05T12:34:56Z"`},
		"a closed enum":                {`{type: string, x-extensible-enum: [a], enum: [a, b]}`, `"a"`},
		"a length":                     {`{type: string, x-extensible-enum: [a], maxLength: 3}`, `"a"`},
		"the last instant of the year": {`{type: string, format: date-time}`, `"9999-12-31T23:59:59Z"`},
		"the first instant":            {`{type: string, format: timestamp}`, `"0000-01-01T00:00:00"`},
		"many digits of a fraction":    {`{type: string, format: date-time}`, `"2026-01-05T12:34:56.1234567890123Z"`},
		"a float of 32 bits":           {`{type: number, format: float}`, `3.4028235e38`},
		"a huge exponent":              {`{type: number}`, `1e-99999999999`},
		"no number at all":             {`{type: number}`, `-0.0e7`},
		"the largest number":           {`{type: number}`, `1.7976931348623157e308`},
		"a branch":                     {`{oneOf: [{type: object, properties: {n: {type: number}}}, {type: string, x-extensible-enum: [a]}]}`, `{"n":5}`},
		"null":                         {`{type: object, nullable: true, properties: {n: {type: number}}}`, `null`},
		"names that are taken":         {`{type: object, properties: {x_unknown_1: {type: integer}}}`, `{"x_unknown_2":1}`},
		"names that are in bad order":  {`{type: object, required: [b, a], properties: {a: {type: number}, b: {type: number}}}`, `{"a":1,"b":2}`},
		"many numbers":                 {`{type: array, items: {type: number}}`, `[0,-0,1,10,-100,0.001,1e2,1E-2,123456789.125,5e-324]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, varied := range variations(t, tc.schema, tc.body, false) {
				require.Equal(t, plain(t, tc.body), plain(t, varied), varied)
			}
			variations(t, tc.schema, tc.body, true)
		})
	}
}

func TestWhatCannotVaryComesBack(t *testing.T) {
	t.Parallel()
	c := compiletest.Published(t)
	for name, tc := range map[string]struct {
		id     string
		status int
		body   string
	}{
		"no body":              {"getMyProfile", 200, ""},
		"no JSON":              {"getMyProfile", 200, `{"user_id":"1",}`},
		"a name twice":         {"getMyProfile", 200, `{"user_id":"1","user_id":"2"}`},
		"something behind it":  {"getMyProfile", 200, `{"user_id":"1"} x`},
		"an unknown status":    {"getMyProfile", 418, `{"user_id":"1"}`},
		"a document without":   {"updateProfile", 200, `{"user_id":"1"}`},
		"half of a page":       {"getMyProfile", 401, `<html>`},
		"an end that is wrong": {"getMyProfile", 200, `{"user_id":["1"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(10) {
				assert.Equal(t, tc.body, vary(c.Operation(tc.id), tc.status, tc.body, seed, true))
			}
		})
	}
	assert.Nil(t, c.Operation("getMyProfile").Vary(200, nil, contract.Variation{}))
}

func TestWhatIsBrokenStaysBroken(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ schema, body string }{
		"a time":           {`{type: string, format: timestamp}`, `"yesterday"`},
		"a number":         {`{type: number}`, `1e400`},
		"another type":     {`{type: array, items: {type: number}}`, `{"a":1}`},
		"another branch":   {`{oneOf: [{type: string}, {type: number}]}`, `[1]`},
		"null":             {`{type: string}`, `null`},
		"a missing member": {`{type: object, required: [a], properties: {a: {type: string, nullable: true}}}`, `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := compile.Load(compiletest.WithAnswer(tc.schema))
			require.NoError(t, err)
			for seed := range uint64(seeds) {
				varied := vary(c.Operation("op"), 200, tc.body, seed, true)
				require.Error(t, c.Operation("op").CheckAnswer(200, jsonType, []byte(varied)), varied)
			}
		})
	}
}

func TestVaryLeavesTheBodyAlone(t *testing.T) {
	t.Parallel()
	for _, e := range examples(t, compiletest.Published(t)) {
		body := []byte(e.body)
		e.op.Vary(e.status, body, contract.Variation{Rand: rand.New(rand.NewPCG(1, 2)), Values: true})
		assert.Equal(t, e.body, string(body))
	}
}

// FuzzVary: no body makes it panic, and an answer that was valid stays valid.
func FuzzVary(f *testing.F) {
	list := examples(f, compiletest.Published(f))
	for i, e := range list {
		f.Add(uint8(i), uint64(i), i%2 == 0, []byte(e.body))
	}
	f.Fuzz(func(t *testing.T, index uint8, seed uint64, values bool, body []byte) {
		e := list[int(index)%len(list)]
		varied := vary(e.op, e.status, string(body), seed, values)
		if e.op.CheckAnswer(e.status, jsonType, body) != nil {
			return
		}
		if err := e.op.CheckAnswer(e.status, jsonType, []byte(varied)); err != nil {
			t.Fatalf("%v: %s", err, varied)
		}
		agree(t, e.schema, []byte(varied), openapi3.VisitAsResponse())
	})
}
