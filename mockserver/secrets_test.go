package mockserver_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

// What is planted as a secret has this in it, whatever its spelling.
const (
	planted       = "planted"
	plantedNumber = "918273645"
)

// plantedBodies have secrets in the right member, of the wrong type, at other depths, in
// other spellings, and in what is no JSON.
var plantedBodies = []string{
	`{"old_password":"planted-old","new_password":"planted-new","new_password_confirm":"planted-other","verification_code":"planted-code"}`,
	`{"login":"test@mail.com","password":"planted-` + strings.Repeat("x", 100) + `"}`,
	`{"new_email":"a@b","new_phone":"1","avatar_url":"a","verification_code":"planted-code"}`,
	`{"old_password":918273645,"verification_code":918273645.0}`,
	`{"old_password":{"deep":["planted"]},"new_password":["planted"],"verification_code":{"planted":918273645}}`,
	`{"first_name":{"password":"planted"},"last_name":[{"Verification_Code":"planted"}],"details":{"readvalue":"planted"},"method":"no"}`,
	`{"is_trial":{"password":"planted"},"lang":{"mastervalue":"planted"}}`,
	`{"pass\u0077ord":"pl\u0061nted","verification_code":"pl\u0061nted\n"}`,
	`{"password":"planted","password":"planted"}`,
	`{"password":"planted"} {"password":"planted"}`,
	`{"password":"planted"`,
	`{"password":"planted`,
	`{"password":planted}`,
	`[{"password":"planted"}]`,
	`"planted`,
	`password=planted&x=1`,
	"\xff{\"password\":\"planted\"}",
	`<password>planted</password>`,
}

var plantedHeaders = []string{
	"Authorization: Bearer planted", "Authorization: Basic cGxhbnRlZA==planted", "Authorization: planted", "Authorization: planted, planted",
	"Proxy-Authorization: Bearer planted", "Cookie: session=planted", "X-API-Key: planted", "X-Api-Key: planted-2",
}

var plantedTargets = []string{
	"?access_token=planted", "?password=planted&course_id=x", "?Verification_Code=planted;x", "?course_id=https://a/?token=planted",
	"?course_id=%26api_key%3Dplanted", "?x-api-key=planted", "?a[password]=planted", "?pass%zzword=planted",
	";password=planted", "%3Bpassword%3Dplanted", "%3Fpassword=planted", "/;key=planted/x",
}

// No secret of a request or an answer is in anything that the server tells of its calls.
func TestNoSecretIsEverShown(t *testing.T) {
	t.Parallel()
	tb := &namedTB{name: "TestX"}
	m := mock{startOn(tb, mockserver.WithJournal(1_000_000, 1<<30), at(noon)), t} // a clock that runs shows any six digits
	space, client := m.Space("prefixed"), &http.Client{Transport: m.Transport()}
	require.NoError(t, space.Update(func(s *mockserver.State) {
		for i := range s.Vendor.AccessCodes {
			code := &s.Vendor.AccessCodes[i]
			code.MasterValue, code.ReadValue, code.WriteValue = "planted-master", "planted-read", "planted-write"
		}
		s.Variation = mockserver.Variation{Seed: 3, Values: true}
		s.Tokens["planted-token"] = mockserver.Token{Vendor: 10020, Profile: "usr_anna", Billing: true, Subscription: true}
	}))
	send := func(method, base, target, body string, headers ...string) {
		t.Helper()
		req := newRequest(t, method, base+target, body)
		for _, header := range headers {
			name, value, _ := strings.Cut(header, ": ")
			req.Header.Set(name, value)
		}
		resp, err := client.Do(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
	}
	targets := []string{"GET /nowhere", "POST /nowhere", "DELETE /profile/me"}
	for _, request := range requests {
		targets = append(targets, request.method+" "+request.path)
	}
	slices.Sort(targets) // so that each has the same variation in each run
	for _, target := range targets {
		method, path, _ := strings.Cut(target, " ")
		for _, base := range []string{m.URL(), space.URL()} {
			for i, body := range plantedBodies {
				send(method, base, path, body, []string{"Accept: */*", "Authorization: Bearer planted-token"}[i%2])
				send(method, base, path, body, "Content-Type: text/plain")
			}
			for _, header := range plantedHeaders {
				send(method, base, path, requests["changePassword"].body, header)
			}
			path, _, _ = strings.Cut(path, "?")
			for _, suffix := range plantedTargets {
				send(method, base, path+suffix, "", "Authorization: Bearer "+mockserver.DefaultToken)
				if !strings.HasPrefix(suffix, "?") {
					send(method, base, strings.Replace(path, "/3/", "/3"+suffix+"/", 1), `{}`)
				}
			}
		}
	}
	require.NoError(t, space.AddFault(mockserver.Fault{Status: 500, Body: `{"detail":"echo","password":"planted"}`}))
	send("GET", space.URL(), "/profile/me", "")

	for _, s := range []*mockserver.Space{m.Space(""), space} {
		entries := s.Journal()
		require.Greater(t, len(entries), 1000)
		for i := range entries {
			showsNothing(t, told(&entries[i]))
		}
		s.Verify(tb, mockserver.Expect("changePassword").JSON("old_passwords", 1), mockserver.Expect("changePassword").JSON("verification_code", planted),
			mockserver.Expect("").Header("X-None", ""), mockserver.Expect("").Never())
		s.VerifyOnly(tb)
		s.VerifyOrder(tb, mockserver.Expect("changePassword").Header("X-None", ""))
	}
	showsNothing(t, fmt.Sprintf("%+v\n%s", m.Coverage(), m.Coverage().Markdown()))
	for _, path := range []string{"/journal", "/coverage", "/coverage.md", "/metrics", "/spaces"} { // of the admin API
		for _, base := range []string{m.URL(), space.URL()} {
			status, _, answer := ask(t, client, http.MethodGet, base+"/_mock/v1"+path, "")
			require.Equal(t, 200, status)
			showsNothing(t, answer)
		}
	}
	tb.end()
	require.Len(t, tb.logs, 1)
	require.Greater(t, len(tb.errors), 8)
	showsNothing(t, strings.Join(tb.logs, "\n"))
	showsNothing(t, strings.Join(tb.errors, "\n"))
	showsNothing(t, strings.Join(tb.fatals, "\n"))
	for _, failure := range tb.errors {
		assert.NotContains(t, failure, "breaks its document")
	}
}

func told(e *mockserver.Entry) string {
	var request, response any
	_ = json.Unmarshal(e.RequestBody, &request) // where it is JSON that is escaped
	_ = json.Unmarshal(e.ResponseBody, &response)
	return fmt.Sprintf("%+v\n%s\n%s\n%v\n%v", *e, e.RequestBody, e.ResponseBody, request, response)
}

func showsNothing(t *testing.T, text string) {
	t.Helper()
	for _, secret := range []string{planted, plantedNumber, `pl\u0061nted`, mockserver.DefaultToken, "anna-secret", "new-secret", "111111", "cGxhbnRlZA"} {
		if strings.Contains(text, secret) {
			assert.Fail(t, "a secret is shown", "%s in %.2000s", secret, text)
		}
	}
}

// What is no secret is kept as it was.
func TestWhatIsNoSecretIsShown(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	m.call("PUT", "/profile/password-change", `{ "old_password" : "anna-secret", "x":[1.0,"é"] }`, "Accept-Language: en", admin)
	m.call("GET", "/v1.0/profile/accesscodes", "", admin).ok()
	entries := m.Journal()
	assert.Equal(t, `{ "old_password" : "[redacted]", "x":[1.0,"é"] }`, string(entries[0].RequestBody))
	assert.Equal(t, http.Header{"Accept-Language": {"en"}, "Authorization": {"Bearer [redacted]"}, "Content-Type": {"application/json"}}, entries[0].RequestHeader)
	assert.Contains(t, string(entries[0].ResponseBody), `"loc":["body","new_password"],"msg":"Field required"`)
	assert.Contains(t, string(entries[1].ResponseBody), `"public":{"text":"DEMONVK","value":"0x519175b7"}`)
	assert.Contains(t, string(entries[1].ResponseBody), `"mastervalue":"[redacted]"`)
}
