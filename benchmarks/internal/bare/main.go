// Command bare is what a mock on the wire is measured by: net/http alone, with its
// defaults, which reads the request's body and answers bytes that are given to it.
package main

import (
	"flag"
	"log"

	"github.com/quartet-go/quartet/benchmarks/internal/canned"
)

func main() {
	log.SetFlags(0)
	addr := flag.String("addr", "127.0.0.1:0", "`host:port` to listen on")
	answers := flag.String("answers", "", "JSON `file`: by pattern of net/http, status and body")
	flag.Parse()
	handler, err := canned.Handler(*answers)
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(canned.Serve(*addr, handler))
}
