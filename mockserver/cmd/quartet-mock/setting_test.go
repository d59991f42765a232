package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

// settingCase is how a setting is tried out, from each of its sources.
type settingCase struct {
	command string // "": serve
	good    func(t *testing.T) string
	with    func(t *testing.T) []string // flags that it needs besides
	works   func(t *testing.T, s *served, good string)
	bad     string // a value that is refused
	why     string // what is said of it, "%s" for the name of its source
}

func is(text string) func(*testing.T) string { return func(*testing.T) string { return text } }

func flags(args ...string) func(*testing.T) []string {
	return func(*testing.T) []string { return args }
}

const (
	notBoolean = "%s: it must be true or false"
	notCount   = "%s: it must be an integer from 1 on"
	notSize    = "%s: it must be a number of bytes from 1 to 2047MiB, such as 65536, 64KiB or 1MiB"
	notTime    = "%s: it must be a time of at least 1ms, such as 1m30s"
	noFile     = "%s: open /no/such/file: "
)

// Holding a request: one whose body does not come, one whose header does not, one that a
// fault answers with nothing, and one with an answer that is never read.
const (
	halfBody   = "PUT /profile/name-change HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 35\r\n\r\n{"
	halfHeader = "GET /profile/me HTTP/1.1\r\nHost: a\r\n"
	held       = "GET /profile/payments HTTP/1.1\r\nHost: a\r\n\r\n"
	simple     = "GET /profile/me HTTP/1.1\r\nHost: a\r\n\r\n"
)

var settingCases = map[string]settingCase{
	"config": {
		good:  func(t *testing.T) string { return file(t, "mock.yaml", "strict-auth: true\n") },
		works: func(t *testing.T, s *served, _ string) { assert.Equal(t, 401, s.status(t, "/profile/me")) },
		bad:   "/no/such/file", why: "%s: open /no/such/file: ",
	},
	"addr": {
		good:  is("localhost:0"),
		works: func(t *testing.T, s *served, _ string) { assert.Equal(t, 200, s.status(t, "/profile/me")) },
		bad:   "nonsense", why: "%s: listen tcp: address nonsense: missing port in address",
	},
	"tls-cert": {
		good:  func(t *testing.T) string { cert, _ := certificateFiles(t); return cert },
		works: worksWithCertificate,
		bad:   "/no/such/file", why: noFile,
	},
	"tls-key": {
		good:  func(t *testing.T) string { _, key := certificateFiles(t); return key },
		works: worksWithCertificate,
		bad:   "/no/such/file", why: "%s: its certificate is missing; add tls-cert",
	},
	"tls-ca": {
		good: func(t *testing.T) string { return filepath.Join(t.TempDir(), "ca.pem") },
		works: func(t *testing.T, s *served, good string) {
			assert.Equal(t, "HTTP/2.0", protocolOf(t, s, &http.Transport{TLSClientConfig: trusting(t, good), ForceAttemptHTTP2: true}))
		},
		bad: "/no/such/folder/ca.pem", why: "%s: open /no/such/folder/",
	},
	"tls-client-ca": {
		good: func(t *testing.T) string { cert, _ := certificateFiles(t); return cert },
		with: func(t *testing.T) []string { return []string{"-tls-ca", filepath.Join(t.TempDir(), "ca.pem")} },
		works: func(t *testing.T, s *served, _ string) {
			_, err := tls.Dial("tcp", s.addr, &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12}) // who it is does not matter here
			assert.Error(t, err)
		},
		bad: "/no/such/file", why: noFile,
	},
	"h2c": {
		good: is("true"),
		works: func(t *testing.T, s *served, _ string) {
			unencrypted := new(http.Protocols)
			unencrypted.SetUnencryptedHTTP2(true)
			assert.Equal(t, "HTTP/2.0", protocolOf(t, s, &http.Transport{Protocols: unencrypted}))
			assert.Equal(t, "HTTP/1.1", protocolOf(t, s, new(http.Transport)))
		},
		bad: "perhaps", why: notBoolean,
	},
	"cors": {
		good: is("https://a.example, https://b.example"),
		works: func(t *testing.T, s *served, _ string) {
			_, from := s.dial(t, "GET /profile/me HTTP/1.1\r\nHost: a\r\nOrigin: https://b.example\r\n\r\n")
			resp := answer(t, from)
			assert.Equal(t, "https://b.example", resp.header.Get("Access-Control-Allow-Origin"))
		},
		bad: "b.example", why: "%s: it must be origins such as https://example.com:8443, with commas between them; * is all",
	},
	"seed": {
		good: func(t *testing.T) string {
			return file(t, "seed.yaml", "profile:\n  default_user: zoe\n  payment_methods: [card]\n  users: {zoe: {payment_method: card}}\n")
		},
		works: func(t *testing.T, s *served, _ string) {
			_, body := s.get(t, "/profile/me")
			assert.Contains(t, body, `"zoe"`)
		},
		bad: "/no/such/file", why: noFile,
	},
	"strict-auth": {
		good:  is("true"),
		works: func(t *testing.T, s *served, _ string) { assert.Equal(t, 401, s.status(t, "/profile/me")) },
		bad:   "perhaps", why: notBoolean,
	},
	"split-balance": {
		good: is("1"),
		works: func(t *testing.T, s *served, _ string) {
			assert.Equal(t, 200, s.status(t, "/v1.0/profile/balance", "Authorization", "Bearer "+mockserver.DefaultToken))
		},
		bad: "perhaps", why: notBoolean,
	},
	"prefer": {
		good: is("true"),
		works: func(t *testing.T, s *served, _ string) {
			assert.Equal(t, 503, s.status(t, "/profile/me", "Prefer", "code=503"))
		},
		bad: "perhaps", why: notBoolean,
	},
	"check-answers": { // no answer breaks its document, so that there is nothing to see
		good:  is("true"),
		works: func(t *testing.T, s *served, _ string) { assert.Equal(t, 200, s.status(t, "/profile/me")) },
		bad:   "perhaps", why: notBoolean,
	},
	"variation": {
		good: is("7"),
		works: func(t *testing.T, s *served, _ string) {
			_, first := s.get(t, "/profile/me")
			assert.Eventually(t, func() bool {
				_, body := s.get(t, "/profile/me")
				return body != first
			}, testWait, testTick)
		},
		bad: "0x7", why: "%s: it must be an integer from 0 on",
	},
	"min-coverage": {
		good: is("50"),
		works: func(t *testing.T, s *served, _ string) {
			assert.Equal(t, failed, s.end())
			assert.Contains(t, s.stderr.String(), ": 0.0 % is less than 50 %\"\n")
		},
		bad: "NaN", why: "%s: it must be a number from 0 to 100",
	},
	"admin-token": {
		good: is("t0ken"),
		works: func(t *testing.T, s *served, _ string) {
			assert.Equal(t, 401, s.status(t, "/_mock/v1/spaces"))
			assert.Equal(t, 200, s.status(t, "/_mock/v1/spaces", "Authorization", "Bearer t0ken"))
			assert.NotContains(t, s.stderr.String(), "t0ken")
		},
		bad: "a b", why: "%s: it must be visible ASCII characters",
	},
	"target": {
		command: "proxy",
		good:    func(t *testing.T) string { return mockserver.Start(t).URL() + "/_space/real" },
		works: func(t *testing.T, s *served, _ string) {
			assert.Equal(t, 200, s.status(t, "/profile/me"))
			assert.Equal(t, 404, s.status(t, "/nowhere"))
			assert.Equal(t, failed, s.end())
			assert.Contains(t, s.stderr.String(), `level=ERROR msg="documents were broken; the log says where" places=1`+"\n")
		},
		bad: "ftp://a", why: "%s: it must be a base URL such as https://api.example.com/base",
	},
	"strict": {
		command: "proxy",
		good:    is("true"),
		with: func(t *testing.T) []string {
			target := mockserver.Start(t)
			require.NoError(t, target.AddFault(mockserver.Fault{Kind: mockserver.BrokenContract, Operation: "listPayments"}))
			return []string{"-target", target.URL()}
		},
		works: func(t *testing.T, s *served, _ string) {
			assert.Equal(t, 200, s.status(t, "/profile/me"))
			assert.Equal(t, 502, s.status(t, "/profile/payments"), "its answer breaks the document")
			assert.Equal(t, failed, s.end())
		},
		bad: "perhaps", why: notBoolean,
	},
	"ready-file": {
		good: func(t *testing.T) string { return filepath.Join(t.TempDir(), "ready.json") },
		works: func(t *testing.T, s *served, good string) {
			line, err := os.ReadFile(good)
			require.NoError(t, err)
			assert.Contains(t, string(line), s.url)
			assert.Equal(t, ok, s.end())
			assert.NoFileExists(t, good)
		},
		bad: "/no/such/folder/file", why: "%s: open /no/such/folder/",
	},
	"log-format": {
		good: is("json"),
		works: func(t *testing.T, s *served, _ string) {
			assert.Equal(t, ok, s.end())
			assert.Contains(t, s.stderr.String(), `"level":"INFO","msg":"finishing the requests under way","signal":"terminated"}`)
		},
		bad: "xml", why: "%s: it must be one of text, json",
	},
	"log-level": {
		good: is("warn"),
		works: func(t *testing.T, s *served, _ string) {
			assert.Equal(t, ok, s.end())
			assert.Empty(t, s.stderr.String())
		},
		bad: "loud", why: "%s: it must be one of debug, info, warn, error",
	},
	"drain-timeout": {
		good: is("1ms"),
		works: func(t *testing.T, s *served, _ string) {
			_, from := s.dial(t, strings.Replace(halfBody, "\r\n\r\n{", "\r\nExpect: 100-continue\r\n\r\n", 1))
			resp := answer(t, from)
			require.Equal(t, 100, resp.status, "it is under way")
			assert.Equal(t, failed, s.end())
			assert.Contains(t, s.stderr.String(), `level=ERROR msg="the server ended too early" error="requests under way after 1ms were cut off"`+"\n")
		},
		bad: "-1s", why: "%s: it must be a time of at least 0s, such as 1m30s",
	},
	"header-timeout": {
		good: is("20ms"),
		works: func(t *testing.T, s *served, _ string) {
			_, from := s.dial(t, halfHeader)
			_, err := from.ReadByte()
			assert.ErrorIs(t, err, io.EOF)
		},
		bad: "0", why: notTime,
	},
	"read-timeout": {
		good: is("20ms"),
		works: func(t *testing.T, s *served, _ string) {
			_, from := s.dial(t, halfBody)
			resp := answer(t, from)
			assert.Equal(t, 400, resp.status)
			assert.Contains(t, resp.body, "The request body could not be read")
		},
		bad: "soon", why: notTime,
	},
	"write-timeout": {
		good: is("300ms"),
		with: func(t *testing.T) []string {
			return []string{"-seed", file(t, "seed.yaml", "faults: [{kind: oversized-body, size: 100000000}]\n")}
		},
		works: func(t *testing.T, s *served, _ string) {
			conn, from := s.dial(t, simple)
			_, err := from.Peek(1) // and no more
			require.NoError(t, err)
			assert.Equal(t, ok, s.end(), "before the time to drain is over")
			_, err = io.Copy(io.Discard, conn)
			assert.NoError(t, err, "what there was")
		},
		bad: "1", why: notTime,
	},
	"idle-timeout": {
		good: is("20ms"),
		works: func(t *testing.T, s *served, _ string) {
			_, from := s.dial(t, simple)
			answer(t, from)
			_, err := from.ReadByte()
			assert.ErrorIs(t, err, io.EOF)
		},
		bad: "20", why: notTime,
	},
	"max-connections": {
		good: is("2"),
		works: func(t *testing.T, s *served, _ string) {
			_, idle := s.dial(t, simple)
			answer(t, idle)
			conn, slow := s.dial(t, halfHeader)
			assert.Equal(t, 200, s.status(t, "/profile/me"))
			_, err := idle.ReadByte()
			assert.ErrorIs(t, err, io.EOF, "the first gave way")
			assert.Equal(t, 200, s.status(t, "/profile/me"))
			assert.Equal(t, 0, slow.Buffered())
			require.NoError(t, conn.Close()) // the end would wait for it
			assert.Equal(t, ok, s.end())
			assert.Equal(t, 1, s.stderrCount("setting=max-connections"))
		},
		bad: "0", why: notCount,
	},
	"max-requests": {
		good: is("1"),
		with: func(t *testing.T) []string {
			return []string{"-seed", file(t, "seed.yaml", "faults: [{kind: no-answer, operation: listPayments}]\n")}
		},
		works: func(t *testing.T, s *served, _ string) {
			_, slow := s.dial(t, strings.Replace(halfBody, "\r\n\r\n{", "\r\nExpect: 100-continue\r\n\r\n", 1))
			resp := answer(t, slow)
			require.Equal(t, 100, resp.status, "it is under way")
			assert.Equal(t, 200, s.status(t, "/profile/me"))
			_, err := slow.ReadByte()
			assert.ErrorIs(t, err, io.EOF, "it gave way")
			assertHeldIsKept(t, s)
			assert.Equal(t, ok, s.end())
			assert.Equal(t, 0, s.stderrCount("panic"))
		},
		bad: "many", why: notCount,
	},
	"max-header": {
		good: is("1KiB"),
		works: func(t *testing.T, s *served, _ string) {
			assert.Equal(t, 200, s.status(t, "/profile/me", "X-Long", strings.Repeat("x", 4<<10)), "net/http reads 4 KiB more")
			assert.Equal(t, 431, s.status(t, "/profile/me", "X-Long", strings.Repeat("x", 8<<10)))
		},
		bad: "0", why: notSize,
	},
	"max-bodies": {
		good: is("1KiB"),
		works: func(t *testing.T, s *served, _ string) {
			_, from := s.dial(t, "PUT /profile/name-change HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"+
				strings.Repeat(" ", 80_000))
			resp := answer(t, from)
			assert.Equal(t, 503, resp.status)
			assert.Equal(t, "1", resp.header.Get("Retry-After"))
			assert.JSONEq(t, `{"detail":"The server has too many large bodies under way"}`, resp.body)
			assert.True(t, resp.last)
			_, from = s.dial(t, strings.Replace(halfBody, "\r\n\r\n{", "\r\n\r\n"+`{"first_name":"A","last_name":null}`, 1))
			resp = answer(t, from)
			assert.Equal(t, 200, resp.status, "small ones need none of it")
		},
		bad: "2GiB", why: notSize,
	},
	"max-spaces": {
		good: is("1"), // the default space
		works: func(t *testing.T, s *served, _ string) {
			assert.Equal(t, 507, s.status(t, "/profile/me", "X-Mock-Space", "a"))
		},
		bad: "-1", why: notCount,
	},
	"space-idle": {
		good: is("1ms"), with: flags("-max-spaces", "2"),
		works: func(t *testing.T, s *served, _ string) {
			assert.Equal(t, 200, s.status(t, "/profile/me", "X-Mock-Space", "a"))
			assert.Eventually(t, func() bool { return s.status(t, "/profile/me", "X-Mock-Space", "b") == 200 }, testWait, testTick)
		},
		bad: "1", why: notTime,
	},
	"max-state": {
		good: is("64KiB"),
		works: func(t *testing.T, s *served, _ string) {
			for length, status := range map[int]int{100: 200, 100_000: 507} {
				body := `{"last_name":null,"first_name":"` + strings.Repeat("x", length) + `"}`
				_, from := s.dial(t, fmt.Sprintf("PUT /profile/name-change HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", len(body))+body)
				resp := answer(t, from)
				assert.Equal(t, status, resp.status)
				assert.Equal(t, status == 507, strings.Contains(resp.body, "65536 bytes in the states of all spaces (-max-state"), resp.body)
			}
		},
		bad: "much", why: notSize,
	},
	"journal-calls": {
		good: is("1"),
		works: func(t *testing.T, s *served, _ string) {
			assert.Equal(t, 200, s.status(t, "/profile/me"))
			assert.Equal(t, 200, s.status(t, "/profile/payments"))
			_, journal := s.get(t, "/_mock/v1/journal")
			assert.NotContains(t, journal, `"/profile/me"`)
			assert.Contains(t, journal, `"/profile/payments"`)
			assert.Contains(t, journal, `"dropped":1`)
		},
		bad: "0", why: notCount,
	},
	"journal-size": {
		good: is("1KiB"),
		works: func(t *testing.T, s *served, _ string) {
			assert.Equal(t, 200, s.status(t, "/profile/me", "X-Long", strings.Repeat("x", 2000)))
			_, journal := s.get(t, "/_mock/v1/journal")
			assert.JSONEq(t, `{"calls":[],"dropped":1}`, journal)
		},
		bad: "64kB", why: notSize,
	},
}

// assertHeldIsKept fills the one place with a request that has come whole.
func assertHeldIsKept(t *testing.T, s *served) {
	t.Helper()
	s.dial(t, held)
	s.awaitUnderWay(t, 1)
	_, from := s.dial(t, simple)
	resp := answer(t, from)
	assert.Equal(t, 503, resp.status)
	assert.Equal(t, "1", resp.header.Get("Retry-After"))
	assert.Equal(t, "application/problem+json", resp.header.Get("Content-Type"))
	assert.JSONEq(t, `{"title":"Service Unavailable","status":503,"detail":"The server has too many requests under way"}`, resp.body)
}

func (s *served) stderrCount(text string) int { return strings.Count(s.stderr.String(), text) }

// A new setting needs a case, and every case holds in the built program from every source.
func TestEverySettingFromEverySource(t *testing.T) {
	t.Parallel()
	var names []string
	for _, s := range defaults().all {
		names = append(names, s.name)
		assert.Contains(t, settingCases, s.name)
	}
	assert.Len(t, settingCases, len(names))
	for _, setting := range defaults().all {
		name, tc := setting.name, settingCases[setting.name]
		for source, give := range map[string]func(t *testing.T, text string) (environ, args []string, blamed string){
			"flag": func(_ *testing.T, text string) ([]string, []string, string) {
				return nil, []string{"-" + name + "=" + text}, "-" + name
			},
			"variable": func(_ *testing.T, text string) ([]string, []string, string) {
				return []string{setting.variable() + "=" + text}, nil, setting.variable()
			},
			"file": func(t *testing.T, text string) ([]string, []string, string) {
				in := file(t, "mock.yaml", fmt.Sprintf("# a comment\n%s: %q\n", name, text))
				return nil, []string{"-config", in}, in + ":2: " + name
			},
		} {
			if name == "config" && source == "file" {
				continue // a file names no other
			}
			t.Run(name+" by "+source, func(t *testing.T) {
				t.Parallel()
				good := tc.good(t)
				environ, args, _ := give(t, good)
				if tc.with != nil {
					args = append(args, tc.with(t)...)
				}
				if name == "tls-key" {
					args = append(args, "-tls-cert", filepath.Join(filepath.Dir(good), "cert.pem"))
				}
				if name == "tls-cert" {
					args = append(args, "-tls-key", filepath.Join(filepath.Dir(good), "key.pem"))
				}
				if name != "addr" {
					args = append(args, "-addr", "127.0.0.1:0")
				}
				s, _ := process(t, environ, append([]string{cmp.Or(tc.command, "serve")}, args...)...)
				tc.works(t, s, good)
			})
			t.Run("bad "+name+" by "+source, func(t *testing.T) {
				t.Parallel()
				environ, args, blamed := give(t, tc.bad)
				if tc.with != nil {
					args = append(args, tc.with(t)...)
				}
				if name == "tls-cert" {
					args = append(args, "-tls-key", "key.pem")
				}
				if name != "addr" {
					args = append(args, "-addr", "127.0.0.1:0")
				}
				status, stdout, stderr := processEnds(t, environ, append([]string{cmp.Or(tc.command, "serve")}, args...)...)
				assert.Equal(t, usage, status)
				assert.Empty(t, stdout)
				assert.Contains(t, stderr, "quartet-mock: "+fmt.Sprintf(tc.why, blamed))
			})
		}
	}
}

// protocolOf calls through a transport and returns the protocol of the answer.
func protocolOf(t *testing.T, s *served, transport *http.Transport) string {
	t.Helper()
	t.Cleanup(transport.CloseIdleConnections)
	if path, is := strings.CutPrefix(s.ready["address"].(string), unixPrefix); is {
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		}
	}
	resp, err := (&http.Client{Transport: transport}).Do(request(t, s.url+"/profile/me"))
	require.NoError(t, err)
	got := readAll(t, resp)
	assert.Equal(t, 200, got.status)
	return got.proto
}

// certificateFiles writes a certificate for 127.0.0.1, which is its own authority, and its key.
func certificateFiles(t *testing.T) (cert, key string) {
	t.Helper()
	template := &x509.Certificate{
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	signed, private, err := certify(template, template, nil)
	require.NoError(t, err)
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	cert = file(t, "cert.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed})))
	key = filepath.Join(filepath.Dir(cert), "key.pem")
	require.NoError(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded}), 0o600))
	return cert, key
}

func trusting(t *testing.T, file string) *tls.Config {
	t.Helper()
	pool, err := poolOf(file)
	require.NoError(t, err)
	return &tls.Config{RootCAs: pool}
}

func worksWithCertificate(t *testing.T, s *served, good string) {
	t.Helper()
	trust := trusting(t, filepath.Join(filepath.Dir(good), "cert.pem"))
	assert.Equal(t, "HTTP/1.1", protocolOf(t, s, &http.Transport{TLSClientConfig: trust}))
	assert.Equal(t, "HTTP/2.0", protocolOf(t, s, &http.Transport{TLSClientConfig: trust, ForceAttemptHTTP2: true}))
}
