package contract

import (
	"fmt"
	"strconv"
	"strings"
)

// sayIssues writes the issues of a body without any value of it.
func sayIssues(s *schema, issues []Issue) []string {
	var texts []string
	for i := range issues {
		texts = append(texts, sayPath(s, issues[i].Path)+": "+sayRule(&issues[i]))
	}
	return texts
}

// sayPath writes a path with dots. A name that the document does not declare may be data, so it is not written.
func sayPath(s *schema, path []any) string {
	if len(path) == 0 {
		return "body"
	}
	texts := make([]string, len(path))
	for i, element := range path {
		switch e := element.(type) {
		case int:
			texts[i] = strconv.Itoa(e)
			s = s.below('[', "")
		case string:
			texts[i] = "*"
			if s.declares(e) {
				texts[i] = e
			}
			s = s.below('{', e)
		}
	}
	return strings.Join(texts, ".")
}

// sayRule says which rule was broken.
func sayRule(issue *Issue) string {
	switch issue.Keyword {
	case WrongType:
		return "wrong type"
	case Fraction:
		return "not an integer"
	case Range:
		return "out of range"
	case MinLength:
		return fmt.Sprintf("shorter than %d", issue.Limit)
	case MaxLength:
		return fmt.Sprintf("longer than %d", issue.Limit)
	case MinItems:
		return fmt.Sprintf("fewer than %d items", issue.Limit)
	case MaxItems:
		return fmt.Sprintf("more than %d items", issue.Limit)
	case Pattern:
		return "does not match " + issue.Text
	case Enum:
		return fmt.Sprintf("none of %v", issue.Allowed)
	case Format:
		return "not a " + issue.Text
	case Malformed:
		return fmt.Sprintf("not JSON at byte %d (%s)", issue.Offset, issue.Fault)
	case Duplicate:
		return fmt.Sprintf("duplicate at byte %d", issue.Offset)
	case Trailing:
		return fmt.Sprintf("something follows the JSON at byte %d", issue.Offset)
	default: // required, null
		return string(issue.Keyword)
	}
}
