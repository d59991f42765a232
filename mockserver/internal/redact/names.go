package redact

import (
	"bytes"
	"unicode/utf8"
)

// nameSet is a set of names in which upper and lower case are the same, and white space around a name does not matter. Each name of each body is looked up, and few are
// as long as a secret's, so the names lie sorted by their length.
type nameSet struct {
	byLength [][][]byte
}

func (n *nameSet) add(name string) {
	for len(n.byLength) <= len(name) {
		n.byLength = append(n.byLength, nil)
	}
	n.byLength[len(name)] = append(n.byLength[len(name)], []byte(name))
}

// has looks up a name; plain says that it is known to be ASCII.
func (n *nameSet) has(name []byte, plain bool) bool {
	name = bytes.TrimSpace(name)
	if plain {
		return len(name) < len(n.byLength) && oneOf(n.byLength[len(name)], name)
	}
	// Some letters beyond ASCII are an ASCII letter in the other case, in another number of bytes.
	for _, names := range n.byLength {
		if oneOf(names, name) {
			return true
		}
	}
	return false
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func oneOf(names [][]byte, name []byte) bool {
	for _, known := range names {
		if bytes.EqualFold(known, name) {
			return true
		}
	}
	return false
}
