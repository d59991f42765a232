package api_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver/internal/api"
	"github.com/quartet-go/quartet/mockserver/internal/api/billing"
	"github.com/quartet-go/quartet/mockserver/internal/api/profile"
	"github.com/quartet-go/quartet/mockserver/internal/api/subscription"
	"github.com/quartet-go/quartet/mockserver/internal/api/vendorapi"
	"github.com/quartet-go/quartet/mockserver/internal/contract"
	"github.com/quartet-go/quartet/openapi"
)

// Members that the contract has found give the same as the body read whole, for each type
// of body and every kind of value.
func TestMembersAreDecodedAsTheBodyIs(t *testing.T) {
	t.Parallel()
	documents, err := contract.Load(openapi.FS)
	require.NoError(t, err)
	for _, tc := range []struct {
		operation, body string
		dst             func() any
	}{
		{"changeName", `{"first_name" : "A\u00e9\n\"" ,"other":{"last_name":"no"},"last_name":null}`, func() any { return new(profile.ChangeNameRequest) }},
		{"changePassword", `{"verification_code":"","new_password":"абвгде","old_password":"\ud83d\ude00xxxxxx","new_password_confirm":"123456"}`, func() any { return new(profile.ChangePasswordRequest) }},
		{"changePaymentMethod", `{"details":{"a":9007199254740993,"b":[1.10,null]},"method":"card"}`, func() any { return new(profile.ChangePaymentMethodRequest) }},
		{"updateUser", `{"login":"a","status":"blocked","password":"p","billing_info":{"billing_id":"1","billing_extra":[1.10]},"permissions_to_attach":[],
			"permissions_to_detach":["x"],"billing_properties":[{"type":"a","value":"b"}],"properties":"old"}`, func() any { return new(billing.UpdateUserRequest) }},
		{"createUserSubscription", `{"is_trial":true,"replace_existing":false,"duration_days":-5,"traffic_limit_gb":null,"device_limit":0,
			"squad_uuid":"u","connected_squads":null}`, func() any { return new(subscription.CreateSubscriptionRequest) }},
		{"createUserSubscription", `{"connected_squads": [ ] }`, func() any { return new(subscription.CreateSubscriptionRequest) }},
		{"createUserSubscription", `{"connected_squads":["", "a\\", "\"" ,"\u0041\n]","é"]}`, func() any { return new(subscription.CreateSubscriptionRequest) }},
		{"createUserSubscription", `{}`, func() any { return new(subscription.CreateSubscriptionRequest) }},
		{"updateSettings", ` { "lang" : 1 } `, func() any { return new(vendorapi.UpdateSettingsRequest) }},
		{"updateProfile", `{"companyName":"c","countryId":185,"phone":"","firstName":"f","lastName":"l"}`, func() any { return new(vendorapi.UpdateProfileRequest) }},
	} {
		verdict := documents.Operation(tc.operation).Validate(contract.Request{
			Path: contract.Values{{Name: "user_id", Text: "1"}}, ContentType: "application/json", Body: []byte(tc.body),
		})
		require.Empty(t, verdict.Issues, tc.body)
		if tc.body != "{}" {
			require.NotEmpty(t, verdict.Members, tc.body)
		}
		byMembers, whole := tc.dst(), tc.dst()
		require.NoError(t, (&api.Request{Body: verdict.Decodable, Members: verdict.Members}).DecodeBody(byMembers), tc.body)
		require.NoError(t, api.Decode([]byte(tc.body), whole), tc.body)
		assert.Equal(t, whole, byMembers, tc.body)
	}
}

// A body that is decoded as a copy, because an integer in it was written as 5.0, has no
// members that could be taken from the original.
func TestCopyOfABodyIsReadWhole(t *testing.T) {
	t.Parallel()
	documents, err := contract.Load(openapi.FS)
	require.NoError(t, err)
	verdict := documents.Operation("updateSettings").Validate(contract.Request{ContentType: "application/json", Body: []byte(`{"lang":5.0}`)})
	require.Nil(t, verdict.Members)
	var body vendorapi.UpdateSettingsRequest
	require.NoError(t, (&api.Request{Body: verdict.Decodable, Members: verdict.Members}).DecodeBody(&body))
	assert.Equal(t, 5, body.Lang)
}
