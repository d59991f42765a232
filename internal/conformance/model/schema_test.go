package model

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"pgregory.net/rapid"
)

// drawer draws values that a schema of a document allows.
type drawer struct {
	*rapid.T
	wide bool // all that the document allows, not only what the clients send: members that it does not know, nulls, every branch
}

// value draws a value to send, and what a client has of it then: without the members that it
// does not know, and without those that are null; times in one notation.
func (d drawer) value(s *openapi3.Schema, name string) (sent, kept any) {
	if d.wide && len(s.OneOf) > 0 {
		s = rapid.SampledFrom(s.OneOf).Draw(d.T, name+" branch").Value
	}
	s = branch(s)
	switch {
	case open(s):
		v := anything(1).Draw(d.T, name)
		return v, v
	case s.Type.Is("object"):
		return d.object(s, name)
	case s.Type.Is("array"):
		sentList, keptList := []any{}, []any{}
		most := 3
		if s.MaxItems != nil {
			most = int(*s.MaxItems)
		}
		for range rapid.IntRange(0, most).Draw(d.T, name+" items") {
			sentItem, keptItem := d.value(s.Items.Value, name)
			sentList, keptList = append(sentList, sentItem), append(keptList, keptItem)
		}
		return sentList, keptList
	case s.Type.Is("boolean"):
		v := rapid.Bool().Draw(d.T, name)
		return v, v
	case s.Type.Is("integer"):
		v := rapid.OneOf(rapid.Int64(), rapid.SampledFrom([]int64{0, 1, -842150451, math.MaxInt64, math.MinInt64})).Draw(d.T, name)
		if d.wide && rapid.Bool().Draw(d.T, name+" as a decimal") {
			return json.Number(strconv.FormatInt(v, 10) + ".0"), v
		}
		return v, v
	case s.Type.Is("number"):
		v := rapid.Float64().Draw(d.T, name)
		return v, v
	case s.Format == "timestamp" || s.Format == "date-time":
		return d.time(s.Format, name)
	}
	v := d.text(s, name)
	return v, v
}

// text draws one of the schema's length, also over the limit of bytes, and of the known
// values of an open enumeration or others.
func (d drawer) text(s *openapi3.Schema, name string) string {
	most := -1
	if s.MaxLength != nil {
		most = int(*s.MaxLength)
	}
	least := max(int(s.MinLength), 1) // the mock's own rules have no empty names
	drawn := rapid.OneOf(
		rapid.StringN(least, max(most, least+12), -1),
		rapid.StringOfN(rapid.RuneFrom([]rune("ж日\U0001F511")), least, least, -1),
	)
	if most > 0 {
		drawn = rapid.OneOf(drawn, rapid.StringOfN(rapid.RuneFrom([]rune("ж日\U0001F511")), most, most, -1))
	}
	if known, _ := s.Extensions["x-extensible-enum"].([]any); known != nil {
		drawn = rapid.OneOf(drawn, rapid.Map(rapid.SampledFrom(known), func(v any) string { return v.(string) }))
	}
	return drawn.Draw(d.T, name)
}

func (d drawer) time(format, name string) (sent, kept any) {
	micros := rapid.Int64Range(-62135596800_000_000, 253402300799_000_000).Draw(d.T, name) // the years 1 to 9999
	t := time.UnixMicro(micros).UTC()
	notations := []string{"2006-01-02T15:04:05.999999Z07:00", "2006-01-02T15:04:05.000000000Z07:00"}
	if format == "timestamp" {
		notations = append(notations, "2006-01-02T15:04:05.999999", "2006-01-02T15:04:05.000000")
	}
	return t.Format(rapid.SampledFrom(notations).Draw(d.T, name+" notation")), t.Format(time.RFC3339Nano)
}

func (d drawer) object(s *openapi3.Schema, name string) (sent, kept any) {
	sentMembers, keptMembers := map[string]any{}, map[string]any{}
	unknown := s.AdditionalProperties.Has != nil && *s.AdditionalProperties.Has
	if d.wide || unknown {
		more := rapid.MapOfN(d.strangers(s), anything(1), 0, 3).Draw(d.T, name+" further members")
		maps.DeleteFunc(more, func(name string, _ any) bool { return s.Properties[name] != nil })
		maps.Copy(sentMembers, more)
		if unknown {
			maps.Copy(keptMembers, more)
		}
	}
	for _, member := range slices.Sorted(maps.Keys(s.Properties)) {
		property := s.Properties[member].Value
		required := slices.Contains(s.Required, member)
		switch {
		case property.Deprecated && !d.wide, !required && rapid.Bool().Draw(d.T, "without "+member):
			continue
		case branch(property).Nullable && (d.wide || required) && rapid.Bool().Draw(d.T, member+" is null"):
			sentMembers[member] = nil
			if !d.wide {
				keptMembers[member] = nil
			}
			continue
		}
		sentMember, keptMember := d.value(property, member)
		if property.Default == nil || canonical(property.Default) != canonical(sentMember) { // which clients do not send
			sentMembers[member], keptMembers[member] = sentMember, keptMember
		}
	}
	return sentMembers, keptMembers
}

// strangers are names of members that a document does not know, also those that differ from
// the known ones in case only.
func (d drawer) strangers(s *openapi3.Schema) *rapid.Generator[string] {
	if len(s.Properties) == 0 {
		return texts
	}
	return rapid.OneOf(texts, rapid.Map(rapid.SampledFrom(slices.Sorted(maps.Keys(s.Properties))), strings.ToUpper))
}

// branch is the schema itself, or of one that is made of others the first, which is the one
// that the clients speak.
func branch(s *openapi3.Schema) *openapi3.Schema {
	switch {
	case len(s.AllOf) > 0:
		return branch(s.AllOf[0].Value)
	case len(s.OneOf) > 0:
		return branch(s.OneOf[0].Value)
	}
	return s
}

// open reports whether a schema allows everything.
func open(s *openapi3.Schema) bool { return s.Type == nil }
