package contract

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// The formats of strings that are checked.
const (
	DateTime  = "date-time" // RFC 3339
	Timestamp = "timestamp" // the same, where the zone may be missing
)

// TimestampPattern is what the documents say of a Timestamp to those who do not know the format. All that the format
// accepts matches it, so that it is not asked, too.
const TimestampPattern = `^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})?$`

// checkString appends what is wrong with a string. Length is counted in code points.
func (s *Schema) checkString(text string, issues []Issue) []Issue {
	if s.MinLength > 0 || s.MaxLength >= 0 {
		issues = s.checkLength(utf8.RuneCountInString(text), issues)
	}
	if s.Pattern != nil && !s.Pattern.MatchString(text) {
		issues = append(issues, Issue{Keyword: Pattern, Text: s.Pattern.String()})
	}
	if s.Enum != nil && !slices.Contains(s.Enum, text) {
		issues = append(issues, Issue{Keyword: Enum, Allowed: s.Enum})
	}
	if s.Format != "" && !isTime(text, s.Format) {
		issues = append(issues, Issue{Keyword: Format, Text: s.Format})
	}
	return issues
}

func (s *Schema) checkLength(length int, issues []Issue) []Issue {
	if length < s.MinLength {
		issues = append(issues, Issue{Keyword: MinLength, Limit: s.MinLength, Actual: length})
	}
	if s.MaxLength >= 0 && length > s.MaxLength {
		issues = append(issues, Issue{Keyword: MaxLength, Limit: s.MaxLength, Actual: length})
	}
	return issues
}

// onlyLength reports whether the length is all there is to check.
func (s *Schema) onlyLength() bool { return s.Pattern == nil && s.Enum == nil && s.Format == "" }

// anyText reports whether there is nothing to check.
func (s *Schema) anyText() bool { return s.onlyLength() && s.MinLength == 0 && s.MaxLength < 0 }

func isTime(text, format string) bool {
	_, ok := readTime(text, format)
	return ok
}

const (
	// withoutZone is how a timestamp may be written besides RFC 3339.
	withoutZone = "2006-01-02T15:04:05"
	// longest has as many digits of a second as a timestamp may have.
	longest = "2006-01-02T15:04:05.999999999"
)

// readTime reads a time; where the zone is missing it is UTC. Package time forgives what RFC 3339 does not: one digit of
// an hour, a comma before the fraction, an offset of 24 hours.
func readTime(text, format string) (moment time.Time, ok bool) {
	zone, full := zoneOf(text), text
	if format == Timestamp && len(text)-len(zone) > len(longest) {
		return moment, false
	}
	if zone == "" && format == Timestamp {
		full = text + "Z" // package time reads this layout much faster than one without a zone
	}
	moment, err := time.Parse(time.RFC3339, full)
	if err != nil || text[len("2006-01-02T15")] != ':' || strings.HasPrefix(zone[min(1, len(zone)):], "24") {
		return moment, false
	}
	return moment, len(text) == len(withoutZone) || text[len(withoutZone)] != ','
}

// zoneOf returns what says the zone at the end of a time, or nothing.
func zoneOf(text string) string {
	const offset = len("+00:00")
	switch {
	case strings.HasSuffix(text, "Z"):
		return "Z"
	case len(text) > offset && strings.IndexByte("+-", text[len(text)-offset]) >= 0:
		return text[len(text)-offset:]
	}
	return ""
}
