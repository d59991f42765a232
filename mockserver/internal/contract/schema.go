package contract

import "regexp"

// schema is a compiled schema: what the walk needs, and nothing that it has to look up.
type schema struct {
	types    []Type // one, or several for a union; empty accepts anything
	nullable bool

	branches []*schema // of a union; no two accept the same JSON kind

	minLength, maxLength int // code points; -1: no bound
	pattern              *regexp.Regexp
	enum                 []string
	format               string // of a string: date-time, timestamp or nothing

	bits int // of an integer or a number: 32 or 64

	items              *schema // nil: items are not looked at
	minItems, maxItems int     // -1: no bound

	members []member // in the order of the document
	index   map[string]int
}

type member struct {
	name     string
	required bool
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
		if b.types[0].kind() == kind {
			return b
		}
	}
	return nil
}

func (s *schema) single() Type {
	if len(s.types) != 1 {
		return ""
	}
	return s.types[0]
}

// opaque reports whether there is nothing to check below or in a value.
func (s *schema) opaque() bool { return s == nil || len(s.types) == 0 }
