package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"
)

const (
	healthPath    = "/_mock/v1/health"
	healthTimeout = 3 * time.Second
)

// health asks the server of these settings whether it is well, so that a container without
// any other program can be watched.
func (p *program) health(args []string) int {
	base := ""
	set, err := p.resolve(args, func(flags *flag.FlagSet) { flags.StringVar(&base, "url", "", "") })
	if err != nil {
		return p.misused(err)
	}
	if err := set.ask(base); err != nil {
		p.complain(fmt.Errorf("health: %w", err))
		return failed
	}
	fmt.Fprintln(p.stdout, "ok")
	return ok
}

// ask calls the server's health, of the base URL or else where the settings say that it is.
func (s *settings) ask(base string) error {
	var transport http.Transport
	if base == "" {
		if s.tlsClient != "" {
			return s.blame("tls-client-ca", errors.New("the server asks for a client certificate, and there is none to show it; name another way to it by -url"))
		}
		if path, is := strings.CutPrefix(s.addr, unixPrefix); is {
			transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, "unix", path)
			}
		}
		if _, port, _ := net.SplitHostPort(s.addr); port == "0" {
			return errors.New("port 0 says nothing of where the server is; name it by -url")
		}
		base = urlOf(s.addr, s.secured())
	}
	trust, err := s.trust()
	if err != nil {
		return err
	}
	transport.TLSClientConfig, transport.DisableKeepAlives = trust, true
	client := http.Client{Transport: &transport, Timeout: healthTimeout}
	resp, err := client.Get(strings.TrimSuffix(base, "/") + healthPath)
	if err != nil {
		return err
	}
	_ = resp.Body.Close() // the status says all
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s", base, resp.Status)
	}
	return nil
}

// trust takes the certificate that the server has by these settings for its own, whatever
// the name by which it is called.
func (s *settings) trust() (*tls.Config, error) {
	switch {
	case s.tlsCA != "":
		pool, err := poolOf(s.tlsCA)
		return &tls.Config{RootCAs: pool, ServerName: "localhost"}, s.blame("tls-ca", err)
	case s.tlsCert != "":
		pair, err := tls.LoadX509KeyPair(s.tlsCert, s.tlsKey)
		if err != nil {
			return nil, s.blame("tls-cert", err)
		}
		pool := x509.NewCertPool()
		pool.AddCert(pair.Leaf)
		name := pair.Leaf.Subject.CommonName
		for _, ip := range pair.Leaf.IPAddresses {
			name = ip.String()
		}
		for _, host := range pair.Leaf.DNSNames {
			name = strings.Replace(host, "*", "any", 1)
		}
		return &tls.Config{RootCAs: pool, ServerName: name}, nil
	default:
		return nil, nil
	}
}
