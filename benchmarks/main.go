// Command benchmarks measures the clients against other ways to call the same API, and the
// mock on the wire against a bare server, and writes what it finds to docs/benchmarks.md.
// Run it in its own folder:
//
//	go run .                      # everything
//	go run . -wire                # the mock on the wire only
//	go run -race . -soak 10m      # no figures: holds a mock under load
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"strings"
	"time"
)

const document = "../docs/benchmarks.md"

func main() {
	log.SetFlags(0)
	wire := flag.Bool("wire", false, "measure the mock on the wire only, and leave the rest of the document")
	length := flag.Duration("soak", 0, "hold a mock under load for so `long` instead, and write nothing")
	flag.Parse()
	if err := run(*wire, *length); err != nil {
		log.Fatal(err)
	}
}

func run(wire bool, length time.Duration) error {
	if length > 0 {
		return soak(length)
	}
	text, err := clientText(wire)
	if err != nil {
		return err
	}
	fmt.Println("measuring the mock on the wire")
	r, err := measureWire()
	if err != nil {
		return err
	}
	fmt.Println("writing", document)
	return os.WriteFile(document, []byte(text+r.text()), 0o644)
}

// clientText measures the clients, or keeps what the document says of them.
func clientText(keep bool) (string, error) {
	if keep {
		text, err := os.ReadFile(document)
		before, _, _ := strings.Cut(string(text), wireHeading)
		return before, err
	}
	r := report{}
	for _, s := range scenarios {
		fmt.Println("measuring", s.title)
		measured, err := measure(s)
		if err != nil {
			return "", err
		}
		r.results = append(r.results, result{s, measured})
	}
	fmt.Println("building programs")
	var err error
	if r.sizes, err = buildSizes(); err != nil {
		return "", err
	}
	return r.text()
}
