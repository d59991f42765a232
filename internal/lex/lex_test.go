package lex_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/quartet-go/quartet/internal/lex"
)

func TestTokens(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		read func([]byte, int) int
		text string
		end  int // from offset 1
	}{
		"white space":                 {lex.Space, "x \t\r\n\v", 5},
		"no white space":              {lex.Space, "xx ", 1},
		"white space to the end":      {lex.Space, "x  ", 3},
		"nothing left":                {lex.Space, "x", 1},
		"plain text":                  {lex.Plain, "xab~\x7f\"", 5},
		"plain to the end":            {lex.Plain, "xab", 3},
		"plain up to an escape":       {lex.Plain, `xa\n`, 2},
		"plain up to a control":       {lex.Plain, "xa\x1f", 2},
		"plain up to what is no text": {lex.Plain, "xaé", 2},
		"true":                        {lex.Literal, "xtrue", 5},
		"false":                       {lex.Literal, "xfalse,", 6},
		"null":                        {lex.Literal, "xnull]", 5},
		"a literal that is cut":       {lex.Literal, "xtru", 1},
		"another word":                {lex.Literal, "xnil ", 1},
		"no word":                     {lex.Literal, "x1", 1},
		"no literal at the end":       {lex.Literal, "x", 1},
		"zero":                        {lex.Number, "x0", 2},
		"a leading zero":              {lex.Number, "x01", 2},
		"below zero":                  {lex.Number, "x-10,", 4},
		"a sign alone":                {lex.Number, "x-", 1},
		"a plus":                      {lex.Number, "x+1", 1},
		"a fraction":                  {lex.Number, "x1.50 ", 5},
		"a point alone":               {lex.Number, "x1.", 2},
		"a point before the exponent": {lex.Number, "x1.e5", 2},
		"no whole part":               {lex.Number, "x.5", 1},
		"an exponent":                 {lex.Number, "x1e5]", 4},
		"an exponent with a sign":     {lex.Number, "x-1.5E+05}", 9},
		"an exponent that is cut":     {lex.Number, "x1e-", 2},
		"no number at the end":        {lex.Number, "x", 1},
	} {
		assert.Equal(t, tc.end, tc.read([]byte(tc.text), 1), name)
	}
}

// Eight bytes at a time make no difference: every pair of neighbours is tried at every place.
func TestPlain(t *testing.T) {
	t.Parallel()
	oneByOne := func(b []byte, i int) int {
		for i < len(b) && ' ' <= b[i] && b[i] < 0x80 && b[i] != '"' && b[i] != '\\' {
			i++
		}
		return i
	}
	const size = 17 // twice eight, and one
	text := bytes.Repeat([]byte{'a'}, size)
	for place := range size - 1 {
		for pair := range 1 << 16 {
			text[place], text[place+1] = byte(pair>>8), byte(pair)
			for _, start := range []int{0, 1, size - 8, size - 1, size} {
				if want, got := oneByOne(text, start), lex.Plain(text, start); got != want {
					assert.Equal(t, want, got, "%q from %d", text, start)
				}
			}
		}
		text[place], text[place+1] = 'a', 'a'
	}
}

// A text is a number or a literal from end to end where encoding/json says so, and a string of
// plain characters is what it says.
func FuzzTokens(f *testing.F) {
	for _, seed := range []string{"0", "-0.0e-0", "01", "1.", "1e", "true", "nul", `"a"`, `"\n"`, "\"\x7f\"", `""`, " ", "\xff"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) == 0 {
			return
		}
		valid := json.Valid(text) && lex.Space(text, 0) == 0 && text[len(text)-1] > ' '
		switch text[0] {
		case '{', '[':
		case '"':
			end := lex.Plain(text, 1)
			if end == len(text)-1 && text[end] == '"' {
				assert.True(t, valid)
				var says string
				assert.NoError(t, json.Unmarshal(text, &says))
				assert.Equal(t, string(text[1:end]), says)
			}
		default:
			assert.Equal(t, valid, lex.Number(text, 0) == len(text) || lex.Literal(text, 0) == len(text))
		}
	})
}
