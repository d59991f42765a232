package mockserver

import (
	"bytes"
	"errors"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"
)

// A seed file and the admin API have one notation, YAML's tree of nodes: the same decoder
// and encoder stand behind both. The YAML library's reading of JSON is not good enough
// for that: it refuses tabs and halves of surrogate pairs.

// jsonTree reads JSON into a tree of at most so many values, with their lines.
func jsonTree(data []byte, most int) (*yaml.Node, error) {
	decoder := jsontext.NewDecoder(bytes.NewReader(data), jsontext.AllowDuplicateNames(true)) // which the seed decoder refuses with their lines
	reader := jsonReader{decoder: decoder, data: data, line: 1, left: most}
	return reader.value()
}

var errTooMany = errors.New("it has too many values")

type jsonReader struct {
	decoder *jsontext.Decoder
	data    []byte
	line    int // at offset
	offset  int
	left    int // values that it may have yet
}

func (r *jsonReader) value() (*yaml.Node, error) {
	token, err := r.decoder.ReadToken()
	if err != nil {
		return nil, err
	}
	if r.left--; r.left < 0 {
		return nil, errTooMany
	}
	node := &yaml.Node{Kind: yaml.ScalarNode, Line: r.lineHere()}
	switch kind := token.Kind(); kind {
	case '{', '[':
		node.Kind = yaml.MappingNode
		if kind == '[' {
			node.Kind = yaml.SequenceNode
		}
		for r.decoder.PeekKind() != kind+2 { // the closing bracket, in ASCII
			item, err := r.value()
			if err != nil {
				return nil, err
			}
			node.Content = append(node.Content, item)
		}
		_, err = r.decoder.ReadToken()
	case '"':
		node.Value, node.Tag, node.Style = token.String(), "!!str", yaml.DoubleQuotedStyle
	default: // null, booleans and numbers are written alike
		node.Value = token.String()
	}
	return node, err
}

// lineHere returns the line on which the token that was read last ends.
func (r *jsonReader) lineHere() int {
	end := int(r.decoder.InputOffset())
	r.line += bytes.Count(r.data[r.offset:end], []byte("\n"))
	r.offset = end
	return r.line
}

// appendJSON writes a tree as JSON.
func appendJSON(b []byte, node *yaml.Node) []byte {
	switch node.Kind {
	case yaml.MappingNode:
		b = append(b, '{')
		for i := 0; i+1 < len(node.Content); i += 2 {
			if i > 0 {
				b = append(b, ',')
			}
			b, _ = jsontext.AppendQuote(b, node.Content[i].Value) // UTF-8, by the encoder
			b = appendJSON(append(b, ':'), node.Content[i+1])
		}
		return append(b, '}')
	case yaml.SequenceNode:
		b = append(b, '[')
		for i, item := range node.Content {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, item)
		}
		return append(b, ']')
	}
	switch tag := node.ShortTag(); {
	case isNumber(node):
		return append(b, node.Value...)
	case tag == "!!bool":
		return strconv.AppendBool(b, strings.EqualFold(node.Value, "true"))
	case tag == "!!null":
		return append(b, "null"...)
	}
	b, _ = jsontext.AppendQuote(b, node.Value)
	return b
}
