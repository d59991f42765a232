package contract

import (
	"mime"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Request is what Validate looks at.
type Request struct {
	Path        Values      // of the path's parameters, as Match gives them
	RawQuery    string      // without the question mark
	Header      http.Header // nil where the operation has no header parameters
	ContentType string      // the Content-Type header
	Body        []byte      // never changed; nil or empty: no body
	Room        []Member    // where Verdict.Members go if there is room; it may be nil
}

// Body is what a document says of an operation's request body.
type Body struct {
	Schema   *Schema
	Required bool
}

// Verdict is what Validate says about a request.
type Verdict struct {
	// Decodable is the JSON that a handler decodes: the request's body itself, or a copy in which integers that were
	// written as 5.0 or 1e1 stand as 5 and 10 where the schema asks for an integer, because Go's int does not decode the
	// former. It is nil when the operation takes no body, when none was sent, and when there are issues.
	Decodable []byte

	// Members are the declared members of a Decodable that is an object, in the order in which they came, so that a
	// handler need not look for them again. There are none of any other Decodable, and of a copy.
	Members []Member

	// Issues is everything that is wrong, in the order of the document: path, query, header, body.
	Issues []Issue

	// Declared says that the body is JSON and each name in it one that the document declares at this place.
	Declared bool

	// Sent has bit i set when the request carries Operation.Parameters[i], be it right or wrong. A body that is no JSON
	// carries no member.
	Sent uint64
}

// Member is a member of a body: its name in the document, and its value as it was sent.
type Member struct {
	Name  string
	Value jsontext.Value // part of the body
}

// Validate looks at a request.
func (op *Operation) Validate(r Request) Verdict {
	var v Verdict
	for i := range op.Arguments {
		issues, sent := op.Arguments[i].check(&r, v.Issues)
		v.Issues = issues
		if sent {
			v.Sent |= 1 << i
		}
	}
	if op.Body == nil {
		return v
	}
	walked := op.Body.check(&r, v.Issues)
	v.Issues = walked.Issues
	v.Sent |= walked.Sent << len(op.Arguments)
	v.Declared = walked.Declared
	if len(v.Issues) == 0 {
		v.Decodable, v.Members = walked.Decodable, walked.Members
	}
	return v
}

// Legible is the JSON that a handler decodes, as in Verdict, also of a body that Validate refuses for what is in it. It is
// nil of one that is no JSON or names a member twice, and when the operation takes no body.
func (op *Operation) Legible(body []byte) []byte {
	if op.Body == nil {
		return nil
	}
	return walkBody(op.Body.Schema, body, nil, nil).Decodable
}

var jsonOnly = []string{"application/json"}

// check looks at the body; bit i of its Sent belongs to the body's member i.
func (b *Body) check(r *Request, issues []Issue) Verdict {
	if len(r.Body) == 0 {
		if b.Required {
			issues = append(issues, Issue{In: InBody, Keyword: MissingBody, Types: b.Schema.Types, Mandatory: true})
		}
		return Verdict{Issues: issues}
	}
	if !IsJSON(r.ContentType) {
		return Verdict{Issues: append(issues, Issue{In: InBody, Keyword: ContentType, Types: b.Schema.Types, Text: r.ContentType, Allowed: jsonOnly,
			Input: quoteText(r.Body)})}
	}
	room := r.Room[:0]
	if room == nil {
		room = make([]Member, 0, len(b.Schema.ofObject()))
	}
	return walkBody(b.Schema, r.Body, issues, room)
}

// IsJSON reports whether a content type is application/json or application/anything+json; parameters do not matter.
func IsJSON(contentType string) bool {
	if contentType == "application/json" {
		return true
	}
	subtype, ok := strings.CutPrefix(mediaType(contentType), "application/")
	return ok && (subtype == "json" || strings.HasSuffix(subtype, "+json"))
}

// mediaType returns a content type without its parameters, in lower case; empty where there is none.
func mediaType(contentType string) string {
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil && err != mime.ErrInvalidMediaParameter {
		return ""
	}
	return media
}

func quoteText(b []byte) jsontext.Value {
	quoted, _ := jsontext.AppendQuote(nil, b) // an error only says that invalid UTF-8 was replaced
	return quoted
}
