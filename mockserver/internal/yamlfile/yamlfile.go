// Package yamlfile reads YAML files that people write.
package yamlfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Read returns the root of a file's only document; of an empty file the error is io.EOF.
// Another error says where the mistake is, as name:line; an anchor that is not there may be a
// secret without quotes, so its name is not repeated.
func Read(name string, data []byte) (*yaml.Node, error) {
	var tree, second yaml.Node
	documents := yaml.NewDecoder(bytes.NewReader(data))
	switch err := documents.Decode(&tree); {
	case errors.Is(err, io.EOF):
		return nil, err
	case err != nil:
		return nil, syntaxError(name, err, data)
	}
	if err := documents.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s:%d: there is a second document; keep the first only", name, max(second.Line, 1))
	}
	return tree.Content[0], nil
}

// What the YAML library says of a file that is not YAML.
var (
	yamlLine      = regexp.MustCompile(`(?s)^(?:yaml: )?line (\d+): (.*)`)
	unknownAnchor = regexp.MustCompile(`^yaml: unknown anchor '(.+)' referenced$`)
)

// syntaxError tells where a file stops being YAML. The library leaves the line out when it
// is the first, for bytes that are no text, and for an anchor.
func syntaxError(name string, err error, data []byte) error {
	if parts := yamlLine.FindStringSubmatch(err.Error()); parts != nil {
		line, _ := strconv.Atoi(parts[1]) // digits by the expression
		if strings.HasPrefix(parts[2], "did not find expected") {
			line++ // the library counts from 0 here
		}
		return fmt.Errorf("%s:%d: %s", name, line, parts[2])
	}
	at, text := firstNoText(data), strings.TrimPrefix(err.Error(), "yaml: ")
	if anchor := unknownAnchor.FindStringSubmatch(err.Error()); anchor != nil {
		at, text = bytes.Index(data, []byte("*"+anchor[1])), "there is no such anchor; a text that begins with * needs quotes"
	}
	return fmt.Errorf("%s:%d: %s", name, 1+bytes.Count(data[:max(at, 0)], []byte("\n")), text)
}

// firstNoText returns the index of the first character that YAML does not hold.
func firstNoText(data []byte) int {
	return strings.IndexFunc(string(data), func(r rune) bool {
		return r == utf8.RuneError || r < ' ' && !strings.ContainsRune("\t\r\n", r)
	})
}
