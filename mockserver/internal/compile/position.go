package compile

import (
	"cmp"

	"github.com/getkin/kin-openapi/openapi3"
)

// position is a place in a document.
type position struct{ line, column int }

func (p position) compare(q position) int {
	return cmp.Or(cmp.Compare(p.line, q.line), cmp.Compare(p.column, q.column))
}

func originOf(o *openapi3.Origin) position {
	if o == nil || o.Key == nil {
		return position{}
	}
	return position{line: o.Key.Line, column: o.Key.Column}
}
