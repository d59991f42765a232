package contract

import (
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/quartet-go/quartet/internal/lex"
)

// In says which part of a request or an answer an issue is about.
type In string

// The parts of a request, in the order in which their issues are reported.
const (
	InPath   In = "path"
	InQuery  In = "query"
	InHeader In = "header"
	InBody   In = "body"
)

// InStatus is a part that only an answer has.
const InStatus In = "status"

// Type is a type that a schema asks for.
type Type string

// The types. Map is an object without declared members, where any member is welcome.
const (
	String  Type = "string"
	Integer Type = "integer"
	Number  Type = "number"
	Boolean Type = "boolean"
	Object  Type = "object"
	Map     Type = "map"
	Array   Type = "array"
)

// Keyword says which rule was broken.
type Keyword string

// The rules about a value.
const (
	// Required: the member or parameter is not there. Input is the enclosing object.
	Required Keyword = "required"
	// Null: the value is null where the schema does not allow it.
	Null Keyword = "null"
	// WrongType: the value is of none of Types.
	WrongType Keyword = "type"
	// Fraction: a number with a fractional part where an integer is wanted.
	Fraction Keyword = "fraction"
	// Range: a number that its format (64 bits where there is none) cannot hold.
	Range Keyword = "range"
	// MinLength and MaxLength: a string of fewer or more than Limit code points; it has Actual.
	MinLength Keyword = "minLength"
	MaxLength Keyword = "maxLength"
	// MinItems and MaxItems: an array of fewer or more than Limit items; it has Actual.
	MinItems Keyword = "minItems"
	MaxItems Keyword = "maxItems"
	// Pattern: the string does not match the expression in Text.
	Pattern Keyword = "pattern"
	// Enum: the string is none of Allowed.
	Enum Keyword = "enum"
	// Format: the string is not of the format in Text.
	Format Keyword = "format"
	// Rejected: a handler refuses the value for a reason that no schema can express; Text says why. See Reject.
	Rejected Keyword = "rejected"
)

// The rules about the body as a whole. Each of them is the only issue of the body: what does not parse has no members.
const (
	// MissingBody: the operation wants a body and there is none.
	MissingBody Keyword = "missingBody"
	// ContentType: the media type is not JSON; Text is what was sent. Input is the body as a JSON string.
	ContentType Keyword = "contentType"
	// Malformed: the body is not JSON. Fault says in which way, Offset and Character where.
	Malformed Keyword = "malformed"
	// Duplicate: an object names a member twice; Path leads to the second one, Offset and Character are its place.
	Duplicate Keyword = "duplicate"
	// Trailing: something follows the JSON document, at Offset and Character.
	Trailing Keyword = "trailing"
)

// The rules about an answer alone.
const (
	// Undocumented: the document does not have this status, only those in Text.
	Undocumented Keyword = "undocumented"
	// UnwantedBody: there is a body where the document has none.
	UnwantedBody Keyword = "unwantedBody"
	// Undecodable: the body is in a content coding that cannot be read. A server finds it, not this package.
	Undecodable Keyword = "undecodable"
)

// Issue is one thing that is wrong with a request, or with an answer. Fields that its Keyword does not mention are zero.
type Issue struct {
	In      In
	Path    []any // member names (string) and item indexes (int) below In; empty for the whole
	Keyword Keyword

	Types     []Type    // the types that the schema accepts at this place; not to be changed
	Mandatory bool      // the place is a member or parameter that must be sent, or a body that must be sent
	Limit     int       // the bound of MinLength, MaxLength, MinItems or MaxItems
	Actual    int       // what Limit was compared with
	Allowed   []string  // the values that an enum allows, or the media types that ContentType does; not to be changed
	Text      string    // see the keywords
	Fault     lex.Fault // how a Malformed body breaks the grammar
	Offset    int       // position in the body, in bytes from 0
	Character int       // the same position in Unicode code points

	// Input is the raw JSON of the value as it was sent, or of the enclosing object for Required; nil when there is
	// none. It is part of the request's body, so it may hold secrets and must never be logged.
	Input jsontext.Value
}

// Place names the place of an issue, such as body.billing_properties.0.type.
func (i *Issue) Place() string {
	var b strings.Builder
	b.WriteString(string(i.In))
	for _, step := range i.Path {
		fmt.Fprint(&b, ".", step)
	}
	return b.String()
}

// Reject returns an issue that a handler raises itself: the value at path is refused for this reason. The reason is a
// text for the caller, in the API's own style; where it is empty, the dialect says that the value is no valid choice. A
// handler that knows the value as it was sent may set Input.
func Reject(in In, reason string, path ...any) Issue {
	return Issue{In: in, Path: path, Keyword: Rejected, Text: reason}
}
