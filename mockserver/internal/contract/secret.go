package contract

import (
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// secretsOf collects the names that the document marks as secret anywhere in the operation's request and answers.
func secretsOf(op *Operation, source *openapi3.Operation) []string {
	f := secretFinder{seen: map[*openapi3.Schema]bool{}, names: map[string]bool{}}
	for _, p := range op.parameters {
		if p.secret {
			f.names[p.name] = true
		}
	}
	if source.RequestBody != nil {
		f.content(source.RequestBody.Value.Content)
	}
	for _, answer := range source.Responses.Map() {
		f.content(answer.Value.Content)
	}
	return slices.Sorted(maps.Keys(f.names))
}

type secretFinder struct {
	seen  map[*openapi3.Schema]bool
	names map[string]bool
}

func (f secretFinder) content(content openapi3.Content) {
	for _, media := range content {
		f.schema(media.Schema)
	}
}

func (f secretFinder) schema(ref *openapi3.SchemaRef) {
	if ref == nil || f.seen[ref.Value] {
		return
	}
	f.seen[ref.Value] = true
	for name, p := range ref.Value.Properties {
		if isSecret(p) {
			f.names[name] = true
		}
		f.schema(p)
	}
	f.schema(ref.Value.Items)
	f.schema(ref.Value.AdditionalProperties.Schema)
	for _, list := range []openapi3.SchemaRefs{ref.Value.OneOf, ref.Value.AnyOf, ref.Value.AllOf} {
		for _, branch := range list {
			f.schema(branch)
		}
	}
}

func isSecret(ref *openapi3.SchemaRef) bool {
	return ref.Value.Format == "password" || ref.Extensions["x-secret"] == true || ref.Value.Extensions["x-secret"] == true
}
