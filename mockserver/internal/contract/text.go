package contract

import (
	"slices"
	"time"
	"unicode/utf8"
)

// The formats of strings that are checked.
const (
	formatDateTime  = "date-time"
	formatTimestamp = "timestamp"
)

// checkString appends what is wrong with a string. Length is counted in code points.
func (s *schema) checkString(text string, issues []Issue) []Issue {
	if s.minLength >= 0 || s.maxLength >= 0 {
		issues = s.checkLength(utf8.RuneCountInString(text), issues)
	}
	if s.pattern != nil && !s.pattern.MatchString(text) {
		issues = append(issues, Issue{Keyword: Pattern, Text: s.pattern.String()})
	}
	if s.enum != nil && !slices.Contains(s.enum, text) {
		issues = append(issues, Issue{Keyword: Enum, Allowed: s.enum})
	}
	if s.format != "" && !isTime(text, s.format) {
		issues = append(issues, Issue{Keyword: Format, Text: s.format})
	}
	return issues
}

func (s *schema) checkLength(length int, issues []Issue) []Issue {
	if s.minLength >= 0 && length < s.minLength {
		issues = append(issues, Issue{Keyword: MinLength, Limit: s.minLength, Actual: length})
	}
	if s.maxLength >= 0 && length > s.maxLength {
		issues = append(issues, Issue{Keyword: MaxLength, Limit: s.maxLength, Actual: length})
	}
	return issues
}

// onlyLength reports whether the length is all there is to check.
func (s *schema) onlyLength() bool { return s.pattern == nil && s.enum == nil && s.format == "" }

func isTime(text, format string) bool {
	if _, err := time.Parse(time.RFC3339, text); err == nil {
		return true
	}
	if format == formatDateTime {
		return false
	}
	_, err := time.Parse("2006-01-02T15:04:05", text)
	return err == nil
}
