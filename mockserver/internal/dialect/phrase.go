package dialect

import (
	"strconv"
	"strings"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// phrase says in plain English what is wrong.
func phrase(issue *contract.Issue) string {
	field := place(issue)
	switch issue.Keyword {
	case contract.Required, contract.MissingBody:
		return field + " is required"
	case contract.Null:
		return field + " must not be null"
	case contract.WrongType:
		return field + " must be " + oneOf(issue.Types)
	case contract.Fraction:
		return field + " must be an integer, without a fraction"
	case contract.Range:
		return field + " is too large a number"
	case contract.MinLength:
		return field + " must have at least " + strconv.Itoa(issue.Limit) + " " + plural(issue.Limit, "character")
	case contract.MaxLength:
		return field + " must have at most " + strconv.Itoa(issue.Limit) + " " + plural(issue.Limit, "character")
	case contract.MinItems:
		return field + " must have at least " + strconv.Itoa(issue.Limit) + " " + plural(issue.Limit, "item")
	case contract.MaxItems:
		return field + " must have at most " + strconv.Itoa(issue.Limit) + " " + plural(issue.Limit, "item")
	case contract.Pattern:
		return field + " must match " + issue.Text
	case contract.Enum:
		return field + " must be " + choices(issue.Allowed)
	case contract.Format:
		return field + " must be a time such as 2026-01-05T12:34:56Z"
	case contract.Rejected:
		if issue.Text != "" {
			return field + ": " + issue.Text
		}
	case contract.ContentType:
		return "the body must be sent as application/json"
	case contract.Malformed:
		return "the body is not JSON: " + issue.Fault.Phrase() + " at byte " + strconv.Itoa(issue.Offset)
	case contract.Duplicate:
		return "the body has the member " + dotted(issue) + " twice, again at byte " + strconv.Itoa(issue.Offset)
	case contract.Trailing:
		return "the body goes on after its JSON document, at byte " + strconv.Itoa(issue.Offset)
	}
	return field + " is not a valid choice"
}

// place names what is wrong.
func place(issue *contract.Issue) string {
	if len(issue.Path) == 0 {
		return "the " + string(issue.In)
	}
	return dotted(issue)
}

func oneOf(types []contract.Type) string {
	words := make([]string, len(types))
	for i, t := range types {
		words[i] = typeNames[t]
	}
	return strings.Join(words, " or ")
}

var typeNames = map[contract.Type]string{
	contract.String:  "a string",
	contract.Integer: "an integer",
	contract.Number:  "a number",
	contract.Boolean: "true or false",
	contract.Object:  "an object",
	contract.Map:     "an object",
	contract.Array:   "an array",
}
