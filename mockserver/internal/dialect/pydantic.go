package dialect

import (
	"errors"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/quartet-go/quartet/internal/lex"
	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// pydanticType words a wrong type. Pydantic by default reads "30" as 30 and "yes" as true; the document does not, so we
// refuse such values, with the type that pydantic has for them in its strict mode. Where pydantic refuses a string by
// default too, it says that it could not parse it, and so do we.
func pydanticType(issue *contract.Issue) pydantic {
	switch firstType(issue) {
	case contract.String:
		return pydantic{kind: "string_type", message: "Input should be a valid string"}
	case contract.Integer:
		if isUnparsed(issue, readsAsInteger) {
			return pydantic{kind: "int_parsing", message: "Input should be a valid integer, unable to parse string as an integer"}
		}
		return pydantic{kind: "int_type", message: "Input should be a valid integer"}
	case contract.Number:
		if isUnparsed(issue, readsAsFloat) {
			return pydantic{kind: "float_parsing", message: "Input should be a valid number, unable to parse string as a number"}
		}
		return pydantic{kind: "float_type", message: "Input should be a valid number"}
	case contract.Boolean:
		if isUnparsed(issue, readsAsBoolean) || isOtherInteger(issue.Input) {
			return pydantic{kind: "bool_parsing", message: "Input should be a valid boolean, unable to interpret input"}
		}
		return pydantic{kind: "bool_type", message: "Input should be a valid boolean"}
	case contract.Array:
		return pydantic{kind: "list_type", message: "Input should be a valid list"}
	case contract.Map:
		return pydantic{kind: "dict_type", message: "Input should be a valid dictionary"}
	default:
		return pydantic{kind: "model_attributes_type", message: "Input should be a valid dictionary or object to extract fields from"}
	}
}

// isUnparsed reports whether the input is a string that pydantic cannot read as the wanted type. Everything outside the
// body is a string to begin with, so there it never counts as one of the wrong type.
func isUnparsed(issue *contract.Issue, reads func(string) bool) bool {
	if issue.Input.Kind() != '"' {
		return false
	}
	text, _ := jsontext.AppendUnquote(nil, issue.Input) // valid: it was read from a valid body, or quoted by us
	return issue.In != contract.InBody || !reads(string(text))
}

// readsAsInteger reports whether pydantic reads a string as an integer: spaces around it, a sign, underscores between
// digits, and a fraction of zeros are all right.
func readsAsInteger(text string) bool {
	text = strings.TrimSpace(text)
	if text != "" && (text[0] == '-' || text[0] == '+') {
		text = text[1:]
	}
	whole, fraction, point := strings.Cut(text, ".")
	if point && (fraction == "" || strings.Trim(fraction, "0") != "") {
		return false
	}
	for group := range strings.SplitSeq(whole, "_") {
		if group == "" || strings.Trim(group, "0123456789") != "" {
			return false
		}
	}
	return true
}

// readsAsFloat reports whether pydantic reads a string as a number: what Python's float does, but no hexadecimal.
func readsAsFloat(text string) bool {
	text = strings.TrimSpace(text)
	if strings.ContainsAny(text, "xXpP") {
		return false
	}
	for group := range strings.SplitSeq(text, "_") {
		if group == "" {
			return false
		}
	}
	_, err := strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64)
	return err == nil || errors.Is(err, strconv.ErrRange)
}

func readsAsBoolean(text string) bool {
	switch strings.ToLower(text) {
	case "0", "off", "f", "false", "n", "no", "1", "on", "t", "true", "y", "yes":
		return true
	}
	return false
}

// isOtherInteger reports whether the input is an integer other than 0 and 1, which are the ones that pydantic reads as
// booleans. One beyond 64 bits, or with a fraction, is not even tried.
func isOtherInteger(input jsontext.Value) bool {
	if input.Kind() != '0' {
		return false
	}
	if n, err := strconv.ParseInt(string(input), 10, 64); err == nil {
		return n != 0 && n != 1
	}
	f, err := strconv.ParseFloat(string(input), 64)
	return err == nil && f != 0 && f != 1 && f == float64(int64(f)) && strings.ContainsAny(string(input), ".eE")
}

// pythonWords says what Python's json module says about a body that does not parse. It has no words for what it
// accepts; those are ours.
func pythonWords(issue *contract.Issue) string {
	switch issue.Keyword {
	case contract.Trailing:
		return "Extra data"
	case contract.Duplicate:
		return "Duplicate object member name '" + lastName(issue) + "'"
	}
	switch issue.Fault {
	case lex.WantValue:
		return "Expecting value"
	case lex.WantName:
		return "Expecting property name enclosed in double quotes"
	case lex.WantColon:
		return "Expecting ':' delimiter"
	case lex.WantComma:
		return "Expecting ',' delimiter"
	case lex.UnterminatedString:
		return "Unterminated string starting at"
	case lex.ControlCharacter:
		return "Invalid control character at"
	case lex.BadEscape:
		return `Invalid \escape`
	case lex.BadUnicodeEscape:
		return `Invalid \uXXXX escape`
	case lex.LoneSurrogate:
		return "Lone surrogate"
	default:
		return "Invalid JSON"
	}
}
