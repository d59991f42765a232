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
	"github.com/quartet-go/quartet/mockserver/internal/compile"
	"github.com/quartet-go/quartet/mockserver/internal/contract"
	"github.com/quartet-go/quartet/openapi"
)

// Members that the contract has found give the same as the body read whole, for each type
// of body and every kind of value.
func TestMembersAreDecodedAsTheBodyIs(t *testing.T) {
	t.Parallel()
	documents, err := compile.Load(openapi.FS)
	require.NoError(t, err)
	for _, tc := range []struct {
		operation, body string
	}{
		{"changeName", `{"first_name" : "A\u00e9\n\"" ,"other":{"last_name":"no"},"last_name":null}`},
		{"changePassword", `{"verification_code":"","new_password":"абвгде","old_password":"\ud83d\ude00xxxxxx","new_password_confirm":"123456"}`},
		{"changePaymentMethod", `{"details":{"a":9007199254740993,"b":[1.10,null]},"method":"card"}`},
		{"updateUser", `{"login":"a","status":"blocked","password":"p","billing_info":{"billing_id":"1","billing_extra":[1.10]},"permissions_to_attach":[],
			"permissions_to_detach":["x"],"billing_properties":[{"type":"a","value":"b"}],"properties":"old"}`},
		{"createUserSubscription", `{"is_trial":true,"replace_existing":false,"duration_days":-5,"traffic_limit_gb":null,"device_limit":0,
			"squad_uuid":"u","connected_squads":null}`},
		{"createUserSubscription", `{"connected_squads": [ ] }`},
		{"createUserSubscription", `{"connected_squads":["", "a\\", "\"" ,"\u0041\n]","é"]}`},
		{"createUserSubscription", `{}`},
		{"updateSettings", ` { "lang" : 1 } `},
		{"updateProfile", `{"companyName":"c","countryId":185,"phone":"","firstName":"f","lastName":"l"}`},
	} {
		verdict := documents.Operation(tc.operation).Validate(contract.Request{
			Path: contract.Values{{Name: "user_id", Text: "1"}}, ContentType: "application/json", Body: []byte(tc.body),
		})
		require.Empty(t, verdict.Issues, tc.body)
		if tc.body != "{}" {
			require.NotEmpty(t, verdict.Members, tc.body)
		}
		whole := decoded(t, tc.operation, &api.Request{Body: []byte(tc.body)})
		assert.Equal(t, whole, decoded(t, tc.operation, &api.Request{Body: verdict.Decodable, Members: verdict.Members}), tc.body)
	}
}

// A body that is decoded as a copy, because an integer in it was written as 5.0, has no
// members that could be taken from the original.
func TestCopyOfABodyIsReadWhole(t *testing.T) {
	t.Parallel()
	documents, err := compile.Load(openapi.FS)
	require.NoError(t, err)
	verdict := documents.Operation("updateSettings").Validate(contract.Request{ContentType: "application/json", Body: []byte(`{"lang":5.0}`)})
	require.Nil(t, verdict.Members)
	body := decoded(t, "updateSettings", &api.Request{Body: verdict.Decodable, Members: verdict.Members})
	assert.Equal(t, &vendorapi.UpdateSettingsRequest{Lang: 5}, body)
}

// decoded returns the body that an operation's handler gets.
func decoded(t *testing.T, operation string, r *api.Request) (body any) {
	t.Helper()
	r.Path = contract.Values{{Name: "user_id", Text: "1"}}
	var err error
	switch {
	case profile.Handlers[operation] != nil:
		_, err = profile.Handlers[operation](profileServer{body: &body}, r)
	case billing.Handlers[operation] != nil:
		_, err = billing.Handlers[operation](billingServer{&body}, r)
	case subscription.Handlers[operation] != nil:
		_, err = subscription.Handlers[operation](subscriptionServer{&body}, r)
	default:
		_, err = vendorapi.Handlers[operation](vendorServer{body: &body}, r)
	}
	require.NoError(t, err)
	require.NotNil(t, body)
	return body
}

// The servers keep the bodies that they get.
type (
	profileServer struct {
		profile.Server
		body *any
	}
	billingServer      struct{ body *any }
	subscriptionServer struct{ body *any }
	vendorServer       struct {
		vendorapi.Server
		body *any
	}
)

func (s profileServer) ChangeName(body *profile.ChangeNameRequest) (*profile.Message, error) {
	*s.body = body
	return nil, nil
}

func (s profileServer) ChangePassword(body *profile.ChangePasswordRequest) (*profile.Message, error) {
	*s.body = body
	return nil, nil
}

func (s profileServer) ChangePaymentMethod(body *profile.ChangePaymentMethodRequest) (*profile.Message, error) {
	*s.body = body
	return nil, nil
}

func (s billingServer) UpdateUser(body *billing.UpdateUserRequest) (*billing.User, error) {
	*s.body = body
	return nil, nil
}

func (s subscriptionServer) CreateUserSubscription(_ int64, body *subscription.CreateSubscriptionRequest) (*subscription.User, error) {
	*s.body = body
	return nil, nil
}

func (s vendorServer) UpdateSettings(body *vendorapi.UpdateSettingsRequest) error {
	*s.body = body
	return nil
}

func (s vendorServer) UpdateProfile(body *vendorapi.UpdateProfileRequest) error {
	*s.body = body
	return nil
}
