// Package lex reads JSON that lies in memory: tokens here, whole values by the grammar. The
// functions for tokens take the offset at which one is looked for and return the one behind it;
// where it is not there, the same. All is written by hand because every body that a client
// decodes passes here, and each of the mock's twice: encoding/json takes two to four times as
// long to find the bodies of these APIs valid, and jsontext's decoder longer for the tokens
// alone than validating and redacting do for everything.
package lex

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// Space passes over white space.
func Space(b []byte, i int) int {
	for i < len(b) && b[i] <= ' ' && (b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r') {
		i++
	}
	return i
}

// Plain passes over what stands in a string for itself, as long as it is ASCII.
func Plain(b []byte, i int) int {
	for ; i+8 <= len(b); i += 8 {
		if ends := special(binary.LittleEndian.Uint64(b[i:])); ends != 0 {
			return i + bits.TrailingZeros64(ends)/8
		}
	}
	for i < len(b) && isPlain[b[i]] {
		i++
	}
	return i
}

// special sets the highest bit of the first of eight bytes that is not plain, and maybe those of
// later ones: a subtraction that borrows from the next byte spoils what is found there.
func special(eight uint64) uint64 {
	const each = 0x0101010101010101 // times a byte: that byte eight times
	control := eight - ' '*each
	quote := (eight ^ '"'*each) - each
	backslash := (eight ^ '\\'*each) - each
	return (control | quote | backslash | eight) & (utf8.RuneSelf * each)
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
	if At(b, whole) == '-' {
		whole++
	}
	end := digits(b, whole)
	switch {
	case end == whole:
		return i
	case b[whole] == '0':
		end = whole + 1
	}
	if At(b, end) == '.' {
		if fraction := digits(b, end+1); fraction > end+1 {
			end = fraction
		}
	}
	if At(b, end)|0x20 == 'e' {
		power := end + 1
		if sign := At(b, power); sign == '+' || sign == '-' {
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

// At returns the byte at an offset, and 0, which begins nothing, behind the end.
func At(b []byte, i int) byte {
	if i < len(b) {
		return b[i]
	}
	return 0
}
