package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMutualTLS(t *testing.T) {
	t.Parallel()
	cert, key := certificateFiles(t)
	stranger, strangersKey := certificateFiles(t)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	s, _ := process(t, nil, "-addr", "127.0.0.1:0", "-tls-ca", ca, "-tls-client-ca", cert)
	for name, tc := range map[string]struct {
		cert, key string
		refused   bool
	}{"its own": {cert, key, false}, "a stranger's": {stranger, strangersKey, true}, "none": {refused: true}} {
		trust := trusting(t, ca)
		if tc.cert != "" {
			pair, err := tls.LoadX509KeyPair(tc.cert, tc.key)
			require.NoError(t, err)
			trust.Certificates = []tls.Certificate{pair}
		}
		transport := &http.Transport{TLSClientConfig: trust, ForceAttemptHTTP2: true}
		if !tc.refused {
			assert.Equal(t, "HTTP/2.0", protocolOf(t, s, transport), name)
			continue
		}
		_ = failure(t, &http.Transport{TLSClientConfig: trust}, request(t, s.url+"/profile/me")) // in one of several words
	}
}

// The certificate is good for every name of this machine, and by its own authority only.
func TestLocalAuthority(t *testing.T) {
	t.Parallel()
	in := filepath.Join(t.TempDir(), "ca.pem")
	pair, err := localCertificate("mock.test:443", in)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	require.NoError(t, err)
	machine, err := os.Hostname()
	require.NoError(t, err)
	pool, err := poolOf(in)
	require.NoError(t, err)
	assert.NotEmpty(t, leaf.AuthorityKeyId, "strict clients ask for it")
	for _, name := range []string{"localhost", "127.0.0.1", "::1", "mock.test", machine} {
		_, err := leaf.Verify(x509.VerifyOptions{Roots: pool, DNSName: name})
		assert.NoError(t, err, name)
	}
	_, err = leaf.Verify(x509.VerifyOptions{Roots: pool, DNSName: "example.com"})
	assert.Error(t, err)
	other := filepath.Join(t.TempDir(), "ca.pem")
	_, err = localCertificate("unix:/a", other)
	require.NoError(t, err)
	strangers, err := poolOf(other)
	require.NoError(t, err)
	_, err = leaf.Verify(x509.VerifyOptions{Roots: strangers})
	assert.Error(t, err)

	data, err := os.ReadFile(in)
	require.NoError(t, err)
	block, rest := pem.Decode(data)
	authority, err := x509.ParseCertificate(block.Bytes)
	require.NoError(t, err)
	assert.Equal(t, authority.SubjectKeyId, leaf.AuthorityKeyId)
	assert.Equal(t, "CERTIFICATE", block.Type)
	assert.Empty(t, rest, "no key")
	files, err := os.ReadDir(filepath.Dir(in))
	require.NoError(t, err)
	assert.Len(t, files, 1, "no temporary file is left")
}

func TestFileWithoutACertificate(t *testing.T) {
	t.Parallel()
	none := file(t, "none.pem", "nothing")
	ca := filepath.Join(t.TempDir(), "ca.pem")
	status, _, stderr := ends(nil, "-addr", "127.0.0.1:0", "-tls-ca", ca, "-tls-client-ca", none)
	assert.Equal(t, usage, status)
	assert.Equal(t, "quartet-mock: -tls-client-ca: "+none+" has no certificate in PEM\n", stderr)
}

// A reset reaches the socket through what stands around it.
func TestResetThroughTLS(t *testing.T) {
	t.Parallel()
	cert, key := certificateFiles(t)
	seed := file(t, "seed.yaml", "faults: [{kind: connection-reset}]\n")
	for _, args := range [][]string{{}, {"-tls-cert", cert, "-tls-key", key}} {
		s, _ := process(t, nil, append(args, "-addr", "127.0.0.1:0", "-seed", seed)...)
		req := request(t, s.url+"/profile/me")
		req.Method = http.MethodPost // which net/http does not repeat
		err := failure(t, &http.Transport{TLSClientConfig: trusting(t, cert)}, req)
		var network *net.OpError
		require.ErrorAs(t, err, &network)
		assert.ErrorContains(t, network, "reset")
	}
}

// Clients of a server that runs trust its authority also after another start there.
func TestFailedStartLeavesTheAuthority(t *testing.T) {
	t.Parallel()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	s := begin(t, nil, "-addr", "127.0.0.1:0", "-tls-ca", ca)
	for _, wrong := range [][]string{{"-addr", s.addr}, {"-addr", "127.0.0.1:0", "-tls-client-ca", "/no/such/file"}} {
		status, _, _ := ends(nil, append(wrong, "-tls-ca", ca)...)
		assert.Equal(t, usage, status)
		assert.Equal(t, "HTTP/1.1", protocolOf(t, s, &http.Transport{TLSClientConfig: trusting(t, ca)}))
	}
}

// The file of -tls-ca is replaced when an earlier start has written it, and nothing else is.
func TestLocalAuthorityLeavesOtherFiles(t *testing.T) {
	t.Parallel()
	old := filepath.Join(t.TempDir(), "ca.pem")
	_, err := localCertificate("127.0.0.1:0", old)
	require.NoError(t, err)
	before, err := os.ReadFile(old)
	require.NoError(t, err)

	cert, key := certificateFiles(t)
	for _, other := range []string{cert, key, file(t, "notes.txt", "notes"), file(t, "bundle.pem", string(before)+string(before))} {
		text, err := os.ReadFile(other)
		require.NoError(t, err)
		status, _, stderr := ends(nil, "-addr", "127.0.0.1:0", "-tls-ca", other)
		assert.Equal(t, usage, status)
		assert.Equal(t, "quartet-mock: -tls-ca: "+other+" is there and this program has not written it; choose another path\n", stderr)
		assertText(t, string(text), other)
	}

	for _, in := range []string{old, file(t, "empty.pem", "")} {
		s := begin(t, nil, "-addr", "127.0.0.1:0", "-tls-ca", in)
		after, err := os.ReadFile(in)
		require.NoError(t, err)
		assert.NotEqual(t, before, after)
		assert.Equal(t, "HTTP/1.1", protocolOf(t, s, &http.Transport{TLSClientConfig: trusting(t, in)}))
	}
}
