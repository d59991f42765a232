package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"slices"
	"time"
)

// validity is that of a local certificate; the server is started anew before.
const validity = 365 * 24 * time.Hour

// authorityName is how a file of -tls-ca is known again.
const authorityName = "quartet-mock local authority"

// localCertificate returns a certificate for this machine by a fresh authority, whose own
// certificate it writes to a file. Neither key is ever written, and that of the authority is
// gone when this returns: whoever trusts the authority trusts this one server.
func localCertificate(addr, file string) (tls.Certificate, error) {
	authority := &x509.Certificate{
		Subject: pkix.Name{CommonName: authorityName}, KeyUsage: x509.KeyUsageCertSign,
		IsCA: true, MaxPathLenZero: true, BasicConstraintsValid: true,
	}
	signed, signer, err := certify(authority, authority, nil)
	if err != nil {
		return tls.Certificate{}, err
	}
	if authority, err = x509.ParseCertificate(signed); err != nil { // with the id of its key, which the other refers to
		return tls.Certificate{}, fmt.Errorf("making a certificate: %w", err)
	}
	server := &x509.Certificate{
		Subject: pkix.Name{CommonName: "quartet-mock"}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	names := []string{"localhost", "127.0.0.1", "::1"}
	if host, _, err := net.SplitHostPort(addr); err == nil {
		names = append(names, host)
	}
	if machine, err := os.Hostname(); err == nil {
		names = append(names, machine)
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if ip := net.ParseIP(name); ip != nil {
			server.IPAddresses = append(server.IPAddresses, ip)
		} else if name != "" {
			server.DNSNames = append(server.DNSNames, name)
		}
	}
	chain, key, err := certify(server, authority, signer)
	if err != nil {
		return tls.Certificate{}, err
	}
	if err := replaceable(file, isAuthority); err != nil {
		return tls.Certificate{}, err
	}
	written := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed})
	if err := writeWhole(file, written); err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{chain}, PrivateKey: key}, nil
}

// isAuthority reports whether a file holds what localCertificate writes, and nothing else.
func isAuthority(data []byte) bool {
	block, rest := pem.Decode(data)
	if block == nil || len(rest) > 0 {
		return false
	}
	authority, err := x509.ParseCertificate(block.Bytes)
	return err == nil && authority.Subject.CommonName == authorityName
}

// certify makes a key and a certificate for it, signed by a key, or by itself when that is nil.
func certify(template, issuer *x509.Certificate, signer *ecdsa.PrivateKey) ([]byte, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("making a key: %w", err)
	}
	if signer == nil {
		signer = key
	}
	template.NotBefore = time.Now().Add(-time.Hour) // for clients whose clock is behind
	template.NotAfter = time.Now().Add(validity)
	signed, err := x509.CreateCertificate(rand.Reader, template, issuer, key.Public(), signer)
	if err != nil {
		return nil, nil, fmt.Errorf("making a certificate: %w", err)
	}
	return signed, key, nil
}
