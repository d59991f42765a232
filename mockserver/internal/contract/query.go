package contract

import (
	"iter"
	"strings"
	"unicode/utf8"
)

// QueryPairs yields the names and values of a query as servers in Python and PHP read them: only an ampersand stands
// between two pairs, an escape that is none stands for itself, and bytes that are not UTF-8 become the replacement
// character. Package net/url would drop such pairs.
func QueryPairs(query string) iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		for query != "" {
			var pair string
			pair, query, _ = strings.Cut(query, "&")
			name, value, _ := strings.Cut(pair, "=")
			if pair != "" && !yield(unescapeQuery(name), unescapeQuery(value)) {
				return
			}
		}
	}
}

func unescapeQuery(text string) string {
	if !strings.ContainsAny(text, "%+") {
		return toText([]byte(text))
	}
	b := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '+':
			b = append(b, ' ')
		case text[i] == '%' && i+2 < len(text) && isHex(text[i+1]) && isHex(text[i+2]):
			b = append(b, fromHex(text[i+1])<<4|fromHex(text[i+2]))
			i += 2
		default:
			b = append(b, text[i])
		}
	}
	return toText(b)
}

// toText puts one replacement character for each byte, or beginning of a character, that is not UTF-8, as Unicode
// recommends.
func toText(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	var text strings.Builder
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		for r == utf8.RuneError && size < len(b) && !utf8.FullRune(b[:size+1]) {
			size++
		}
		text.WriteRune(r)
		b = b[size:]
	}
	return text.String()
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

func fromHex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}
