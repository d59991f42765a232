package mockserver

import (
	"fmt"
	"net/http"
	"net/url"
)

// Proxy makes a server stand in front of a real one, see [WithProxy].
type Proxy struct {
	// Target is the base URL of the real server: http or https, a host, and where its paths
	// begin with something, that. User information, a query or a fragment has no place there.
	Target string

	// Strict makes an error of what breaks a document, see WithProxy. By default it is only
	// told, and the client gets what the target says.
	Strict bool

	// Transport calls the target, with the timeouts and the trust in certificates that it
	// has. Nil: a transport of the server's own with net/http's default settings, which have
	// no bound on how long the target takes; Close closes its idle connections. A call ends with
	// its client in any case.
	Transport http.RoundTripper
}

// WithProxy makes the server a validating proxy: it sends each call on to a target, and
// holds what the client asks and what the target answers against the documents. Journal,
// verification, coverage, faults and rate limits are those of every server, in spaces as
// always. What a space remembers, its codes and variation, is not used.
//
// A violation is a place where a request or an answer breaks its document: every issue
// that validation finds, a path or method that no operation has, a credential that is
// missing where the document (or [WithStrictAuth]) requires one, a status or content type that
// it does not have, every wrong place of an answer's body. It is counted in
// [Server.Violations], stands in the call's [Entry.Issues], and is reported in one message
// for each side of a call: logged, or failing the test that started the server. No value is
// shown.
//
// With Strict a wrong request is refused as this mock refuses it, and not sent on; the first
// of several reasons decides how. A wrong answer becomes 502, with the violations in the error of
// the API.
//
// Method, path, query, body and the end-to-end headers go on as they came, credentials
// and X-Forwarded-* too; no header is added to say that there is a proxy. Hop-by-hop
// headers end here, and so do Expect, the header X-Mock-Space and the prefix of a space. The
// Host is the target's. Of Accept-Encoding only gzip is sent on, which can be decoded for
// the check, or else identity.
//
// The answer comes back as it is, in its own encoding; redirects are not followed. Both bodies
// are read whole before they go on: a request over 1 MiB is refused with 413, an answer over 16 MiB
// (also when decoded) becomes 502. So does a target that cannot be reached or breaks off inside its
// answer; one that takes longer than the Transport allows becomes 504. That is no violation,
// but it is reported, stands in Issues, too, and is counted in [Server.Unanswered]. Trailers and
// answers of 1xx are not passed on.
//
// A call of the client is at most one of the target. Where net/http would send it again by
// itself, as a GET or with an Idempotency-Key when a kept connection breaks, that happens only
// while nothing of it was written; after that the target has broken off. A Transport that
// is not net/http's has to keep to this by itself.
//
// The error says what is wrong with the target.
func WithProxy(p Proxy) Option {
	return func(s *Server) error {
		target, err := url.Parse(p.Target)
		if err != nil { // its text may show a password
			return fmt.Errorf("WithProxy: the target is no URL; one is written as https://api.example.com/base")
		}
		for _, wrong := range []struct {
			is   bool
			what string
		}{
			{target.Scheme != "http" && target.Scheme != "https", "needs the scheme http or https, as in https://api.example.com/base"},
			{target.Hostname() == "", "has no host; one is written as https://api.example.com/base"},
			{target.User != nil, "holds user information; send a credential in the header of each call instead"},
			{target.RawQuery != "" || target.ForceQuery, "holds a query, which belongs to a call"},
			{target.Fragment != "", "holds a fragment, which no server sees"},
		} {
			if wrong.is {
				return fmt.Errorf("WithProxy: the target %s", wrong.what)
			}
		}
		s.proxy = &proxy{target: target, strict: p.Strict, transport: p.Transport}
		if p.Transport == nil {
			s.proxy.own = ownTransport()
			s.proxy.transport = s.proxy.own
		}
		return nil
	}
}

// proxy is what a server in front of a target knows of it.
type proxy struct {
	target    *url.URL
	strict    bool
	transport http.RoundTripper
	own       *http.Transport // nil: the transport is the caller's
}

func ownTransport() *http.Transport {
	standard, ok := http.DefaultTransport.(*http.Transport)
	if !ok { // a program has put another in its place
		standard = &http.Transport{Proxy: http.ProxyFromEnvironment}
	}
	own := standard.Clone()
	if own.DialContext != nil {
		own.DialContext = counting(own.DialContext)
	}
	own.MaxIdleConnsPerHost = own.MaxIdleConns // there is one host
	return own
}

// rest closes the connections that wait for the next call.
func (p *proxy) rest() {
	if p != nil && p.own != nil {
		p.own.CloseIdleConnections()
	}
}
