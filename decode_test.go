package quartet_test

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/billing"
	"github.com/quartet-go/quartet/profile"
	"github.com/quartet-go/quartet/subscription"
	"github.com/quartet-go/quartet/vendorapi"
)

const (
	subscriptionJSON = `{"id":7,"status":"active","actual_status":"hibernating","is_trial":false,"start_date":"2026-01-05T12:34:56.789012",
		"end_date":"2026-02-05T12:34:56+03:00","traffic_limit_gb":100,"traffic_used_gb":1.75,"device_limit":1,"autopay_enabled":false,
		"autopay_days_before":null,"subscription_url":null,"connected_squads":["a","b"],"tariff_id":12}`
	promoJSON   = `{"id":1,"name":"Базовая","server_discount_percent":1,"traffic_discount_percent":2,"device_discount_percent":3,"apply_discounts_to_addons":true}`
	codeJSON    = `{"_id":1,"private":{"mastervalue":"0x1","readvalue":"0x2","writevalue":"0x3"},"public":{"text":"Demo","value":"0x4"}}`
	balanceJSON = `{"_id":5,"activationscount":-842150451,"activationslimit":10,"companyname":"Aktiv","countryid":185,"ispostpaid":false,
		"locallicensesbalance":-12851,"netlicensesbalance":0,"phone":"1","status":1,"subscriptionbegindate":0,"subscriptionenddate":1529418565}`
)

// userJSON is a user of the subscription API with the given members more.
func userJSON(members string) string {
	return `{"id":1,"status":"active","language":"ru","balance_kopeks":12345,"balance_rubles":123.45,"has_had_paid_subscription":true,
		"has_made_first_topup":false,"created_at":"2026-01-05T12:34:56","updated_at":"2026-01-05T12:34:56.789Z"` + members + `}`
}

func createUser(t *testing.T, body string) (*subscription.User, error) {
	t.Helper()
	client := subscriptionClient(t, mocked("POST", "/users/1/subscription", httpmock.NewStringResponder(201, body)))
	return client.CreateUserSubscription(t.Context(), 1, subscription.CreateSubscriptionRequest{})
}

func getProfile(t *testing.T, body string) (*profile.Profile, error) {
	t.Helper()
	return profileClient(t, mocked("GET", "/profile/me", httpmock.NewStringResponder(200, body))).GetMyProfile(t.Context())
}

func listCodes(t *testing.T, body string) (*vendorapi.AccessCodeList, error) {
	t.Helper()
	client, err := vendorapi.New(baseURL, mocked("GET", "/v1.0/profile/accesscodes", httpmock.NewStringResponder(200, body)))
	require.NoError(t, err)
	return client.ListAccessCodes(t.Context())
}

// anyOf hides the type of an answer, but not whether it is nil.
func anyOf[T any](call func(*testing.T, string) (*T, error)) func(*testing.T, string) (bool, error) {
	return func(t *testing.T, body string) (bool, error) {
		t.Helper()
		out, err := call(t, body)
		return out == nil, err
	}
}

func TestASuccessThatBreaksTheContractIsAnErrorThatNamesThePlace(t *testing.T) {
	t.Parallel()
	me, user, codes := anyOf(getProfile), anyOf(createUser), anyOf(listCodes)
	payments := anyOf(func(t *testing.T, body string) (*profile.PaymentList, error) {
		t.Helper()
		return profileClient(t, always(200, body)).ListPayments(t.Context())
	})
	subscriptions := anyOf(func(t *testing.T, body string) (*profile.SubscriptionList, error) {
		t.Helper()
		return profileClient(t, always(200, body)).ListSubscriptions(t.Context())
	})
	method := anyOf(func(t *testing.T, body string) (*profile.PaymentMethod, error) {
		t.Helper()
		return profileClient(t, always(200, body)).GetPaymentMethod(t.Context())
	})
	for name, test := range map[string]struct {
		call func(*testing.T, string) (bool, error)
		body string
		text string
	}{
		"text":                      {me, "OK", "not valid JSON at byte 1"},
		"HTML":                      {me, "<html>", "not valid JSON at byte 1"},
		"empty":                     {me, "", "the body is empty where JSON was expected"},
		"white space":               {me, " \r\n\t", "the body is empty"},
		"cut short":                 {me, `{"user_id":"u`, "not valid JSON at byte 13"},
		"trailing data":             {me, profileJSON + "x", "not valid JSON"},
		"a second document":         {me, profileJSON + profileJSON, "not valid JSON"},
		"null":                      {me, "null", "/: null where the document allows none"},
		"a list":                    {me, "[]", "/: JSON array where an object was expected"},
		"a string":                  {me, `"planted"`, "/: JSON string where an object was expected"},
		"a number":                  {me, `42`, "/: JSON number where an object was expected"},
		"deeper than can be":        {me, strings.Repeat(`{"a":`, 20_000), "not valid JSON"},
		"a missing member":          {me, `{"first_name":"Anna"}`, "/user_id: required member is missing"},
		"only in other letters":     {me, `{"USER_ID":"u"}`, "/user_id: required member is missing"},
		"a null member":             {me, `{"user_id":null}`, "/user_id: null where the document allows none"},
		"a null behind a value":     {me, `{"user_id":"u","user_id" : null}`, "/user_id: null"},
		"a null by escaped name":    {me, `{"user\u005fid":null}`, "/user_id: null"},
		"a wrong type":              {me, `{"user_id":5}`, "/user_id: JSON number where a string was expected"},
		"a wrong optional type":     {me, `{"user_id":"u","email":["planted"]}`, "/email: JSON array where a string was expected"},
		"an object for a string":    {me, `{"user_id":{}}`, "/user_id: JSON object where a string was expected"},
		"a missing list":            {payments, `{}`, "/payments: required member is missing"},
		"a null list":               {payments, `{"payments":null}`, "/payments: null"},
		"a null item":               {payments, `{"payments":[{},null]}`, "/payments/1: null"},
		"a wrong item":              {payments, `{"payments":[{},5]}`, "/payments/1: JSON number where an object was expected"},
		"an object for a list":      {payments, `{"payments":{}}`, "/payments: JSON object where an array was expected"},
		"an open item that is null": {subscriptions, `{"subscriptions":[null]}`, "/subscriptions/0: null"},
		"an open item's member":     {subscriptions, `{"subscriptions":[{"course_id":5}]}`, "/subscriptions/0/course_id: JSON number where a string was expected"},
		"a free object that is not": {method, `{"method":"card","details":[1]}`, "/details: JSON array where an object was expected"},
		"a null free object":        {method, `{"method":"card","details":null}`, "/details: null"},
		"a number with a fraction":  {user, strings.Replace(userJSON(""), `"id":1`, `"id":1.5`, 1), "/id: JSON number with a fraction where an integer was expected"},
		"a number too large":        {user, strings.Replace(userJSON(""), `"id":1`, `"id":9223372036854775808`, 1), "/id: a number too large for an integer of 64 bits"},
		"a text for a number":       {user, strings.Replace(userJSON(""), `123.45`, `"123.45"`, 1), "/balance_rubles: JSON string where a number was expected"},
		"a text for a boolean":      {user, strings.Replace(userJSON(""), `true`, `"true"`, 1), "/has_had_paid_subscription: JSON string where a boolean was expected"},
		"a day for a timestamp":     {user, strings.Replace(userJSON(""), `2026-01-05T12:34:56.789Z`, `planted`, 1), "/updated_at: this is no timestamp such as 2026-01-05T12:34:56.789012"},
		"a number for a timestamp":  {user, strings.Replace(userJSON(""), `"2026-01-05T12:34:56"`, `5`, 1), "/created_at: JSON number where a timestamp was expected"},
		"a null timestamp":          {user, strings.Replace(userJSON(""), `"2026-01-05T12:34:56"`, `null`, 1), "/created_at: null"},
		"missing within":            {user, userJSON(`,"subscription":{"id":1}`), "/subscription/"},
		"missing within, named":     {user, userJSON(`,"promo_group":` + strings.Replace(promoJSON, "name", "title", 1)), "/promo_group/name: required member is missing"},
		"null within":               {user, userJSON(`,"promo_group":` + strings.Replace(promoJSON, `"Базовая"`, "null", 1)), "/promo_group/name: null"},
		"a null in a list within":   {user, userJSON(`,"subscription":` + strings.Replace(subscriptionJSON, `"b"`, "null", 1)), "/subscription/connected_squads/1: null"},
		"missing in a list":         {codes, `{"accesscodes":[` + codeJSON + `,{"_id":2}]}`, "/accesscodes/1/public: required member is missing"},
		"missing deep in a list":    {codes, `{"accesscodes":[` + codeJSON + `,` + strings.Replace(codeJSON, `"text":"Demo",`, "", 1) + `]}`, "/accesscodes/1/public/text: required member is missing"},
		"a missing secret":          {codes, `{"accesscodes":[` + strings.Replace(codeJSON, `"mastervalue":"0x1",`, "", 1) + `]}`, "/accesscodes/0/private/mastervalue: required member is missing"},
		"a null secret":             {codes, `{"accesscodes":[` + strings.Replace(codeJSON, `"0x1"`, "null", 1) + `]}`, "/accesscodes/0/private/mastervalue: null"},
		"a number for a secret":     {codes, `{"accesscodes":[` + strings.Replace(codeJSON, `"0x1"`, "1", 1) + `]}`, "/accesscodes/0/private/mastervalue: JSON number where a string was expected"},
		"a null optional list":      {codes, `{"accesscodes":null}`, "/accesscodes: null"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			isNil, err := test.call(t, test.body)
			require.ErrorIs(t, err, quartet.ErrBadResponse)
			assert.True(t, isNil, "a value beside the error")
			assert.Contains(t, err.Error(), test.text)
			assert.NotContains(t, err.Error(), planted)
			e := asError(t, err)
			assert.Equal(t, 1, e.Attempts)
			assert.Equal(t, test.body, string(e.Body()))
			assert.Contains(t, []int{200, 201}, e.StatusCode)
			assert.NotErrorIs(t, err, quartet.ErrResponseTooLarge)
		})
	}
}

func TestA204WhereAnAnswerIsDueIsABadResponse(t *testing.T) {
	t.Parallel()
	me, err := profileClient(t, always(204, "")).GetMyProfile(t.Context())
	require.ErrorIs(t, err, quartet.ErrBadResponse)
	assert.Nil(t, me)
}

func TestAnAnswerOverTenMebibytesIsNotReadFurther(t *testing.T) {
	t.Parallel()
	big := `{"user_id":"` + strings.Repeat("a", 10<<20) + `"}`
	me, err := profileClient(t, always(200, big)).GetMyProfile(t.Context())
	require.ErrorIs(t, err, quartet.ErrResponseTooLarge)
	require.ErrorIs(t, err, quartet.ErrBadResponse)
	assert.Nil(t, me)
	e := asError(t, err)
	assert.Equal(t, 1, e.Attempts)
	assert.Len(t, e.Body(), 10<<20)

	_, err = profileClient(t, always(200, "x"+big[:10<<20-1])).GetMyProfile(t.Context())
	require.ErrorContains(t, err, "not valid JSON at byte 1")
	assert.NotErrorIs(t, err, quartet.ErrResponseTooLarge, "ten mebibytes are allowed")
}

func TestTheCapCountsAfterDecompression(t *testing.T) {
	t.Parallel()
	server := listen(t, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "gzip", r.Header.Get("Accept-Encoding"))
		w.Header().Set("Content-Encoding", "gzip")
		z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
		_, _ = io.CopyN(z, zeroReader{}, 11<<20)
		_ = z.Close()
	})
	_, err := profileAt(t, server.url, quartet.WithHTTPClient(server.http)).GetMyProfile(t.Context())
	require.ErrorIs(t, err, quartet.ErrResponseTooLarge)
}

type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestRealAnswersAreRead(t *testing.T) {
	t.Parallel()
	user, err := createUser(t, userJSON(`,"telegram_id":9007199254740993,"username":null,"referred_by_id":3,"subscriptions":[{}],"email":5,
		"promo_group":`+promoJSON+`,"subscription":`+subscriptionJSON))
	require.NoError(t, err)
	assert.InDelta(t, 123.45, user.BalanceRubles, 0)
	assert.Equal(t, int64(9007199254740993), *user.TelegramID)
	assert.Nil(t, user.Username)
	assert.Nil(t, user.LastActivity)
	assert.Equal(t, "Базовая", user.PromoGroup.Name)
	assert.InDelta(t, 1.75, user.Subscription.TrafficUsedGB, 0)
	assert.Nil(t, user.Subscription.AutopayDaysBefore)
	assert.Equal(t, []string{"a", "b"}, user.Subscription.ConnectedSquads)
	assert.True(t, user.Subscription.StartDate.Equal(time.Date(2026, 1, 5, 12, 34, 56, 789012000, time.UTC)))
	assert.True(t, user.Subscription.EndDate.Equal(time.Date(2026, 2, 5, 9, 34, 56, 0, time.UTC)))

	assert.True(t, user.Status.Known())
	assert.Equal(t, subscription.SubscriptionStatusActive, user.Subscription.Status)
	assert.Equal(t, subscription.SubscriptionStatus("hibernating"), user.Subscription.ActualStatus, "unknown values survive")
	assert.False(t, user.Subscription.ActualStatus.Known())

	user, err = createUser(t, strings.Replace(userJSON(`,"promo_group":null,"subscription":null`), "123.45", "123", 1))
	require.NoError(t, err)
	assert.InDelta(t, 123, user.BalanceRubles, 0)
	assert.Nil(t, user.PromoGroup)
	assert.Nil(t, user.Subscription)
}

func TestPrivateCodesAreReadAndOnlyRevealShowsThem(t *testing.T) {
	t.Parallel()
	list, err := listCodes(t, `{"accesscodes":[`+codeJSON+`,{"_id":2,"public":{"text":"","value":""}}]}`)
	require.NoError(t, err)
	require.Len(t, list.AccessCodes, 2)
	private := list.AccessCodes[0].Private
	assert.Equal(t, []string{"0x1", "0x2", "0x3"}, []string{private.MasterValue.Reveal(), private.ReadValue.Reveal(), private.WriteValue.Reveal()})
	assert.Nil(t, list.AccessCodes[1].Private, "absent for other roles")
	assert.Nil(t, list.Balance)
	for name, write := range prints {
		assert.NotContains(t, write(list), "0x2\"", name)
		assert.NotContains(t, write(*private), "0x1", name)
	}

	list, err = listCodes(t, `{"balance":`+balanceJSON+`}`)
	require.NoError(t, err)
	assert.Nil(t, list.AccessCodes)
	assert.Equal(t, vendorapi.Counter(-842150451), list.Balance.ActivationsCount, "kept as sent")
}

func TestTheVendorsUserIsRead(t *testing.T) {
	t.Parallel()
	client, err := vendorapi.New(baseURL, always(200, `{"user":{"_id":10015,"companyname":"Aktiv","confirmed":true,"countryid":185,"email":"test@example.com","phone":"12345",
		"status":true,"userdetails":{"_id":10016,"firstname":"John","lastname":"Doe","lastvisitdate":1529418565,
		"role":{"_id":1,"createorders":true,"createproducts":true,"createusers":true,"manageprotect":true,"nameeng":"Administrator"},"settings":{"language":0}}}}`))
	require.NoError(t, err)
	answer, err := client.GetProfile(t.Context())
	require.NoError(t, err)
	assert.True(t, answer.User.Status)
	assert.Equal(t, "Administrator", answer.User.UserDetails.Role.NameEng)
	assert.Equal(t, vendorapi.UnixTime(1529418565), answer.User.UserDetails.LastVisitDate)
}

func TestListsAreRead(t *testing.T) {
	t.Parallel()
	payments, err := profileClient(t, always(200, `{"payments":[{"amount":1.10},{}]}`)).ListPayments(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []profile.Payment{{"amount": json.Number("1.10")}, {}}, payments.Payments)
	methods, err := profileClient(t, always(200, `{"methods":[]}`)).ListAvailablePaymentMethods(t.Context())
	require.NoError(t, err)
	assert.Empty(t, methods.Methods)
	assert.NotNil(t, methods.Methods)
	done, err := profileClient(t, always(200, messageJSON)).ChangeEmail(t.Context(), profile.ChangeEmailRequest{})
	require.NoError(t, err)
	assert.Equal(t, "done", done.Message)
}

func TestUnknownMembersOfAnyShapeAreIgnored(t *testing.T) {
	t.Parallel()
	me, err := getProfile(t, ` {"new":null, "newer":[{"user_id":null},"}]\"",-1.5e+7,true,false,null,[[]]], "\"{":{"a":{"b":"\\"}},"":1 , "user_id" : "u-1","z":{}} `)
	require.NoError(t, err)
	assert.Equal(t, "u-1", me.UserID)
}

func TestBillingsAnswerIsRead(t *testing.T) {
	t.Parallel()
	client, err := billing.New(baseURL, always(200, `{"id":9,"login":"anna","name":null,"type":"user","status":"frozen","created_at":"2023-08-22T12:00:00.000001Z",
		"updated_at":"2023-08-22T12:00:00.999999Z","deleted_at":null,"can_update_password":true,"billing_properties":[]}`))
	require.NoError(t, err)
	user, err := client.UpdateUser(t.Context(), billing.UpdateUserRequest{Login: "anna"})
	require.NoError(t, err)
	assert.Equal(t, 1000, user.CreatedAt.Nanosecond())
	assert.Nil(t, user.DeletedAt)
	assert.Nil(t, user.Name)
	assert.NotNil(t, user.BillingProperties)
	assert.Equal(t, billing.UserStatus("frozen"), user.Status)
	assert.False(t, user.Status.Known())
	assert.True(t, billing.UserStatusActive.Known())
}

// wireOf returns the body that a call sends.
func wireOf(t *testing.T, call func(quartet.Option)) string {
	t.Helper()
	var sent string
	call(quartet.WithTransport(transport(func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		sent = string(body)
		return answer(404, ""), nil
	})))
	return sent
}

func TestRequestsSendWhatIsSetAndNothingElse(t *testing.T) {
	t.Parallel()
	update := func(body billing.UpdateUserRequest) string {
		return wireOf(t, func(option quartet.Option) {
			client, err := billing.New(baseURL, option)
			require.NoError(t, err)
			_, err = client.UpdateUser(t.Context(), body)
			require.ErrorIs(t, err, quartet.ErrNotFound)
		})
	}
	create := func(body subscription.CreateSubscriptionRequest) string {
		return wireOf(t, func(option quartet.Option) {
			_, err := subscriptionClient(t, option).CreateUserSubscription(t.Context(), 1, body)
			require.ErrorIs(t, err, quartet.ErrNotFound)
		})
	}
	put := func(call func(*profile.Client) error) string {
		return wireOf(t, func(option quartet.Option) { require.ErrorIs(t, call(profileClient(t, option)), quartet.ErrNotFound) })
	}
	secret := quartet.NewSecret("planted")
	for name, test := range map[string]struct{ sent, want string }{
		"nil leaves out": {update(billing.UpdateUserRequest{Login: "anna"}), `{"login":"anna"}`},
		"empty empties": {
			update(billing.UpdateUserRequest{Login: "anna", BillingProperties: []billing.BillingProperty{}, PermissionsToAttach: []string{}, PermissionsToDetach: []string{}}),
			`{"login":"anna","billing_properties":[],"permissions_to_attach":[],"permissions_to_detach":[]}`,
		},
		"billing info": {
			update(billing.UpdateUserRequest{
				Login: "anna", Password: secret, Status: quartet.Ptr(billing.UserStatusBlocked),
				BillingInfo: &billing.BillingInfo{BillingID: quartet.Ptr("5"), BillingExtra: []any{}},
			}),
			`{"login":"anna","password":"planted","status":"blocked","billing_info":{"billing_id":"5","billing_extra":[]}}`,
		},
		"empty billing info": {update(billing.UpdateUserRequest{BillingInfo: &billing.BillingInfo{}}), `{"login":"","billing_info":{}}`},
		"an empty secret":    {update(billing.UpdateUserRequest{Login: "anna", Password: quartet.NewSecret("")}), `{"login":"anna","password":""}`},
		"no subscription":    {create(subscription.CreateSubscriptionRequest{}), `{}`},
		"a subscription": {
			create(subscription.CreateSubscriptionRequest{
				ConnectedSquads: []string{}, DeviceLimit: quartet.Ptr(0), DurationDays: quartet.Ptr(30), IsTrial: true,
				ReplaceExisting: true, SquadUUID: quartet.Ptr(""), TrafficLimitGB: quartet.Ptr(5),
			}),
			`{"connected_squads":[],"device_limit":0,"duration_days":30,"is_trial":true,"replace_existing":true,"squad_uuid":"","traffic_limit_gb":5}`,
		},
		"names, and null for none": {
			put(func(c *profile.Client) error {
				_, err := c.ChangeName(t.Context(), profile.ChangeNameRequest{FirstName: quartet.Ptr("Анна")})
				return err
			}), `{"first_name":"Анна","last_name":null}`,
		},
		"an e-mail address": {
			put(func(c *profile.Client) error {
				_, err := c.ChangeEmail(t.Context(), profile.ChangeEmailRequest{NewEmail: "a@b", VerificationCode: secret})
				return err
			}), `{"new_email":"a@b","verification_code":"planted"}`,
		},
		"a phone number": {
			put(func(c *profile.Client) error {
				_, err := c.ChangePhone(t.Context(), profile.ChangePhoneRequest{NewPhone: "+7", VerificationCode: secret})
				return err
			}), `{"new_phone":"+7","verification_code":"planted"}`,
		},
		"an avatar": {
			put(func(c *profile.Client) error {
				_, err := c.ChangeAvatar(t.Context(), profile.ChangeAvatarRequest{AvatarURL: "x", VerificationCode: secret})
				return err
			}), `{"avatar_url":"x","verification_code":"planted"}`,
		},
		"no details": {
			put(func(c *profile.Client) error {
				_, err := c.ChangePaymentMethod(t.Context(), profile.ChangePaymentMethodRequest{Method: "card"})
				return err
			}), `{"details":{},"method":"card"}`,
		},
	} {
		assert.JSONEq(t, test.want, test.sent, name)
	}
}

// required lists the members that the documents demand, by the type of the answer.
var required = map[string][]string{
	"profile":      {"user_id"},
	"user":         {"id", "status", "language", "balance_kopeks", "balance_rubles", "has_had_paid_subscription", "has_made_first_topup", "created_at", "updated_at"},
	"subscription": {"id", "status", "actual_status", "is_trial", "start_date", "end_date", "traffic_limit_gb", "traffic_used_gb", "device_limit", "autopay_enabled", "connected_squads"},
	"promo_group":  {"id", "name", "server_discount_percent", "traffic_discount_percent", "device_discount_percent", "apply_discounts_to_addons"},
	"code":         {"_id", "public"},
	"public":       {"text", "value"},
	"private":      {"mastervalue", "readvalue", "writevalue"},
	"balance": {"_id", "activationscount", "activationslimit", "companyname", "countryid", "ispostpaid", "locallicensesbalance", "netlicensesbalance",
		"phone", "status", "subscriptionbegindate", "subscriptionenddate"},
}

// demand fails when an object lacks a required member of its kind.
func demand(t *testing.T, kind string, value any, optional bool) map[string]any {
	t.Helper()
	if value == nil && optional {
		return nil
	}
	object, ok := value.(map[string]any)
	if !ok {
		t.Fatalf("%s: %T is no object", kind, value)
	}
	for _, name := range required[kind] {
		if object[name] == nil {
			t.Fatalf("%s: %s is missing or null, yet there was no error", kind, name)
		}
	}
	return object
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		"", "null", "{}", "[]", "x", profileJSON, userJSON(""), userJSON(`,"subscription":` + subscriptionJSON + `,"promo_group":` + promoJSON),
		`{"accesscodes":[` + codeJSON + `],"balance":` + balanceJSON + `}`, `{"balance":null}`, `{"accesscodes":[null]}`, `{"user_id":"a","user\u005fid":null}`,
		`{"user_id":"\ud800\"","x":[1e5,-0.5,{"a":[]}]}`, "{\"user_id\":\"\xff\"}", `{"user_id":"u"} {`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var parsed any
		_ = json.Unmarshal(body, &parsed)
		if out, err := profileClient(t, always(200, string(body))).GetMyProfile(t.Context()); (out == nil) != (err != nil) {
			t.Fatalf("%v and %v", out, err)
		} else if err == nil {
			demand(t, "profile", parsed, false)
		}
		client := subscriptionClient(t, always(201, string(body)))
		if out, err := client.CreateUserSubscription(t.Context(), 1, subscription.CreateSubscriptionRequest{}); (out == nil) != (err != nil) {
			t.Fatalf("%v and %v", out, err)
		} else if err == nil {
			user := demand(t, "user", parsed, false)
			demand(t, "subscription", user["subscription"], true)
			demand(t, "promo_group", user["promo_group"], true)
		}
		vendor, err := vendorapi.New(baseURL, always(200, string(body)))
		require.NoError(t, err)
		if out, err := vendor.ListAccessCodes(t.Context()); (out == nil) != (err != nil) {
			t.Fatalf("%v and %v", out, err)
		} else if err == nil {
			list := demand(t, "list", parsed, false)
			demand(t, "balance", list["balance"], true)
			codes, _ := list["accesscodes"].([]any)
			for _, item := range codes {
				code := demand(t, "code", item, false)
				demand(t, "public", code["public"], false)
				demand(t, "private", code["private"], true)
			}
		}
	})
}

// Names differ by letter case: an unknown member never lands in a known one.
func TestAMemberThatDiffersByLetterCaseIsAnotherMember(t *testing.T) {
	t.Parallel()
	me, err := profileClient(t, always(200, `{"user_id":"a","USER_ID":"b","Email":7,"User_Id":null}`)).GetMyProfile(t.Context())
	require.NoError(t, err)
	assert.Equal(t, &profile.Profile{UserID: "a"}, me)
}

func TestAnIntegerMayBeWrittenInEveryWayJSONHas(t *testing.T) {
	t.Parallel()
	for _, number := range []string{"5", "5.0", "50e-1", "0.5E1"} {
		var out struct {
			N int64 `json:"n"`
		}
		require.NoError(t, quartet.Decode([]byte(`{"n":`+number+`}`), &out), number)
		assert.EqualValues(t, 5, out.N, number)
	}
}

func TestAnIntegerThatAFloatDoesNotHoldIsReadToTheLastDigitOrRefused(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]int64{
		"9007199254740993.0": 9007199254740993, "9223372036854775807.00": math.MaxInt64, "-9223372036854775808.0": math.MinInt64,
		"9007199254740993e0": 0, "90071992547409930e-1": 0, "9223372036854775808.0": 0,
	} {
		var out struct {
			N int64 `json:"n"`
		}
		err := quartet.Decode([]byte(`{"n":`+number+`}`), &out)
		if want == 0 {
			assert.ErrorContains(t, err, "a number too large for an integer of 64 bits", number)
			continue
		}
		assert.NoError(t, err, number)
		assert.Equal(t, want, out.N, number)
	}
}

// What encoding/json reads, decode reads as the same value, but for what it refuses on
// purpose.
func FuzzDecodeAgreesWithEncodingJSON(f *testing.F) {
	f.Add([]byte(profileJSON))
	f.Add([]byte(userJSON("")))
	f.Add([]byte(`{"id":1e1,"language":"\ud83d\udd11\u0000\"","status":"\xff","subscription":null,"created_at":"2026-01-05T12:34:56"}`))
	f.Add([]byte(` { "balance_rubles" : -0.0e-2 , "x" : [ { } , [ "]" , "\\" ] ] , "subscription" : { "connected_squads" : [ ] } } `))
	f.Fuzz(func(t *testing.T, body []byte) {
		var ours, theirs optionalUser
		if oddName.Match(body) || quartet.Decode(body, &ours) != nil {
			return
		}
		if err := json.Unmarshal(body, &theirs); err != nil {
			if strings.Contains(err.Error(), "number") { // an integer written as 5.0
				return
			}
			t.Fatalf("decode takes what encoding/json refuses: %v", err)
		}
		assert.Equal(t, theirs, ours)
	})
}

// oddName finds names in letters that encoding/json may take for others.
var oddName = regexp.MustCompile(`"[^"]*[^a-z_"][^"]*"\s*:`)

// optionalUser has a member of each kind, none required, so that fuzzing gets far.
type optionalUser struct {
	ID           int64                    `json:"id,omitempty"`
	Language     string                   `json:"language,omitempty"`
	Rubles       float64                  `json:"balance_rubles,omitempty"`
	Active       bool                     `json:"active,omitempty"`
	CreatedAt    *quartet.Time            `json:"created_at,omitempty"`
	Code         quartet.Secret           `json:"code,omitzero"`
	Details      quartet.Object           `json:"details,omitempty"`
	Status       *subscription.UserStatus `json:"status,omitempty"`
	Subscription *struct {
		Squads []string `json:"connected_squads,omitempty"`
		Days   *int     `json:"days,omitempty"`
	} `json:"subscription,omitempty"`
	Payments []quartet.Object `json:"payments,omitempty"`
}

func TestAMemberWhoseNameDiffersInCaseIsUnknown(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"behind the known one":     `{"user_id":"u","first_name":"A","last_name":null,"email":"e","First_Name":"B","EMAIL":null}`,
		"before it":                `{"FIRST_NAME" : "B", "user_id":"u","first_name":"A","last_name":null,"email":"e"}`,
		"of another type":          `{"first_Name":{"x":[1]},"user_id":"u","first_name":"A","last_name":null,"email":"e"}`,
		"escaped":                  `{"user_id":"u","first_name":"A","last_name":null,"email":"e","\u0046irst_name":"B"}`,
		"with a letter like s":     `{"user_id":"u","first_name":"A","last_name":null,"email":"e","fir\u017ft_name":"B"}`,
		"several, and more than 1": `{"uSER_ID":1,"User_id":2,"user_id":"u","first_name":"A","last_name":null,"email":"e"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			me, err := getProfile(t, body)
			require.NoError(t, err)
			assert.Equal(t, "u", me.UserID)
			assert.Equal(t, quartet.Ptr("A"), me.FirstName)
			assert.Nil(t, me.LastName)
		})
	}
	_, err := getProfile(t, `{"USER_ID":"u","first_name":"A","last_name":null,"email":"e"}`)
	require.ErrorContains(t, err, "/user_id: required member is missing")
	_, err = getProfile(t, `{"USER_ID":1,"user_id":2,"first_name":"A","last_name":null,"email":"e"}`)
	require.ErrorContains(t, err, "/user_id: JSON number where a string was expected")
}

func TestAMemberWhoseNameDiffersInCaseFillsNoOptionalOne(t *testing.T) {
	t.Parallel()
	list, err := listCodes(t, `{"result":0,"accesscodes":[`+strings.Replace(codeJSON, "private", "Private", 1)+`]}`)
	require.NoError(t, err)
	assert.Nil(t, list.AccessCodes[0].Private)
}
