package contract_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver/internal/compile"
	"github.com/quartet-go/quartet/mockserver/internal/compile/compiletest"
	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

const jsonType = "application/json"

func operation(t testing.TB, schema string) *contract.Operation {
	t.Helper()
	c, err := compile.Load(compiletest.WithBody(schema))
	require.NoError(t, err)
	return c.Operation("op")
}

// describe writes an issue as one line: where, what, how much, and the value.
func describe(issues []contract.Issue) []string {
	var lines []string
	for _, i := range issues {
		line := string(i.In)
		for _, e := range i.Path {
			line += fmt.Sprintf("/%#v", e)
		}
		line += " " + string(i.Keyword)
		switch i.Keyword {
		case contract.MinLength, contract.MaxLength, contract.MinItems, contract.MaxItems:
			line += fmt.Sprintf(" %d is %d", i.Limit, i.Actual)
		case contract.Malformed:
			line += " " + string(i.Fault) + fmt.Sprintf(" @%d", i.Offset)
		case contract.Duplicate, contract.Trailing:
			line += fmt.Sprintf(" @%d", i.Offset)
		case contract.WrongType, contract.Null:
			line += fmt.Sprint(" ", i.Types)
		}
		if i.Input != nil {
			line += " " + string(i.Input)
		}
		lines = append(lines, strings.ReplaceAll(line, `"`, "'"))
	}
	return lines
}

func TestBody(t *testing.T) {
	t.Parallel()
	text := `{type: object, properties: {v: {type: string, minLength: 2, maxLength: 3}}}`
	for name, tc := range map[string]struct {
		schema, body string
		want         []string
	}{
		"absent members, in the order of the document, input is the object": {
			`{type: object, required: [z, y, a], properties: {a: {}, z: {}, y: {}}}`, ` { "z" : 1 } `,
			[]string{"body/'a' required { 'z' : 1 }", "body/'y' required { 'z' : 1 }"}},
		"members are reported in the order of the document": {
			`{type: object, required: [c], properties: {b: {type: string}, c: {}, a: {type: string}}}`, `{"a":1,"b":2}`,
			[]string{"body/'b' type [string] 2", "body/'c' required {'a':1,'b':2}", "body/'a' type [string] 1"}},
		"a reference keeps its place among the members": {
			`{type: object, properties: {z: {$ref: '#/components/schemas/Item'}, a: {type: string}, m: {$ref: '#/components/schemas/Item'}}}`, `{"m":1,"a":2,"z":3}`,
			[]string{"body/'z' type [object] 3", "body/'a' type [string] 2", "body/'m' type [object] 1"}},
		"nested members and items": {
			`{type: object, properties: {list: {type: array, items: {$ref: '#/components/schemas/Item'}}}}`, `{"list":[{"a":"x"},7,{"a":1,"b":"s"},{"b":null}]}`,
			[]string{"body/'list'/0/'b' required {'a':'x'}", "body/'list'/0/'a' type [integer] 'x'", "body/'list'/1 type [object] 7", "body/'list'/3/'b' null [string] null"}},
		"a circular schema": {
			`{$ref: '#/components/schemas/Tree'}`, `{"children":[{"name":"x","children":[{"name":5}]}]}`,
			[]string{"body/'children'/0/'children'/0/'name' type [string] 5"}},
		"unknown members are ignored":           {`{type: object, properties: {a: {}}}`, `{"b":{"c":[1,null]},"d":null}`, nil},
		"a name may be escaped":                 {text, `{"\u0076":5}`, []string{"body/'v' type [string] 5"}},
		"null where it may be":                  {`{type: string, nullable: true}`, `null`, nil},
		"null where it may not be":              {`{type: string}`, `null`, []string{"body null [string] null"}},
		"anything takes null":                   {`{type: object, properties: {a: {}}}`, `{"a":null}`, nil},
		"a wrapped reference":                   {`{type: object, properties: {a: {description: An item., allOf: [{$ref: '#/components/schemas/Item'}]}}}`, `{"a":{}}`, []string{"body/'a'/'b' required {}"}},
		"anyOf with a free branch":              {`{anyOf: [{type: string, maxLength: 1}, {}]}`, `"long"`, nil},
		"a string":                              {`{type: string}`, `true`, []string{"body type [string] true"}},
		"an integer is no string":               {`{type: integer}`, `"5"`, []string{"body type [integer] '5'"}},
		"a boolean is no integer":               {`{type: integer}`, `false`, []string{"body type [integer] false"}},
		"an integer with a fraction":            {`{type: integer}`, `1.5`, []string{"body fraction 1.5"}},
		"a tiny fraction":                       {`{type: integer}`, `1.00000000000000000000000001`, []string{"body fraction 1.00000000000000000000000001"}},
		"an integer beyond 64 bits":             {`{type: integer}`, `9223372036854775808`, []string{"body range 9223372036854775808"}},
		"a huge exponent":                       {`{type: integer, format: int64}`, `1e999999999999`, []string{"body range 1e999999999999"}},
		"an integer beyond 32 bits":             {`{type: integer, format: int32}`, `2147483648`, []string{"body range 2147483648"}},
		"a number":                              {`{type: number}`, `"1"`, []string{"body type [number] '1'"}},
		"a number beyond a float":               {`{type: number}`, `1e400`, []string{"body range 1e400"}},
		"a number that is one":                  {`{type: number}`, `-1.5e3`, nil},
		"a boolean":                             {`{type: boolean}`, `1`, []string{"body type [boolean] 1"}},
		"both booleans":                         {`{type: array, items: {type: boolean}}`, `[true,false]`, nil},
		"an object":                             {`{type: object, properties: {a: {}}}`, `[]`, []string{"body type [object] []"}},
		"a free object":                         {`{type: object}`, `"x"`, []string{"body type [map] 'x'"}},
		"a free object takes any member":        {`{type: object, additionalProperties: true}`, `{"a":null}`, nil},
		"an array":                              {`{type: array, items: {}}`, `{"a":1}`, []string{"body type [array] {'a':1}"}},
		"too short":                             {text, `{"v":"a"}`, []string{"body/'v' minLength 2 is 1 'a'"}},
		"too short in code points":              {text, `{"v":"𝄞"}`, []string{"body/'v' minLength 2 is 1 '𝄞'"}},
		"long enough in code points":            {text, `{"v":"é€𝄞"}`, nil},
		"too long in code points":               {text, `{"v":"é€𝄞é"}`, []string{"body/'v' maxLength 3 is 4 'é€𝄞é'"}},
		"an escape is one code point":           {text, `{"v":"\u00e9\ud834\udd1e\n"}`, nil},
		"an escaped surrogate pair":             {text, `{"v":"\ud834\udd1e"}`, []string{`body/'v' minLength 2 is 1 '\ud834\udd1e'`}},
		"everything about one string":           {`{type: string, minLength: 5, pattern: '^x', enum: [xa]}`, `"ab"`, []string{"body minLength 5 is 2 'ab'", "body pattern 'ab'", "body enum 'ab'"}},
		"a pattern finds anywhere":              {`{type: string, pattern: 'b+'}`, `"abc"`, nil},
		"a date-time":                           {`{type: string, format: date-time}`, `"2026-01-05T12:34:56"`, []string{"body format '2026-01-05T12:34:56'"}},
		"a timestamp without a zone":            {`{type: string, format: timestamp}`, `"2026-01-05T12:34:56.789012"`, nil},
		"a date-time with one digit of an hour": {`{type: string, format: date-time}`, `"2026-01-05T1:34:56Z"`, []string{"body format '2026-01-05T1:34:56Z'"}},
		"a date-time with a comma":              {`{type: string, format: date-time}`, `"2026-01-05T12:34:56,5Z"`, []string{"body format '2026-01-05T12:34:56,5Z'"}},
		"a date-time with an offset of a day":   {`{type: string, format: date-time}`, `"2026-01-05T12:34:56+24:00"`, []string{"body format '2026-01-05T12:34:56+24:00'"}},
		"a date-time with an offset":            {`{type: string, format: date-time}`, `"2026-01-05T12:34:56.5-23:59"`, nil},
		"a timestamp with one digit of an hour": {`{type: string, format: timestamp}`, `"2026-01-05T1:34:56"`, []string{"body format '2026-01-05T1:34:56'"}},
		"a timestamp with a comma":              {`{type: string, format: timestamp}`, `"2026-01-05T12:34:56,5"`, []string{"body format '2026-01-05T12:34:56,5'"}},
		"a timestamp to the nanosecond":         {`{type: string, format: timestamp}`, `"2026-01-05T12:34:56.123456789+03:00"`, nil},
		"a timestamp to less":                   {`{type: string, format: timestamp}`, `"2026-01-05T12:34:56.1234567890"`, []string{"body format '2026-01-05T12:34:56.1234567890'"}},
		"a timestamp and its pattern, once":     {"{type: string, format: timestamp, pattern: '" + contract.TimestampPattern + "'}", `"2026-01-05"`, []string{"body format '2026-01-05'"}},
		"a timestamp and a pattern of its own":  {`{type: string, format: timestamp, pattern: 'Z$'}`, `"2026-01-05T12:34:56"`, []string{"body pattern '2026-01-05T12:34:56'"}},
		"a date-time and that pattern":          {"{type: string, format: date-time, pattern: '" + contract.TimestampPattern + "'}", `"2026-01-05T12:34:56.1234567890Z"`, []string{"body pattern '2026-01-05T12:34:56.1234567890Z'"}},
		"not a timestamp":                       {`{type: string, format: timestamp}`, `"yesterday"`, []string{"body format 'yesterday'"}},
		"too many items, then the items":        {`{type: array, maxItems: 1, items: {type: string}}`, `["a",2]`, []string{"body maxItems 1 is 2 ['a',2]", "body/1 type [string] 2"}},
		"too few items":                         {`{type: array, minItems: 1, items: {type: string}}`, `[]`, []string{"body minItems 1 is 0 []"}},
		"members of one kind, undeclared": {
			`{type: object, additionalProperties: {type: array, items: {type: string}}}`, `{"z":["a"],"y":["b",1],"a":null}`,
			[]string{"body/'y'/1 type [string] 1", "body/'a' null [array] null"}},
		"undeclared members come behind the declared": {
			`{type: object, required: [b], properties: {b: {}, a: {type: string}}, additionalProperties: {type: integer}}`, `{"z":"x","\u0061":1,"y":2,"x":{}}`,
			[]string{`body/'b' required {'z':'x','\u0061':1,'y':2,'x':{}}`, "body/'a' type [string] 1", "body/'z' type [integer] 'x'", "body/'x' type [integer] {}"}},
		"undeclared members of any kind": {`{type: object, additionalProperties: {}}`, `{"a":null,"b":[1]}`, nil},
		"anyOf of two kinds":             {`{type: array, items: {anyOf: [{type: string}, {type: integer}]}}`, `["a",1,1.5,null]`, []string{"body/2 fraction 1.5", "body/3 null [string integer] null"}},
		"union: the branch that fits":    {`{oneOf: [{$ref: '#/components/schemas/Item'}, {type: array, maxItems: 0, items: {}}]}`, `{"a":"x","b":"s"}`, []string{"body/'a' type [integer] 'x'"}},
		"union: the other branch":        {`{oneOf: [{$ref: '#/components/schemas/Item'}, {type: array, maxItems: 0, items: {}}]}`, `[1]`, []string{"body maxItems 0 is 1 [1]"}},
		"union: both are fine":           {`{oneOf: [{type: string}, {type: array, items: {type: integer}}]}`, `[1]`, nil},
		"union: no branch fits":          {`{oneOf: [{type: string}, {type: array, items: {}}]}`, `5`, []string{"body type [string array] 5"}},
		"union: null":                    {`{nullable: true, oneOf: [{type: string}, {type: array, items: {}}]}`, `null`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			op := operation(t, tc.schema)
			got := op.Validate(contract.Request{ContentType: jsonType, Body: []byte(tc.body)})
			assert.Equal(t, tc.want, describe(got.Issues))
			if len(tc.want) > 0 {
				assert.Nil(t, got.Decodable)
			} else {
				assert.Equal(t, tc.body, string(got.Decodable))
			}
		})
	}
}

func TestABodyThatIsNoJSONDocumentIsOneIssue(t *testing.T) {
	t.Parallel()
	op := operation(t, `{type: object, properties: {v: {type: string}, list: {type: array, items: {type: integer}}, free: {}}}`)
	deep := strings.Repeat("[", 10001) + strings.Repeat("]", 10001)
	for name, tc := range map[string]struct{ body, want string }{
		"a name is missing":               {`{"v":1,}`, "body malformed name @7"},
		"a value is missing":              {`{"v":}`, "body malformed value @5"},
		"a value is missing in an array":  {`{"list":[1,]}`, "body malformed value @11"},
		"a colon is missing":              {`{"v" 1}`, "body malformed colon @5"},
		"a comma is missing":              {`{"v":1 "list":2}`, "body malformed comma @7"},
		"a comma is missing in an array":  {`{"list":[1 2]}`, "body malformed comma @11"},
		"the wrong bracket":               {`{"list":[1}}`, "body malformed comma @10"},
		"the end is missing":              {`{"v":1`, "body malformed comma @6"},
		"a string does not end":           {`{"v":"x`, "body malformed unterminated @5"},
		"a control character":             {"{\"v\":\"\t\"}", "body malformed controlCharacter @6"},
		"a bad escape":                    {`{"v":"\q"}`, "body malformed escape @6"},
		"a bad escape in a name":          {`{"\q":1}`, "body malformed escape @2"},
		"a bad Unicode escape":            {`{"v":"\u12"}`, "body malformed unicodeEscape @7"},
		"invalid UTF-8":                   {"{\"v\":\"\xff\"}", "body malformed utf8 @6"},
		"invalid UTF-8 in what we ignore": {"{\"x\":[\"\xc3(\"]}", "body malformed utf8 @7"},
		"half of a surrogate pair":        {`{"v":"\ud834"}`, "body malformed surrogate @6"},
		"the wrong half comes first":      {`{"v":"\udd1e\ud834"}`, "body malformed surrogate @6"},
		"not a number":                    {`{"v":NaN}`, "body malformed value @5"},
		"a leading zero":                  {`{"v":01}`, "body malformed comma @6"},
		"a point without digits":          {`{"v":1.}`, "body malformed comma @6"},
		"an exponent without digits":      {`{"v":1e+}`, "body malformed comma @6"},
		"a minus without digits":          {`{"v":-}`, "body malformed value @5"},
		"something behind a number":       {`{"v":-12.5E-3 x}`, "body malformed comma @14"},
		"something behind literals":       {`[true,false,null x]`, "body malformed comma @17"},
		"a byte order mark":               {"\ufeff{}", "body malformed value @0"},
		"spaces only":                     {" \n", "body malformed value @2"},
		"too deep":                        {`{"free":` + deep + `}`, "body malformed depth @10007"},
		"a duplicate":                     {`{"v":1,"v":"x"}`, "body/'v' duplicate @7"},
		"a duplicate by another spelling": {`{"v":"x","\u0076":"x"}`, "body/'v' duplicate @9"},
		"a duplicate in what we ignore":   {`{"x":{"y":[0,{"1":0,"1":0}]}}`, "body/'x'/'y'/1/'1' duplicate @20"},
		"a duplicate, and then no JSON":   {`{"v":1,"v":}`, "body malformed value @11"},
		"data after the document":         {`{"v":1} x`, "body trailing @8"},
		"a second document":               {`{}{}`, "body trailing @2"},
		"a stray bracket":                 {`{"v":"x"}]`, "body trailing @9"},
		"a duplicate and data after":      {`{"v":1,"v":2} x`, "body/'v' duplicate @7"},
		"a duplicate of no declared name": {`{"x":1,"y":2,"x":3}`, "body/'x' duplicate @13"},
		"a duplicate in a wrong value":    {`{"v":[{"1":0,"1":0}]}`, "body/'v'/0/'1' duplicate @13"},
		"half a pair and data after":      {`{"v":"\ud834"} x`, "body malformed other @6"},
		"a number alone that breaks off":  {`0.`, "body trailing @1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := op.Validate(contract.Request{ContentType: jsonType, Body: []byte(tc.body)})
			assert.Equal(t, []string{tc.want}, describe(got.Issues))
			assert.Nil(t, got.Decodable)
			assert.Zero(t, got.Sent)
		})
	}
}

func TestMembersAreThoseOfTheBody(t *testing.T) {
	t.Parallel()
	op := operation(t, `{oneOf: [{type: array, items: {}}, {type: object, properties: {v: {type: integer}, sub: {type: object, properties: {v: {type: integer}}}}}]}`)
	for body, want := range map[string]string{
		`[1]`: ``, `{}`: ``, `{"x":1}`: ``, `{"v":1.0}`: ``, `{"v":"x"}`: ``,
		` { "sub" : { "v" : 2 } , "x":1,"v":3 }`: `sub={ "v" : 2 } v=3 `,
	} {
		for _, room := range [][]contract.Member{nil, make([]contract.Member, 1), make([]contract.Member, 9)} {
			got := ""
			for _, m := range op.Validate(contract.Request{ContentType: jsonType, Body: []byte(body), Room: room}).Members {
				got += m.Name + "=" + string(m.Value) + " "
			}
			assert.Equal(t, want, got, body)
		}
	}
}

func TestDeclaredIsABodyWithoutOtherNames(t *testing.T) {
	t.Parallel()
	op := operation(t, `{type: object, properties: {v: {type: string}, sub: {type: object, properties: {n: {type: integer}}}, free: {}, map: {type: object, additionalProperties: {type: string}}}}`)
	for body, want := range map[string]bool{
		`{}`: true, `{"v":"x","sub":{"n":1},"free":[1,"x",[]]}`: true, `{"\u0076":"x"}`: true, `{"v":1,"sub":[]}`: true,
		`{"x":1}`: false, `{"sub":{"x":1}}`: false, `{"free":{"x":1}}`: false, `{"free":[{"v":1}]}`: false, `{"map":{"v":"x"}}`: false,
		`{"v":{"n":1}}`: false, `{"v":"x"} `: true, `{"v":"x"} x`: false, `{"v":"x"`: false, `{"v":"x","v":"x"}`: false, ``: false, `[]`: true,
	} {
		assert.Equal(t, want, op.Validate(contract.Request{ContentType: jsonType, Body: []byte(body)}).Declared, body)
		assert.False(t, op.Validate(contract.Request{ContentType: "text/plain", Body: []byte(body)}).Declared, body)
	}
}

func TestAnObjectMayDeclareManyMembers(t *testing.T) {
	t.Parallel()
	var properties, names, sent []string
	for i := range 70 {
		name := fmt.Sprintf("m%d", i)
		properties, names = append(properties, name+": {type: integer}"), append(names, name)
		if i != 3 && i != 68 {
			sent = append(sent, fmt.Sprintf("%q:%d", name, i))
		}
	}
	op := operation(t, "{type: array, items: {type: object, required: ["+strings.Join(names, ", ")+"], properties: {"+strings.Join(properties, ", ")+"}}}")
	body := "[{" + strings.Join(sent, ",") + "}]"
	issues := op.Validate(contract.Request{ContentType: jsonType, Body: []byte(body)}).Issues
	require.Len(t, issues, 2)
	assert.Equal(t, []any{0, "m3"}, issues[0].Path)
	assert.Equal(t, []any{0, "m68"}, issues[1].Path)
}

func TestPositionsAreGivenInBytesAndInCharacters(t *testing.T) {
	t.Parallel()
	issues := operation(t, `{}`).Validate(contract.Request{ContentType: jsonType, Body: []byte(`{"é":"€𝄞" x`)}).Issues
	require.Len(t, issues, 1)
	assert.Equal(t, 16, issues[0].Offset)
	assert.Equal(t, 10, issues[0].Character)
}

func TestIntegersAreRewrittenSoThatGoDecodesThem(t *testing.T) {
	t.Parallel()
	op := operation(t, `{type: object, properties: {i: {type: integer}, s: {type: integer, format: int32}, l: {type: array, items: {type: integer}}, f: {type: number}}}`)
	for name, tc := range map[string]struct{ body, want string }{
		"plain integers stay":        {`{"i":5,"l":[-1,0,-0]}`, `{"i":5,"l":[-1,0,-0]}`},
		"a fraction of zeros":        {`{ "i" : 5.00 }`, `{ "i" : 5 }`},
		"an exponent":                {`{"l":[1e1,2E+2,-30e-1,0e9,0.0e-5]}`, `{"l":[10,200,-3,0,0]}`},
		"a fraction and an exponent": {`{"i":1.25e2,"s":2147483647.0}`, `{"i":125,"s":2147483647}`},
		"without rounding":           {`{"i":9223372036854775807.0,"l":[-9223372036854775808e0]}`, `{"i":9223372036854775807,"l":[-9223372036854775808]}`},
		"a huge exponent of nothing": {`{"i":0e99999999999999999999}`, `{"i":0}`},
		"other numbers stay":         {`{"f":5.0,"x":1e1}`, `{"f":5.0,"x":1e1}`},
		"longer than before":         {`{"i":1e18}`, `{"i":1000000000000000000}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := []byte(tc.body)
			got := op.Validate(contract.Request{ContentType: jsonType, Body: body})
			assert.Empty(t, got.Issues)
			assert.Equal(t, tc.want, string(got.Decodable))
			assert.Equal(t, tc.body, string(body), "the request's own body must not change")
		})
	}
}

func TestContentType(t *testing.T) {
	t.Parallel()
	op := operation(t, `{type: object}`)
	for contentType, ok := range map[string]bool{
		"application/json":                  true,
		"Application/JSON":                  true,
		"application/json; charset=utf-8":   true,
		"application/json;":                 true,
		"application/json; charset":         true,
		"application/problem+json":          true,
		"":                                  false,
		"text/plain":                        false,
		"text/json":                         false,
		"application/jsonx":                 false,
		"application/x-www-form-urlencoded": false,
		"bogus":                             false,
	} {
		t.Run(contentType, func(t *testing.T) {
			t.Parallel()
			issues := op.Validate(contract.Request{ContentType: contentType, Body: []byte(`{"a":1}`)}).Issues
			if ok {
				assert.Empty(t, issues)
				return
			}
			assert.Equal(t, []string{`body contentType '{\'a\':1}'`}, describe(issues))
			assert.Equal(t, contentType, issues[0].Text)
		})
	}
}

func TestAMissingBody(t *testing.T) {
	t.Parallel()
	issues := operation(t, `{type: object}`).Validate(contract.Request{ContentType: "text/plain"}).Issues
	assert.Equal(t, []string{"body missingBody"}, describe(issues))

	c, err := compile.Load(compiletest.Document(`
paths:
  /op:
    put:
      operationId: op
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {'200': {description: Fine.}}
`))
	require.NoError(t, err)
	assert.Zero(t, c.Operation("op").Validate(contract.Request{}), "the body is optional")
}

func TestAnOperationWithoutABodyDoesNotLookAtOne(t *testing.T) {
	t.Parallel()
	assert.Zero(t, compiletest.Published(t).Operation("getMyProfile").Validate(contract.Request{Body: []byte("{"), ContentType: "text/plain"}))
}

func TestParameters(t *testing.T) {
	t.Parallel()
	c, err := compile.Load(compiletest.Document(`
paths:
  /op/{id}:
    parameters:
      - {name: X-Mode, in: header, schema: {type: string, enum: [a, b]}}
      - {name: id, in: path, required: true, schema: {type: integer}}
    put:
      operationId: op
      parameters:
        - {name: q, in: query, required: true, schema: {type: string, minLength: 2}}
        - {name: flag, in: query, schema: {type: boolean}}
        - {name: n, in: query, schema: {type: integer, format: int32}}
        - {name: f, in: query, schema: {type: number}}
      requestBody: {required: true, content: {application/json: {schema: {type: object}}}}
      responses: {'200': {description: Fine.}}
`))
	require.NoError(t, err)
	for name, tc := range map[string]struct {
		id, query, mode string
		want            []string
	}{
		"all is well":                  {"7", "q=ab&flag=true&n=-1&f=1.5", "a", nil},
		"missing":                      {"7", "", "", []string{"query/'q' required"}},
		"empty is not missing":         {"7", "q=", "", []string{"query/'q' minLength 2 is 0 ''"}},
		"without an equals sign":       {"7", "q", "", []string{"query/'q' minLength 2 is 0 ''"}},
		"unescaped":                    {"7", "q=%C3%A9+", "", nil},
		"an escaped name":              {"7", "%71=ab", "", nil},
		"the last of several counts":   {"7", "q=ab&q=a", "", []string{"query/'q' minLength 2 is 1 'a'"}},
		"a bad escape is a text":       {"7", "q=ab&q=%zz", "", nil},
		"others are ignored":           {"7", "q=ab&x=1", "", nil},
		"not an integer":               {"a", "q=ab&n=1.5", "", []string{"path/'id' type [integer] 'a'", "query/'n' type [integer] '1.5'"}},
		"out of 64 bits":               {"9223372036854775808", "q=ab", "", []string{"path/'id' range '9223372036854775808'"}},
		"out of 32 bits":               {"-9223372036854775808", "q=ab&n=2147483648", "", []string{"query/'n' range '2147483648'"}},
		"not a boolean":                {"7", "q=ab&flag=yes", "", []string{"query/'flag' type [boolean] 'yes'"}},
		"not a number":                 {"7", "q=ab&f=x", "", []string{"query/'f' type [number] 'x'"}},
		"not a finite number":          {"7", "q=ab&f=NaN", "", []string{"query/'f' type [number] 'NaN'"}},
		"a header":                     {"7", "q=ab", "c", []string{"header/'X-Mode' enum 'c'"}},
		"path, query, header, in turn": {"x", "q=a", "c", []string{"path/'id' type [integer] 'x'", "query/'q' minLength 2 is 1 'a'", "header/'X-Mode' enum 'c'"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := http.Header{}
			if tc.mode != "" {
				h.Set("x-mode", tc.mode)
			}
			r := contract.Request{Path: contract.Values{{Name: "id", Text: tc.id}}, RawQuery: tc.query, Header: h, ContentType: jsonType, Body: []byte(`{}`)}
			issues := c.Operation("op").Validate(r).Issues
			assert.Equal(t, tc.want, describe(issues))
			r.Body = []byte("[]")
			issues = c.Operation("op").Validate(r).Issues
			assert.Equal(t, append(tc.want, "body type [map] []"), describe(issues), "the body comes last")
		})
	}
}

func TestParametersAreWhatARequestCanCarry(t *testing.T) {
	t.Parallel()
	c := compiletest.Published(t)
	assert.Equal(t, []contract.Parameter{{contract.InPath, "user_id"}, {contract.InBody, "is_trial"}, {contract.InBody, "duration_days"},
		{contract.InBody, "traffic_limit_gb"}, {contract.InBody, "device_limit"}, {contract.InBody, "squad_uuid"},
		{contract.InBody, "connected_squads"}, {contract.InBody, "replace_existing"}}, c.Operation("createUserSubscription").Parameters)
	assert.Equal(t, []contract.Parameter{{contract.InQuery, "course_id"}}, c.Operation("cancelSubscription").Parameters)
	assert.Empty(t, c.Operation("getMyProfile").Parameters)
	assert.Equal(t, []contract.Parameter{{contract.InBody, "b"}, {contract.InBody, "a"}},
		operation(t, `{oneOf: [{type: string}, {$ref: '#/components/schemas/Item'}]}`).Parameters)
}

func TestVerdictSaysWhatWasSent(t *testing.T) {
	t.Parallel()
	c, err := compile.Load(compiletest.Document(`
paths:
  /op/{id}:
    put:
      operationId: op
      parameters:
        - {name: h, in: header, schema: {type: string}}
        - {name: q, in: query, schema: {type: integer}}
        - {name: id, in: path, required: true, schema: {type: integer}}
      requestBody: {content: {application/json: {schema: {nullable: true, oneOf: [{type: object, properties: {
        b: {type: string, nullable: true}, a: {type: object, properties: {b: {}}}}}, {type: array, items: {type: object, properties: {b: {}}}}]}}}}
      responses: {'200': {description: Fine.}}
`))
	require.NoError(t, err)
	op := c.Operation("op")
	require.Equal(t, []contract.Parameter{{contract.InPath, "id"}, {contract.InQuery, "q"}, {contract.InHeader, "h"},
		{contract.InBody, "b"}, {contract.InBody, "a"}}, op.Parameters)
	for name, tc := range map[string]struct {
		query, contentType, body string
		header                   http.Header
		want                     uint64
	}{
		"the path only":                 {"", "", "", nil, 0b00001},
		"everything":                    {"q=1", jsonType, `{"a":{},"b":""}`, http.Header{"H": {"x"}}, 0b11111},
		"a wrong value was sent":        {"q=x", jsonType, `{"a":5}`, nil, 0b10011},
		"null was sent":                 {"", jsonType, `{"b":null}`, nil, 0b01001},
		"only the outermost object":     {"", jsonType, `{"a":{"b":1}}`, nil, 0b10001},
		"undeclared members":            {"x=1", jsonType, `{"x":{"b":1}}`, nil, 0b00001},
		"objects inside an array":       {"", jsonType, `[{"b":1}]`, nil, 0b00001},
		"null for the whole":            {"", jsonType, `null`, nil, 0b00001},
		"a body that is no JSON":        {"q=1", jsonType, `{"b":"x",}`, nil, 0b00011},
		"a body and something after it": {"q=1", jsonType, `{"b":"x"} x`, nil, 0b00011},
		"a body of another type":        {"q=1", "text/plain", `{"b":"x"}`, nil, 0b00011},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := op.Validate(contract.Request{Path: contract.Values{{Name: "id", Text: "7"}}, RawQuery: tc.query, Header: tc.header,
				ContentType: tc.contentType, Body: []byte(tc.body)})
			assert.Equal(t, tc.want, got.Sent, "%05b", got.Sent)
		})
	}
}

func TestARequestCarriesAtMost64Parameters(t *testing.T) {
	t.Parallel()
	schema := func(n int) string {
		var properties []string
		for i := range n {
			properties = append(properties, fmt.Sprintf("m%d: {}", i))
		}
		return "{type: object, properties: {" + strings.Join(properties, ", ") + "}}"
	}
	op := operation(t, schema(64))
	assert.Equal(t, uint64(1<<63), op.Validate(contract.Request{ContentType: jsonType, Body: []byte(`{"m63":0}`)}).Sent)
	_, err := compile.Load(compiletest.WithBody(schema(65)))
	assert.ErrorContains(t, err, "op: a request can carry 65 parameters and members, at most 64 are supported")
}

func TestRejectRaisesAHandlersOwnIssue(t *testing.T) {
	t.Parallel()
	assert.Equal(t, contract.Issue{In: contract.InBody, Path: []any{"a", 0}, Keyword: contract.Rejected, Text: "it is used up"},
		contract.Reject(contract.InBody, "it is used up", "a", 0))
}

func TestValidateIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	op := compiletest.Published(t).Operation("changePassword")
	done := make(chan struct{})
	for i := range 8 {
		go func() {
			defer func() { done <- struct{}{} }()
			body := fmt.Appendf(nil, `{"old_password":%d,"new_password":"secret","new_password_confirm":"secret","verification_code":"1"}`, i)
			for range 200 {
				issues := op.Validate(contract.Request{ContentType: jsonType, Body: body}).Issues
				assert.Equal(t, []string{fmt.Sprintf("body/'old_password' type [string] %d", i)}, describe(issues))
			}
		}()
	}
	for range 8 {
		<-done
	}
}
