package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/quartet-go/quartet/mockserver"
)

// check says everything that is wrong with seed files.
func (p *program) check(args []string) int {
	files, err := arguments(args)
	if err == nil && len(files) == 0 {
		err = errors.New("name at least one seed file")
	}
	if err != nil {
		return p.misused(fmt.Errorf("check: %w", err))
	}
	status := ok
	for _, file := range files {
		if _, err := readSeed(file); err != nil {
			fmt.Fprintln(p.stderr, err)
			status = failed
			continue
		}
		fmt.Fprintf(p.stdout, "%s: ok\n", file)
	}
	return status
}

func readSeed(name string) (mockserver.State, error) {
	file, err := os.Open(name)
	if err != nil {
		return mockserver.State{}, err
	}
	defer file.Close()
	return mockserver.ReadRemoteState(name, file)
}
