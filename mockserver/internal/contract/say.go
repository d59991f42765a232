package contract

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// SayAnswer puts the issues of an answer, as AnswerIssues gives them, into one line for a developer: the operation, the
// status, each broken place with its rule. It shows no value, so it may be logged. Without issues it is nil.
func (op *Operation) SayAnswer(status int, issues []Issue) error {
	texts := make([]string, len(issues))
	for i := range issues {
		place := strings.TrimPrefix(sayPlace(&issues[i]), string(InBody)+".")
		texts[i] = place + ": " + sayRule(&issues[i])
	}
	return op.say("answer "+strconv.Itoa(status), texts)
}

// SayRequest puts the issues of a request, as Validate gives them, into such a line.
func (op *Operation) SayRequest(issues []Issue) error {
	texts := make([]string, len(issues))
	for i, issue := range issues {
		if issue.In == InBody && op.Body != nil {
			issue.Path = mask(op.Body.Schema, issue.Path)
		}
		texts[i] = sayPlace(&issue) + ": " + sayRule(&issue)
	}
	return op.say("request", texts)
}

func (op *Operation) say(what string, texts []string) error {
	if len(texts) == 0 {
		return nil
	}
	return errors.New(op.ID + ": " + what + ": " + strings.Join(texts, "; "))
}

func sayPlace(issue *Issue) string {
	if issue.Keyword == ContentType {
		return "content type"
	}
	return issue.Place()
}

// mask returns a path with an asterisk for each name that the document does not declare: it may be data.
func mask(s *Schema, path []any) []any {
	masked := make([]any, len(path))
	for i, element := range path {
		masked[i] = element
		switch e := element.(type) {
		case int:
			s = s.below('[', "")
		case string:
			if !s.declares(e) {
				masked[i] = "*"
			}
			s = s.below('{', e)
		}
	}
	return masked
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
		return fmt.Sprintf("not JSON: %s at byte %d", issue.Fault.Phrase(), issue.Offset)
	case Duplicate:
		return fmt.Sprintf("duplicate at byte %d", issue.Offset)
	case Trailing:
		return fmt.Sprintf("something follows the JSON at byte %d", issue.Offset)
	case ContentType:
		return "not " + strings.Join(issue.Allowed, " or ")
	case Undocumented:
		return "not documented, only " + issue.Text
	case Undecodable:
		return "the body is in a coding that cannot be read"
	case UnwantedBody:
		return "the document has none"
	case MissingBody:
		return "required"
	default: // required, null
		return string(issue.Keyword)
	}
}
