package compile

import (
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// findSecrets adds the names that the document marks as secret anywhere in the operation's request and answers, and
// reports whether there is one.
func findSecrets(names map[string]bool, item *openapi3.PathItem, source *openapi3.Operation) bool {
	f := secretFinder{seen: map[visit]bool{}, names: names}
	for _, ref := range slices.Concat(item.Parameters, source.Parameters) {
		f.marked(ref.Value.Name, ref.Value.Extensions)
		f.schema(ref.Value.Name, ref.Value.Schema)
	}
	if source.RequestBody != nil {
		f.content(source.RequestBody.Value.Content)
	}
	for _, answer := range source.Responses.Map() {
		f.content(answer.Value.Content)
	}
	return f.found
}

// secretFinder goes through schemas with the name of the member that each of them describes.
type secretFinder struct {
	seen  map[visit]bool
	names map[string]bool
	found bool
}

// visit is a schema in one place: a shared schema makes every member a secret that refers to it.
type visit struct {
	source *openapi3.Schema
	name   string
}

func (f *secretFinder) content(content openapi3.Content) {
	for _, media := range content {
		f.schema("", media.Schema)
	}
}

func (f *secretFinder) schema(name string, ref *openapi3.SchemaRef) {
	if ref == nil || f.seen[visit{ref.Value, name}] {
		return
	}
	f.seen[visit{ref.Value, name}] = true
	f.marked(name, ref.Extensions)
	f.marked(name, ref.Value.Extensions)
	if ref.Value.Format == "password" {
		f.add(name)
	}
	for member, property := range ref.Value.Properties {
		f.schema(member, property)
	}
	f.schema(name, ref.Value.Items)
	f.schema(name, ref.Value.AdditionalProperties.Schema)
	for _, branch := range slices.Concat(ref.Value.OneOf, ref.Value.AnyOf, ref.Value.AllOf) {
		f.schema(name, branch)
	}
}

func (f *secretFinder) marked(name string, extensions map[string]any) {
	if extensions["x-secret"] == true {
		f.add(name)
	}
}

// add takes a secret. A whole body has no name, and is one all the same.
func (f *secretFinder) add(name string) {
	f.found = true
	if name != "" {
		f.names[name] = true
	}
}
