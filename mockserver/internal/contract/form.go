package contract

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"unicode/utf16"
)

// form writes JSON in one of the many ways in which the same data can be written: members in any order, white space
// between tokens, characters of strings as they are or escaped. Numbers stay digit by digit.
type form struct {
	rand   *rand.Rand
	spaced bool
	out    []byte
}

// writeTree writes a document; it changes the order of the tree's members.
func writeTree(root *node, r *rand.Rand) []byte {
	f := form{rand: r, spaced: r.IntN(3) > 0}
	f.space()
	f.value(root)
	f.space()
	return f.out
}

func (f *form) value(n *node) {
	switch n.kind {
	case '{', '[':
		f.list(n)
	case '"':
		f.text(n.text)
	default:
		f.out = append(f.out, n.text...)
	}
}

func (f *form) list(n *node) {
	if n.kind == '{' && f.rand.IntN(2) == 0 {
		f.rand.Shuffle(len(n.list), func(i, j int) { n.list[i], n.list[j] = n.list[j], n.list[i] })
	}
	f.out = append(f.out, n.kind)
	f.space()
	for i := range n.list {
		if i > 0 {
			f.out = append(f.out, ',')
			f.space()
		}
		if n.kind == '{' {
			f.text(n.list[i].name)
			f.space()
			f.out = append(f.out, ':')
			f.space()
		}
		f.value(&n.list[i])
		f.space()
	}
	f.out = append(f.out, n.kind+2) // the closing bracket, in ASCII
}

func (f *form) space() {
	if !f.spaced {
		return
	}
	for range f.rand.IntN(3) {
		f.out = append(f.out, " \n\t\r"[f.rand.IntN(4)])
	}
}

// escaping is how much of a string is escaped.
type escaping int

const (
	escapeLittle escaping = iota // what has to be
	escapeMuch                   // also slashes and what is not ASCII, as PHP and Python do
	escapeMixed                  // any character, or not
)

func (f *form) text(text string) {
	how := escaping(f.rand.IntN(3))
	f.out = append(f.out, '"')
	for _, c := range text {
		must := c < ' ' || c == '"' || c == '\\'
		switch {
		case must, how == escapeMuch && (c == '/' || c > '~'), how == escapeMixed && f.rand.IntN(2) == 0:
			f.escape(c, how)
		default:
			f.out = append(f.out, string(c)...)
		}
	}
	f.out = append(f.out, '"')
}

// escape writes a character as a letter behind a backslash where there is one, else as one or two UTF-16 units.
func (f *form) escape(c rune, how escaping) {
	const characters, letters = "\"\\/\b\f\n\r\t", `"\/bfnrt`
	if i := strings.IndexRune(characters, c); i >= 0 && (how != escapeMixed || f.rand.IntN(2) == 0) {
		f.out = append(f.out, '\\', letters[i])
		return
	}
	verb := `\u%04x`
	if f.rand.IntN(2) == 0 {
		verb = `\u%04X`
	}
	for _, unit := range utf16.AppendRune(nil, c) {
		f.out = fmt.Appendf(f.out, verb, unit)
	}
}
