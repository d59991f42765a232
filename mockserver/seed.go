package mockserver

import (
	"bytes"
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"

	"github.com/quartet-go/quartet/mockserver/internal/yamlfile"
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
func ReadState(name string, r io.Reader) (State, error) { return readState(name, r) }

// ReadRemoteState reads a state as [ReadState] does, for a server that nobody steers but over
// its admin API. There a fault [ConnectionRefused] without an end is an error, too: it refuses
// also the call that would remove it.
func ReadRemoteState(name string, r io.Reader) (State, error) {
	return readState(name, r, (*State).endless)
}

func readState(name string, r io.Reader, checks ...func(*State) checker) (State, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return State{}, fmt.Errorf("%s: %w", name, err)
	}
	root, err := seedTree(name, data, maxSeedNodes)
	if err != nil {
		return State{}, err
	}
	state, flaws := stateOf(root, nil, checks...)
	var errs []error
	for _, f := range flaws {
		errs = append(errs, fmt.Errorf("%s:%d: %w", name, f.line, f.flaw))
	}
	if len(errs) > 0 {
		return State{}, errors.Join(errs...)
	}
	return state, nil
}

// seedTree reads a file into a tree; of JSON, of at most so many values.
func seedTree(name string, data []byte, most int) (*yaml.Node, error) {
	if trimmed := bytes.TrimSpace(data); len(trimmed) > 0 && trimmed[0] == '{' {
		if jsontext.Value(data).IsValid(jsontext.AllowDuplicateNames(true)) {
			root, err := jsonTree(data, most)
			if err != nil {
				return nil, fmt.Errorf("%s:1: %w", name, err)
			}
			return root, nil
		}
		data = bytes.ReplaceAll(data, []byte("\t"), []byte(" ")) // so that YAML tells the mistake, and not the first tab
	}
	root, err := yamlfile.Read(name, data)
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s:1: the file is empty", name)
	}
	return root, err
}

// mayHold is how many values a file has at most. Each stands behind one of these, but for
// the first.
func mayHold(data []byte) int {
	n := 1
	for _, c := range data {
		switch c {
		case '\n', '\r', ',', ':', '[', '{', '?', '-':
			n++
		}
	}
	return n
}

// stateOf returns the state that a tree describes, and all that is wrong with it, also by the
// checks, besides what is known.
func stateOf(root *yaml.Node, known []flaw, checks ...func(*State) checker) (State, []located) {
	var state State
	var decoder seedDecoder
	decoder.value(root, reflect.ValueOf(&state).Elem(), nil)
	if root.Kind == yaml.MappingNode && !state.hasData() {
		state.takeData(defaultState())
	}
	unsound := state.flaws()
	for _, check := range checks {
		unsound = append(unsound, check(&state)...)
	}
	flaws := unknown(decoder.flaws, known)
	for _, f := range independent(unsound, slices.Concat(known, unplaced(flaws))) {
		if len(flaws) == mostFlaws {
			break // each takes a walk through the file
		}
		flaws = append(flaws, located{f, lineOf(root, f.path)})
	}
	slices.SortStableFunc(flaws, func(a, b located) int { return cmp.Compare(a.line, b.line) })
	return state, flaws
}

// mostFlaws bounds how many mistakes are told at once.
const mostFlaws = 1000

// unplaced leaves out the lines.
func unplaced(flaws []located) []flaw {
	var all []flaw
	for _, f := range flaws {
		all = append(all, f.flaw)
	}
	return all
}

// unknown leaves out what could not be read for a reason that is known.
func unknown(flaws []located, known []flaw) []located {
	return slices.DeleteFunc(flaws, func(f located) bool {
		return slices.ContainsFunc(known, func(k flaw) bool {
			return len(k.path) <= len(f.path) && slices.Equal(k.path, f.path[:len(k.path)])
		})
	})
}

// independent leaves out the flaws that may only be there because something could not be read,
// and those over mostFlaws.
func independent(flaws, unread []flaw) (all []flaw) {
	for _, f := range flaws {
		if len(all) == mostFlaws {
			break
		}
		if !slices.ContainsFunc(unread, func(first flaw) bool { return follows(f.path, first.path) }) {
			all = append(all, f)
		}
	}
	return all
}

// needs are the members of a fault that may be unsound because of others beside them.
var needs = map[string][]string{
	"kind":             {"status", "delay"},
	"at_most":          {"nth", "to"},
	"body":             {"status"},
	"retry_after":      {"status"},
	"retry_after_date": {"retry_after"},
	"content_type":     {"kind", "body"},
	"over":             {"kind"},
	"size":             {"kind"},
	"deviation":        {"distribution"},
	"sigma":            {"distribution"},
	"max":              {"distribution", "time"},
	"time":             {"distribution", "max"},
}

// follows reports whether a value at a path may only be unsound because the one at another
// could not be read: it is part of it or has it as a part; or that one is a whole part of the
// file, to which others refer; or it is a member of a fault that needs that one.
func follows(path, unread []string) bool {
	common := 0
	for common < min(len(path), len(unread)) && path[common] == unread[common] {
		common++
	}
	refers := len(path) > 0 && path[0] == "tokens" && len(unread) > 0 && (unread[0] == "profile" || unread[0] == "vendor")
	switch {
	case common == len(path) || common == len(unread):
		return true
	case common == len(path)-1 && slices.Contains(needs[path[common]], unread[common]):
		return true
	case isEntry(path) && isEntry(unread):
		return false // of a list: one says nothing of another
	}
	return len(unread) <= 2 && (common > 0 || refers)
}

// isEntry reports whether a path is that of a fault or limit, or of a part of one.
func isEntry(path []string) bool {
	return len(path) > 1 && (path[0] == "faults" || path[0] == "limits")
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
