package contract

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// Variation says how Vary may change an answer.
type Variation struct {
	// Rand makes every choice: the same state of it, and the same answer, give the same bytes. It must not be nil, and no
	// other goroutine may use it meanwhile.
	Rand *rand.Rand

	// Values lets the variation also change what the answer says, within the document: members that need not be there
	// are left out, those that may be null are null, an open enum has a value that nobody knows.
	Values bool
}

// Vary returns an answer in one of the ways that its document allows. It never changes body; it may return it.
//
// Without Values the answer says the same: members come in another order, objects have members that the document does not
// declare, a member that may be null or absent changes between the two, a time is the same instant and a number (not an
// integer) the same value in another spelling, strings are escaped or not, and there is white space. Free data, which is
// what a schema without a type takes, an object without declared members or one with additionalProperties, is data in all
// of its parts: only order, escapes and white space change there.
//
// A member that the document marks with x-absence: meaningful stays, or stays away. An answer without a body, one with a
// status that the document does not name or gives no body, and a body that is not JSON come back as they are. An answer
// that keeps the document still keeps it.
func (op *Operation) Vary(status int, body []byte, v Variation) []byte {
	a := op.answer(status)
	if a == nil || a.Schema == nil || len(body) == 0 {
		return body
	}
	root, ok := readTree(body)
	if !ok {
		return body
	}
	v.value(&root, a.Schema)
	return writeTree(&root, v.Rand)
}

// coin is true once in n times.
func (v *Variation) coin(n int) bool { return v.Rand.IntN(n) == 0 }

func (v *Variation) value(n *node, s *Schema) {
	if s.Opaque() {
		return
	}
	if b := s.branch(n.kind); b != nil {
		s = b
	}
	if n.kind != s.kind || s.Data && !v.Values {
		return
	}
	switch s.Types[0] {
	case String:
		v.text(n, s)
	case Number:
		if v.coin(2) {
			n.text = respellNumber(n.text, v.Rand)
		}
	case Array:
		for i := range n.list {
			v.value(&n.list[i], s.Items)
		}
	case Object, Map:
		v.object(n, s)
	}
}

func (v *Variation) text(n *node, s *Schema) {
	switch {
	case s.Format != "":
		n.text = s.respellTime(n.text, v.Rand)
	case s.Open && v.Values && v.coin(2):
		if unseen := fmt.Sprintf("unseen-%d", v.Rand.IntN(10)); len(s.checkString(unseen, nil)) == 0 {
			n.text = unseen
		}
	}
}

func (v *Variation) object(n *node, s *Schema) {
	for i := range n.list {
		v.value(&n.list[i], s.below('{', n.list[i].name))
	}
	for i := range s.Members {
		v.presence(n, &s.Members[i])
	}
	if s.Types[0] == Object && !s.Data {
		v.unknown(n, s)
	}
}

// presence leaves a member out, adds it as null or makes it null.
func (v *Variation) presence(n *node, m *Property) {
	if m.Absence {
		return
	}
	i, nullable := n.member(m.Name), m.Schema.Nullable
	switch {
	case i < 0:
		if !m.Required && nullable && v.coin(2) {
			n.list = append(n.list, node{name: m.Name, kind: 'n', text: "null"})
		}
	case !m.Required && nullable && n.list[i].kind == 'n' && v.coin(2), !m.Required && v.Values && v.coin(4):
		n.list = slices.Delete(n.list, i, i+1)
	case nullable && v.Values && v.coin(4):
		n.list[i] = node{name: m.Name, kind: 'n', text: "null"}
	}
}

// unknown adds members that the document does not declare, as later editions of a server do.
func (v *Variation) unknown(n *node, s *Schema) {
	for i := range v.Rand.IntN(3) {
		name := fmt.Sprintf("x_unknown_%d", i+1)
		if n.member(name) >= 0 || s.declares(name) {
			continue
		}
		added := v.anything(s, 3)
		added.name = name
		n.list = slices.Insert(n.list, v.Rand.IntN(len(n.list)+1), added)
	}
}

// anything returns a value of any kind. Its objects repeat the names of declared members, so that a reader that looks for
// them at the wrong depth finds them.
func (v *Variation) anything(s *Schema, depth int) node {
	kinds := []node{
		{kind: 'n', text: "null"}, {kind: 't', text: "true"}, {kind: 't', text: "false"}, {kind: '0', text: "-0"},
		{kind: '0', text: "9007199254740993"}, {kind: '0', text: "1.10e-7"}, {kind: '"', text: ""}, {kind: '"', text: "é/\"\\\n€𝄞"},
		{kind: '['}, {kind: '{'},
	}
	n := kinds[v.Rand.IntN(len(kinds))]
	if n.kind != '[' && n.kind != '{' || depth == 0 {
		return n
	}
	for range v.Rand.IntN(3) {
		child := v.anything(s, depth-1)
		if n.kind == '{' {
			child.name = s.Members[v.Rand.IntN(len(s.Members))].Name
			if n.member(child.name) >= 0 {
				continue
			}
		}
		n.list = append(n.list, child)
	}
	return n
}
