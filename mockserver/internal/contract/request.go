package contract

import (
	"mime"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Request is what Validate looks at.
type Request struct {
	Path        map[string]string // unescaped values of the path's parameters, as Match gives them
	RawQuery    string            // without the question mark
	Header      http.Header       // nil where the operation has no header parameters
	ContentType string            // the Content-Type header
	Body        []byte            // never changed; nil or empty: no body
}

// body is an operation's compiled request body.
type body struct {
	schema   *schema
	required bool
}

// Validate reports everything that is wrong with a request, in the order of the document: path, query, header, body.
//
// decodable is the JSON that a handler decodes: r.Body itself, or a copy in which integers that were written as 5.0 or
// 1e1 stand as 5 and 10 where the schema asks for an integer, because Go's int does not decode the former. It is nil
// when the operation takes no body, when none was sent, and when there are issues.
func (op *Operation) Validate(r Request) (decodable []byte, issues []Issue) {
	for i := range op.parameters {
		issues = op.parameters[i].check(&r, issues)
	}
	if op.body == nil {
		return nil, issues
	}
	decodable, issues = op.body.check(&r, issues)
	if len(issues) > 0 {
		return nil, issues
	}
	return decodable, nil
}

func (b *body) check(r *Request, issues []Issue) ([]byte, []Issue) {
	if len(r.Body) == 0 {
		if b.required {
			issues = append(issues, Issue{In: InBody, Keyword: MissingBody, Types: b.schema.types, Mandatory: true})
		}
		return nil, issues
	}
	if !isJSON(r.ContentType) {
		return nil, append(issues, Issue{In: InBody, Keyword: ContentType, Types: b.schema.types, Text: r.ContentType,
			Input: quoteText(r.Body)})
	}
	return walkBody(b.schema, r.Body, issues)
}

// isJSON reports whether a content type is application/json or application/anything+json; parameters do not matter.
func isJSON(contentType string) bool {
	if contentType == "application/json" {
		return true
	}
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil && err != mime.ErrInvalidMediaParameter {
		return false
	}
	subtype, ok := strings.CutPrefix(media, "application/")
	return ok && (subtype == "json" || strings.HasSuffix(subtype, "+json"))
}

func quoteText(b []byte) jsontext.Value {
	quoted, _ := jsontext.AppendQuote(nil, b) // an error only says that invalid UTF-8 was replaced
	return quoted
}
