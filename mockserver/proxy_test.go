package mockserver_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

// front is a proxy, and the test that it fails.
type front struct {
	mock
	tb *namedTB
}

// inFront starts a proxy that listens. What it reports fails no test.
func inFront(t *testing.T, p mockserver.Proxy, opts ...mockserver.Option) front {
	t.Helper()
	tb := &namedTB{name: t.Name()}
	t.Cleanup(tb.end)
	return front{mock{startOn(tb, append(opts, mockserver.WithProxy(p))...), t}, tb}
}

// of starts a proxy for a target that a handler plays.
func of(t *testing.T, p mockserver.Proxy, handler http.HandlerFunc) front {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	p.Target = server.URL
	return inFront(t, p)
}

// issues are those of the last call.
func (f front) issues() []string {
	f.t.Helper()
	entries := f.Journal()
	require.NotEmpty(f.t, entries)
	return entries[len(entries)-1].Issues
}

// reports returns what has been reported, and forgets it.
func (f front) reports() []string {
	f.tb.mu.Lock()
	defer f.tb.mu.Unlock()
	reports := f.tb.errors
	f.tb.errors = nil
	return reports
}

// get sends a request whose answer need not fit a document.
func (f front) get(method, path, body string, headers ...string) outcome {
	f.t.Helper()
	req := newRequest(f.t, method, f.URL()+path, body)
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		req.Header.Add(name, value)
	}
	return try(noRedirect(f.Client()), req)
}

// noRedirect returns a client that shows an answer as it came.
func noRedirect(c *http.Client) *http.Client {
	return &http.Client{Transport: c.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// fine says that nothing was wrong.
func (f front) fine() {
	f.t.Helper()
	assert.Empty(f.t, f.reports())
	assert.Zero(f.t, f.Violations())
	for _, e := range f.Journal() {
		assert.Empty(f.t, e.Issues, e.Operation)
	}
}

// Each operation of the clients works through the proxy, under variations of the target too, and
// nothing is a violation.
func TestClientsThroughAProxy(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(fmt.Sprint("variation ", seed), func(t *testing.T) {
			t.Parallel()
			target := mockserver.Start(t, mockserver.WithSplitBalance(), mockserver.WithVariation(mockserver.Variation{Seed: seed, Values: true}))
			f := inFront(t, mockserver.Proxy{Target: target.URL(), Strict: seed%2 == 1})
			calls := clientCalls(t, target, f.Server)
			for _, op := range operations() {
				require.Contains(t, calls, op.id)
			}
			for name, call := range calls {
				for range 3 {
					require.NoError(t, call(t.Context()), name)
				}
			}
			f.fine()
			assert.Equal(t, "Zoe", *target.State().Profile.Users["usr_anna"].FirstName)
			for _, op := range f.Coverage().Operations {
				assert.GreaterOrEqual(t, op.Calls, uint64(3), op.Operation)
			}
		})
	}
}

// What comes through a proxy is what comes without it, to the byte: every operation with every
// status that it documents, chunked or not, in gzip or not.
func TestAProxyChangesNoAnswer(t *testing.T) {
	t.Parallel()
	for _, seed := range []uint64{0, 1, 2} {
		for _, coding := range []string{"gzip", "identity"} {
			t.Run(fmt.Sprint("variation ", seed, " ", coding), func(t *testing.T) {
				t.Parallel()
				opts := []mockserver.Option{at(noon), mockserver.WithSplitBalance(), mockserver.WithVariation(mockserver.Variation{Seed: seed, Values: seed > 1})}
				direct, target := start(t, opts...), start(t, opts...)
				f := inFront(t, mockserver.Proxy{Target: target.URL()})
				for _, id := range slices.Sorted(maps.Keys(requests)) {
					for _, token := range []string{admin, bearer + "wrong", manager} {
						request := requests[id]
						for _, body := range []string{request.body, "[]"} {
							if request.body == "" && body != "" {
								continue
							}
							want := onWire(t, direct.URL(), request.method, request.path, body, token, "Accept-Encoding: "+coding)
							got := onWire(t, f.URL(), request.method, request.path, body, token, "Accept-Encoding: "+coding)
							assert.Equal(t, want, got, id)
						}
					}
				}
				for _, report := range f.reports() { // of "[]"
					assert.Contains(t, report, "a request breaks its document")
					assert.Contains(t, report, "body: wrong type")
				}
			})
		}
	}
}

// onWire returns an answer in the coding and with the headers that it has.
func onWire(t *testing.T, base, method, path, body string, headers ...string) outcome {
	t.Helper()
	req := newRequest(t, method, base+path, body)
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		req.Header.Add(name, value)
	}
	transport := &http.Transport{DisableCompression: true, DisableKeepAlives: true}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return outcome{err: err}
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	resp.Header.Set("X-Length", fmt.Sprint(resp.ContentLength, resp.TransferEncoding))
	return outcome{resp.StatusCode, resp.Header, string(got), err}
}

// Every kind of fault of a target: what the proxy says of it, and what the client gets.
func TestAProxyNamesEveryKindOfFault(t *testing.T) {
	t.Parallel()
	for kind, tc := range map[mockserver.Kind]struct {
		issue      string
		violations uint64
		status     int
	}{
		mockserver.ConnectionRefused: {"target: ", 0, 502}, // which of a broken connection's errors is a matter of time
		mockserver.ConnectionReset:   {"target: connection reset by peer", 0, 502},
		mockserver.ConnectionClosed:  {"target: it closed the connection", 0, 502},
		mockserver.AppliedButLost:    {"target: connection reset by peer", 0, 502},
		mockserver.ResetAfterHeaders: {"target: connection reset by peer", 0, 502},
		mockserver.ResetInBody:       {"target: connection reset by peer", 0, 502},
		mockserver.TruncatedBody:     {"target: it closed the connection", 0, 502},
		mockserver.NoAnswer:          {"target: it took too long", 0, 504},
		mockserver.MalformedJSON:     {"answer 200 body malformed", 1, 200},
		mockserver.BrokenContract:    {"answer 200 body.avatar_url type", 1, 200},
		mockserver.WrongContentType:  {"answer 200 body contentType", 1, 200},
		mockserver.OversizedBody:     {"", 0, 200}, // 16 MiB of JSON with white space, which is no more than may be
		mockserver.SlowDrip:          {"", 0, 200},
	} {
		for _, strict := range []bool{false, true} {
			t.Run(fmt.Sprint(kind, " strict ", strict), func(t *testing.T) {
				t.Parallel()
				target := start(t)
				fault := mockserver.Fault{Kind: kind}
				if kind == mockserver.SlowDrip {
					fault.Over = time.Millisecond
				}
				target.with(fault)
				transport := &http.Transport{DisableKeepAlives: true, ResponseHeaderTimeout: time.Minute}
				if kind == mockserver.NoAnswer {
					transport.ResponseHeaderTimeout = 50 * time.Millisecond
				}
				f := inFront(t, mockserver.Proxy{Target: target.URL(), Strict: strict, Transport: transport})
				got := f.get("GET", "/profile/me", "")
				require.NoError(t, got.err)
				reports := f.reports()
				assert.Equal(t, tc.violations, f.Violations())
				if tc.issue == "" {
					assert.Empty(t, f.issues())
					assert.Empty(t, reports)
				} else {
					require.Len(t, f.issues(), 1)
					assert.True(t, f.issues()[0] == tc.issue || kind == mockserver.ConnectionRefused && strings.HasPrefix(f.issues()[0], tc.issue), f.issues())
					assert.Len(t, reports, 1)
				}
				if strict && tc.violations > 0 {
					assert.Equal(t, 502, got.status)
					assert.Contains(t, got.body, `{"detail":"The answer of the target breaks its document: getMyProfile: answer 200: `)
				} else {
					assert.Equal(t, tc.status, got.status)
				}
				if tc.status >= 500 {
					assert.Contains(t, got.body, `{"detail":"The target `+target.URL()+` gave no answer that can be passed on: `+strings.TrimPrefix(tc.issue, "target: "))
				}
				if kind == mockserver.NoAnswer {
					return // so short a patience may be too short for any answer
				}
				target.ClearFaults()
				assert.Equal(t, 200, f.get("GET", "/profile/me", "").status)
				assert.Empty(t, f.issues())
				assert.Empty(t, f.reports())
			})
		}
	}
}

// Answers that a target makes up: what the proxy says of them, and that the client gets them as they are.
func TestAProxyNamesWhatAnAnswerBreaks(t *testing.T) {
	t.Parallel()
	const fine = `{"user_id":"usr_anna"}`
	big := gzippedText(strings.Repeat(" ", 16<<20) + "1")
	for name, tc := range map[string]struct {
		method, path string
		status       int
		header       http.Header
		body         string
		issues       []string
		answered     int // 0: as the target did
	}{
		"nothing":                  {status: 200, body: fine, header: jsonAnswer()},
		"a status":                 {status: 418, body: "teapot", issues: []string{"answer 418 status undocumented"}},
		"no content type":          {status: 200, body: fine, header: http.Header{"Content-Type": nil}, issues: []string{"answer 200 body contentType"}},
		"no body":                  {status: 200, header: jsonAnswer(), issues: []string{"answer 200 body missingBody"}},
		"many places":              {status: 200, body: `{"email":1,"phone":[]}`, issues: []string{"answer 200 body contentType", "answer 200 body.user_id required", "answer 200 body.email type", "answer 200 body.phone type"}},
		"a body too many":          {method: "PUT", path: "/v1.0/profile/settings", status: 200, body: "{}", header: jsonAnswer(), issues: []string{"answer 200 body unwantedBody"}},
		"a redirect":               {status: 302, header: http.Header{"Location": {"/elsewhere"}}, issues: []string{"answer 302 status undocumented"}},
		"no content":               {status: 204, issues: []string{"answer 204 status undocumented"}},
		"not modified":             {status: 304, header: http.Header{"Etag": {`"1"`}}, issues: []string{"answer 304 status undocumented"}},
		"gzip":                     {status: 200, body: gzippedText(fine), header: coded("gzip")},
		"gzip by its old name":     {status: 200, body: gzippedText(fine), header: coded("X-GZIP")},
		"gzip with a wrong member": {status: 200, body: gzippedText(`{"user_id":1}`), header: coded("gzip"), issues: []string{"answer 200 body.user_id type"}},
		"no gzip":                  {status: 200, body: fine, header: coded("gzip"), issues: []string{"answer 200 header.Content-Encoding undecodable"}},
		"half of gzip":             {status: 200, body: gzippedText(fine)[:30], header: coded("gzip"), issues: []string{"answer 200 header.Content-Encoding undecodable"}},
		"another coding":           {status: 200, body: "\x01\x02", header: coded("br"), issues: []string{"answer 200 header.Content-Encoding undecodable"}},
		"identity":                 {status: 200, body: fine, header: coded("identity")},
		"gzip of too much":         {status: 200, body: big, header: coded("gzip"), issues: []string{"target: its answer is over 16777216 bytes"}, answered: 502},
		"too much":                 {status: 200, body: strings.Repeat(" ", 16<<20+1), header: jsonAnswer(), issues: []string{"target: its answer is over 16777216 bytes"}, answered: 502},
		"another protocol":         {status: 101, header: http.Header{"Upgrade": {"x"}, "Connection": {"Upgrade"}}, issues: []string{"target: its answer has no status from 200 on"}, answered: 502},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := of(t, mockserver.Proxy{}, func(w http.ResponseWriter, _ *http.Request) {
				maps.Copy(w.Header(), tc.header)
				w.Header()["Set-Cookie"] = []string{"a=1", "b=2"}
				w.WriteHeader(tc.status)
				_, _ = io.WriteString(w, tc.body)
			})
			method, path, body := tc.method, tc.path, ""
			if method == "" {
				method, path = "GET", "/profile/me"
			} else {
				body = requests["updateSettings"].body
			}
			got := onWire(t, f.URL(), method, path, body, admin)
			require.NoError(t, got.err)
			assert.Equal(t, tc.issues, f.issues())
			if tc.answered != 0 {
				assert.Equal(t, tc.answered, got.status)
				assert.Zero(t, f.Violations())
				return
			}
			assert.EqualValues(t, len(tc.issues), f.Violations())
			assert.Equal(t, tc.status, got.status)
			assert.Equal(t, tc.body, got.body)
			assert.Equal(t, []string{"a=1", "b=2"}, got.header["Set-Cookie"])
			for name, values := range tc.header {
				assert.Equal(t, values, got.header[name])
			}
			assert.Equal(t, []string{"[redacted]", "[redacted]"}, f.Journal()[0].ResponseHeader["Set-Cookie"])
		})
	}
}

func jsonAnswer() http.Header { return http.Header{"Content-Type": {"application/json"}} }

func coded(coding string) http.Header {
	return http.Header{"Content-Type": {"application/json"}, "Content-Encoding": {coding}}
}

func gzippedText(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return b.String()
}

// wrongRequests break their documents, each in another way; refused is how the mock answers.
var wrongRequests = map[string]struct {
	method, path, body, token string
	issues                    []string
	said                      string
	refused                   int
}{
	"members": {
		"PUT", "/profile/name-change", `{"first_name":1,"last_name":[]}`, admin, []string{"body.first_name type", "body.last_name type"},
		"changeName: request: body.first_name: wrong type; body.last_name: wrong type", 422,
	},
	"a path":        {"POST", "/users/s3cret/subscription", `{}`, admin, []string{"path.user_id type"}, "createUserSubscription: request: path.user_id: wrong type", 422},
	"a query":       {"DELETE", "/profile/subscription", "", admin, []string{"query.course_id required"}, "cancelSubscription: request: query.course_id: required", 422},
	"no body":       {"PUT", "/profile/name-change", "", admin, []string{"body missingBody"}, "changeName: request: body: required", 422},
	"no JSON":       {"PATCH", manage, `{`, admin, []string{"body malformed"}, "updateUser: request: body: not JSON: a name in double quotes is missing at byte 1", 422},
	"no credential": {"GET", "/v1.0/profile", "", "", []string{"header.Authorization required"}, "getProfile: request: header.Authorization: required", 401},
	"a credential of no use": {
		"PUT", "/v1.0/profile/settings", `{}`, "Authorization: Basic abc",
		[]string{"header.Authorization required", "body.lang required"}, "updateSettings: request: header.Authorization: required; body.lang: required", 401,
	},
	"a path of none": {"GET", "/profile/s3cret", "", admin, []string{"path unknown"}, "request: no operation has its path; the nearest is GET /profile/me (getMyProfile)", 404},
	"a method":       {"POST", "/profile/me", "", admin, []string{"method notAllowed"}, "request: method not allowed at /profile/me; allowed: GET", 405},
}

// A wrong request is noted and goes on; with Strict it does not, and the mock's refusal is the answer.
func TestAProxyNamesWhatARequestBreaks(t *testing.T) {
	t.Parallel()
	for name, tc := range wrongRequests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target, direct := start(t), start(t)
			call := func(base string) outcome {
				got := onWire(t, base, tc.method, tc.path, tc.body, "Accept-Encoding: identity", orNone(tc.token))
				got.header.Del("Date")
				return got
			}
			refused := call(direct.URL())
			require.Equal(t, tc.refused, refused.status)
			for i, strict := range []bool{false, true} {
				f := inFront(t, mockserver.Proxy{Target: target.URL(), Strict: strict})
				assert.Equal(t, refused, call(f.URL()), "the target's and ours are the same")
				assert.Len(t, target.Journal(), 1, "strict %v, call %d", strict, i)
				assert.EqualValues(t, len(tc.issues), f.Violations())
				assert.Equal(t, tc.issues, f.issues())
				assert.Equal(t, []string{"mockserver: a request breaks its document: " + tc.said}, f.reports())
			}
		})
	}
}

// orNone is the header, or one that says nothing.
func orNone(header string) string {
	if header == "" {
		return "X-None: 1"
	}
	return header
}

// WithStrictAuth is about the proxy, too, whatever the target thinks.
func TestAProxyWithStrictAuth(t *testing.T) {
	t.Parallel()
	target := start(t)
	f := inFront(t, mockserver.Proxy{Target: target.URL()}, mockserver.WithStrictAuth())
	assert.Equal(t, 200, f.get("GET", "/profile/me", "").status)
	assert.Equal(t, []string{"header.Authorization required"}, f.issues())
	assert.Equal(t, 404, f.get("POST", "/users/999/subscription", "{}").status)
	assert.Equal(t, []string{"header.X-Api-Key required"}, f.issues())
	f.get("GET", "/profile/available-payment-methods", "")
	assert.Empty(t, f.issues(), "it is public")
}

// A body over the cap and one that breaks off are refused, and never sent on.
func TestAProxyRefusesWhatTheMockCannotRead(t *testing.T) {
	t.Parallel()
	target := start(t)
	f := inFront(t, mockserver.Proxy{Target: target.URL()})
	f.call("PUT", "/profile/name-change", strings.Repeat(" ", 1<<20+1), admin).is(413, `{"detail":"The request body is over 1048576 bytes"}`)
	received, err := exchange(t, dial(t, f.URL()), "PUT /profile/name-change HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
	require.NoError(t, err)
	assert.Contains(t, received, "The request body could not be read")
	assert.Empty(t, target.Journal())
	f.fine()
}

// seen is a request as a target gets it.
type seen struct {
	method, uri, host, body string
	length                  int64
	header                  http.Header
}

// spied starts a proxy whose target shows what it gets.
func spied(t *testing.T, p mockserver.Proxy, base string) (front, <-chan seen) {
	t.Helper()
	requests := make(chan seen, 100)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		requests <- seen{r.Method, r.RequestURI, r.Host, string(body), r.ContentLength, r.Header}
		w.Header()["Connection"] = []string{"X-Hop"}
		w.Header()["X-Hop"], w.Header()["Keep-Alive"], w.Header()["Proxy-Authenticate"] = []string{"1"}, []string{"timeout=5"}, []string{"Basic"}
		w.Header().Set("X-End", "to end")
	}))
	t.Cleanup(server.Close)
	p.Target = server.URL + base
	return inFront(t, p), requests
}

// What a target gets is what the client sent, but for what belongs to the hop.
func TestWhatAProxySendsOn(t *testing.T) {
	t.Parallel()
	f, requests := spied(t, mockserver.Proxy{}, "")
	conn := dial(t, f.URL())
	_, err := exchange(t, conn, "PUT /_space/a%20b/profile/name-change?a=1;b=2&c=%zz&& HTTP/1.1\r\nHost: elsewhere\r\n"+
		"Authorization: Bearer default-token\r\nCookie: a=b\r\nX-API-Key: key\r\nX-Mock-Space: a b\r\nX-Attempt: 2\r\nX-Two: 1\r\nX-Two: 2\r\nPrefer: code=200\r\n"+
		"X-Forwarded-For: 10.0.0.1\r\nForwarded: for=a\r\nAccept-Encoding: br, gzip;q=0.5, zstd\r\nContent-Type: application/json\r\n"+
		"Connection: close, X-Hop, Upgrade\r\nX-Hop: 1\r\nUpgrade: websocket\r\nTE: trailers\r\nKeep-Alive: 1\r\nProxy-Authorization: Basic abc\r\nExpect: 100-continue\r\n"+
		"Content-Length: 37\r\n\r\n"+rename)
	require.NoError(t, err)
	got := <-requests
	assert.Equal(t, seen{
		"PUT", "/profile/name-change?a=1;b=2&c=%zz&&", "", rename, 37, http.Header{
			"Authorization": {"Bearer default-token"}, "Cookie": {"a=b"}, "X-Api-Key": {"key"}, "X-Attempt": {"2"}, "X-Two": {"1", "2"}, "Prefer": {"code=200"},
			"X-Forwarded-For": {"10.0.0.1"}, "Forwarded": {"for=a"}, "Accept-Encoding": {"gzip"}, "Content-Type": {"application/json"}, "Content-Length": {"37"},
		},
	}, seen{got.method, got.uri, "", got.body, got.length, got.header})
	assert.NotEqual(t, "elsewhere", got.host)
	require.Len(t, f.Space("a b").Journal(), 1)

	answer := f.get("GET", "/profile/me", "")
	assert.Equal(t, "gzip", (<-requests).header.Get("Accept-Encoding"), "Go's client takes it")
	onWire(t, f.URL(), "GET", "/profile/me", "")
	assert.Equal(t, "identity", (<-requests).header.Get("Accept-Encoding"))
	assert.Equal(t, "to end", answer.header.Get("X-End"))
	for _, name := range []string{"X-Hop", "Keep-Alive", "Proxy-Authenticate"} {
		assert.NotContains(t, answer.header, name)
	}
}

// Paths go on as they were escaped, below the target's own.
func TestPathsThroughAProxy(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"", "/", "/base", "/base/", "/a%2Fb"} {
		t.Run(base, func(t *testing.T) {
			t.Parallel()
			f, requests := spied(t, mockserver.Proxy{}, base)
			for _, path := range []string{
				"/profile/me", "/", "//", "/a%2Fb/c%20d", "/%41%7e~", "/a//b/../c/.", "/é%C3%A9", "/users/3;x=y/subscription", "/%25?q=%2F%3F", "/x?", "/a+b:c@d,$&'()*!", "/_space/s/_space/t", "/_space/%2F/x%2Fy",
			} {
				conn := dial(t, f.URL())
				_, err := exchange(t, conn, "GET "+path+" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
				require.NoError(t, err)
				want := strings.TrimPrefix(strings.TrimPrefix(path, "/_space/s"), "/_space/%2F")
				want = strings.ReplaceAll(want, "é", "%C3%A9")
				assert.Equal(t, strings.TrimSuffix(base, "/")+want, (<-requests).uri)
			}
		})
	}
}

// HEAD and OPTIONS are methods like others, which no operation has.
func TestHeadAndOptionsThroughAProxy(t *testing.T) {
	t.Parallel()
	f := of(t, mockserver.Proxy{}, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Method", r.Method)
		if r.Method == http.MethodHead && r.URL.Path == "/profile/me" {
			w.Header().Set("Content-Length", "1234")
		}
	})
	for _, path := range []string{"/profile/me", "/profile/payments"} {
		head := onWire(t, f.URL(), "HEAD", path, "")
		require.NoError(t, head.err)
		assert.Equal(t, "HEAD", head.header.Get("X-Method"))
		assert.Equal(t, map[string]string{"/profile/me": "1234", "/profile/payments": ""}[path], head.header.Get("Content-Length"))
		assert.Empty(t, head.body)
		assert.Equal(t, []string{"method notAllowed"}, f.issues())
	}
	options := onWire(t, f.URL(), "OPTIONS", "/profile/me", "")
	assert.Equal(t, "OPTIONS", options.header.Get("X-Method"))
	assert.Equal(t, 200, options.status)
	assert.Equal(t, []string{"method notAllowed"}, f.issues())
}

// Credentials reach the target, and nothing that the proxy tells has them, whatever the target makes of them.
func TestAProxyShowsNoSecret(t *testing.T) {
	t.Parallel()
	for _, strict := range []bool{false, true} {
		reached := make(chan http.Header, 1000)
		f := of(t, mockserver.Proxy{Strict: strict}, func(w http.ResponseWriter, r *http.Request) {
			reached <- r.Header.Clone()
			body, _ := io.ReadAll(r.Body)
			echo := r.Header.Get("Authorization") + " " + r.Header.Get("X-Api-Key") + " " + r.Header.Get("Cookie")
			switch r.Header.Get("X-How") {
			case "header":
				w.Header().Set("Set-Cookie", "session=planted")
				w.Header().Set("Location", "/elsewhere?access_token=planted")
				w.Header().Set("X-Echo", echo)
				w.WriteHeader(http.StatusFound)
			case "json":
				w.Header().Set("Content-Type", "application/json")
				_, _ = fmt.Fprintf(w, `{"detail":%q,"password":"planted-by-target","sent":%q}`, echo, body)
			case "text":
				_, _ = fmt.Fprintf(w, "%s %s", echo, body)
			case "garbage":
				conn, _, err := w.(http.Hijacker).Hijack()
				if err == nil {
					_, _ = io.WriteString(conn, "HTTP/1.1 planted "+echo+"\r\nplanted\r\n\r\n")
					_ = conn.Close()
				}
			}
		})
		for _, request := range requests {
			path, _, _ := strings.Cut(request.path, "?")
			for _, how := range []string{"header", "json", "text", "garbage"} {
				f.get(request.method, path+"?verification_code=planted-query", requests["changePassword"].body, "X-How: "+how,
					"Authorization: Bearer planted-token", "X-API-Key: planted-key", "Cookie: session=planted-cookie")
			}
		}
		for path, body := range map[string]string{"/profile/me;password=planted": "", "/profile/planted?password=planted": "", "/profile/name-change": `{"planted":1,"planted":2}`} {
			f.get("PUT", path, body, "X-How: text", "Authorization: Basic planted")
		}
		f.get("GET", "/profile/me", "", "X-How: json") // without a secret of its own
		require.NotEmpty(t, reached)
		got := <-reached
		assert.Equal(t, "Bearer planted-token", got.Get("Authorization"))
		assert.Equal(t, "planted-key", got.Get("X-Api-Key"))
		assert.Equal(t, "session=planted-cookie", got.Get("Cookie"))
		for _, e := range f.Journal() {
			if strings.Contains(e.Path, planted) || strings.Contains(string(e.RequestBody), planted) { // what is nowhere a secret by its name
				continue
			}
			showsNothing(t, told(&e))
		}
		reports := f.reports()
		require.NotEmpty(t, reports)
		showsNothing(t, strings.Join(reports, "\n"))
		f.Verify(f.tb, mockserver.Expect("changePassword").Header("X-None", ""))
		showsNothing(t, strings.Join(f.reports(), "\n"))
	}
}

// Faults, limits and Prefer of the proxy work in front of the target, and what they make of answers is no violation.
func TestFaultsOfAProxy(t *testing.T) {
	t.Parallel()
	target := start(t, mockserver.WithVariation(mockserver.Variation{Seed: 4}))
	f := inFront(t, mockserver.Proxy{Target: target.URL(), Strict: true}, mockserver.WithPrefer())
	for _, tc := range []struct {
		fault  mockserver.Fault
		calls  int // of the target
		status int
		body   string
		err    bool
	}{
		{mockserver.Fault{Status: 503}, 0, 503, `{"detail":"Service Unavailable"}`, false},
		{mockserver.Fault{Kind: mockserver.ConnectionReset}, 0, 0, "", true},
		{mockserver.Fault{Kind: mockserver.AppliedButLost}, 1, 0, "", true},
		{mockserver.Fault{Kind: mockserver.TruncatedBody}, 1, 200, `{"message":"The `, true},
		{mockserver.Fault{Kind: mockserver.MalformedJSON}, 1, 200, `{"message":"The name is changed"`, false},
		{mockserver.Fault{Kind: mockserver.BrokenContract}, 1, 200, `{"message":["wrong"]}`, false},
		{mockserver.Fault{Kind: mockserver.WrongContentType}, 1, 200, `{"message":"The name is changed"}`, false},
		{mockserver.Fault{Delay: mockserver.Delay{Time: time.Millisecond}}, 1, 200, `{"message":"The name is changed"}`, false},
	} {
		target.Reset()
		require.NoError(t, target.Update(func(s *mockserver.State) { s.Variation = mockserver.Variation{} }))
		f.Reset()
		require.NoError(t, f.AddFault(tc.fault))
		got := f.get("PUT", "/profile/name-change", rename, "Accept-Encoding: gzip")
		assert.Equal(t, tc.status, got.status, tc.fault)
		assert.Equal(t, tc.body, got.body, tc.fault)
		assert.Equal(t, tc.err, got.err != nil, tc.fault)
		assert.Len(t, target.Journal(), tc.calls, tc.fault)
		assert.Equal(t, "fault-1", f.Journal()[0].Fault)
	}
	f.Reset()
	assert.Equal(t, 503, f.get("GET", "/profile/me", "", "Prefer: code=503").status)
	require.NoError(t, f.SetLimits(mockserver.Limit{Operation: "getMyProfile", Requests: 1, Per: time.Hour}))
	got := f.get("GET", "/profile/me", "")
	assert.Equal(t, 200, got.status)
	assert.Contains(t, got.header.Get("RateLimit"), `"getMyProfile"`)
	target.Reset()
	assert.Equal(t, 429, f.get("GET", "/profile/me", "").status)
	assert.Empty(t, target.Journal())
	f.fine()
}

// A spoilt answer is spoilt as it is, though it came in gzip.
func TestAFaultSpoilsAnAnswerInGzip(t *testing.T) {
	t.Parallel()
	f := of(t, mockserver.Proxy{}, func(w http.ResponseWriter, _ *http.Request) {
		maps.Copy(w.Header(), coded("gzip"))
		_, _ = io.WriteString(w, gzippedText(`{"user_id":"usr_anna"}`))
	})
	require.NoError(t, f.AddFault(mockserver.Fault{Kind: mockserver.MalformedJSON, Nth: 2}))
	assert.Equal(t, gzippedText(`{"user_id":"usr_anna"}`), onWire(t, f.URL(), "GET", "/profile/me", "", "Accept-Encoding: gzip").body)
	got := onWire(t, f.URL(), "GET", "/profile/me", "", "Accept-Encoding: gzip")
	assert.Equal(t, `{"user_id":"usr_anna"`, got.body)
	assert.NotContains(t, got.header, "Content-Encoding")
	assert.Equal(t, `{"user_id":"usr_anna"}`, string(f.Journal()[0].ResponseBody), "as it says")
	f.fine()
}

// Over TLS and HTTP/2 a target is like any other; so is a proxy in process, and a target in process.
func TestTargetsOfEveryKind(t *testing.T) {
	t.Parallel()
	target := inProcess(t)
	server := listen(t, target, target, func(s *httptest.Server) {
		s.EnableHTTP2 = true
		s.Config.ErrorLog = log.New(io.Discard, "", 0) // of a handshake with who does not trust it
		s.StartTLS()
	})
	version := make(chan int, 10)
	transport := server.Client().Transport
	f := inFront(t, mockserver.Proxy{Target: server.URL, Strict: true, Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
		resp, err := transport.RoundTrip(req)
		if err == nil {
			version <- resp.ProtoMajor
		}
		return resp, err
	})})
	f.call("PUT", "/profile/name-change", rename, admin).ok()
	assert.Equal(t, 2, <-version)
	assert.Equal(t, "Zoe", target.firstName())

	target.with(mockserver.Fault{Kind: mockserver.ResetInBody, Nth: 1})
	assert.Equal(t, 502, f.get("GET", "/profile/me", "").status)
	assert.Equal(t, []string{"target: it broke off, or it does not speak HTTP as its URL says"}, f.issues())
	f.reports()

	own := inFront(t, mockserver.Proxy{Target: server.URL})
	assert.Equal(t, 502, own.get("GET", "/profile/me", "").status, "it does not trust the certificate")
	assert.Equal(t, []string{"target: tls: failed to verify certificate: x509: certificate signed by unknown authority"}, own.issues())

	in := inProcess(t, mockserver.WithProxy(mockserver.Proxy{Target: "http://mock.invalid/_space/below", Transport: target.Transport()}))
	in.call("PUT", "/profile/name-change", rename, admin).ok()
	assert.Equal(t, "Zoe", *target.Space("below").State().Profile.Users["usr_anna"].FirstName)
	f.tb.end()
}

// roundTrip is a transport of a test's own.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// Why a target gave no answer is said without what it was asked.
func TestTargetsThatCannotBeReached(t *testing.T) {
	t.Parallel()
	port, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	free := "http://" + port.Addr().String() + "/base"
	require.NoError(t, port.Close())
	f := inFront(t, mockserver.Proxy{Target: free})
	for _, tc := range []struct{ method, path, body, op, want string }{
		{"GET", "/profile/me?token=s3cret", "", "getMyProfile", `{"detail":%q}`},
		{"PATCH", manage, `{"login":"test@mail.com"}`, "updateUser", `{"message":%q}`},
		{"GET", "/v1.0/profile", "", "getProfile", `{"error":{"code":502,"message":%q}}`},
	} {
		message := "The target " + free + " gave no answer that can be passed on: connection refused"
		f.call(tc.method, tc.path, tc.body, admin).is(502, fmt.Sprintf(tc.want, message))
		assert.Equal(t, []string{"target: connection refused"}, f.issues())
		assert.Equal(t, []string{"mockserver: a target gave no answer that can be passed on: " + tc.op + ": " + free + ": connection refused"}, f.reports())
	}
	assert.EqualValues(t, 3, f.Unanswered())
	assert.Zero(t, f.Violations())

	for want, failure := range map[string]error{
		"it took too long":         context.DeadlineExceeded,
		"its host is not known":    &net.DNSError{Name: "s3cret", IsNotFound: true},
		"it closed the connection": io.EOF,
		"it broke off, or it does not speak HTTP as its URL says": errors.New("s3cret"),
	} {
		f := inFront(t, mockserver.Proxy{Target: "http://a", Transport: roundTrip(func(*http.Request) (*http.Response, error) { return nil, failure })})
		got := f.get("GET", "/profile/me", "")
		assert.Equal(t, map[bool]int{true: 504, false: 502}[errors.Is(failure, context.DeadlineExceeded)], got.status)
		assert.NotContains(t, got.body, "s3cret")
		assert.Equal(t, []string{"target: " + want}, f.issues())
	}
}

// A transport of the caller's may return less than net/http's does.
func TestABareAnswerOfATransport(t *testing.T) {
	t.Parallel()
	status := 200
	header := http.Header{"Content-Length": {"3"}} // as it was before the transport has changed the body
	f := inFront(t, mockserver.Proxy{Target: "http://a", Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: header, ContentLength: -1, Body: io.NopCloser(strings.NewReader(`{"user_id":"1"}`))}, nil
	})})
	got := f.get("GET", "/profile/me", "")
	assert.Equal(t, 200, got.status)
	assert.Equal(t, `{"user_id":"1"}`, got.body)
	assert.NotContains(t, got.header, "Content-Type")
	assert.Equal(t, []string{"answer 200 body contentType"}, f.issues())
	header, status = nil, 99
	assert.Equal(t, 502, f.get("GET", "/nowhere", "").status)
	assert.Equal(t, []string{"path unknown", "target: its answer has no status from 200 on"}, f.issues())
	assert.Contains(t, f.reports(), "mockserver: a target gave no answer that can be passed on: a call of no operation: http://a: its answer has no status from 200 on")
}

// A client that goes away ends the target's call, and no one is blamed.
func TestAClientThatGoesEndsTheTargetsCall(t *testing.T) {
	t.Parallel()
	target := inProcess(t).with(mockserver.Fault{Kind: mockserver.NoAnswer})
	handler := watching(target)
	server := listen(t, target, handler, startListening)
	proxy := inProcess(t, mockserver.WithProxy(mockserver.Proxy{Target: server.URL}))
	served := watching(proxy)
	conn := dial(t, listen(t, proxy, served, startListening).URL)
	_, err := io.WriteString(conn, renameRequest)
	require.NoError(t, err)
	target.arrived("changeName")
	require.NoError(t, conn.Close())
	<-handler.returned
	<-served.returned
	require.Len(t, proxy.Journal(), 1)
	assert.Zero(t, proxy.Journal()[0].Status)
	assert.True(t, proxy.Journal()[0].Done)
	assert.Empty(t, proxy.Journal()[0].Issues)

	ctx, cancel := context.WithCancel(t.Context())
	req := newRequest(t, "GET", proxy.URL()+"/profile/me", "").WithContext(ctx)
	ended := begin(proxy.Client(), req)
	target.arrived("getMyProfile")
	cancel()
	assert.ErrorIs(t, (<-ended).err, context.Canceled)
	<-handler.returned
	proxy.Close()
}

// Calls at the same time, in spaces by header and by prefix, each find the target's answer to themselves.
func TestAProxyServesManyAtOnce(t *testing.T) {
	t.Parallel()
	target := start(t)
	f := inFront(t, mockserver.Proxy{Target: target.URL(), Strict: true})
	var group sync.WaitGroup
	for i := range 32 {
		space := f.Space(fmt.Sprint("space ", i%4))
		group.Go(func() {
			path, headers := "/_space/"+url.PathEscape(space.ID()), []string{"X-None: 1"}
			if i%2 == 0 {
				path, headers = "", []string{"X-Mock-Space: " + space.ID()}
			}
			for range 5 {
				got := f.get("POST", path+"/users/1/subscription", fmt.Sprintf(`{"device_limit":%d,"duration_days":1,"replace_existing":true}`, i+1), append(headers, admin)...)
				assert.Equal(t, 201, got.status, got.body)
				assert.Contains(t, got.body, fmt.Sprintf(`"device_limit":%d,`, i+1))
			}
		})
	}
	group.Wait()
	for i := range 4 {
		f.Space(fmt.Sprint("space ", i)).Verify(t, mockserver.Expect("createUserSubscription").Times(40))
	}
	target.Verify(t, mockserver.Expect("createUserSubscription").Times(160))
	f.fine()
}

func TestWithProxyNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{
		"":                      "the target needs the scheme http or https, as in https://api.example.com/base",
		"api.example.com":       "the target needs the scheme http or https, as in https://api.example.com/base",
		"ftp://a":               "the target needs the scheme http or https, as in https://api.example.com/base",
		"http:a":                "the target has no host; one is written as https://api.example.com/base",
		"https://:80/a":         "the target has no host; one is written as https://api.example.com/base",
		"http://u:s3cret@a":     "the target holds user information; send a credential in the header of each call instead",
		"http://a?":             "the target holds a query, which belongs to a call",
		"http://a?key=s3cret":   "the target holds a query, which belongs to a call",
		"http://a#b":            "the target holds a fragment, which no server sees",
		"http://u:s3cret/x@a/b": "the target is no URL; one is written as https://api.example.com/base",
		"http://a\n":            "the target is no URL; one is written as https://api.example.com/base",
	} {
		_, err := mockserver.New(mockserver.WithProxy(mockserver.Proxy{Target: target}))
		assert.EqualError(t, err, "mockserver: WithProxy: "+want, target)
	}
}

// The connections to a target are kept for the next calls, however many there are, and end with the proxy.
func TestAProxyKeepsItsConnections(t *testing.T) {
	t.Parallel()
	const many = 5
	opened, closed := make(chan struct{}, 100), make(chan struct{}, 100)
	var together sync.WaitGroup
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		together.Done()
		together.Wait()
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			opened <- struct{}{}
		case http.StateClosed:
			closed <- struct{}{}
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	proxy := inProcess(t, mockserver.WithProxy(mockserver.Proxy{Target: server.URL}))
	for range 3 {
		together.Add(many)
		var calls []<-chan outcome
		for range many {
			calls = append(calls, begin(proxy.Client(), newRequest(t, "GET", proxy.URL()+"/nowhere", "")))
		}
		for _, ended := range calls {
			assert.Equal(t, 200, (<-ended).status)
		}
	}
	assert.Len(t, opened, many)
	proxy.Close()
	for range many {
		select {
		case <-closed:
		case <-time.After(time.Minute): // sooner than they would end by themselves
			require.Fail(t, "a connection is still there")
		}
	}
}

// A proxy that was closed and opened again goes on.
func TestAProxyRestarts(t *testing.T) {
	t.Parallel()
	target := start(t)
	f := inFront(t, mockserver.Proxy{Target: target.URL()})
	f.call("GET", "/profile/me", "", admin).ok()
	require.NoError(t, f.Restart())
	f.call("GET", "/profile/me", "", admin).ok()
	f.fine()
}
