package dialect

import (
	"strconv"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// dotted writes a path as a.0.b; the whole body is "body".
func dotted(issue *contract.Issue) string {
	if len(issue.Path) == 0 {
		return string(issue.In)
	}
	var b []byte
	for i, element := range issue.Path {
		if i > 0 {
			b = append(b, '.')
		}
		b = appendElement(b, element)
	}
	return string(b)
}

func appendElement(b []byte, element any) []byte {
	switch e := element.(type) {
	case int:
		return strconv.AppendInt(b, int64(e), 10)
	case string:
		return append(b, e...)
	}
	return b
}

// lastName returns the last element of a path as text.
func lastName(issue *contract.Issue) string {
	if len(issue.Path) == 0 {
		return ""
	}
	return string(appendElement(nil, issue.Path[len(issue.Path)-1]))
}

// hasIndex reports whether the path leads through an array.
func hasIndex(issue *contract.Issue) bool {
	for _, element := range issue.Path {
		if _, ok := element.(int); ok {
			return true
		}
	}
	return false
}

// plural returns the word with an s unless there is exactly one.
func plural(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}
