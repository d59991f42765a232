package dialect

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/quartet-go/quartet/internal/lex"
	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// fastAPI words errors as FastAPI 0.165 with pydantic 2.14 on Python 3.11 does. The tests compare it with what those
// print. Values are shown as the caller sent them, passwords too, as FastAPI does.
type fastAPI struct{}

func (fastAPI) Media() string { return "application/json" }

func (fastAPI) Error(status int, message string) []byte {
	return append(appendString([]byte(`{"detail":`), orStatusText(message, status)), '}')
}

func (f fastAPI) Unauthenticated(security contract.Security, sent bool) (string, []byte) {
	switch {
	case len(security.APIKeyHeaders) == 0:
		return "Bearer", f.Error(http.StatusUnauthorized, "Not authenticated")
	case sent:
		return "", f.Error(http.StatusUnauthorized, "Invalid or expired API key")
	default:
		return "", f.Error(http.StatusUnauthorized, "Missing API key")
	}
}

func (f fastAPI) NotAllowed(string, string, []string) []byte {
	return f.Error(http.StatusMethodNotAllowed, "")
}

// Validation reports one entry an issue. A body that does not parse hides everything else, because FastAPI reads the
// body before it looks at anything; one with which Python's parser gives up is no matter of validation at all.
func (f fastAPI) Validation(issues []contract.Issue) (int, []byte) {
	if i := slices.IndexFunc(issues, isUnreadable); i >= 0 {
		issues = issues[i : i+1]
	}
	if fault := issues[0].Fault; fault == lex.InvalidUTF8 || fault == lex.TooDeep {
		return http.StatusBadRequest, f.Error(http.StatusBadRequest, "There was an error parsing the body")
	}
	b := []byte(`{"detail":[`)
	var long *contract.Issue // of which pydantic does not look at the items
	for i := range issues {
		if long != nil && isBelow(issues[i].Path, long.Path) {
			continue
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = appendPydantic(b, &issues[i])
		if issues[i].Keyword == contract.MaxItems {
			long = &issues[i]
		}
	}
	return http.StatusUnprocessableEntity, append(b, "]}"...)
}

func isBelow(path, above []any) bool {
	return len(path) > len(above) && slices.Equal(path[:len(above)], above)
}

func isUnreadable(issue contract.Issue) bool {
	switch issue.Keyword {
	case contract.Malformed, contract.Duplicate, contract.Trailing:
		return true
	}
	return false
}

// appendPydantic appends one entry: type, loc, msg, input and, for some, ctx.
func appendPydantic(b []byte, issue *contract.Issue) []byte {
	words := pydanticWords(issue)
	b = appendString(append(b, `{"type":`...), words.kind)
	b = appendLocation(append(b, `,"loc":[`...), issue)
	b = appendString(append(b, `],"msg":`...), words.message)
	b = appendInput(b, issue)
	if words.context != nil {
		b = append(append(b, `,"ctx":`...), words.context...)
	}
	return append(b, '}')
}

func appendLocation(b []byte, issue *contract.Issue) []byte {
	b = appendString(b, issue.In)
	if isUnreadable(*issue) {
		return strconv.AppendInt(append(b, ','), int64(issue.Character), 10)
	}
	for _, element := range issue.Path {
		b = append(b, ',')
		if name, ok := element.(string); ok {
			b = appendString(b, name)
		} else {
			b = appendElement(b, element)
		}
	}
	return b
}

// appendInput appends the value that was refused. A handler may raise an issue without it.
func appendInput(b []byte, issue *contract.Issue) []byte {
	switch {
	case isUnreadable(*issue):
		return append(b, `,"input":{}`...)
	case issue.Input != nil:
		return appendPython(append(b, `,"input":`...), issue.Input)
	case issue.Keyword == contract.Rejected:
		return b
	default:
		return append(b, `,"input":null`...)
	}
}

// pydantic is what pydantic says about one issue; context is the JSON of ctx, nil for none.
type pydantic struct {
	kind, message string
	context       []byte
}

func pydanticWords(issue *contract.Issue) pydantic {
	switch issue.Keyword {
	case contract.Required, contract.MissingBody:
		return pydantic{kind: "missing", message: "Field required"}
	case contract.Null, contract.WrongType, contract.ContentType:
		if issue.Allowed != nil && firstType(issue) == contract.String {
			return pydanticChoice(issue)
		}
		return pydanticType(issue)
	case contract.Fraction:
		return pydantic{kind: "int_from_float", message: "Input should be a valid integer, got a number with a fractional part"}
	case contract.Range:
		return pydanticRange(issue)
	case contract.MinLength:
		return pydanticLength("string_too_short", "String should have at least ", "min_length", issue.Limit)
	case contract.MaxLength:
		return pydanticLength("string_too_long", "String should have at most ", "max_length", issue.Limit)
	case contract.MinItems:
		return pydanticItems("too_short", "List should have at least ", "min_length", issue)
	case contract.MaxItems:
		return pydanticItems("too_long", "List should have at most ", "max_length", issue)
	case contract.Pattern:
		return pydantic{"string_pattern_mismatch", "String should match pattern '" + issue.Text + "'", textContext("pattern", issue.Text)}
	case contract.Enum:
		return pydanticChoice(issue)
	case contract.Format:
		return pydantic{"datetime_parsing", "Input should be a valid datetime, invalid format", textContext("error", "invalid format")}
	case contract.Malformed, contract.Duplicate, contract.Trailing:
		return pydantic{"json_invalid", "JSON decode error", textContext("error", pythonWords(issue))}
	default:
		return pydanticRejected(issue)
	}
}

func pydanticChoice(issue *contract.Issue) pydantic {
	expected := choices(issue.Allowed)
	return pydantic{"literal_error", "Input should be " + expected, textContext("expected", expected)}
}

func pydanticRejected(issue *contract.Issue) pydantic {
	reason := issue.Text
	if reason == "" {
		reason = "not a valid choice"
	}
	return pydantic{"value_error", "Value error, " + reason, []byte(`{"error":{}}`)}
}

func pydanticRange(issue *contract.Issue) pydantic {
	if firstType(issue) == contract.Number {
		return pydantic{kind: "finite_number", message: "Input should be a finite number"}
	}
	return pydantic{kind: "int_parsing_size", message: "Unable to parse input string as an integer, exceeded maximum size"}
}

func pydanticLength(kind, message, bound string, limit int) pydantic {
	message += strconv.Itoa(limit) + " " + plural(limit, "character")
	return pydantic{kind, message, numberContext("{", bound, limit, "}")}
}

func pydanticItems(kind, message, bound string, issue *contract.Issue) pydantic {
	message += strconv.Itoa(issue.Limit) + " " + plural(issue.Limit, "item") + " after validation, not " + strconv.Itoa(issue.Actual)
	context := numberContext(`{"field_type":"List",`, bound, issue.Limit, ",")
	return pydantic{kind, message, append(context, numberContext("", "actual_length", issue.Actual, "}")...)}
}

func numberContext(before, name string, n int, after string) []byte {
	b := append([]byte(before), '"')
	b = append(append(b, name...), `":`...)
	return append(strconv.AppendInt(b, int64(n), 10), after...)
}

func textContext(name, text string) []byte {
	b := append([]byte(`{"`), name...)
	return append(appendString(append(b, `":`...), text), '}')
}

// choices writes 'a', 'b' or 'c'.
func choices(allowed []string) string {
	var b strings.Builder
	for i, text := range allowed {
		switch {
		case i == 0:
		case i == len(allowed)-1:
			b.WriteString(" or ")
		default:
			b.WriteString(", ")
		}
		b.WriteString("'" + text + "'")
	}
	return b.String()
}

func firstType(issue *contract.Issue) contract.Type {
	if len(issue.Types) == 0 {
		return ""
	}
	return issue.Types[0]
}
