package contract

import (
	"bytes"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// node is a JSON value that can be changed and written again.
type node struct {
	name string // of a member of an object
	kind byte   // as Type.Kind has it; 'n' is null
	text string // what a string says; of a number or literal, how it was written
	list []node // members or items
}

// readTree reads a JSON document; ok is false where it is none, or names a member twice.
func readTree(body []byte) (root node, ok bool) {
	d := jsontext.NewDecoder(bytes.NewReader(body))
	if err := root.read(d); err != nil {
		return root, false
	}
	_, err := d.ReadToken()
	return root, errors.Is(err, io.EOF)
}

func (n *node) read(d *jsontext.Decoder) error {
	kind := d.PeekKind()
	switch kind {
	case '{', '[':
		return n.readList(d, byte(kind))
	case '"':
		token, err := d.ReadToken()
		if err == nil {
			n.kind, n.text = '"', token.String()
		}
		return err
	}
	raw, err := d.ReadValue()
	n.kind, n.text = byte(kind), string(raw)
	if kind == 'f' {
		n.kind = 't'
	}
	return err
}

func (n *node) readList(d *jsontext.Decoder, kind byte) error {
	n.kind = kind
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for d.PeekKind() != '}' && d.PeekKind() != ']' {
		var child node
		if kind == '{' {
			name, err := d.ReadToken()
			if err != nil {
				return err
			}
			child.name = name.String()
		}
		if err := child.read(d); err != nil {
			return err
		}
		n.list = append(n.list, child)
	}
	_, err := d.ReadToken()
	return err
}

// member returns the place of a member, or -1.
func (n *node) member(name string) int {
	for i := range n.list {
		if n.list[i].name == name {
			return i
		}
	}
	return -1
}
