package contract

import (
	"maps"
	"regexp"
	"slices"
)

// Schema is a compiled schema: what the walk needs, and nothing that it has to look up.
type Schema struct {
	Types    []Type // one, or several for a union; empty accepts anything
	Nullable bool

	Branches []*Schema // of a union; no two accept the same JSON kind

	MinLength int // of a string, in code points
	MaxLength int // the same; -1: no bound
	Pattern   *regexp.Regexp
	Enum      []string
	Open      bool   // x-extensible-enum: any other value is welcome, too
	Format    string // of a string: DateTime, Timestamp or nothing

	Bits int // of an integer or a number: 32 or 64

	Items    *Schema // nil: items are not looked at
	MinItems int     // of an array
	MaxItems int     // the same; -1: no bound

	Members []Property // in the order of the document
	Extra   *Schema    // of members that are not declared; nil: they may hold anything
	Data    bool       // additionalProperties stands in the document: every member is data, declared or not

	kind  byte           // of Types[0]
	index map[string]int // of Members, by name
	first int            // the place of the one that is first in the alphabet
}

// Property is a declared member of an object.
type Property struct {
	Name     string
	Required bool
	Absence  bool // x-absence: that the member is not there says something
	Schema   *Schema

	quoted string // the name as JSON
	behind int    // the place of the one that follows it in the alphabet
}

// complete works out what is looked up, here and below. A circle comes back to what has its kind.
func (s *Schema) complete() {
	if s.Opaque() || s.kind != 0 {
		return
	}
	s.kind, s.index = s.Types[0].Kind(), make(map[string]int, len(s.Members))
	for i := range s.Members {
		m := &s.Members[i]
		s.index[m.Name], m.quoted = i, string(quoteText([]byte(m.Name)))
		m.Schema.complete()
	}
	s.completeOrder()
	s.Items.complete()
	s.Extra.complete()
	for _, b := range s.Branches {
		b.complete()
	}
}

// completeOrder works out the alphabetical order, in which the mock answers.
func (s *Schema) completeOrder() {
	next := len(s.Members)
	for _, name := range slices.Backward(slices.Sorted(maps.Keys(s.index))) {
		place := s.index[name]
		s.Members[place].behind, next = next, place
	}
	s.first = next
}

// Kind is the first byte of a JSON value, as jsontext.Kind has it, where both literals of a boolean count as 't'.
func (t Type) Kind() byte {
	switch t {
	case String:
		return '"'
	case Integer, Number:
		return '0'
	case Boolean:
		return 't'
	case Array:
		return '['
	default:
		return '{'
	}
}

// branch returns the one branch of a union that takes values of this kind, or nil.
func (s *Schema) branch(kind byte) *Schema {
	for _, b := range s.Branches {
		if b.kind == kind {
			return b
		}
	}
	return nil
}

// ofObject returns the members of the object that the schema takes, itself or by one branch of a union.
func (s *Schema) ofObject() []Property {
	if b := s.branch('{'); b != nil {
		return b.Members
	}
	return s.Members
}

// declares reports whether the object that the schema takes has this member in the document.
func (s *Schema) declares(name string) bool {
	if s == nil {
		return false
	}
	if b := s.branch('{'); b != nil {
		s = b
	}
	_, ok := s.index[name]
	return ok
}

// below returns the schema of the items of an array, or of a member of an object; nil where anything is welcome.
func (s *Schema) below(kind byte, name string) *Schema {
	if s == nil {
		return nil
	}
	if b := s.branch(kind); b != nil {
		s = b
	}
	if kind == '[' {
		return s.Items
	}
	if i, ok := s.index[name]; ok {
		return s.Members[i].Schema
	}
	return s.Extra
}

// Single returns the type of a schema that has just one, else nothing.
func (s *Schema) Single() Type {
	if len(s.Types) != 1 {
		return ""
	}
	return s.Types[0]
}

// Opaque reports whether there is nothing to check below or in a value.
func (s *Schema) Opaque() bool { return s == nil || len(s.Types) == 0 }
