package main

import "errors"

// proxy serves in front of a real server, and fails at the end if either side has broken a
// document, or that server did not answer.
func (p *program) proxy(args []string) int {
	set, err := p.resolve(args, nil)
	if err == nil && set.target == "" {
		err = errors.New("-target: name the server to stand in front of")
	}
	for _, name := range []string{"split-balance", "variation", "check-answers"} {
		if set.named(name).from != "" {
			err = errors.Join(err, set.blame(name, errors.New("the command proxy makes no answers of its own; leave it out")))
		}
	}
	return p.serveMock(set, err)
}
