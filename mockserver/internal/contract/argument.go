package contract

import (
	"errors"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Argument is what a document says of a parameter in the path, the query or a header.
type Argument struct {
	Name     string
	In       In
	Required bool
	Schema   *Schema // of a string, an integer, a number or a boolean
}

// check appends what is wrong with one parameter and says whether it was sent.
func (a *Argument) check(r *Request, issues []Issue) (_ []Issue, sent bool) {
	text, ok := a.value(r)
	if !ok {
		if a.Required {
			issues = append(issues, a.issue(Issue{Keyword: Required}))
		}
		return issues, false
	}
	start := len(issues)
	switch a.Schema.Single() {
	case String:
		issues = a.Schema.checkString(text, issues)
	case Integer:
		if keyword := checkIntegerText(text, a.Schema.Bits); keyword != "" {
			issues = append(issues, Issue{Keyword: keyword})
		}
	case Number:
		if keyword := checkNumberText(text, a.Schema.Bits); keyword != "" {
			issues = append(issues, Issue{Keyword: keyword})
		}
	case Boolean:
		if text != "true" && text != "false" {
			issues = append(issues, Issue{Keyword: WrongType})
		}
	}
	for i := range issues[start:] {
		issue := a.issue(issues[start+i])
		issue.Input, _ = jsontext.AppendQuote(nil, text)
		issues[start+i] = issue
	}
	return issues, true
}

func (a *Argument) issue(issue Issue) Issue {
	issue.In, issue.Path, issue.Types, issue.Mandatory = a.In, []any{a.Name}, a.Schema.Types, a.Required
	return issue
}

func (a *Argument) value(r *Request) (string, bool) {
	switch a.In {
	case InPath:
		return r.Path.Get(a.Name)
	case InHeader:
		if r.Header == nil {
			return "", false
		}
		v := r.Header.Values(a.Name)
		return strings.Join(v, ", "), len(v) > 0
	default:
		return lastQueryValue(r.RawQuery, a.Name)
	}
}

// lastQueryValue returns the last value of a query parameter.
func lastQueryValue(query, name string) (value string, ok bool) {
	for n, v := range QueryPairs(query) {
		if n == name {
			value, ok = v, true
		}
	}
	return value, ok
}

func checkIntegerText(text string, bits int) Keyword {
	_, err := strconv.ParseInt(text, 10, bits)
	return numberKeyword(err)
}

// checkNumberText takes what JSON calls a number; Go would also read NaN and hexadecimal digits.
func checkNumberText(text string, bits int) Keyword {
	if v := jsontext.Value(text); v.Kind() != '0' || !v.IsValid() {
		return WrongType
	}
	return checkNumberSize(text, bits)
}

// checkNumberSize is the same for what is known to be a JSON number.
func checkNumberSize(text string, bits int) Keyword {
	_, err := strconv.ParseFloat(text, bits)
	return numberKeyword(err)
}

func numberKeyword(err error) Keyword {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, strconv.ErrRange):
		return Range
	default:
		return WrongType
	}
}
