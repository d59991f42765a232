package main

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// config prints the settings in force as a file for -config, in which those that nobody has
// set are comments.
func (p *program) config(args []string) int {
	set, err := p.resolve(args, nil)
	if err != nil {
		return p.misused(err)
	}
	for _, s := range set.all {
		line, from := s.name+": "+s.written(), strings.TrimSuffix(s.from, ": "+s.name)
		if from == "" {
			from = "default"
		}
		if s.from == "" || s.name == "config" || s.secret { // a file cannot name another, nor has it what is not shown
			line = "# " + line
		}
		fmt.Fprintf(p.stdout, "%-32s # %s\n", line, from)
	}
	return ok
}

// written is the value as YAML reads it, a text with quotes where it needs them.
func (s *setting) written() string {
	if _, is := s.value.(value[string]); !is {
		return s.shown()
	}
	text, _ := yaml.Marshal(s.shown()) // every text can be written
	return strings.TrimSuffix(string(text), "\n")
}
