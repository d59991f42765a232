package redact_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver/internal/redact"
)

func TestBody(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body, shown string
		secrets     []string
	}{
		"a string":                    {`{"login":"a","password":"b c"}`, `{"login":"a","password":"[redacted]"}`, []string{"b c"}},
		"spaces stay":                 {" {\n\t\"password\" :\r \"x\" , \"a\" : [ 1 ] }\n", " {\n\t\"password\" :\r \"[redacted]\" , \"a\" : [ 1 ] }\n", []string{"x"}},
		"a number":                    {`{"verification_code":12}`, `{"verification_code":"[redacted]"}`, []string{"12"}},
		"a number with leading zeros": {`{"verification_code":0012}`, `{"verification_code":[not JSON from byte 21 on: 5 bytes not kept]`, nil},
		"a number alone":              {"12", "12", nil},
		"a number with fraction":      {`{"verification_code":-1.50e+2}`, `{"verification_code":"[redacted]"}`, []string{"-1.50e+2"}},
		"booleans":                    {`{"password":true,"readvalue":false}`, `{"password":"[redacted]","readvalue":"[redacted]"}`, nil},
		"null holds nothing":          {`{"password":null}`, `{"password":null}`, nil},
		"an empty string":             {`{"password":""}`, `{"password":"[redacted]"}`, nil},
		"an object":                   {`{"password":{"a":"x","b":[{"c":7}],"password":"y"}}`, `{"password":"[redacted]"}`, []string{"7", "x", "y"}},
		"an array":                    {`{"password":["x",null,true,"x"],"a":1}`, `{"password":"[redacted]","a":1}`, []string{"x"}},
		"at any depth":                {`[{"a":{"b":[[{"mastervalue":"m"}]]}},{"readvalue":"r"}]`, `[{"a":{"b":[[{"mastervalue":"[redacted]"}]]}},{"readvalue":"[redacted]"}]`, []string{"m", "r"}},
		"each secret once":            {`{"new_password":"p","new_password_confirm":"p","old_password":"o"}`, `{"new_password":"[redacted]","new_password_confirm":"[redacted]","old_password":"[redacted]"}`, []string{"o", "p"}},
		"a name twice":                {`{"password":"a","password":"b"}`, `{"password":"[redacted]","password":"[redacted]"}`, []string{"a", "b"}},
		"a name in other case":        {`{"PassWord":"a"}`, `{"PassWord":"[redacted]"}`, []string{"a"}},
		"a name with escapes":         {`{"pass\u0077\u006Frd":"a"}`, `{"pass\u0077\u006Frd":"[redacted]"}`, []string{"a"}},
		"a name in Unicode's case":    {`{"paſſword":"a","\u212aey":1}`, `{"paſſword":"[redacted]","\u212aey":1}`, []string{"a"}},
		"secrets unescaped":           {`{"password":"\u0041\/\"\ud834\udd1eé","readvalue":"é"}`, `{"password":"[redacted]","readvalue":"[redacted]"}`, []string{"A/\"𝄞é", "é"}},
		"a name with spaces around":   {`{" password\t":1,"\npassword":"a","pass word":2}`, `{" password\t":"[redacted]","\npassword":"[redacted]","pass word":2}`, []string{"1", "a"}},
		"JSON in a string":            {`{"body":" {\"password\":\"a\",\"b\":\"\u00e9\"}","c":"[\"x\"]"}`, `{"body":" {\"password\":\"[redacted]\",\"b\":\"é\"}","c":"[\"x\"]"}`, []string{"a"}},
		"JSON in JSON in a string":    {`["{\"a\":\"{\\\"password\\\":7}\"}"]`, `["{\"a\":\"{\\\"password\\\":\\\"[redacted]\\\"}\"}"]`, []string{"7"}},
		"JSON in a secret":            {`{"password":"{\"password\":\"a\"}"}`, `{"password":"[redacted]"}`, []string{`{"password":"a"}`}},
		"no JSON in a string":         {`{"a":"{\"password\":\"abc","b":"[redacted]","c":"{password}"}`, `{"a":"{\"password\":[not JSON from byte 12 on: 4 bytes not kept]","b":"[redacted]","c":"{password}"}`, nil},
		"a name's part":               {`{"passwords":"a","password_":1,"login":"b"}`, `{"passwords":"a","password_":1,"login":"b"}`, nil},
		"a name as a value":           {`{"a":"password","b":["password","x"]}`, `{"a":"password","b":["password","x"]}`, nil},
		"no object":                   {`"password"`, `"password"`, nil},
		"empty":                       {``, ``, nil},
		"blank":                       {" \n", " \n", nil},

		"breaks off behind a value":       {`{"password":"abc"`, `{"password":"[redacted]"[not JSON from byte 17 on: 0 bytes not kept]`, []string{"abc"}},
		"breaks off within a secret":      {`{"a":1,"password":"abc`, `{"a":1,"password":[not JSON from byte 18 on: 4 bytes not kept]`, nil},
		"breaks off in a secret's object": {`{"password":{"a":"abc","b":tru`, `{"password":[not JSON from byte 12 on: 18 bytes not kept]`, []string{"abc"}},
		"breaks off within a string":      {`{"a":"abc`, `{"a":[not JSON from byte 5 on: 4 bytes not kept]`, nil},
		"breaks off behind a backslash":   {`{"a":"abc\`, `{"a":[not JSON from byte 5 on: 5 bytes not kept]`, nil},
		"breaks off within a name":        {`{"a":1,"pass`, `{"a":1,[not JSON from byte 7 on: 5 bytes not kept]`, nil},
		"secrets behind the break":        {`{"a":"b";"password":"abc"}`, `{"a":"b"[not JSON from byte 8 on: 18 bytes not kept]`, nil},
		"trailing data":                   {`{} {"password":"abc"}`, `{} [not JSON from byte 3 on: 18 bytes not kept]`, nil},
		"one byte":                        {`{}x`, `{}[not JSON from byte 2 on: 1 byte not kept]`, nil},
		"a form":                          {`login=a&password=abc`, `[not JSON from byte 0 on: 20 bytes not kept]`, nil},
		"a byte order mark":               {"\ufeff{}", `[not JSON from byte 0 on: 5 bytes not kept]`, nil},
		"single quotes":                   {`{'password':'abc'}`, `{[not JSON from byte 1 on: 17 bytes not kept]`, nil},
		"a comma too many":                {`[1,]`, `[1,[not JSON from byte 3 on: 1 byte not kept]`, nil},
		"no colon":                        {`{"password" "abc"}`, `{"password" [not JSON from byte 12 on: 6 bytes not kept]`, nil},
		"a wrong escape":                  {`["\x41"]`, `[[not JSON from byte 1 on: 7 bytes not kept]`, nil},
		"half a character":                {`["\ud834"]`, `[[not JSON from byte 1 on: 9 bytes not kept]`, nil},
		"not UTF-8":                       {"[\"a\xff\"]", `[[not JSON from byte 1 on: 5 bytes not kept]`, nil},
		"a control character":             {"[\"a\n\"]", `[[not JSON from byte 1 on: 5 bytes not kept]`, nil},
		"breaks off within a number":      {`{"a":[12`, `{"a":[[not JSON from byte 6 on: 2 bytes not kept]`, nil},
		"a word cut":                      {`[nul]`, `[[not JSON from byte 1 on: 4 bytes not kept]`, nil},
		"a fraction without digits":       {`[1.]`, `[[not JSON from byte 1 on: 3 bytes not kept]`, nil},
		"an exponent without digits":      {`[1e+]`, `[[not JSON from byte 1 on: 4 bytes not kept]`, nil},
		"a sign alone":                    {`-`, `[not JSON from byte 0 on: 1 byte not kept]`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := []byte(c.body)
			shown, secrets := documents().Body(body)
			assert.Equal(t, c.shown, string(shown))
			assert.Equal(t, c.secrets, secrets)
			assert.Equal(t, c.body, string(body), "the caller's body stays")
		})
	}
}

func TestABodyWithoutSecretsIsNotCopied(t *testing.T) {
	t.Parallel()
	body := []byte(`{"login":"a","note":"\u0041é","n":[1.5,true]}`)
	shown, secrets := documents().Body(body)
	assert.Empty(t, secrets)
	require.Len(t, shown, len(body))
	assert.Same(t, &body[0], &shown[0])
}

func TestWhatIsKeptDoesNotHoldTheRoomOfALongSecret(t *testing.T) {
	t.Parallel()
	shown, _ := documents().Body([]byte(`{"password":"` + strings.Repeat("x", 1<<16) + `"}`))
	assert.Less(t, cap(shown), 100)
	shown, _ = documents().Body([]byte(`{"password":"x"` + strings.Repeat("x", 1<<16)))
	assert.Less(t, cap(shown), 200)
}

func TestBodiesMayBeNestedAsDeepAsTheValidatorAllows(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 10000) + strings.Repeat("]", 10000)
	shown, _ := documents().Body([]byte(deep))
	assert.Equal(t, deep, string(shown))
	shown, _ = documents().Body([]byte("[" + deep + "]"))
	assert.Equal(t, strings.Repeat("[", 10000)+"[not JSON from byte 10000 on: 10002 bytes not kept]", string(shown))
}

func TestARedactorOfNothing(t *testing.T) {
	t.Parallel()
	shown, secrets := redact.New(nil, nil).Body([]byte(`{"password":"a","":1}`))
	assert.Equal(t, `{"password":"a","":1}`, string(shown))
	assert.Empty(t, secrets)
}
