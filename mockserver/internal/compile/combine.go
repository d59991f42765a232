package compile

import (
	"errors"
	"fmt"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// union compiles oneOf, or an anyOf that means the same. Its branches must differ in their JSON kind, so that the first
// byte of a value says which branch the caller meant and whose issues to report.
func (c *compiler) union(s *contract.Schema, source *openapi3.Schema, keyword string, branches openapi3.SchemaRefs, place string) error {
	if err := alone(source, place, keyword); err != nil {
		return err
	}
	for i, ref := range branches {
		b, err := c.compile(ref, fmt.Sprintf("%s.%s.%d", place, keyword, i))
		if err != nil {
			return err
		}
		if b.Single() == "" {
			return at(source, place, fmt.Errorf("%s: every branch needs a type", keyword))
		}
		if slices.ContainsFunc(s.Types, func(other contract.Type) bool { return other.Kind() == b.Single().Kind() }) {
			return at(source, place, fmt.Errorf("%s: two branches take the same kind of value", keyword))
		}
		if b.Nullable {
			return at(source, place, fmt.Errorf("%s: nullable belongs beside %s, not into a branch", keyword, keyword))
		}
		s.Branches = append(s.Branches, b)
		s.Types = append(s.Types, b.Single())
	}
	return nil
}

// wrapper compiles an allOf of one schema, which is how a document gives a reference a description of its own.
func (c *compiler) wrapper(s *contract.Schema, source *openapi3.Schema, place string) error {
	if err := alone(source, place, "allOf", "type"); err != nil {
		return err
	}
	if len(source.AllOf) > 1 {
		return at(source, place, errors.New("allOf: more than one schema is not supported"))
	}
	inner, err := c.compile(source.AllOf[0], place+".allOf.0")
	if err != nil {
		return err
	}
	if source.Type != nil && !slices.Equal(*source.Type, *source.AllOf[0].Value.Type) {
		return at(source, place, errors.New("type differs from that of the schema in allOf"))
	}
	if c.open[inner] {
		return at(source, place, errors.New("allOf: a circular reference is not supported"))
	}
	nullable := s.Nullable && inner.Nullable
	*s = *inner
	s.Nullable = nullable
	s.Open = s.Open || source.Extensions["x-extensible-enum"] != nil
	return nil
}

// either compiles anyOf. Where one branch takes anything, the others only document; else no value may fit two branches.
func (c *compiler) either(s *contract.Schema, source *openapi3.Schema, place string) error {
	if err := alone(source, place, "anyOf"); err != nil {
		return err
	}
	for i, ref := range source.AnyOf {
		b, err := c.compile(ref, fmt.Sprintf("%s.anyOf.%d", place, i))
		if err != nil || b.Opaque() {
			return err
		}
	}
	return c.union(s, source, "anyOf", source.AnyOf, place)
}

// alone refuses every other keyword beside those named.
func alone(source *openapi3.Schema, place string, keywords ...string) error {
	if source.Type != nil && !slices.Contains(keywords, "type") {
		return at(source, place, fmt.Errorf("type beside %s is not supported", keywords[0]))
	}
	for _, k := range keywordsOf {
		if k.used(source) && !slices.Contains(keywords, k.name) {
			return at(source, place, fmt.Errorf("%s beside %s is not supported", k.name, keywords[0]))
		}
	}
	return nil
}
