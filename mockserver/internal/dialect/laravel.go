package dialect

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// laravel words errors as Laravel's validator does in English. Laravel itself takes a body that it cannot read for an
// empty one; we say so instead, under errors.body.
type laravel struct{}

func (laravel) Media() string { return "application/json" }

func (laravel) Error(status int, message string) []byte {
	return append(appendString([]byte(`{"message":`), orStatusText(message, status)), '}')
}

// NotAllowed names the path as Laravel does, without the slash at its start.
func (l laravel) NotAllowed(method, path string, allowed []string) []byte {
	return l.Error(http.StatusMethodNotAllowed, "The "+method+" method is not supported for route "+strings.TrimPrefix(path, "/")+
		". Supported methods: "+strings.Join(allowed, ", ")+".")
}

func (l laravel) Unauthenticated(contract.Security, bool) (string, []byte) {
	return "", l.Error(http.StatusUnauthorized, "Unauthenticated.")
}

// Validation groups the messages by field, the fields in the order of their first message.
func (laravel) Validation(issues []contract.Issue) (int, []byte) {
	fields := make([]laravelField, 0, len(issues))
	for i := range issues {
		key := laravelKey(&issues[i])
		at := slices.IndexFunc(fields, func(f laravelField) bool { return f.key == key })
		if at < 0 {
			at = len(fields)
			fields = append(fields, laravelField{key: key})
		}
		fields[at].messages = append(fields[at].messages, laravelMessage(&issues[i]))
	}
	b := appendString([]byte(`{"message":`), laravelSummary(fields, len(issues)))
	b = append(b, `,"errors":{`...)
	for i, f := range fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = f.append(b)
	}
	return http.StatusUnprocessableEntity, append(b, "}}"...)
}

type laravelField struct {
	key      string
	messages []string
}

func (f laravelField) append(b []byte) []byte {
	b = append(appendString(b, f.key), `:[`...)
	for i, m := range f.messages {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, m)
	}
	return append(b, ']')
}

// laravelSummary is the first message and how many more there are.
func laravelSummary(fields []laravelField, total int) string {
	if len(fields) == 0 {
		return ""
	}
	first := fields[0].messages[0]
	if total == 1 {
		return first
	}
	return first + " (and " + strconv.Itoa(total-1) + " more " + plural(total-1, "error") + ")"
}

func laravelKey(issue *contract.Issue) string {
	if issue.Keyword == contract.Duplicate {
		return string(issue.In)
	}
	return dotted(issue)
}

// laravelName is a field's name inside a message. Laravel puts spaces for underscores, but leaves the name alone when
// its rule stands for every item of an array.
func laravelName(issue *contract.Issue) string {
	name := dotted(issue)
	if hasIndex(issue) {
		return name
	}
	return strings.ReplaceAll(name, "_", " ")
}

func laravelMessage(issue *contract.Issue) string {
	field := "The " + laravelName(issue) + " field "
	switch issue.Keyword {
	case contract.Required, contract.MissingBody:
		return field + "is required."
	case contract.Null:
		if issue.Mandatory {
			return field + "is required."
		}
		return field + laravelType(issue)
	case contract.WrongType:
		return field + laravelType(issue)
	case contract.Fraction:
		return field + "must be an integer."
	case contract.Range:
		return field + "is out of range."
	case contract.MinLength:
		return field + "must be at least " + count(issue.Limit, "character") + "."
	case contract.MaxLength:
		return field + "must not be greater than " + count(issue.Limit, "character") + "."
	case contract.MinItems:
		return field + "must have at least " + count(issue.Limit, "item") + "."
	case contract.MaxItems:
		return field + "must not have more than " + count(issue.Limit, "item") + "."
	case contract.Pattern:
		return field + "format is invalid."
	case contract.Format:
		return field + "must be a valid date."
	case contract.Rejected:
		if issue.Text != "" {
			return issue.Text
		}
	case contract.ContentType:
		return "The body field must be sent as application/json."
	case contract.Malformed:
		return "The body field must be a valid JSON string."
	case contract.Duplicate:
		return "The body field must not have the member " + dotted(issue) + " twice."
	case contract.Trailing:
		return "The body field must not go on after the JSON document."
	}
	return "The selected " + laravelName(issue) + " is invalid."
}

// count is Laravel's: it never uses the singular.
func count(n int, word string) string { return strconv.Itoa(n) + " " + word + "s" }

// laravelType says what a value must be. An object is an array to PHP, except where that would mislead: a body that is
// a list, when an object is wanted.
func laravelType(issue *contract.Issue) string {
	if len(issue.Path) == 0 {
		return "must be a JSON object."
	}
	var words []string
	for _, t := range issue.Types {
		if w := laravelTypes[t]; !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	return "must be " + strings.Join(words, " or ") + "."
}

var laravelTypes = map[contract.Type]string{
	contract.String:  "a string",
	contract.Integer: "an integer",
	contract.Number:  "a number",
	contract.Boolean: "true or false",
	contract.Object:  "an array",
	contract.Map:     "an array",
	contract.Array:   "an array",
}
