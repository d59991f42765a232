package mockserver

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed seed.yaml
var defaultSeed []byte

// DefaultState returns the state that a server starts with unless it is told otherwise.
// It is written down in seed.yaml.
func DefaultState() State {
	state, err := ReadState("seed.yaml", bytes.NewReader(defaultSeed))
	if err != nil {
		panic("mockserver: " + err.Error()) // the file is part of the package and tested
	}
	return state
}

// ReadState reads a state from a seed file, which is YAML or JSON in the form of
// seed.yaml. A member that it does not know, a value of the wrong type and a state that
// is not sound (see [State.Check]) are errors; each says where, as name:line, and names
// the member.
func ReadState(name string, r io.Reader) (State, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return State{}, fmt.Errorf("%s: %w", name, err)
	}
	if trimmed := bytes.TrimSpace(data); len(trimmed) > 0 && trimmed[0] == '{' {
		data = bytes.ReplaceAll(data, []byte("\t"), []byte(" ")) // JSON may be indented by tabs, YAML not
	}
	var tree yaml.Node
	if err := yaml.Unmarshal(data, &tree); err != nil {
		return State{}, located(name, err.Error(), nil)
	}
	if len(tree.Content) == 0 {
		return State{}, fmt.Errorf("%s:1: the file is empty", name)
	}
	var state State
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&state); err != nil {
		return State{}, yamlErrors(name, err, tree.Content[0])
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return State{}, fmt.Errorf("%s: there is more than one document; keep the first", name)
	}
	var errs []error
	for _, f := range state.faults() {
		errs = append(errs, fmt.Errorf("%s:%d: %w", name, lineOf(tree.Content[0], f.path), f))
	}
	return state, errors.Join(errs...)
}

// yamlErrors tells each mistake of a decoder by line and member.
func yamlErrors(name string, err error, root *yaml.Node) error {
	var mistakes *yaml.TypeError
	if !errors.As(err, &mistakes) {
		return located(name, err.Error(), root)
	}
	errs := make([]error, len(mistakes.Errors))
	for i, text := range mistakes.Errors {
		errs[i] = located(name, text, root)
	}
	return errors.Join(errs...)
}

var (
	yamlLine     = regexp.MustCompile(`^(?:yaml: )?line (\d+): (.*)`)
	unknownField = regexp.MustCompile(`^field (.+) not found in type .*`)
	wrongType    = regexp.MustCompile(`^cannot unmarshal !!(\w+) .*into (.+)`)
)

// located rewrites an error of the YAML library, which begins with the line, as
// name:line: member: what is wrong. It repeats no value, since that may be a password.
func located(name, text string, root *yaml.Node) error {
	parts := yamlLine.FindStringSubmatch(text)
	if parts == nil {
		return fmt.Errorf("%s: %s", name, strings.TrimPrefix(text, "yaml: "))
	}
	line, _ := strconv.Atoi(parts[1]) // digits by the expression
	what := parts[2]
	member := pathAt(root, line)
	if field := unknownField.FindStringSubmatch(what); field != nil {
		what = "there is no such member here; see seed.yaml for those that there are"
		if !strings.HasSuffix(member, field[1]) {
			member = field[1]
		}
	} else if types := wrongType.FindStringSubmatch(what); types != nil {
		what = fmt.Sprintf("a YAML %s cannot stand here; expected %s", types[1], types[2])
	}
	if member != "" {
		what = member + ": " + what
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

func child(node *yaml.Node, name string) *yaml.Node {
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

// pathAt returns the dotted path of the last value that begins on the line, "" when none
// does.
func pathAt(node *yaml.Node, line int) string {
	found := ""
	var walk func(node *yaml.Node, path string)
	walk = func(node *yaml.Node, path string) {
		if node.Line == line && path != "" {
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
			walk(value, strings.TrimPrefix(path+"."+name, "."))
		}
	}
	if node != nil {
		walk(node, "")
	}
	return found
}
