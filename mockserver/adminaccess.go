package mockserver

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// WithAdminToken lets callers from anywhere use the admin API, who have to send this token
// as Authorization: Bearer. By default there is none, and the API answers callers on the
// same machine only.
func WithAdminToken(token string) Option {
	return func(s *Server) error {
		if token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return errors.New("WithAdminToken: a token is not empty and has visible ASCII characters only")
		}
		s.adminToken = token
		return nil
	}
}

// admit says why a caller may not use the admin API, nil when they may. op is nil for an
// unknown path.
func (s *Server) admit(op *contract.Operation, r *http.Request) *refusal {
	if op != nil && op.Security.Access == contract.PublicAccess {
		return nil
	}
	if s.adminToken != "" {
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		got, want := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(s.adminToken)) // of one length, so that the comparison tells nothing of it
		if strings.EqualFold(scheme, "Bearer") && subtle.ConstantTimeCompare(got[:], want[:]) == 1 {
			return nil
		}
		return &refusal{unauthenticated: true, sent: scheme != ""}
	}
	if reason := foreign(r); reason != "" {
		return &refusal{status: http.StatusForbidden, message: fmt.Sprintf(
			"The admin API answers callers on its own machine, and %s; start the server with an admin token to let others in", reason)}
	}
	return nil
}

// foreign says why a request is not from the same machine, "" when it is. A page of
// another site that a browser on this machine shows is foreign, too: it could send simple
// requests, and with a name that leads here any.
func foreign(r *http.Request) string {
	switch {
	case !isLocalPeer(r.RemoteAddr):
		return "this one is at " + r.RemoteAddr
	case slices.ContainsFunc(proxyFields, func(name string) bool { return len(r.Header[name]) > 0 }):
		return "this one comes through a proxy"
	case !isSocket(r.RemoteAddr) && !isLocalName(r.Host): // no name leads a page to a socket
		return fmt.Sprintf("this one asked for another host (%s) than localhost or an IP address", r.Host)
	case ofAnotherSite(r):
		return "this one is a page of another site"
	}
	return ""
}

// proxyFields are what proxies add to a request.
var proxyFields = []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via"}

// ofAnotherSite reports whether a browser sends the request for a page of another site. What
// CrossOriginProtection holds of writes is held of reads, too: they show secrets, and can
// bring a space into being.
func ofAnotherSite(r *http.Request) bool {
	write := &http.Request{Method: http.MethodPost, URL: r.URL, Host: r.Host, Header: r.Header}
	return new(http.CrossOriginProtection).Check(write) != nil
}

// isSocket reports whether a remote address is that of a unix socket, or of a call in process.
func isSocket(address string) bool { return address == "" || address == "@" }

// isLocalPeer reports whether a remote address is a loopback one, or none of a network.
func isLocalPeer(address string) bool {
	if isSocket(address) {
		return true
	}
	peer, err := netip.ParseAddrPort(address)
	return err == nil && peer.Addr().Unmap().IsLoopback()
}

// isLocalName reports whether a Host field is one that no name service can lead elsewhere
// and back: an IP address, localhost, or a name that cannot exist, as in process.
func isLocalName(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
		if inner, is := strings.CutPrefix(host, "["); is {
			name, _ = strings.CutSuffix(inner, "]")
			if len(name) == len(inner) {
				return false // it is not closed
			}
		}
	}
	if _, err := netip.ParseAddr(name); err == nil || name == "" {
		return true
	}
	name = "." + strings.ToLower(name)
	return strings.HasSuffix(name, ".localhost") || strings.HasSuffix(name, ".invalid")
}
