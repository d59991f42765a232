package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
)

// tlsConfig is how TLS is served, nil when it is not.
func (s *settings) tlsConfig() (*tls.Config, error) {
	var certificate tls.Certificate
	var clients *x509.CertPool
	var err error
	if s.tlsClient != "" {
		if clients, err = poolOf(s.tlsClient); err != nil {
			return nil, s.blame("tls-client-ca", err)
		}
	}
	switch {
	case s.tlsCert != "":
		if certificate, err = tls.LoadX509KeyPair(s.tlsCert, s.tlsKey); err != nil {
			return nil, s.blame("tls-cert", err)
		}
	case s.tlsCA != "":
		if certificate, err = localCertificate(s.addr, s.tlsCA); err != nil {
			return nil, s.blame("tls-ca", err)
		}
	default:
		return nil, nil
	}
	config := &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	if clients != nil {
		config.ClientCAs, config.ClientAuth = clients, tls.RequireAndVerifyClientCert
	}
	return config, nil
}

// poolOf trusts the certificates in a file.
func poolOf(file string) (*x509.CertPool, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(data) {
		return nil, fmt.Errorf("%s has no certificate in PEM", file)
	}
	return pool, nil
}
