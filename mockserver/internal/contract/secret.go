package contract

import (
	"slices"
	"strings"
)

// markBodies fills Operation.SecretBody: a name that one document marks is secret in all of them.
func (c *Contract) markBodies() {
	for op := range c.Operations() {
		op.SecretBody = op.Body != nil && op.Body.Schema.declaresAny(c.Secrets, map[*Schema]bool{})
	}
}

// declaresAny reports whether a member at any depth has one of the names.
func (s *Schema) declaresAny(names map[string]bool, seen map[*Schema]bool) bool {
	if s == nil || seen[s] {
		return false
	}
	seen[s] = true
	below := append([]*Schema{s.Items, s.Extra}, s.Branches...)
	for i := range s.Members {
		for name := range names {
			if strings.EqualFold(name, s.Members[i].Name) {
				return true
			}
		}
		below = append(below, s.Members[i].Schema)
	}
	return slices.ContainsFunc(below, func(b *Schema) bool { return b.declaresAny(names, seen) })
}
