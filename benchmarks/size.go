package main

import (
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// program makes one call; internal/size has it.
type program struct {
	folder, title string
}

var programs = []program{
	{"nethttp", "net/http alone, the answer printed as it came"},
	{"byhand", "net/http and encoding/json by hand"},
	{"quartet", "quartet"},
	{"oapi", "oapi-codegen's client"},
	{"oapiretry", "oapi-codegen's client over go-retryablehttp"},
	{"resty", "resty 2"},
}

// size of a program, and the modules that are linked into it besides this repository's.
type size struct {
	program
	bytes   int64
	modules []string
}

// buildSizes builds the programs, stripped.
func buildSizes() ([]size, error) {
	into, err := os.MkdirTemp("", "sizes")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(into) }() // a leftover there harms nobody
	var sizes []size
	for _, p := range programs {
		s, err := p.build(filepath.Join(into, p.folder))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.folder, err)
		}
		sizes = append(sizes, s)
	}
	return sizes, nil
}

func (p program) build(file string) (size, error) {
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", file, "./internal/size/"+p.folder)
	if out, err := cmd.CombinedOutput(); err != nil {
		return size{}, fmt.Errorf("%w: %s", err, out)
	}
	built, err := os.Stat(file)
	if err != nil {
		return size{}, err
	}
	info, err := buildinfo.ReadFile(file)
	if err != nil {
		return size{}, err
	}
	s := size{program: p, bytes: built.Size()}
	for _, dep := range info.Deps {
		if dep.Path != ourModule {
			s.modules = append(s.modules, dep.Path)
		}
	}
	return s, nil
}
