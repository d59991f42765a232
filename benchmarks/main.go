// Command benchmarks measures the clients against other ways to call the same API and
// writes what it finds to docs/benchmarks.md. Run it in its own folder: go run .
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
)

const document = "../docs/benchmarks.md"

func main() {
	log.SetFlags(0)
	length := flag.Duration("soak", 0, "hold a mock under load for so `long` instead, and write nothing")
	flag.Parse()
	run := run
	if *length > 0 {
		run = func() error { return soak(*length) }
	}
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	r := report{}
	for _, s := range scenarios {
		fmt.Println("measuring", s.title)
		measured, err := measure(s)
		if err != nil {
			return err
		}
		r.results = append(r.results, result{s, measured})
	}
	fmt.Println("building programs")
	var err error
	if r.sizes, err = buildSizes(); err != nil {
		return err
	}
	text, err := r.text()
	if err != nil {
		return err
	}
	fmt.Println("writing", document)
	return os.WriteFile(document, []byte(text), 0o644)
}
