// Package lex reads tokens of JSON that lies in memory. Its functions take the offset at which
// a token is looked for and return the one behind it; where it is not there, the same. They are
// written by hand because every body of the mock passes here, twice: jsontext's decoder takes
// longer for the tokens alone than validating and redacting do for everything.
package lex

import "unicode/utf8"

// Space passes over white space.
func Space(b []byte, i int) int {
	for i < len(b) && b[i] <= ' ' && (b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r') {
		i++
	}
	return i
}

// Plain passes over what stands in a string for itself, as long as it is ASCII.
func Plain(b []byte, i int) int {
	for i < len(b) && isPlain[b[i]] {
		i++
	}
	return i
}

var isPlain = func() (set [256]bool) {
	for c := range set {
		set[c] = ' ' <= c && c < utf8.RuneSelf && c != '"' && c != '\\'
	}
	return set
}()

// Literal reads true, false or null.
func Literal(b []byte, i int) int {
	if i == len(b) {
		return i
	}
	word := ""
	switch b[i] {
	case 't':
		word = "true"
	case 'f':
		word = "false"
	case 'n':
		word = "null"
	}
	if end := i + len(word); end <= len(b) && string(b[i:end]) == word {
		return end
	}
	return i
}

// Number reads as much of a number as is one: of 01 the 0, of 1.e5 the 1.
func Number(b []byte, i int) int {
	whole := i
	if at(b, whole) == '-' {
		whole++
	}
	end := digits(b, whole)
	switch {
	case end == whole:
		return i
	case b[whole] == '0':
		end = whole + 1
	}
	if at(b, end) == '.' {
		if fraction := digits(b, end+1); fraction > end+1 {
			end = fraction
		}
	}
	if at(b, end)|0x20 == 'e' {
		power := end + 1
		if sign := at(b, power); sign == '+' || sign == '-' {
			power++
		}
		if exponent := digits(b, power); exponent > power {
			end = exponent
		}
	}
	return end
}

func digits(b []byte, i int) int {
	for i < len(b) && '0' <= b[i] && b[i] <= '9' {
		i++
	}
	return i
}

// at returns 0, which begins nothing, behind the end.
func at(b []byte, i int) byte {
	if i < len(b) {
		return b[i]
	}
	return 0
}
