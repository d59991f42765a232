package mockserver_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

const manage = "/api/v1/billing/user/manage"

// update changes test@mail.com by the given members and returns the answer.
func (m mock) update(members string) answer {
	m.t.Helper()
	return m.call("PATCH", manage, `{"login":"test@mail.com",`+members+`}`)
}

func (m mock) billingUser() *mockserver.BillingUser { return m.State().Billing.Users["test@mail.com"] }

func TestUpdateUserAnswersTheUser(t *testing.T) {
	t.Parallel()
	m := start(t, at(noon))
	m.call("PATCH", manage, `{"login":"test@mail.com"}`).is(200, `{
		"id":1,"login":"test@mail.com","name":null,"type":"client","status":"active",
		"created_at":"2023-05-02T10:18:50.000000Z","updated_at":"2026-03-01T12:00:00.123456Z","deleted_at":null,
		"can_update_password":false,"billing_properties":[{"type":"phone","value":"+80283289362"}]}`)
}

func TestAbsentMembersLeaveTheUserAsItIs(t *testing.T) {
	t.Parallel()
	m := start(t, at(noon))
	want := m.State()
	want.Billing.Users["test@mail.com"].UpdatedAt = noon
	for _, body := range []string{`"unknown":1`, `"billing_info":{}`, `"billing_info":[]`, `"LOGIN":"camera-7@example.com"`,
		`"permissions_to_attach":[],"permissions_to_detach":[]`} {
		m.update(body).ok()
		assert.Equal(t, want, m.State(), body)
	}
}

func TestPublishedSampleIsCarriedOut(t *testing.T) {
	t.Parallel()
	m := start(t)
	m.call("PATCH", manage, `{
		"login": "test@mail.com",
		"password": "new-password",
		"status": "active",
		"billing_info": {"billing_id": "456", "billing_extra": [1.10, {"a": null}]},
		"billing_properties": [{"type": "fax", "value": "1"}],
		"permissions_to_attach": ["archives-show", "archives-download"],
		"permissions_to_detach": ["archives-preview-download"]
	}`).ok()
	user := m.billingUser()
	assert.Equal(t, "new-password", user.Password)
	assert.Equal(t, "456", user.BillingID)
	assert.Equal(t, []any{json.Number("1.10"), map[string]any{"a": nil}}, user.BillingExtra)
	assert.Equal(t, []mockserver.BillingProperty{{Type: "fax", Value: "1"}}, user.Properties)
	assert.Equal(t, []string{"archives-download", "archives-show"}, user.Permissions)
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		held []string
		body string
		want []string
	}{
		"attached":               {[]string{"held"}, `"permissions_to_attach":["b","a"]`, []string{"a", "b", "held"}},
		"detached":               {[]string{"held"}, `"permissions_to_detach":["held"]`, []string{}},
		"in both lists":          {[]string{"held"}, `"permissions_to_attach":["a","held"],"permissions_to_detach":["a","held"]`, []string{}},
		"attached though held":   {[]string{"held"}, `"permissions_to_attach":["held","held"]`, []string{"held"}},
		"detached though absent": {[]string{"held"}, `"permissions_to_detach":["a"]`, []string{"held"}},
		"not in order":           {[]string{"b", "a", "b"}, `"status":"active"`, []string{"a", "b"}},
		"none":                   {[]string{}, `"permissions_to_detach":["a"]`, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := start(t)
			require.NoError(t, m.Update(func(s *mockserver.State) { s.Billing.Users["test@mail.com"].Permissions = tc.held }))
			m.update(tc.body).ok()
			assert.Equal(t, tc.want, m.billingUser().Permissions)
		})
	}
}

func TestBillingProperties(t *testing.T) {
	t.Parallel()
	const phone = `[{"type":"phone","value":"+80283289362"}]`
	for name, tc := range map[string]struct{ body, want string }{
		"absent leaves them":                  {`"status":"active"`, phone},
		"empty empties them":                  {`"billing_properties":[]`, `[]`},
		"a list replaces them":                {`"billing_properties":[{"type":"a","value":""}]`, `[{"type":"a","value":""}]`},
		"the deprecated list replaces them":   {`"properties":[{"type":"a","value":"1"}]`, `[{"type":"a","value":"1"}]`},
		"the deprecated empty list empties":   {`"properties":[]`, `[]`},
		"the deprecated string is let be":     {`"properties":"[{\"type\":\"a\"}]"`, phone},
		"the current name beats the old":      {`"properties":[{"type":"a","value":"1"}],"billing_properties":[]`, `[]`},
		"the current name beats a string too": {`"properties":"a","billing_properties":[]`, `[]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := start(t)
			got, err := json.Marshal(m.update(tc.body).at("billing_properties"))
			require.NoError(t, err)
			assert.JSONEq(t, tc.want, string(got))
		})
	}
}

func TestBillingInfo(t *testing.T) {
	t.Parallel()
	m := start(t)
	m.update(`"billing_info":{"billing_extra":["x"]}`).ok()
	assert.Equal(t, "123123123", m.billingUser().BillingID, "an absent billing_id stays")
	m.update(`"billing_info":{"billing_id":""}`).ok()
	assert.Equal(t, []any{"x"}, m.billingUser().BillingExtra, "an absent billing_extra stays")
	assert.Empty(t, m.billingUser().BillingID)
	m.update(`"billing_info":{"billing_extra":[]}`).ok()
	assert.Equal(t, []any{}, m.billingUser().BillingExtra, "an empty billing_extra empties")
}

func TestDeletedAtFollowsTheStatus(t *testing.T) {
	t.Parallel()
	m := inProcess(t, at(noon))
	assert.Nil(t, m.update(`"status":"blocked"`).at("deleted_at"))
	assert.Equal(t, "2026-03-01T12:00:00.123456Z", m.update(`"status":"deleted"`).at("deleted_at"))
	m.Advance(24 * time.Hour)
	assert.Equal(t, "2026-03-01T12:00:00.123456Z", m.update(`"status":"deleted"`).at("deleted_at"), "it was deleted before")
	assert.Equal(t, "2026-03-01T12:00:00.123456Z", m.update(`"password":"x"`).at("deleted_at"))
	assert.Nil(t, m.update(`"status":"active"`).at("deleted_at"))
}

func TestUpdateUserIsRefused(t *testing.T) {
	t.Parallel()
	const unknown = `{"login":"nobody","status":"gone"}`
	for name, tc := range map[string]struct{ body, want string }{
		"unknown login": {`{"login":"nobody"}`,
			`{"message":"The selected login is invalid.","errors":{"login":["The selected login is invalid."]}}`},
		"unknown status": {`{"login":"test@mail.com","status":"Active"}`,
			`{"message":"The selected status is invalid.","errors":{"status":["The selected status is invalid."]}}`},
		"unknown login and status": {unknown, `{"message":"The selected login is invalid. (and 1 more error)",
			"errors":{"login":["The selected login is invalid."],"status":["The selected status is invalid."]}}`},
		"no login": {`{}`,
			`{"message":"The login field is required.","errors":{"login":["The login field is required."]}}`},
		"password of 101 characters": {`{"login":"test@mail.com","password":"` + strings.Repeat("я", 101) + `"}`,
			`{"message":"The password field must not be greater than 100 characters.",
			"errors":{"password":["The password field must not be greater than 100 characters."]}}`},
		"nested members are dotted": {`{"login":"test@mail.com","billing_properties":[{"value":1}]}`,
			`{"message":"The billing_properties.0.type field is required. (and 1 more error)","errors":{
			"billing_properties.0.type":["The billing_properties.0.type field is required."],
			"billing_properties.0.value":["The billing_properties.0.value field must be a string."]}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := start(t)
			m.call("PATCH", manage, tc.body).is(422, tc.want)
			assert.Equal(t, mockserver.DefaultState(), m.State())
		})
	}
}

func TestNullIsRefusedInEveryMember(t *testing.T) {
	t.Parallel()
	m := start(t)
	for _, member := range []string{"password", "status", "billing_info", "billing_properties", "properties",
		"permissions_to_attach", "permissions_to_detach"} {
		a := m.update(`"` + member + `":null`)
		assert.Equal(t, 422, a.status, member)
		assert.Contains(t, a.body, `"errors":{"`+member+`":`)
	}
}

func TestPasswordOf100CharactersIsTaken(t *testing.T) {
	t.Parallel()
	m := start(t)
	password := strings.Repeat("я", 100) // 200 bytes
	m.update(`"password":"` + password + `"`).ok()
	assert.Equal(t, password, m.billingUser().Password)
}

func TestStatusesAreConfigurable(t *testing.T) {
	t.Parallel()
	m := start(t)
	require.NoError(t, m.Update(func(s *mockserver.State) { s.Billing.Statuses = append(s.Billing.Statuses, "frozen") }))
	assert.Equal(t, "frozen", m.update(`"status":"frozen"`).at("status"))
}

// The published cURL command says POST; the heading of the same page says PATCH.
const billingCURL = `{
    "login": "string",
    "password": "string",
    "status": "string",
    "billing_info": [],
    "properties": "string",
    "permissions_to_attach": [],
    "permissions_to_detach": []
}`

func TestPublishedBillingCommand(t *testing.T) {
	t.Parallel()
	m := start(t)
	printed := m.call("POST", manage, billingCURL, "Accept: application/json")
	printed.is(405, `{"message":"The POST method is not supported for route api/v1/billing/user/manage. Supported methods: PATCH."}`)
	assert.Equal(t, "PATCH", printed.header.Get("Allow"))
	m.call("PATCH", manage, billingCURL).is(422, `{"message":"The selected login is invalid. (and 1 more error)",
		"errors":{"login":["The selected login is invalid."],"status":["The selected status is invalid."]}}`)
	filled := strings.Replace(billingCURL, `"string"`, `"test@mail.com"`, 1)
	filled = strings.Replace(filled, `"status": "string"`, `"status": "active"`, 1)
	m.call("PATCH", manage, filled).ok()
	assert.Equal(t, "string", m.billingUser().Password)
}
