package mockserver

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"

	"go.yaml.in/yaml/v3"
)

//go:embed seed.yaml
var defaultSeed []byte

// DefaultState returns the state that a server starts with unless it is told otherwise.
// It is written down in seed.yaml.
func DefaultState() State { return defaultState().clone() }

var defaultState = sync.OnceValue(func() State {
	state, err := ReadState("seed.yaml", bytes.NewReader(defaultSeed))
	if err != nil {
		panic("mockserver: " + err.Error()) // the file is part of the package and tested
	}
	return state
})

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
		return State{}, syntaxError(name, err, data)
	}
	if len(tree.Content) == 0 {
		return State{}, fmt.Errorf("%s:1: the file is empty", name)
	}
	unquoteIDs(data, tree.Content[0])
	var state State
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&state); err != nil {
		return State{}, decodeError(name, err, tree.Content[0])
	}
	var second yaml.Node
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		return State{}, fmt.Errorf("%s:%d: there is a second document; keep the first only", name, max(second.Line, 1))
	}
	var errs []error
	for _, f := range state.faults() {
		errs = append(errs, fmt.Errorf("%s:%d: %w", name, lineOf(tree.Content[0], f.path), f))
	}
	return state, errors.Join(errs...)
}

// unquoteIDs takes the quotes from the names that are numbers in a state: JSON cannot do
// without them.
func unquoteIDs(data []byte, root *yaml.Node) {
	lines := bytes.SplitAfter(data, []byte("\n")) // they share the memory of data
	for _, path := range [][2]string{{"subscription", "users"}, {"vendor", "roles"}, {"vendor", "users"}} {
		ids := child(child(root, path[0]), path[1])
		if ids == nil || ids.Kind != yaml.MappingNode {
			continue
		}
		for i := 0; i < len(ids.Content); i += 2 {
			unquote(lines, ids.Content[i])
		}
	}
}

// unquote puts spaces for the quotes of a number.
func unquote(lines [][]byte, key *yaml.Node) {
	if _, err := strconv.ParseInt(key.Value, 10, 64); err != nil || key.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) == 0 {
		return
	}
	if key.Line > len(lines) {
		return // YAML has further ends of lines, which JSON has not
	}
	line := lines[key.Line-1]
	before := []rune(string(line)) // columns count characters
	start := len(string(before[:min(key.Column-1, len(before))]))
	end := start + 1 + len(key.Value)
	if end < len(line) && string(line[start+1:end]) == key.Value {
		line[start], line[end] = ' ', ' '
	}
}
