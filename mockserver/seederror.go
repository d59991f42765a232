package mockserver

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// What the YAML library says, of which only the parts in brackets are used: the rest can
// repeat a value, and that may be a password.
var (
	yamlLine      = regexp.MustCompile(`(?s)^(?:yaml: )?line (\d+): (.*)`)
	unknownAnchor = regexp.MustCompile(`^yaml: unknown anchor '(.+)' referenced$`)
	unknownField  = regexp.MustCompile(`(?s)^field (.+) not found in type `)
	wrongType     = regexp.MustCompile(`(?s)^cannot unmarshal (!!\w+) .*into (.+)$`)
	standsTwice   = regexp.MustCompile(`(?s)^mapping key .+ already defined at line (\d+)$`)
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

// decodeError tells each value that does not fit the state, by line and member.
func decodeError(name string, err error, root *yaml.Node) error {
	var mistakes *yaml.TypeError
	if !errors.As(err, &mistakes) {
		return misfit(name, err, root)
	}
	errs := make([]error, len(mistakes.Errors))
	for i, text := range mistakes.Errors {
		errs[i] = mistake(name, text, root)
	}
	return errors.Join(errs...)
}

// mistake tells a mistake of which the library says the line.
func mistake(name, text string, root *yaml.Node) error {
	var line int
	if parts := yamlLine.FindStringSubmatch(text); parts != nil {
		line, _ = strconv.Atoi(parts[1]) // digits by the expression
		text = parts[2]
	}
	path := pathOf(root, func(node *yaml.Node) bool { return node.Line == line })
	what := "this cannot stand here"
	if field := unknownField.FindStringSubmatch(text); field != nil {
		what = "there is no such member here; see seed.yaml for those that there are"
		if len(path) == 0 || path[len(path)-1] != field[1] {
			path = field[1:]
		}
	} else if types := wrongType.FindStringSubmatch(text); types != nil {
		what = fmt.Sprintf("a YAML %s cannot stand here; expected %s", types[1][2:], types[2])
		path = pathOf(root, func(node *yaml.Node) bool { return node.Line == line && node.ShortTag() == types[1] })
	} else if first := standsTwice.FindStringSubmatch(text); first != nil {
		what = "the member stands twice, first in line " + first[1]
	}
	return located(name, line, path, what)
}

// misfit tells a mistake of which the library does not say the line: a time, or a value
// that does not fit the type tag before it. Other ones need YAML that no seed file has.
func misfit(name string, err error, root *yaml.Node) error {
	what := "the value does not fit its tag"
	bad := func(node *yaml.Node) bool { return node.Style&yaml.TaggedStyle != 0 }
	var badTime *time.ParseError
	if errors.As(err, &badTime) {
		what = "this is no time; one is written as 2026-01-05T12:34:56Z"
		bad = func(node *yaml.Node) bool { return node.Value == badTime.Value }
	}
	path := pathOf(root, bad)
	if len(path) == 0 {
		what = "the file has YAML beyond plain members and values"
	}
	return located(name, lineOf(root, path), path, what)
}

func located(name string, line int, path []string, what string) error {
	if len(path) > 0 {
		what = strings.Join(path, ".") + ": " + what
	}
	return fmt.Errorf("%s:%d: %s", name, line, what)
}

// lineOf returns the line of the value at path, or of the innermost part of it that the
// file has.
func lineOf(node *yaml.Node, path []string) int {
	line := node.Line
	for _, name := range path {
		if node = child(node, name); node == nil {
			break
		}
		line = node.Line
	}
	return line
}

// child returns the value of a member or item, nil when there is none.
func child(node *yaml.Node, name string) *yaml.Node {
	if node == nil {
		return nil
	}
	switch node.Kind {
	case yaml.AliasNode:
		return child(node.Alias, name)
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(name); err == nil && i < len(node.Content) {
			return node.Content[i]
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			if node.Content[i].Value == name {
				return node.Content[i+1]
			}
		}
	}
	return nil
}

// pathOf returns the path of the last value below root that is looked for, nil when there
// is none.
func pathOf(root *yaml.Node, wanted func(*yaml.Node) bool) (found []string) {
	var walk func(node *yaml.Node, path []string)
	walk = func(node *yaml.Node, path []string) {
		if len(path) > 0 && wanted(node) {
			found = path
		}
		for i, value := range node.Content {
			name := strconv.Itoa(i)
			if node.Kind == yaml.MappingNode {
				if i%2 == 0 {
					continue
				}
				name = node.Content[i-1].Value
			}
			walk(value, append(slices.Clip(path), name))
		}
	}
	walk(root, nil)
	return found
}
