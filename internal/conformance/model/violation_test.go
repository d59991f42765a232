package model

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// violation is a request in which one thing breaks the document.
type violation struct {
	what  string
	path  []string // to what breaks it
	value any      // the body
}

// dotted is the path as clients write it.
func (v violation) dotted() string { return strings.Join(v.path, ".") }

// violations are all the ways to break a schema in one place of a valid value.
func violations(s *openapi3.Schema, value any) []violation {
	var all []violation
	add := func(what string, wrong any) { all = append(all, violation{what: what, value: wrong}) }
	allowed := types(s)
	if allowed == nil {
		return nil
	}
	for name, wrong := range map[string]any{
		"null": nil, "boolean": true, "number": json.Number("1.5"), "integer": json.Number("7"), "string": "text",
		"array": []any{"item"}, "object": map[string]any{"some": "member"},
	} {
		if !slices.Contains(allowed, name) {
			add(name+" where there is to be "+strings.Join(allowed, " or "), wrong)
		}
	}
	for _, one := range s.OneOf {
		if most := one.Value.MaxItems; most != nil {
			add("too many items", make([]any, *most+1))
		}
	}
	s = branch(s)
	if s.MinLength > 0 {
		add("too short", strings.Repeat("\U0001F511", int(s.MinLength)-1))
	}
	if s.MaxLength != nil {
		add("too long", strings.Repeat("ж", int(*s.MaxLength)+1))
	}
	switch value := value.(type) {
	case map[string]any:
		for name, property := range s.Properties {
			if slices.Contains(s.Required, name) {
				without := maps.Clone(value)
				delete(without, name)
				all = append(all, violation{"missing", []string{name}, without})
			}
			if member, there := value[name]; there {
				for _, inner := range violations(property.Value, member) {
					changed := maps.Clone(value)
					changed[name] = inner.value
					all = append(all, violation{inner.what, append([]string{name}, inner.path...), changed})
				}
			}
		}
	case []any:
		for i, item := range value {
			for _, inner := range violations(s.Items.Value, item) {
				changed := slices.Clone(value)
				changed[i] = inner.value
				all = append(all, violation{inner.what, append([]string{strconv.Itoa(i)}, inner.path...), changed})
			}
		}
	}
	slices.SortFunc(all, func(a, b violation) int { return strings.Compare(a.dotted()+a.what, b.dotted()+b.what) })
	return all
}

// types are those that a schema allows, nil for all.
func types(s *openapi3.Schema) []string {
	var all []string
	for _, one := range slices.Concat(s.OneOf, s.AllOf) {
		all = append(all, types(one.Value)...)
	}
	if s.Type != nil {
		all = append(all, s.Type.Slice()...)
	}
	if slices.Contains(all, "number") {
		all = append(all, "integer")
	}
	if s.Nullable && all != nil {
		all = append(all, "null")
	}
	return all
}
