package mockserver_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // a zone with summer time, wherever the tests run

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

// subscribe asks for a subscription of the user, whom no credential names.
func (m mock) subscribe(user, body string) answer {
	m.t.Helper()
	return m.call("POST", "/users/"+user+"/subscription", body)
}

func TestSubscriptionIsCreated(t *testing.T) {
	t.Parallel()
	m := start(t, at(noon))
	m.subscribe("3", `{"duration_days":30,"traffic_limit_gb":5,"device_limit":4,"connected_squads":["a","b"]}`).is(201, `{
		"id":3,"status":"active","language":"en","balance_kopeks":50000,"balance_rubles":500,
		"has_had_paid_subscription":true,"has_made_first_topup":true,
		"created_at":"2026-03-01T07:15:00","updated_at":"2026-03-01T12:00:00.123456",
		"telegram_id":7000000003,"username":"vera","first_name":"Vera","last_name":null,
		"referral_code":"refVERA03","referred_by_id":null,"last_activity":null,"promo_group":null,
		"subscription":{"id":503,"status":"active","actual_status":"active","is_trial":false,
			"start_date":"2026-03-01T12:00:00.123456","end_date":"2026-03-31T12:00:00.123456",
			"traffic_limit_gb":5,"traffic_used_gb":0,"device_limit":4,"autopay_enabled":false,"autopay_days_before":null,
			"subscription_url":"https://connect.example.com/s/503","subscription_crypto_link":null,
			"connected_squads":["a","b"]}}`)
	created := m.State().Subscription.Users[3].Subscription
	require.NotNil(t, created)
	assert.Equal(t, noon.AddDate(0, 0, 30), created.EndDate)
}

func TestUserHasAllMembers(t *testing.T) {
	t.Parallel()
	m := start(t, at(noon))
	a := m.subscribe("1", `{"replace_existing":true,"is_trial":true}`)
	assert.Contains(t, a.body, `"balance_rubles":1234.5,`, "a number, the hundredth part of the kopeks")
	assert.Equal(t, "2026-01-05T12:34:56.789012", a.at("last_activity"), "naive UTC")
	assert.Equal(t, map[string]any{"id": json.Number("2"), "name": "Early birds", "server_discount_percent": json.Number("10"),
		"traffic_discount_percent": json.Number("15"), "device_discount_percent": json.Number("0"),
		"apply_discounts_to_addons": true}, a.at("promo_group"))
	assert.Equal(t, json.Number("1"), m.subscribe("2", `{"replace_existing":true,"is_trial":true}`).at("referred_by_id"))
}

func TestUserIsFoundByTelegramIDFirst(t *testing.T) {
	t.Parallel()
	m := start(t)
	require.NoError(t, m.Update(func(s *mockserver.State) {
		telegram := int64(2) // the internal id of another user
		s.Subscription.Users[3].TelegramID = &telegram
		most := int64(9223372036854775807)
		s.Subscription.Users[9007199254740993] = &mockserver.SubscriptionUser{TelegramID: &most}
	}))
	assert.Equal(t, json.Number("3"), m.subscribe("2", `{"is_trial":true}`).at("id"), "by Telegram id")
	assert.Equal(t, json.Number("1"), m.subscribe("1", `{"is_trial":true,"replace_existing":true}`).at("id"), "by internal id")
	a := m.subscribe("9223372036854775807", `{"is_trial":true}`)
	assert.Equal(t, json.Number("9007199254740993"), a.at("id"), "64 bits")
	assert.Equal(t, json.Number("9223372036854775807"), a.at("telegram_id"))
}

func TestSubscriptionIsRefused(t *testing.T) {
	t.Parallel()
	const exists = `{"detail":"User already has a subscription. Use replace_existing=true to replace it"}`
	const duration = `{"detail":"duration_days is required for paid subscriptions"}`
	for name, tc := range map[string]struct {
		user, body string
		status     int
		want       string
	}{
		"unknown user":                  {"999", `{"is_trial":true}`, 404, `{"detail":"User not found"}`},
		"existing one":                  {"1", `{"is_trial":true}`, 400, exists},
		"existing one, said so":         {"1", `{"is_trial":true,"replace_existing":false}`, 400, exists},
		"existing one comes first":      {"1", `{}`, 400, exists},
		"existing one that has run out": {"2", `{"is_trial":true}`, 400, exists},
		"paid without duration":         {"3", `{}`, 400, duration},
		"paid with a null duration":     {"3", `{"duration_days":null}`, 400, duration},
		"paid with a duration of 0":     {"3", `{"duration_days":0}`, 400, duration},
		"replacement without duration":  {"1", `{"replace_existing":true}`, 400, duration},
		"duration over all years":       {"3", `{"duration_days":9223372036854775807}`, 400, `{"detail":"duration_days is out of range"}`},
		"duration to the year 10000":    {"3", `{"duration_days":2912384}`, 400, `{"detail":"duration_days is out of range"}`},
		"duration before all years":     {"3", `{"is_trial":true,"duration_days":-9223372036854775808}`, 400, `{"detail":"duration_days is out of range"}`},
		"user_id that is no integer": {"abc", `{}`, 422, `{"detail":[{"type":"int_parsing","loc":["path","user_id"],
			"msg":"Input should be a valid integer, unable to parse string as an integer","input":"abc"}]}`},
		"user_id over 64 bits": {"9223372036854775808", `{}`, 422, `{"detail":[{"type":"int_parsing_size","loc":["path","user_id"],
			"msg":"Unable to parse input string as an integer, exceeded maximum size","input":"9223372036854775808"}]}`},
		"path and body at once": {"a", `{"is_trial":null,"device_limit":1.5}`, 422, `{"detail":[
			{"type":"int_parsing","loc":["path","user_id"],"msg":"Input should be a valid integer, unable to parse string as an integer","input":"a"},
			{"type":"bool_type","loc":["body","is_trial"],"msg":"Input should be a valid boolean","input":null},
			{"type":"int_from_float","loc":["body","device_limit"],"msg":"Input should be a valid integer, got a number with a fractional part","input":1.5}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := start(t, at(noon))
			m.subscribe(tc.user, tc.body).is(tc.status, tc.want)
			assert.Equal(t, unchanged(noon), m.State())
		})
	}
}

func TestSubscriptionDefaults(t *testing.T) {
	t.Parallel()
	const zeros, nulls = `,"traffic_limit_gb":0,"device_limit":0`, `,"traffic_limit_gb":null,"device_limit":null`
	for name, tc := range map[string]struct {
		body, status           string
		days, traffic, devices int
	}{
		"trial, absent": {`{"is_trial":true}`, "trial", 3, 10, 2},
		"trial, null":   {`{"is_trial":true,"duration_days":null` + nulls + `}`, "trial", 3, 10, 2},
		"trial, 0":      {`{"is_trial":true,"duration_days":0` + zeros + `}`, "trial", 3, 10, 2},
		"trial, given":  {`{"is_trial":true,"duration_days":7,"traffic_limit_gb":1,"device_limit":9}`, "trial", 7, 1, 9},
		"paid, absent":  {`{"duration_days":1}`, "active", 1, 100, 1},
		"paid, null":    {`{"is_trial":false,"duration_days":1` + nulls + `}`, "active", 1, 100, 1},
		"paid, 0":       {`{"duration_days":1` + zeros + `}`, "active", 1, 100, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := start(t, at(noon))
			m.subscribe("3", tc.body).ok()
			got := m.State().Subscription.Users[3].Subscription
			assert.Equal(t, tc.status, got.Status)
			assert.Equal(t, noon.AddDate(0, 0, tc.days), got.EndDate)
			assert.Equal(t, tc.traffic, got.TrafficLimitGB)
			assert.Equal(t, tc.devices, got.DeviceLimit)
		})
	}
}

func TestSquads(t *testing.T) {
	t.Parallel()
	old := mockserver.DefaultState().Subscription.Users[1].Subscription.ConnectedSquads
	require.NotEmpty(t, old)
	for name, tc := range map[string]struct {
		user, body string
		want       []string
	}{
		"trial with both":                         {"3", `"is_trial":true,"squad_uuid":"s","connected_squads":["c"]`, []string{"s"}},
		"trial with connected ones":               {"3", `"is_trial":true,"connected_squads":["c","d"]`, []string{"c", "d"}},
		"trial with an empty squad_uuid":          {"3", `"is_trial":true,"squad_uuid":"","connected_squads":["c"]`, []string{"c"}},
		"trial with none":                         {"3", `"is_trial":true,"connected_squads":null`, []string{}},
		"replacing trial with both":               {"1", `"is_trial":true,"squad_uuid":"s","connected_squads":["c"]`, []string{"s"}},
		"replacing trial with connected ones":     {"1", `"is_trial":true,"connected_squads":["c"]`, []string{"c"}},
		"replacing trial with none keeps the old": {"1", `"is_trial":true`, old},
		"paid pays no heed to squad_uuid":         {"3", `"duration_days":1,"squad_uuid":"s"`, []string{}},
		"paid with connected ones":                {"3", `"duration_days":1,"squad_uuid":"s","connected_squads":["c"]`, []string{"c"}},
		"replacing paid with none has none":       {"1", `"duration_days":1`, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := start(t)
			want := make([]any, len(tc.want))
			for i, squad := range tc.want {
				want[i] = squad
			}
			assert.Equal(t, want, m.subscribe(tc.user, `{"replace_existing":true,`+tc.body+`}`).at("subscription.connected_squads"))
		})
	}
}

func TestReplacingKeepsTheSubscriptionID(t *testing.T) {
	t.Parallel()
	m := start(t)
	for _, body := range []string{`{"is_trial":true,"replace_existing":true}`, `{"duration_days":1,"replace_existing":true}`} {
		assert.Equal(t, json.Number("501"), m.subscribe("1", body).at("subscription.id"))
	}
}

func TestPaidSubscriptionIsRemembered(t *testing.T) {
	t.Parallel()
	m := start(t)
	has := func(body string) any { return m.subscribe("3", body).at("has_had_paid_subscription") }
	assert.Equal(t, false, has(`{"is_trial":true}`))
	assert.Equal(t, true, has(`{"duration_days":1,"replace_existing":true}`))
	assert.Equal(t, true, has(`{"is_trial":true,"replace_existing":true}`), "also after it was replaced by a trial")
}

func TestActualStatusExpiresAtTheEndDate(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"is_trial":true,"duration_days":-1}`: "expired",
		`{"is_trial":true,"duration_days":1}`:  "trial",
		`{"duration_days":-1}`:                 "expired",
		`{"duration_days":1}`:                  "active",
	} {
		m := start(t)
		a := m.subscribe("3", body)
		assert.Equal(t, want, a.at("subscription.actual_status"), body)
		assert.NotEqual(t, "expired", a.at("subscription.status"), body)
	}
}

func TestDaysAreCountedInUTC(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	m := start(t, at(time.Date(2026, 3, 1, 12, 0, 0, 0, berlin))) // summer time begins on the 29th
	a := m.subscribe("3", `{"duration_days":30}`)
	assert.Equal(t, "2026-03-01T11:00:00", a.at("subscription.start_date"))
	assert.Equal(t, "2026-03-31T11:00:00", a.at("subscription.end_date"))
}

func TestSubscriptionCredentials(t *testing.T) {
	t.Parallel()
	const good, wrong = mockserver.DefaultToken, "wrong"
	const invalid = `{"detail":"Invalid or expired API key"}`
	for name, tc := range map[string]struct {
		headers []string
		want    string // "" for 201
	}{
		"none":                      {nil, ""},
		"API key":                   {[]string{"X-API-Key: " + good}, ""},
		"bearer":                    {[]string{"Authorization: Bearer " + good}, ""},
		"bearer in lower case":      {[]string{"Authorization: bearer " + good}, ""},
		"both":                      {[]string{"X-API-Key: " + good, "Authorization: Bearer " + good}, ""},
		"wrong API key":             {[]string{"X-API-Key: " + wrong}, invalid},
		"wrong bearer":              {[]string{"Authorization: Bearer " + wrong}, invalid},
		"wrong key beside a bearer": {[]string{"X-API-Key: " + wrong, "Authorization: Bearer " + good}, invalid},
		"wrong bearer beside a key": {[]string{"X-API-Key: " + good, "Authorization: Bearer " + wrong}, invalid},
		"another scheme":            {[]string{"Authorization: Basic " + good}, invalid},
		"a token without a scheme":  {[]string{"Authorization: " + good}, invalid},
		"no token":                  {[]string{"Authorization: Bearer"}, invalid},
		"token of another API":      {[]string{"X-API-Key: boris-token"}, invalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, opts := range [][]mockserver.Option{nil, {mockserver.WithStrictAuth()}} {
				a := start(t, opts...).call("POST", "/users/3/subscription", `{"is_trial":true}`, tc.headers...)
				switch {
				case tc.want != "":
					a.is(401, tc.want)
				case len(tc.headers) == 0 && len(opts) > 0:
					a.is(401, `{"detail":"Missing API key"}`)
				default:
					assert.Equal(t, 201, a.status)
				}
			}
		})
	}
}

func TestPublishedSubscriptionCommand(t *testing.T) {
	t.Parallel()
	const body = `
{
"is_trial": false,
"duration_days": 123,
"traffic_limit_gb": 123,
"device_limit": 123,
"squad_uuid": "<string>",
"connected_squads": [
"<string>"
],
"replace_existing": false
}
`
	a := start(t).call("POST", strings.Replace("/users/{user_id}/subscription", "{user_id}", "3", 1), body)
	assert.Equal(t, 201, a.status, a.body)
	assert.Equal(t, []any{"<string>"}, a.at("subscription.connected_squads"))
}

func TestNewSubscriptionsGetIDsOfTheirOwn(t *testing.T) {
	t.Parallel()
	m := start(t)
	require.NoError(t, m.Update(func(s *mockserver.State) { s.Subscription.Users[4] = &mockserver.SubscriptionUser{} }))
	for i, user := range []string{"3", "4"} {
		assert.Equal(t, json.Number(fmt.Sprint(503+i)), m.subscribe(user, `{"is_trial":true}`).at("subscription.id"))
	}
}

func TestSubscriptionLastsToTheEndOfTime(t *testing.T) {
	t.Parallel()
	m := start(t, at(noon))
	assert.Equal(t, "9999-12-31T12:00:00.123456", m.subscribe("3", `{"duration_days":2912383}`).at("subscription.end_date"))
}
