// Command benchmarks measures the clients against other ways to call the same API, and the
// mock against other mocks, and writes what it finds to docs/benchmarks.md. Run it in its
// own folder:
//
//	go run .                      # everything
//	go run . -clients             # one part, also -inprocess, -growth and -wire; the document's rest stays
//	go run -race . -soak 10m      # no figures: holds a mock under load
//
// Peers that need Node or Java are measured where these are there.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"time"
)

const document = "../docs/benchmarks.md"

func main() {
	log.SetFlags(0)
	chosen := map[string]*bool{}
	for _, s := range sections {
		chosen[s.name] = flag.Bool(s.name, false, "measure "+s.what+", and leave the rest of the document but for other parts that are asked for")
	}
	length := flag.Duration("soak", 0, "hold a mock under load for so `long` instead, and write nothing")
	flag.Parse()
	wanted := func(s section) bool { return *chosen[s.name] }
	if !anyOf(chosen) {
		wanted = func(section) bool { return true }
	}
	var err error
	if *length > 0 {
		err = soak(*length)
	} else {
		err = run(document, sections, wanted)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func anyOf(chosen map[string]*bool) bool {
	for _, c := range chosen {
		if *c {
			return true
		}
	}
	return false
}

// run measures what is wanted and writes each section once it is there: a later one may fail.
func run(document string, sections []section, wanted func(section) bool) error {
	before, err := os.ReadFile(document)
	if err != nil {
		return err
	}
	begun, of := time.Now(), stamp()
	parts := make([]string, len(sections))
	for i, s := range sections {
		parts[i] = s.of(string(before))
	}
	for i, s := range sections {
		if !wanted(s) {
			continue
		}
		fmt.Println("measuring", s.what)
		measured, err := s.measure()
		if err != nil {
			return err
		}
		parts[i] = s.heading + of + s.method + measured
		fmt.Printf("writing %s, after %s\n", document, time.Since(begun).Round(time.Second))
		if err := os.WriteFile(document, []byte(page(parts)), 0o644); err != nil {
			return err
		}
	}
	return nil
}
