package mockserver_test

import (
	"bufio"
	"cmp"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

func TestUnknownPathNamesTheNearestRoute(t *testing.T) {
	t.Parallel()
	m := start(t)
	for path, want := range map[string]string{
		"/profile/my":  `{"detail":"No operation at GET /profile/my; the nearest is GET /profile/me (getMyProfile)"}`,
		"/profile/me/": `{"detail":"No operation at GET /profile/me/; the nearest is GET /profile/me (getMyProfile)"}`,
		"/Profile/me":  `{"detail":"No operation at GET /Profile/me; the nearest is GET /profile/me (getMyProfile)"}`,
		"/api/v1/billing/users": `{"message":"No operation at GET /api/v1/billing/users;` +
			` the nearest is PATCH /api/v1/billing/user/manage (updateUser)"}`,
		"/users//subscription": `{"detail":"No operation at GET /users//subscription;` +
			` the nearest is POST /users/{user_id}/subscription (createUserSubscription)"}`,
		"/users/a%2Fb/subscriptions": `{"detail":"No operation at GET /users/a%2Fb/subscriptions;` +
			` the nearest is POST /users/{user_id}/subscription (createUserSubscription)"}`,
		"/v1.0/profiles": `{"error":{"code":404,"message":"No operation at GET /v1.0/profiles; the nearest is GET /v1.0/profile (getProfile)"}}`,
	} {
		m.call("GET", path, "").is(404, want)
	}
	assert.Equal(t, 404, m.call("GET", "/", "").status)
}

func TestUnknownMethodIsToldWhatIsAllowed(t *testing.T) {
	t.Parallel()
	m := start(t)
	for _, tc := range []struct{ method, path, allow, want string }{
		{"POST", "/profile/me", "GET", `{"detail":"Method Not Allowed"}`},
		{"HEAD", "/profile/me", "GET", ""},
		{"OPTIONS", "/profile/subscription", "DELETE", `{"detail":"Method Not Allowed"}`},
		{"OPTIONS", "/users/1/subscription", "POST",
			`{"detail":"Method Not Allowed"}`},
		{"PUT", manage, "PATCH", `{"message":"The PUT method is not supported for route api/v1/billing/user/manage. Supported methods: PATCH."}`},
		{"DELETE", "/v1.0/profile", "GET, PUT",
			`{"error":{"code":405,"message":"Method DELETE not allowed at /v1.0/profile; allowed: GET, PUT"}}`},
	} {
		a := m.call(tc.method, tc.path, "")
		a.is(405, tc.want)
		assert.Equal(t, tc.allow, a.header.Get("Allow"), tc.path)
	}
}

// Over the cap the answer is 413 in each dialect, whether the length was announced or not.
func TestBodyOverTheCap(t *testing.T) {
	t.Parallel()
	const limit = 1 << 20
	m := start(t)
	for _, tc := range []struct{ method, path, want string }{
		{"PUT", "/profile/name-change", `{"detail":"The request body is over 1048576 bytes"}`},
		{"PATCH", manage, `{"message":"The request body is over 1048576 bytes"}`},
		{"POST", "/users/3/subscription", `{"detail":"The request body is over 1048576 bytes"}`},
		{"PUT", "/v1.0/profile/settings", `{"error":{"code":413,"message":"The request body is over 1048576 bytes"}}`},
	} {
		for _, length := range []int64{limit + 1, -1} {
			req := newRequest(t, tc.method, m.URL()+tc.path, strings.Repeat(" ", limit+1))
			req.Header.Set("Authorization", "Bearer default-token")
			req.ContentLength = length // -1: chunked
			m.send(req).is(413, tc.want)
		}
	}
	names := `{"last_name":null,"first_name":"` // the rest is filled up to the cap
	m.call("PUT", "/profile/name-change", names+strings.Repeat("x", limit-len(names)-2)+`"}`).ok()
}

func TestBodyThatBreaksOff(t *testing.T) {
	t.Parallel()
	m := start(t)
	conn, err := net.Dial("tcp", strings.TrimPrefix(m.URL(), "http://"))
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "PUT /profile/name-change HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{")
	require.NoError(t, err)
	require.NoError(t, conn.(*net.TCPConn).CloseWrite())
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Equal(t, 400, resp.StatusCode)
	assert.JSONEq(t, `{"detail":"The request body could not be read"}`, string(body))
}

// One golden answer for each thing that can be wrong with a body, in each API's own dialect.
func TestBodyIsRefused(t *testing.T) {
	t.Parallel()
	targets := map[string]struct{ method, path string }{
		"profile":      {"PUT", "/profile/phone-change"},
		"billing":      {"PATCH", manage},
		"subscription": {"POST", "/users/3/subscription"},
		"vendor":       {"PUT", "/v1.0/profile/settings"},
	}
	for name, tc := range map[string]struct {
		contentType string
		body, want  map[string]string
	}{
		"no body": {"application/json", map[string]string{"profile": "", "billing": "", "subscription": "", "vendor": ""}, map[string]string{
			"profile":      `{"detail":[{"type":"missing","loc":["body"],"msg":"Field required","input":null}]}`,
			"billing":      `{"message":"The body field is required.","errors":{"body":["The body field is required."]}}`,
			"subscription": `{"detail":[{"type":"missing","loc":["body"],"msg":"Field required","input":null}]}`,
			"vendor":       `{"error":{"code":422,"message":"the body is required"}}`,
		}},
		"wrong content type": {"text/plain", map[string]string{"profile": "{}", "billing": "{}", "subscription": "{}", "vendor": "{}"}, map[string]string{
			"profile": `{"detail":[{"type":"model_attributes_type","loc":["body"],
				"msg":"Input should be a valid dictionary or object to extract fields from","input":"{}"}]}`,
			"billing": `{"message":"The body field must be sent as application/json.","errors":{"body":["The body field must be sent as application/json."]}}`,
			"subscription": `{"detail":[{"type":"model_attributes_type","loc":["body"],
				"msg":"Input should be a valid dictionary or object to extract fields from","input":"{}"}]}`,
			"vendor": `{"error":{"code":422,"message":"the body must be sent as application/json"}}`,
		}},
		"malformed JSON": {"application/json", map[string]string{"profile": "{", "billing": "{", "subscription": "{", "vendor": "{"}, map[string]string{
			"profile": `{"detail":[{"type":"json_invalid","loc":["body",1],"msg":"JSON decode error","input":{},
				"ctx":{"error":"Expecting property name enclosed in double quotes"}}]}`,
			"billing": `{"message":"The body field must be a valid JSON string.","errors":{"body":["The body field must be a valid JSON string."]}}`,
			"subscription": `{"detail":[{"type":"json_invalid","loc":["body",1],"msg":"JSON decode error","input":{},
				"ctx":{"error":"Expecting property name enclosed in double quotes"}}]}`,
			"vendor": `{"error":{"code":422,"message":"the body is not JSON: a name in double quotes is missing at byte 1"}}`,
		}},
		"trailing data": {"application/json", map[string]string{"profile": "{}{}", "billing": "{} x", "subscription": "{}]", "vendor": "{}1"}, map[string]string{
			"profile":      `{"detail":[{"type":"json_invalid","loc":["body",2],"msg":"JSON decode error","input":{},"ctx":{"error":"Extra data"}}]}`,
			"billing":      `{"message":"The body field must not go on after the JSON document.","errors":{"body":["The body field must not go on after the JSON document."]}}`,
			"subscription": `{"detail":[{"type":"json_invalid","loc":["body",2],"msg":"JSON decode error","input":{},"ctx":{"error":"Extra data"}}]}`,
			"vendor":       `{"error":{"code":422,"message":"the body goes on after its JSON document, at byte 2"}}`,
		}},
		"duplicate key": {"application/json", map[string]string{
			"profile": `{"a":1,"a":2}`, "billing": `{"a":1,"a":2}`, "subscription": `{"a":1,"\u0061":2}`, "vendor": `{"a":1,"a":2}`,
		}, map[string]string{
			"profile":      `{"detail":[{"type":"json_invalid","loc":["body",7],"msg":"JSON decode error","input":{},"ctx":{"error":"Duplicate object member name 'a'"}}]}`,
			"billing":      `{"message":"The body field must not have the member a twice.","errors":{"body":["The body field must not have the member a twice."]}}`,
			"subscription": `{"detail":[{"type":"json_invalid","loc":["body",7],"msg":"JSON decode error","input":{},"ctx":{"error":"Duplicate object member name 'a'"}}]}`,
			"vendor":       `{"error":{"code":422,"message":"the body has the member a twice, again at byte 7"}}`,
		}},
		"null": {"application/json", map[string]string{
			"profile": `{"new_phone":null,"verification_code":""}`, "billing": `{"login":null}`, "subscription": `{"is_trial":null}`, "vendor": `{"lang":null}`,
		}, map[string]string{
			"profile":      `{"detail":[{"type":"string_type","loc":["body","new_phone"],"msg":"Input should be a valid string","input":null}]}`,
			"billing":      `{"message":"The login field is required.","errors":{"login":["The login field is required."]}}`,
			"subscription": `{"detail":[{"type":"bool_type","loc":["body","is_trial"],"msg":"Input should be a valid boolean","input":null}]}`,
			"vendor":       `{"error":{"code":422,"message":"lang must not be null"}}`,
		}},
		"wrong type": {"application/json", map[string]string{
			"profile": `{"new_phone":1,"verification_code":""}`, "billing": `{"login":1}`, "subscription": `{"device_limit":"many"}`, "vendor": `{"lang":"1"}`,
		}, map[string]string{
			"profile": `{"detail":[{"type":"string_type","loc":["body","new_phone"],"msg":"Input should be a valid string","input":1}]}`,
			"billing": `{"message":"The login field must be a string.","errors":{"login":["The login field must be a string."]}}`,
			"subscription": `{"detail":[{"type":"int_parsing","loc":["body","device_limit"],
				"msg":"Input should be a valid integer, unable to parse string as an integer","input":"many"}]}`,
			"vendor": `{"error":{"code":422,"message":"lang must be an integer"}}`,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := inProcess(t)
			for api, target := range targets {
				m.call(target.method, target.path, tc.body[api], admin, "Content-Type: "+tc.contentType).is(422, tc.want[api])
			}
		})
	}
}

func TestMissingQueryParameter(t *testing.T) {
	t.Parallel()
	m := start(t)
	m.call("DELETE", "/profile/subscription", "").
		is(422, `{"detail":[{"type":"missing","loc":["query","course_id"],"msg":"Field required","input":null}]}`)
}

func TestLastOfRepeatedQueryParametersCounts(t *testing.T) {
	t.Parallel()
	m := start(t)
	m.call("DELETE", "/profile/subscription?course_id=none&course_id=go%2Dbasics", "").ok()
}

func TestContentTypeMayHaveParameters(t *testing.T) {
	t.Parallel()
	m := start(t)
	for _, contentType := range []string{"application/json; charset=utf-8", "Application/JSON", "application/merge-patch+json"} {
		m.call("PATCH", manage, `{"login":"test@mail.com"}`, "Content-Type: "+contentType).ok()
	}
}

// atOnce is a writer that takes only answers which come whole and at once.
type atOnce struct {
	*httptest.ResponseRecorder
	declined bool
}

func (w *atOnce) DeclineToWait() { w.declined = true }

// What may wait for something, or come in pieces, leaves no trace when it is declined; all
// other calls are answered.
func TestCallsAreDeclinedThatMayWait(t *testing.T) {
	t.Parallel()
	calm := func(*mockserver.Space) error { return nil }
	faulty := func(s *mockserver.Space) error {
		return s.AddFault(mockserver.Fault{Operation: "listPayments", Delay: mockserver.Delay{Time: time.Second}})
	}
	target := start(t)
	for name, tc := range map[string]struct {
		with     mockserver.Option
		path     string
		prepare  func(*mockserver.Space) error
		declined bool
	}{
		"calm":               {prepare: calm},
		"a fault":            {prepare: faulty, declined: true},
		"a fault elsewhere":  {prepare: faulty, path: "/_space/a/profile/me"},
		"a variation":        {with: varied(1), prepare: calm, declined: true},
		"a variation beyond": {with: varied(1), path: "/_space/a/profile/me", prepare: calm, declined: true},
		"an unknown path":    {path: "/nowhere", prepare: calm},
		"a space like none":  {path: "/_space/%00/profile/me", prepare: calm},
		"Prefer":             {with: mockserver.WithPrefer(), prepare: calm, declined: true},
		"a proxy":            {with: mockserver.WithProxy(mockserver.Proxy{Target: target.URL()}), prepare: calm, declined: true},
		"the admin API":      {path: "/_mock/v1/health", prepare: calm, declined: true},
		"no page of it":      {path: "/_mock/nowhere", prepare: calm, declined: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var with []mockserver.Option
			if tc.with != nil {
				with = append(with, tc.with)
			}
			m := inProcess(t, with...)
			require.NoError(t, tc.prepare(m.Space("")))
			w := &atOnce{ResponseRecorder: httptest.NewRecorder()}
			m.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", cmp.Or(tc.path, "/profile/me"), http.NoBody))
			assert.Equal(t, tc.declined, w.declined)
			assert.Equal(t, !tc.declined, w.Body.Len() > 0)
			if tc.declined {
				assert.Empty(t, m.Journal())
				assert.Zero(t, m.Coverage().Percent())
				for _, fault := range m.Faults() {
					assert.Zero(t, fault.Seen)
				}
			}
		})
	}
}
