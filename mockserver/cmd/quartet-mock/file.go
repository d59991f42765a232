package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/quartet-go/quartet/mockserver/internal/yamlfile"
)

// setByFile sets what the YAML file of -config says: a mapping of settings' names to their
// values.
func (s *settings) setByFile() []error {
	name, list := s.config, s.all
	root, err := readYAML(name)
	switch {
	case err != nil:
		return []error{s.blame("config", err)}
	case root.Kind != yaml.MappingNode:
		return []error{fmt.Errorf("%s:%d: expected are lines of the form addr: 127.0.0.1:8080", name, root.Line)}
	}
	var names []string
	for _, s := range list {
		names = append(names, s.name)
	}
	var mistakes []error
	seen := map[string]bool{}
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, node := root.Content[i], root.Content[i+1]
		at := fmt.Sprintf("%s:%d: %s", name, key.Line, key.Value)
		which := slices.Index(names, key.Value)
		switch {
		case which < 0:
			mistakes = append(mistakes, fmt.Errorf("%s: there is no such setting%s", at, nearest("", key.Value, names)))
		case seen[key.Value]:
			mistakes = append(mistakes, fmt.Errorf("%s: it stands twice; leave one out", at))
		case key.Value == "config":
			mistakes = append(mistakes, fmt.Errorf("%s: a file cannot name another; leave it out", at))
		case node.Kind == yaml.SequenceNode && key.Value == "cors":
			mistakes = append(mistakes, fmt.Errorf("%s: it must be one value, in which commas separate origins", at))
		case node.Kind != yaml.ScalarNode:
			mistakes = append(mistakes, fmt.Errorf("%s: it must be one value", at))
		case node.ShortTag() != "!!null": // which is as good as left out
			if err := list[which].assign(at, node.Value); err != nil {
				mistakes = append(mistakes, err)
			}
		}
		seen[key.Value] = true
	}
	return mistakes
}

// readYAML returns the root of a file's only document.
func readYAML(name string) (*yaml.Node, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	root, err := yamlfile.Read(name, data)
	if errors.Is(err, io.EOF) {
		return &yaml.Node{Kind: yaml.MappingNode}, nil // an empty file sets nothing
	}
	return root, err
}
