package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestHealth(t *testing.T) {
	t.Parallel()
	cert, key := certificateFiles(t)
	path := filepath.Join(t.TempDir(), "s")
	ca := filepath.Join(t.TempDir(), "ca.pem")
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/_mock/v1/health" {
			w.WriteHeader(http.StatusTeapot)
		}
	})
	serve := func(addr string, flags ...string) string {
		set := defaults()
		require.Empty(t, setByFlags(set.all, flags, nil))
		listener, err := listen(t.Context(), addr)
		require.NoError(t, err)
		server := httptest.NewUnstartedServer(handler)
		require.NoError(t, server.Listener.Close())
		server.Listener = listener
		if server.TLS, err = set.tlsConfig(); server.TLS != nil {
			server.StartTLS()
		} else {
			server.Start()
		}
		require.NoError(t, err)
		t.Cleanup(server.Close)
		return listener.Addr().String()
	}
	plain := serve("127.0.0.1:0")
	serve(unixPrefix + path)
	own := []string{"-tls-cert", cert, "-tls-key", key}
	secured := serve("127.0.0.1:0", own...)
	local := serve("127.0.0.1:0", "-tls-ca", ca)
	_, port, err := net.SplitHostPort(plain)
	require.NoError(t, err)
	other, otherKey := certificateFiles(t)

	for name, tc := range map[string]struct {
		args   []string
		status int
		stderr string
	}{
		"plain":                {[]string{"-addr", plain}, ok, ""},
		"every interface":      {[]string{"-addr", ":" + port}, ok, ""},
		"by URL":               {[]string{"-url", "http://" + plain + "/"}, ok, ""},
		"socket file":          {[]string{"-addr", unixPrefix + path}, ok, ""},
		"URL before socket":    {[]string{"-addr", unixPrefix + path + ".no", "-url", "http://" + plain}, ok, ""},
		"mutual TLS":           {[]string{"-addr", local, "-tls-ca", ca, "-tls-client-ca", cert}, failed, "quartet-mock: health: -tls-client-ca: the server asks for a client certificate, and there is none to show it; name another way to it by -url\n"},
		"mutual TLS by URL":    {[]string{"-addr", local, "-tls-ca", ca, "-tls-client-ca", cert, "-url", "http://" + plain}, ok, ""},
		"own certificate":      {append([]string{"-addr", secured}, own...), ok, ""},
		"local authority":      {[]string{"-addr", local, "-tls-ca", ca}, ok, ""},
		"another certificate":  {[]string{"-addr", secured, "-tls-cert", other, "-tls-key", otherKey}, failed, "failed to verify certificate"},
		"no file":              {[]string{"-addr", secured, "-tls-cert", "no.pem", "-tls-key", "no.pem"}, failed, "quartet-mock: health: -tls-cert: open no.pem: "},
		"no such file":         {[]string{"-addr", secured, "-tls-ca", "no.pem"}, failed, "quartet-mock: health: -tls-ca: open no.pem: "},
		"not well":             {[]string{"-url", "http://" + plain + "/other"}, failed, "quartet-mock: health: http://" + plain + "/other answered 418 I'm a teapot\n"},
		"nobody":               {[]string{"-addr", unixPrefix + path + ".no"}, failed, "quartet-mock: health: Get "},
		"nobody knows where":   {[]string{"-addr", "127.0.0.1:0"}, failed, "quartet-mock: health: port 0 says nothing of where the server is; name it by -url\n"},
		"setting that is none": {[]string{"-adr", "a"}, usage, "quartet-mock: -adr: there is no such flag; the nearest is -addr\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, stdout, stderr := ends(nil, append([]string{"health"}, tc.args...)...)
			assert.Equal(t, tc.status, status, stderr)
			assert.Contains(t, stderr, tc.stderr)
			assert.Equal(t, tc.status == ok, strings.HasPrefix(stdout, "ok"))
		})
	}
}
