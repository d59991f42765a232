package dialect

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// appendPython appends a JSON value as Python writes what it has read: no space between values, no needless escape, and
// numbers with a point or an exponent as float's repr has them. The value must be valid.
func appendPython(b []byte, value jsontext.Value) []byte {
	compact, _ := jsontext.AppendFormat(nil, value, jsontext.AllowDuplicateNames(true)) // it is valid
	for len(compact) > 0 {
		end := 1
		switch c := compact[0]; {
		case c == '"':
			end = stringEnd(compact)
			b = append(b, compact[:end]...)
		case c == '-' || '0' <= c && c <= '9':
			if end = bytes.IndexAny(compact, ",]}"); end < 0 {
				end = len(compact)
			}
			b = appendPythonNumber(b, string(compact[:end]))
		default:
			b = append(b, c)
		}
		compact = compact[end:]
	}
	return b
}

// stringEnd returns the length of the string that text begins with.
func stringEnd(text []byte) int {
	for i := 1; ; i++ {
		switch text[i] {
		case '"':
			return i + 1
		case '\\':
			i++
		}
	}
}

// appendPythonNumber leaves a number as it is that Python cannot write: one beyond a float.
func appendPythonNumber(b []byte, text string) []byte {
	if text == "-0" {
		return append(b, '0')
	}
	if !strings.ContainsAny(text, ".eE") {
		return append(b, text...)
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return append(b, text...)
	}
	scientific := strconv.FormatFloat(f, 'e', -1, 64)
	_, exponent, _ := strings.Cut(scientific, "e")
	if n, _ := strconv.Atoi(exponent); n < -4 || n >= 16 {
		return append(b, scientific...)
	}
	fixed := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(fixed, ".") {
		fixed += ".0"
	}
	return append(b, fixed...)
}
