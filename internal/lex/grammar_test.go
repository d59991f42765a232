package lex_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/quartet-go/quartet/internal/lex"
)

func TestValid(t *testing.T) {
	t.Parallel()
	deepest := strings.Repeat("[", lex.MaxDepth) + strings.Repeat("]", lex.MaxDepth)
	for _, text := range []string{deepest, `{"a":` + deepest[1:len(deepest)-1] + `}`, " [ ] \n", `"\ud834"`, `"длинный текст, а за ним plain"`, "\"\xff\"", "0", "-1.5e+7"} {
		assert.True(t, lex.Valid([]byte(text)), "%.20s", text)
		assert.True(t, json.Valid([]byte(text)), "%.20s", text)
	}
	for _, text := range []string{"[" + deepest + "]", "", " ", "1 2", "[] []", "[1,]", "[,1]", "{,}", `{"a":1,}`, `{"a"}`, `{a:1}`, `{"a" 1}`, `"a`,
		`"\`, `"\u12`, `"\u12"`, `"\x"`, "\"\n\"", "\"eight plain bytes, and then \x1f\"", "\"длинный\x00\"", "01", "1.", "-", "nul", "[", "{", `{"a":`, "\v1", "\xef\xbb\xbf1"} {
		assert.False(t, lex.Valid([]byte(text)), "%.20s", text)
		assert.False(t, json.Valid([]byte(text)), "%.20s", text)
	}
}

// What is JSON is what encoding/json says.
func FuzzValid(f *testing.F) {
	for _, seed := range []string{`{"a":[1,-2.5e3,true,false,null,"b\n\u00e9\ud834\udd1e"],"c":{}}`, " [ ] ", `{"a":1,}`, "[1,]", `"\u12"`, "1 2", ""} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		assert.Equal(t, json.Valid(text), lex.Valid(text))
	})
}
