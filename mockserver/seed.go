package mockserver

import (
	"bytes"
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"
)

//go:embed seed.yaml
var defaultSeed []byte

// DefaultState returns the state that a server starts with unless it is told otherwise.
// It is written down in seed.yaml.
func DefaultState() State { return defaultState().clone() }

var builtIn struct {
	once  sync.Once
	state *State
}

// defaultState returns the state itself, which nobody may change.
func defaultState() *State {
	builtIn.once.Do(func() {
		state, err := ReadState("seed.yaml", bytes.NewReader(defaultSeed))
		if err != nil {
			panic("mockserver: " + err.Error()) // the file is part of the package and tested
		}
		builtIn.state = &state
	})
	return builtIn.state
}

// ReadState reads a state from a seed file, which is YAML or JSON in the form of
// seed.yaml. A member that it does not know, a value of the wrong type and a state that
// is not sound (see [State.Check]) are errors; each says where, as name:line, and names
// the member. A file with none of tokens, profile, billing, subscription and vendor is about
// the default world: it has those of [DefaultState]. [State.Write] writes a file.
func ReadState(name string, r io.Reader) (State, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return State{}, fmt.Errorf("%s: %w", name, err)
	}
	root, err := seedTree(name, data)
	if err != nil {
		return State{}, err
	}
	state, flaws := stateOf(root)
	var errs []error
	for _, f := range flaws {
		errs = append(errs, fmt.Errorf("%s:%d: %w", name, f.line, f.flaw))
	}
	if len(errs) > 0 {
		return State{}, errors.Join(errs...)
	}
	return state, nil
}

// seedTree reads a file into a tree.
func seedTree(name string, data []byte) (*yaml.Node, error) {
	if trimmed := bytes.TrimSpace(data); len(trimmed) > 0 && trimmed[0] == '{' {
		if jsontext.Value(data).IsValid(jsontext.AllowDuplicateNames(true)) {
			return jsonTree(data)
		}
		data = bytes.ReplaceAll(data, []byte("\t"), []byte(" ")) // so that YAML tells the mistake, and not the first tab
	}
	var tree yaml.Node
	documents := yaml.NewDecoder(bytes.NewReader(data))
	switch err := documents.Decode(&tree); {
	case errors.Is(err, io.EOF):
		return nil, fmt.Errorf("%s:1: the file is empty", name)
	case err != nil:
		return nil, syntaxError(name, err, data)
	}
	var second yaml.Node
	if err := documents.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s:%d: there is a second document; keep the first only", name, max(second.Line, 1))
	}
	return tree.Content[0], nil
}

// stateOf returns the state that a tree describes, and all that is wrong with it.
func stateOf(root *yaml.Node) (State, []located) {
	var state State
	var decoder seedDecoder
	decoder.value(root, reflect.ValueOf(&state).Elem(), nil)
	if len(root.Content) > 0 && !state.hasData() {
		state.takeData(defaultState())
	}
	flaws := decoder.flaws
	for _, f := range state.flaws() {
		if !slices.ContainsFunc(decoder.flaws, func(first located) bool { return follows(f.path, first.path) }) {
			flaws = append(flaws, located{f, lineOf(root, f.path)})
		}
	}
	slices.SortStableFunc(flaws, func(a, b located) int { return cmp.Compare(a.line, b.line) })
	return state, flaws
}

// follows reports whether what is unsound at a path may only be so because a value could not
// be read at another: they are of one fault or limit, or of one other part of the file, and
// tokens refer to the users of two.
func follows(path, unread []string) bool {
	if len(unread) == 0 || path[0] == "tokens" && (unread[0] == "profile" || unread[0] == "vendor") {
		return true
	}
	if isList := path[0] == "faults" || path[0] == "limits"; isList && len(path) > 1 && len(unread) > 1 {
		return slices.Equal(path[:2], unread[:2])
	}
	return path[0] == unread[0]
}

// hasData reports whether there is anything that the APIs could show or ask for.
func (s *State) hasData() bool {
	rest := *s
	rest.Random, rest.Clock, rest.Faults, rest.Limits, rest.Variation = 0, Clock{}, nil, nil, Variation{}
	return !reflect.ValueOf(rest).IsZero()
}

// takeData takes a copy of what another state has of that.
func (s *State) takeData(from *State) {
	data := from.clone()
	data.Random, data.Clock, data.Faults, data.Limits, data.Variation = s.Random, s.Clock, s.Faults, s.Limits, s.Variation
	*s = data
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
