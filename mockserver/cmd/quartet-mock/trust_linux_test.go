package main

import (
	"encoding/pem"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

// A proxy trusts a private authority by the variable that Go's own packages have for it.
func TestProxyTrustsAPrivateAuthority(t *testing.T) {
	t.Parallel()
	mock, err := mockserver.New()
	require.NoError(t, err)
	t.Cleanup(mock.Close)
	target := httptest.NewTLSServer(mock)
	t.Cleanup(target.Close)
	ca := file(t, "ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: target.Certificate().Raw})))
	s, _ := process(t, []string{"SSL_CERT_FILE=" + ca}, "proxy", "-addr", "127.0.0.1:0", "-target", target.URL)
	assert.Equal(t, 200, s.status(t, "/profile/me"))
	assert.Equal(t, ok, s.end(), "%s", s.stderr)
}
