package main

import (
	"fmt"
	"strings"
)

// section is a part of the document that can be measured alone.
type section struct {
	name, what string
	heading    string // what it begins with
	method     string // how it is measured
	measure    func() (string, error)
}

// sections in the order of the document. The wire comes last because it leaves a core to
// the servers, for good.
var sections = []section{
	{"clients", "the clients", "\n## The clients\n", clientsMethod, measureClients},
	{"inprocess", "the mock in process", "\n## The mock in process\n", inProcessMethod, measureInProcess},
	{"growth", "what a request costs as the mock's state grows", "\n## Growth\n", growthMethod, measureGrowth},
	{"wire", "the mock on the wire", "\n## The mock on the wire\n", wireMethod, measureWire},
}

// of returns the section as a document has it, "" when it has none.
func (s section) of(document string) string {
	_, text, found := strings.Cut(document, s.heading)
	if !found {
		return ""
	}
	for _, other := range sections {
		text, _, _ = strings.Cut(text, other.heading)
	}
	return s.heading + text
}

func measureClients() (string, error) {
	r := report{}
	for _, s := range scenarios {
		fmt.Println("measuring", s.title)
		measured, err := measure(s.entrants(), rounds, slice)
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
