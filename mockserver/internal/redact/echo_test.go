package redact_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestEcho(t *testing.T) {
	t.Parallel()
	abcd := []string{"abcd"}
	for name, c := range map[string]struct {
		secrets     []string
		body, shown string
	}{
		"secret members":           {nil, `{"private":{"mastervalue":"m"}}`, `{"private":{"mastervalue":"[redacted]"}}`},
		"FastAPI's input":          {[]string{"abc"}, `{"detail":[{"loc":["body","new_password"],"msg":"short","input":"abc"}]}`, `{"detail":[{"loc":["body","new_password"],"msg":"short","input":"[redacted]"}]}`},
		"FastAPI's whole body":     {[]string{"abc"}, `{"input":{"new_password":"abc","a":"abc"}}`, `{"input":{"new_password":"[redacted]","a":"[redacted]"}}`},
		"within a text":            {abcd, `{"msg":"Not abcd, abcde"}`, `{"msg":"Not [redacted], [redacted]e"}`},
		"with escapes":             {[]string{"a/b\"é𝄞"}, `["\u0061\/b\"\u00e9\ud834\udd1e!","a/b\"é𝄞"]`, `["[redacted]!","[redacted]"]`},
		"escapes beside it":        {abcd, `["\u0041\/abcd\n","\u0041\/abc"]`, `["A/[redacted]\n","\u0041\/abc"]`},
		"letters beside it":        {abcd, `["éabcd𝄞"]`, `["é[redacted]𝄞"]`},
		"one after the other":      {[]string{"abcd", "efgh"}, `["abcdefgh abcd efgh"]`, `["[redacted] [redacted] [redacted]"]`},
		"one within another":       {[]string{"abcd", "abcdefgh"}, `["abcdefgh","abcde"]`, `["[redacted]","[redacted]e"]`},
		"one over another":         {[]string{"abcdef", "defghi"}, `["abcdefghij"]`, `["[redacted]j"]`},
		"one over itself":          {[]string{"abab"}, `["xabababx"]`, `["x[redacted]x"]`},
		"in a name":                {abcd, `{"x abcd":"y","a":{"abcd":1}}`, `{"x [redacted]":"y","a":{"[redacted]":1}}`},
		"the name of a secret":     {[]string{"password"}, `{"errors":{"password":["no"]}}`, `{"errors":{"password":"[redacted]"}}`},
		"a number":                 {[]string{"123456"}, `{"a":123456,"b":"123456","c":1234567,"d":7}`, `{"a":"[redacted]","b":"[redacted]","c":"[redacted]","d":7}`},
		"a number spelled anew":    {[]string{"012345", "1.5e3"}, `[12345,12345.0,"1.2345e4",1500," 1500 ",150]`, `["[redacted]","[redacted]","[redacted]","[redacted]","[redacted]",150]`},
		"numbers beyond a float":   {[]string{"1e999"}, `[10e998,1]`, `["[redacted]",1]`},
		"dates are no numbers":     {[]string{"2026"}, `["2025-01-01","e","+",""]`, `["2025-01-01","e","+",""]`},
		"short, whole":             {[]string{"abc", "7"}, `["abc",7,"7",70,"a"]`, `["[redacted]","[redacted]","[redacted]",70,"a"]`},
		"short, alone":             {[]string{"abc"}, `["no abc, 'abc' abc"]`, `["no [redacted], '[redacted]' [redacted]"]`},
		"short, within words":      {[]string{"a", "é"}, `["a bad day","café é","1a","é1"]`, `["[redacted] bad day","café [redacted]","1a","é1"]`},
		"four characters":          {[]string{"éééé"}, `["xééééx"]`, `["x[redacted]x"]`},
		"empty secrets":            {[]string{""}, `["",{"":0}]`, `["",{"":0}]`},
		"in JSON in a string":      {abcd, `["{\"password\":\"x\",\"a\":\"abcde\"}","{\"password\":\"x\"}"]`, `["{\"password\":\"[redacted]\",\"a\":\"[redacted]e\"}","{\"password\":\"[redacted]\"}"]`},
		"breaks off":               {abcd, `{"a":"abcd","b":"xabcd`, `{"a":"[redacted]","b":[not JSON from byte 16 on: 6 bytes not kept]`},
		"breaks off in a number":   {[]string{"123456"}, `[12345`, `[[not JSON from byte 1 on: 5 bytes not kept]`},
		"text":                     {abcd, `abcd`, `[not JSON from byte 0 on: 4 bytes not kept]`},
		"nothing":                  {abcd, ``, ``},
		"long ones by their start": {[]string{strings.Repeat("ab", 50)}, `["x` + strings.Repeat("ab", 40) + `","` + strings.Repeat("ab", 31) + `"]`, `["x[redacted]","` + strings.Repeat("ab", 31) + `"]`},
		"not half a character":     {[]string{strings.Repeat("ab", 33)}, `["` + strings.Repeat("ab", 32) + `x𝄞."]`, `["[redacted]` + "\ufffd\ufffd\ufffd" + `."]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := []byte(c.body)
			assert.Equal(t, c.shown, string(documents().Echo(body, c.secrets)))
			assert.Equal(t, c.body, string(body), "the answer stays")
		})
	}
}

func TestEchoOfTooManySecretsKeepsNothing(t *testing.T) {
	t.Parallel()
	secrets := make([]string, 65)
	for i := range secrets {
		secrets[i] = fmt.Sprint("secret", i)
	}
	assert.Equal(t, `["[redacted]"]`, string(documents().Echo([]byte(`["secret7"]`), secrets[:64])))
	assert.Equal(t, `[the request holds 65 secrets: 11 bytes not kept]`, string(documents().Echo([]byte(`["secret7"]`), secrets)))
	assert.Empty(t, documents().Echo(nil, secrets))
}
