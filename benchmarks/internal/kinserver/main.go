// Command kinserver is the bare server behind kin-openapi's validation of requests and
// answers.
package main

import (
	"flag"
	"log"
	"net/http"
	"os"

	"github.com/quartet-go/quartet/benchmarks/internal/canned"
	"github.com/quartet-go/quartet/benchmarks/internal/kin"
)

func main() {
	log.SetFlags(0)
	addr := flag.String("addr", "127.0.0.1:0", "`host:port` to listen on")
	answers := flag.String("answers", "", "JSON `file`: by pattern of net/http, status and body")
	document := flag.String("document", "", "OpenAPI `file`")
	flag.Parse()
	handler, err := validated(*document, *answers)
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(canned.Serve(*addr, handler))
}

func validated(document, answers string) (http.Handler, error) {
	next, err := canned.Handler(answers)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(document)
	if err != nil {
		return nil, err
	}
	return kin.Middleware(text, next)
}
