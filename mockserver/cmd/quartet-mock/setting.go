package main

import (
	"cmp"
	"flag"
	"fmt"
	"slices"
	"strings"
	"time"
)

// settings is what the program was told.
type settings struct {
	all []*setting

	config string

	addr                              string
	tlsCert, tlsKey, tlsCA, tlsClient string
	h2c                               bool
	cors                              string

	seed                                            string
	strictAuth, splitBalance, prefer, checkedAnswer bool
	variation                                       uint64
	minCoverage                                     float64

	adminToken string

	target string
	strict bool

	readyFile string
	logFormat string
	logLevel  string

	drainTimeout, headerTimeout, readTimeout, writeTimeout, idleTimeout time.Duration
	maxConnections, maxRequests                                         int
	maxHeader, maxBodies                                                size
	maxSpaces, journalCalls                                             int
	spaceIdle                                                           time.Duration
	maxState, journalSize                                               size
}

// setting is one of them, with a name for every source.
type setting struct {
	name   string
	value  flag.Value // the default, until it is set
	usage  string
	secret bool   // never shown
	from   string // what set it, as errors call it; "": nothing
}

// defaults returns the settings that nobody has set. The bounds survive peers that mean
// harm: see limits_test.go for what they are put through, and for the memory it takes.
func defaults() *settings {
	s := &settings{
		addr:      "127.0.0.1:8080",
		logFormat: "text", logLevel: "info",
		drainTimeout: 10 * time.Second, headerTimeout: 10 * time.Second, readTimeout: 30 * time.Second,
		writeTimeout: 10 * time.Second, idleTimeout: 2 * time.Minute,
		maxConnections: 4000, maxRequests: 1000, // a process may often have 4,096 files
		maxHeader: 32 << 10, maxBodies: 64 << 20,
		maxSpaces: 1000, spaceIdle: time.Hour, maxState: 64 << 20,
		journalCalls: 10_000, journalSize: 64 << 20,
	}
	s.all = s.list()
	return s
}

// list is the one list of settings: flags, variables, keys of the file, the help and what
// "config" prints come from it.
func (s *settings) list() []*setting {
	return []*setting{
		{name: "config", value: text(&s.config), usage: "YAML `file` with settings, by the names of these flags"},

		{name: "addr", value: address(&s.addr), usage: "where to listen: `host:port`, where port 0 takes a free one, or unix:PATH"},
		{name: "tls-cert", value: text(&s.tlsCert), usage: "`file` with the certificate chain to serve TLS with (PEM)"},
		{name: "tls-key", value: text(&s.tlsKey), usage: "`file` with the key of -tls-cert (PEM)"},
		{name: "tls-ca", value: text(&s.tlsCA), usage: "serve TLS with a certificate of a fresh local authority, whose own is written to this `file` for clients to trust"},
		{name: "tls-client-ca", value: text(&s.tlsClient), usage: "require a client certificate by an authority in this `file` (PEM)"},
		{name: "h2c", value: boolean(&s.h2c), usage: "serve HTTP/2 without TLS, too"},
		{name: "cors", value: originList(&s.cors), usage: "let pages of these `origins` call the APIs, separated by commas; * is all"},

		{name: "seed", value: text(&s.seed), usage: "`file` with the state to start with (YAML or JSON), in place of the built-in one"},
		{name: "strict-auth", value: boolean(&s.strictAuth), usage: "require a credential on every operation but the public one"},
		{name: "split-balance", value: boolean(&s.splitBalance), usage: "serve the vendor's balance at a path of its own"},
		{name: "prefer", value: boolean(&s.prefer), usage: "let a request choose a fault of its own by the header Prefer: code=503, delay=250ms"},
		{name: "check-answers", value: boolean(&s.checkedAnswer), usage: "check every answer of the server against its document, and log one that breaks it"},
		{name: "variation", value: whole(&s.variation), usage: "`seed` by which answers vary wherever the documents leave a choice; 0 is none"},
		{name: "min-coverage", value: percent(&s.minCoverage), usage: "`percent` of the documents' answers and parameters that must have been met at the end"},

		{name: "admin-token", value: visible(&s.adminToken), secret: true, usage: "`token` that callers of the admin API send; without one it answers callers on this machine only"},

		{name: "target", value: baseURL(&s.target), usage: "proxy: base `URL` of the real server"},
		{name: "strict", value: boolean(&s.strict), usage: "proxy: make an error of what breaks a document, in place of passing it on"},

		{name: "ready-file", value: text(&s.readyFile), usage: "`file` that has the line of standard output while the server is ready"},
		{name: "log-format", value: oneOf(&s.logFormat, "text", "json"), usage: "`form` of the log: text or json"},
		{name: "log-level", value: level(&s.logLevel), usage: "least `level` that is logged: debug, info, warn or error"},

		{name: "drain-timeout", value: duration(&s.drainTimeout, 0), usage: "`time` that requests under way have at the end"},
		{name: "header-timeout", value: duration(&s.headerTimeout, time.Millisecond), usage: "`time` in which the header of a request must have come"},
		{name: "read-timeout", value: duration(&s.readTimeout, time.Millisecond), usage: "`time` in which a whole request must have come"},
		{name: "write-timeout", value: duration(&s.writeTimeout, time.Millisecond), usage: "`time` in which a peer must take what is written to it, piece by piece"},
		{name: "idle-timeout", value: duration(&s.idleTimeout, time.Millisecond), usage: "`time` that a connection may wait for its next request"},
		{name: "max-connections", value: count(&s.maxConnections), usage: "connections at a time; past it the one that has sent no whole request for longest is closed"},
		{name: "max-requests", value: count(&s.maxRequests), usage: "requests at a time; past it the one whose body has not come for longest is cut off, or there is a 503"},
		{name: "max-header", value: sizeOf(&s.maxHeader), usage: "`bytes` of a request's header, and over HTTP/1 4 KiB more; past it there is a 431, or over HTTP/2 the connection may end"},
		{name: "max-bodies", value: sizeOf(&s.maxBodies), usage: "`bytes` of all requests' bodies under way together, of each what is over 64 KiB; past it there is a 503"},
		{name: "max-spaces", value: count(&s.maxSpaces), usage: "spaces at a time; a call that needs one more is answered with 507"},
		{name: "space-idle", value: duration(&s.spaceIdle, time.Millisecond), usage: "`time` after which a space that nobody called makes room for another"},
		{name: "max-state", value: sizeOf(&s.maxState), usage: "`bytes` that calls may come to hold in the states of all spaces; one that makes a user larger is answered with 507"},
		{name: "journal-calls", value: count(&s.journalCalls), usage: "calls that the journal keeps, over all spaces"},
		{name: "journal-size", value: sizeOf(&s.journalSize), usage: "`bytes` that the journal keeps, over all spaces"},
	}
}

func (s *settings) named(name string) *setting {
	return s.all[slices.IndexFunc(s.all, func(s *setting) bool { return s.name == name })]
}

// blame says which setting an error is about, by the name that its source has for it.
func (s *settings) blame(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", cmp.Or(s.named(name).from, "-"+name), err)
}

// assign sets it to a text, unless a stronger source has.
func (s *setting) assign(from, text string) error {
	if s.from != "" && s.from != from {
		return nil
	}
	s.from = from // also when the text is wrong: no weaker source takes its place
	if err := s.value.Set(text); err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	return nil
}

// shown is the value as others may see it.
func (s *setting) shown() string {
	if text := s.value.String(); !s.secret || text == "" {
		return text
	}
	return "[redacted]"
}

// describe is its part of the help.
func (s *setting) describe() string {
	kind, usage := flag.UnquoteUsage(&flag.Flag{Name: s.name, Usage: s.usage, Value: s.value})
	if standard := s.shown(); standard != "" && standard != "false" {
		usage += fmt.Sprintf(" (default %s)", standard)
	}
	return strings.TrimRight(fmt.Sprintf("  -%s %s", s.name, kind), " ") + "\n    \t" + usage + "\n"
}
