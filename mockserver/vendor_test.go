package mockserver_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

const (
	newProfile = `{"companyName":"Guardant","countryId":7,"phone":"+7","firstName":"Jane","lastName":"Roe"}`
	forbidden  = `{"error":{"code":403,"message":"Only a user with the Administrator role may do this"}}`
	elsewhere  = `{"error":{"code":404,"message":"No such path on this server: the balance stands beside the access codes"}}`
	balance    = `{"_id":10016,"activationscount":42,"activationslimit":-842150451,"companyname":"Aktiv","countryid":185,
		"ispostpaid":true,"locallicensesbalance":150,"netlicensesbalance":-842150451,"phone":"12345","status":-12851,
		"subscriptionbegindate":1767225600,"subscriptionenddate":0}`
	privateCodes = `[
		{"_id":1,"private":{"mastervalue":"0x5191758c","readvalue":"0x51917645","writevalue":"0x51917603"},"public":{"text":"DEMONVK","value":"0x519175b7"}},
		{"_id":9,"private":{"mastervalue":"0xe1e1e1e","readvalue":"0xd2d2d2d2","writevalue":"0xd2e2e2e2"},"public":{"text":"EXAMPLE","value":"0xb3b3b3b3"}}]`
	publicCodes = `[
		{"_id":1,"public":{"text":"DEMONVK","value":"0x519175b7"}},
		{"_id":9,"public":{"text":"EXAMPLE","value":"0xb3b3b3b3"}}]`
)

func TestVendorRoles(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		token, codes, printed string // printed: the answer at the path that the page prints for codes and balance
		administrator         bool
	}{
		"administrator": {admin, privateCodes, `{"accesscodes":` + privateCodes + `,"balance":` + balance + `}`, true},
		"developer":     {dev, privateCodes, `{"accesscodes":` + privateCodes + `}`, false},
		"manager":       {manager, publicCodes, `{"accesscodes":` + publicCodes + `}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			printed, split := start(t), start(t, mockserver.WithSplitBalance())
			printed.call("GET", "/v1.0/profile", "", tc.token).ok()
			printed.call("GET", "/v1.0/profile/accesscodes", "", tc.token).is(200, tc.printed)
			printed.call("GET", "/v1.0/profile/balance", "", tc.token).is(404, elsewhere)
			printed.call("PUT", "/v1.0/profile/settings", `{"lang":1}`, tc.token).is(200, "")
			split.call("GET", "/v1.0/profile/accesscodes", "", tc.token).is(200, `{"accesscodes":`+tc.codes+`}`)
			if !tc.administrator {
				split.call("GET", "/v1.0/profile/balance", "", tc.token).is(403, forbidden)
				printed.call("PUT", "/v1.0/profile", newProfile, tc.token).is(403, forbidden)
				assert.Equal(t, "Aktiv", printed.State().Vendor.CompanyName)
				return
			}
			split.call("GET", "/v1.0/profile/balance", "", tc.token).is(200, `{"balance":`+balance+`}`)
			printed.call("PUT", "/v1.0/profile", newProfile, tc.token).is(200, "")
		})
	}
}

func TestVendorProfile(t *testing.T) {
	t.Parallel()
	m := start(t)
	m.call("GET", "/v1.0/profile", "", admin).is(200, `{"user":{
		"_id":10015,"companyname":"Aktiv","confirmed":true,"countryid":185,"email":"test@example.com","phone":"12345","status":true,
		"userdetails":{"_id":10016,"firstname":"John","lastname":"Doe","lastvisitdate":1529418565,
			"role":{"_id":1,"createorders":true,"createproducts":true,"createusers":true,"manageprotect":true,"nameeng":"Administrator"},
			"settings":{"language":0}}}}`)
	assert.Equal(t, "Developer", m.call("GET", "/v1.0/profile", "", dev).at("user.userdetails.role.nameeng"))
}

func TestVendorProfileUpdateIsReadBackEverywhere(t *testing.T) {
	t.Parallel()
	m := start(t)
	a := m.call("PUT", "/v1.0/profile", newProfile, admin)
	a.is(200, "")
	assert.Empty(t, a.header.Get("Content-Type"), "an answer without a body has no type")
	for where, got := range map[string]any{
		"profile":                   m.call("GET", "/v1.0/profile", "", admin).at("user"),
		"profile of a colleague":    m.call("GET", "/v1.0/profile", "", manager).at("user"),
		"balance in printed layout": m.call("GET", "/v1.0/profile/accesscodes", "", admin).at("balance"),
	} {
		require.IsType(t, map[string]any{}, got, where)
		assert.Subset(t, got, map[string]any{"companyname": "Guardant", "phone": "+7"}, where)
	}
	assert.Equal(t, "Jane", m.call("GET", "/v1.0/profile", "", admin).at("user.userdetails.firstname"))
	assert.Equal(t, "Max", m.call("GET", "/v1.0/profile", "", manager).at("user.userdetails.firstname"), "a colleague keeps the name")
}

func TestVendorSettingsAreTheCallersOwn(t *testing.T) {
	t.Parallel()
	m := start(t)
	m.call("PUT", "/v1.0/profile/settings", `{"lang":7}`, manager).is(200, "")
	assert.EqualValues(t, "7", m.call("GET", "/v1.0/profile", "", manager).at("user.userdetails.settings.language"))
	assert.EqualValues(t, "0", m.call("GET", "/v1.0/profile", "", admin).at("user.userdetails.settings.language"))
}

func TestVendorErrors(t *testing.T) {
	t.Parallel()
	m := start(t)
	m.call("GET", "/v1.0/profile", "").is(401, `{"error":{"code":401,"message":"Authorization is required"}}`)
	m.call("GET", "/v1.0/profile", "", bearer+"wrong").is(401, `{"error":{"code":401,"message":"The credential is not valid"}}`)
	m.call("PUT", "/v1.0/profile/settings", `{}`, admin).is(422, `{"error":{"code":422,"message":"lang is required"}}`)
	m.call("PUT", "/v1.0/profile", `{"companyname":"lower case is for answers","countryId":"7","phone":null,"firstName":"J"}`, admin).
		is(422, `{"error":{"code":422,"message":"companyName is required; countryId must be an integer; phone must not be null; lastName is required"}}`)
}
