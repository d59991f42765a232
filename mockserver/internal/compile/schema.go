package compile

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// compiler turns kin-openapi's schemas into the contract's, each of them once, so that circular references end.
type compiler struct {
	done    map[*openapi3.Schema]*contract.Schema
	open    map[*contract.Schema]bool // begun, not finished: a reference to one of them is circular
	without string                    // a field of kin-openapi's Schema that has no meaning in this direction
}

// compilers are two, because readOnly and writeOnly each have a meaning in one direction only.
type compilers struct{ requests, answers *compiler }

func newCompilers() compilers {
	return compilers{requests: newCompiler("WriteOnly"), answers: newCompiler("ReadOnly")}
}

func newCompiler(without string) *compiler {
	return &compiler{done: map[*openapi3.Schema]*contract.Schema{}, open: map[*contract.Schema]bool{}, without: without}
}

// compile compiles the schema behind ref; place says where it stands, for errors.
func (c *compiler) compile(ref *openapi3.SchemaRef, place string) (*contract.Schema, error) {
	source := ref.Value
	if s, ok := c.done[source]; ok {
		return s, nil
	}
	s := new(contract.Schema)
	c.done[source], c.open[s] = s, true
	defer delete(c.open, s)
	if keyword := c.unsupported(source); keyword != "" {
		return nil, at(source, place, fmt.Errorf("%s is not supported", keyword))
	}
	if err := c.fill(s, source, place); err != nil {
		return nil, err
	}
	return s, nil
}

func (c *compiler) fill(s *contract.Schema, source *openapi3.Schema, place string) error {
	s.Nullable = source.Nullable
	switch {
	case len(source.AllOf) > 0:
		return c.wrapper(s, source, place)
	case len(source.AnyOf) > 0:
		return c.either(s, source, place)
	case len(source.OneOf) > 0:
		return c.union(s, source, "oneOf", source.OneOf, place)
	case source.Type == nil:
		return misplaced(s, source, place)
	}
	var err error
	switch t := contract.Type((*source.Type)[0]); t {
	case contract.String:
		err = compileString(s, source)
	case contract.Integer:
		s.Types = []contract.Type{t}
		s.Bits, err = bits(source.Format, "int32", "int64")
	case contract.Number:
		s.Types = []contract.Type{t}
		s.Bits, err = bits(source.Format, "float", "double")
	case contract.Boolean:
		s.Types = []contract.Type{t}
	case contract.Object:
		return c.object(s, source, place)
	case contract.Array:
		return c.array(s, source, place)
	}
	if err != nil {
		return at(source, place, err)
	}
	return misplaced(s, source, place)
}

// at adds the place of a schema to an error.
func at(source *openapi3.Schema, place string, err error) error {
	if p := originOf(source.Origin); p.line > 0 {
		return fmt.Errorf("%s (line %d): %w", place, p.line, err)
	}
	return fmt.Errorf("%s: %w", place, err)
}

// understood are the fields of kin-openapi's Schema that the compiler either obeys or may ignore, because they say
// nothing about which requests and answers are valid.
var understood = map[string]bool{
	"Type": true, "Nullable": true, "Format": true, "AllOf": true, "AnyOf": true, "OneOf": true, "Enum": true,
	"MinLength": true, "MaxLength": true, "Pattern": true,
	"Items": true, "MinItems": true, "MaxItems": true,
	"Properties": true, "Required": true, "AdditionalProperties": true,

	"Extensions": true, "Origin": true, "Title": true, "Description": true, "Default": true, "Example": true,
	"Deprecated": true, "ExternalDocs": true, "XML": true,
}

// unsupported returns the first keyword of a schema that the compiler does not know, or nothing. It goes through the
// fields by reflection so that a keyword which a later kin-openapi learns is refused, too.
func (c *compiler) unsupported(source *openapi3.Schema) string {
	v := reflect.ValueOf(source).Elem()
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if field.IsExported() && !understood[field.Name] && field.Name != c.without && !isUnset(v.Field(i)) {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			return name
		}
	}
	return ""
}

func isUnset(v reflect.Value) bool {
	return v.IsZero() || v.Kind() == reflect.Map && v.Len() == 0
}

// keywordsOf maps the keywords that only make sense for some types to those types.
var keywordsOf = []struct {
	name  string
	types []contract.Type
	used  func(*openapi3.Schema) bool
}{
	{"minLength", []contract.Type{contract.String}, func(s *openapi3.Schema) bool { return s.MinLength > 0 }},
	{"maxLength", []contract.Type{contract.String}, func(s *openapi3.Schema) bool { return s.MaxLength != nil }},
	{"pattern", []contract.Type{contract.String}, func(s *openapi3.Schema) bool { return s.Pattern != "" }},
	{"enum", []contract.Type{contract.String}, func(s *openapi3.Schema) bool { return len(s.Enum) > 0 }},
	{"format", []contract.Type{contract.String, contract.Integer, contract.Number}, func(s *openapi3.Schema) bool { return s.Format != "" }},
	{"items", []contract.Type{contract.Array}, func(s *openapi3.Schema) bool { return s.Items != nil }},
	{"minItems", []contract.Type{contract.Array}, func(s *openapi3.Schema) bool { return s.MinItems > 0 }},
	{"maxItems", []contract.Type{contract.Array}, func(s *openapi3.Schema) bool { return s.MaxItems != nil }},
	{"properties", []contract.Type{contract.Object, contract.Map}, func(s *openapi3.Schema) bool { return len(s.Properties) > 0 }},
	{"required", []contract.Type{contract.Object, contract.Map}, func(s *openapi3.Schema) bool { return len(s.Required) > 0 }},
	{"additionalProperties", []contract.Type{contract.Object, contract.Map}, func(s *openapi3.Schema) bool { return !reflect.ValueOf(s.AdditionalProperties).IsZero() }},
	{"oneOf", nil, func(s *openapi3.Schema) bool { return len(s.OneOf) > 0 }},
	{"anyOf", nil, func(s *openapi3.Schema) bool { return len(s.AnyOf) > 0 }},
	{"allOf", nil, func(s *openapi3.Schema) bool { return len(s.AllOf) > 0 }},
}

// misplaced refuses keywords that the schema's type gives no meaning: JSON Schema would ignore them, the author of the
// document surely did not mean that.
func misplaced(s *contract.Schema, source *openapi3.Schema, place string) error {
	for _, k := range keywordsOf {
		if k.used(source) && !slices.Contains(k.types, s.Single()) {
			return at(source, place, fmt.Errorf("%s has no meaning here", k.name))
		}
	}
	return nil
}

func bits(format, narrow, wide string) (int, error) {
	switch format {
	case narrow:
		return 32, nil
	case "", wide:
		return 64, nil
	}
	return 0, fmt.Errorf("format %q is not supported", format)
}

func compileString(s *contract.Schema, source *openapi3.Schema) (err error) {
	s.Types = []contract.Type{contract.String}
	if s.MinLength, s.MaxLength, err = bounds(source.MinLength, source.MaxLength); err != nil {
		return err
	}
	s.Open = source.Extensions["x-extensible-enum"] != nil
	switch source.Format {
	case "", "password":
	case contract.DateTime, contract.Timestamp:
		s.Format = source.Format
	default:
		return fmt.Errorf("format %q is not supported", source.Format)
	}
	for _, v := range source.Enum {
		text, ok := v.(string)
		if !ok {
			return errors.New("enum: only strings are supported")
		}
		s.Enum = append(s.Enum, text)
	}
	if source.Pattern != "" && (s.Format != contract.Timestamp || source.Pattern != contract.TimestampPattern) {
		s.Pattern, err = regexp.Compile(source.Pattern)
	}
	return err
}

// bounds returns -1 for an upper bound that is not there.
func bounds(lower uint64, upper *uint64) (lo, hi int, err error) {
	switch {
	case lower > math.MaxInt32 || upper != nil && *upper > math.MaxInt32:
		return 0, 0, errors.New("a bound is too large")
	case upper == nil:
		return int(lower), -1, nil
	}
	return int(lower), int(*upper), nil
}

func (c *compiler) array(s *contract.Schema, source *openapi3.Schema, place string) (err error) {
	s.Types = []contract.Type{contract.Array}
	if s.MinItems, s.MaxItems, err = bounds(source.MinItems, source.MaxItems); err != nil {
		return at(source, place, err)
	}
	if source.Items != nil {
		if s.Items, err = c.compile(source.Items, place+".items"); err != nil {
			return err
		}
	}
	return misplaced(s, source, place)
}

func (c *compiler) object(s *contract.Schema, source *openapi3.Schema, place string) (err error) {
	s.Types = []contract.Type{contract.Object}
	if len(source.Properties) == 0 {
		s.Types = []contract.Type{contract.Map}
	}
	if s.Extra, err = c.additional(source, place); err != nil {
		return err
	}
	s.Data = source.AdditionalProperties.Has != nil || source.AdditionalProperties.Schema != nil
	for name, ref := range source.Properties {
		compiled, err := c.compile(ref, place+"."+name)
		if err != nil {
			return err
		}
		m := contract.Property{Name: name, Schema: compiled, Required: slices.Contains(source.Required, name)}
		if m.Absence, err = absence(ref); err != nil {
			return at(ref.Value, place+"."+name, err)
		}
		s.Members = append(s.Members, m)
	}
	for _, name := range source.Required {
		if source.Properties[name] == nil {
			return at(source, place, fmt.Errorf("required: %q is not declared under properties", name))
		}
	}
	slices.SortFunc(s.Members, func(a, b contract.Property) int {
		return originOf(source.Properties[a.Name].Origin).compare(originOf(source.Properties[b.Name].Origin))
	})
	return misplaced(s, source, place)
}

// absence reads x-absence of a member.
func absence(ref *openapi3.SchemaRef) (bool, error) {
	for _, extensions := range []map[string]any{ref.Extensions, ref.Value.Extensions} {
		switch extensions["x-absence"] {
		case nil:
		case "meaningful":
			return true, nil
		default:
			return false, errors.New("x-absence: only meaningful is known")
		}
	}
	return false, nil
}

// additional returns the schema of the members that are not declared, or nil where they may hold anything.
func (c *compiler) additional(source *openapi3.Schema, place string) (*contract.Schema, error) {
	extra := source.AdditionalProperties
	if extra.Has != nil && !*extra.Has {
		return nil, at(source, place, errors.New("additionalProperties: false is not supported"))
	}
	if extra.Schema == nil {
		return nil, nil
	}
	return c.compile(extra.Schema, place+".additionalProperties")
}
