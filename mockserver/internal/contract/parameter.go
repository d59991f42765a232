package contract

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json/jsontext"
)

// parameter is a compiled parameter.
type parameter struct {
	name     string
	in       In
	required bool
	schema   *schema
}

// compileParameters returns the parameters of the path item and the operation, path before query before header, each
// group in the order of the document.
func compileParameters(schemas *compiler, shared, own openapi3.Parameters) ([]parameter, error) {
	var list []parameter
	for _, group := range []In{InPath, InQuery, InHeader} {
		for _, ref := range slices.Concat(shared, own) {
			if In(ref.Value.In) != group {
				continue
			}
			p, err := compileParameter(schemas, ref.Value)
			if err != nil {
				return nil, fmt.Errorf("parameter %s: %w", ref.Value.Name, err)
			}
			list = slices.DeleteFunc(list, func(old parameter) bool { return old.name == p.name && old.in == p.in })
			list = append(list, p)
		}
	}
	for _, ref := range slices.Concat(shared, own) {
		if ref.Value.In == openapi3.ParameterInCookie {
			return nil, fmt.Errorf("parameter %s: cookies are not supported", ref.Value.Name)
		}
	}
	return list, nil
}

func compileParameter(schemas *compiler, source *openapi3.Parameter) (parameter, error) {
	p := parameter{name: source.Name, in: In(source.In), required: source.Required}
	if source.Schema == nil || source.Style != "" || source.Explode != nil || source.AllowReserved {
		return p, errors.New("only a schema is supported, without content, style, explode or allowReserved")
	}
	s, err := schemas.compile(source.Schema, p.name)
	if err != nil {
		return p, err
	}
	switch s.single() {
	case String, Integer, Number, Boolean:
	default:
		return p, errors.New("only a string, integer, number or boolean is supported")
	}
	if s.nullable {
		return p, errors.New("nullable is not supported")
	}
	p.schema = s
	return p, nil
}

// check appends what is wrong with one parameter and says whether it was sent.
func (p *parameter) check(r *Request, issues []Issue) (_ []Issue, sent bool) {
	text, ok := p.value(r)
	if !ok {
		if p.required {
			issues = append(issues, p.issue(Issue{Keyword: Required}))
		}
		return issues, false
	}
	start := len(issues)
	switch p.schema.single() {
	case String:
		issues = p.schema.checkString(text, issues)
	case Integer:
		if keyword := checkIntegerText(text, p.schema.bits); keyword != "" {
			issues = append(issues, Issue{Keyword: keyword})
		}
	case Number:
		if keyword := checkNumberText(text, p.schema.bits); keyword != "" {
			issues = append(issues, Issue{Keyword: keyword})
		}
	case Boolean:
		if text != "true" && text != "false" {
			issues = append(issues, Issue{Keyword: WrongType})
		}
	}
	for i := range issues[start:] {
		issue := p.issue(issues[start+i])
		issue.Input, _ = jsontext.AppendQuote(nil, text)
		issues[start+i] = issue
	}
	return issues, true
}

func (p *parameter) issue(issue Issue) Issue {
	issue.In, issue.Path, issue.Types, issue.Mandatory = p.in, []any{p.name}, p.schema.types, p.required
	return issue
}

func (p *parameter) value(r *Request) (string, bool) {
	switch p.in {
	case InPath:
		v, ok := r.Path[p.name]
		return v, ok
	case InHeader:
		if r.Header == nil {
			return "", false
		}
		v := r.Header.Values(p.name)
		return strings.Join(v, ", "), len(v) > 0
	default:
		return lastQueryValue(r.RawQuery, p.name)
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
