package contract

import "regexp"

// schema is a compiled schema: what the walk needs, and nothing that it has to look up.
type schema struct {
	types    []Type // one, or several for a union; empty accepts anything
	kind     byte   // of types[0]
	nullable bool

	branches []*schema // of a union; no two accept the same JSON kind

	minLength, maxLength int // code points; -1: no bound
	pattern              *regexp.Regexp
	enum                 []string
	open                 bool   // x-extensible-enum: any other value is welcome, too
	format               string // of a string: date-time, timestamp or nothing

	bits int // of an integer or a number: 32 or 64

	items              *schema // nil: items are not looked at
	minItems, maxItems int     // -1: no bound

	members []member // in the order of the document
	index   map[string]int
	extra   *schema // of members that are not declared; nil: they may hold anything
	data    bool    // additionalProperties stands in the document: every member is data, declared or not
}

type member struct {
	name     string
	quoted   string // as JSON
	required bool
	absence  bool // x-absence: that the member is not there says something
	schema   *schema
}

// kind is the first byte of a JSON value, as jsontext.Kind has it, where both literals of a boolean count as 't'.
func (t Type) kind() byte {
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
func (s *schema) branch(kind byte) *schema {
	for _, b := range s.branches {
		if b.kind == kind {
			return b
		}
	}
	return nil
}

// ofObject returns the members of the object that the schema takes, itself or by one branch of a union.
func (s *schema) ofObject() []member {
	if b := s.branch('{'); b != nil {
		return b.members
	}
	return s.members
}

// declares reports whether the object that the schema takes has this member in the document.
func (s *schema) declares(name string) bool {
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
func (s *schema) below(kind byte, name string) *schema {
	if s == nil {
		return nil
	}
	if b := s.branch(kind); b != nil {
		s = b
	}
	if kind == '[' {
		return s.items
	}
	if i, ok := s.index[name]; ok {
		return s.members[i].schema
	}
	return s.extra
}

func (s *schema) single() Type {
	if len(s.types) != 1 {
		return ""
	}
	return s.types[0]
}

// opaque reports whether there is nothing to check below or in a value.
func (s *schema) opaque() bool { return s == nil || len(s.types) == 0 }
