package mockserver_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

const passwordChange = `{"old_password":"anna-secret","new_password":"new-secret","new_password_confirm":"new-secret","verification_code":"111111"}`

func TestChangeIsReadBack(t *testing.T) {
	t.Parallel()
	m := start(t)
	m.call("PUT", "/profile/email-change", `{"new_email":"я@ю","verification_code":"111111"}`).ok()
	m.call("PUT", "/profile/phone-change", `{"new_phone":"","verification_code":"222222"}`).ok()
	m.call("PUT", "/profile/avatar-change", `{"avatar_url":"any text","verification_code":"333333"}`).ok()
	m.call("PUT", "/profile/name-change", `{"first_name":"Ann","last_name":null}`).is(200, `{"message":"The name is changed"}`)
	m.call("GET", "/profile/me", "").is(200,
		`{"user_id":"usr_anna","first_name":"Ann","last_name":null,"email":"я@ю","phone":"","avatar_url":"any text"}`)
	m.call("PUT", "/profile/name-change", `{"first_name":null,"last_name":null}`).ok()
	assert.Nil(t, m.call("GET", "/profile/me", "").at("first_name"))
}

func TestOnlyTheNewPasswordIsAcceptedAfterAChange(t *testing.T) {
	t.Parallel()
	m := start(t)
	m.call("PUT", "/profile/password-change", passwordChange).ok()
	assert.Equal(t, "new-secret", m.State().Profile.Users["usr_anna"].Password)
	again := strings.ReplaceAll(passwordChange, "111111", "222222")
	m.call("PUT", "/profile/password-change", again).is(422, rejected("body.old_password", "the old password is wrong"))
	m.call("PUT", "/profile/password-change", strings.Replace(again, "anna-secret", "new-secret", 1)).ok()
}

func TestChangeIsRefused(t *testing.T) {
	t.Parallel()
	expiry := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC) // of code 900001
	const phone = `{"new_phone":"1","verification_code":"CODE"}`
	for name, tc := range map[string]struct {
		now          time.Time
		method, path string
		body, want   string
	}{
		"wrong old password": {
			noon, "PUT", "/profile/password-change", strings.Replace(passwordChange, "anna-secret", "other-secret", 1),
			rejected("body.old_password", "the old password is wrong"),
		},
		"confirmation that differs": {
			noon, "PUT", "/profile/password-change", strings.Replace(passwordChange, `"new-secret","verification`, `"new-secreT","verification`, 1),
			rejected("body.new_password_confirm", "the confirmation differs from the new password"),
		},
		"wrong code": {
			noon, "PUT", "/profile/phone-change", strings.Replace(phone, "CODE", "000000", 1),
			rejected("body.verification_code", "the verification code is wrong"),
		},
		"empty code": {
			noon, "PUT", "/profile/phone-change", strings.Replace(phone, "CODE", "", 1),
			rejected("body.verification_code", "the verification code is wrong"),
		},
		"code of another user": {
			noon, "PUT", "/profile/phone-change", strings.Replace(phone, "CODE", "777777", 1),
			rejected("body.verification_code", "the verification code is wrong"),
		},
		"used code": {
			noon, "PUT", "/profile/phone-change", strings.Replace(phone, "CODE", "900002", 1),
			rejected("body.verification_code", "the verification code has been used"),
		},
		"code at its expiry": {
			expiry, "PUT", "/profile/phone-change", strings.Replace(phone, "CODE", "900001", 1),
			rejected("body.verification_code", "the verification code has expired"),
		},
		"all at once": {
			noon, "PUT", "/profile/password-change",
			`{"old_password":"wrong-secret","new_password":"abcdef","new_password_confirm":"abcdeg","verification_code":"0"}`,
			rejected("body.old_password", "the old password is wrong",
				"body.new_password_confirm", "the confirmation differs from the new password",
				"body.verification_code", "the verification code is wrong"),
		},
		"unknown payment method": {
			noon, "PUT", "/profile/payment-method-change", `{"method":"gold","details":{}}`,
			rejected("body.method", "the payment method is unknown"),
		},
		"unknown course": {
			noon, "DELETE", "/profile/subscription?course_id=none", "",
			rejected("query.course_id", "there is no subscription to this course"),
		},
		"course with a semicolon": {
			noon, "DELETE", "/profile/subscription?course_id=go-basics;x", "",
			rejected("query.course_id", "there is no subscription to this course"),
		},
		"cancelled course": {
			noon, "DELETE", "/profile/subscription?course_id=git-intro", "",
			rejected("query.course_id", "the subscription to this course is cancelled already"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := start(t, at(tc.now))
			m.call(tc.method, tc.path, tc.body).is(422, tc.want)
			assert.Equal(t, unchanged(tc.now), m.State(), "a refused change changes nothing and uses up no code")
		})
	}
}

func TestVerificationCodeIsGoodUntilItsExpiry(t *testing.T) {
	t.Parallel()
	m := start(t, at(time.Date(2023, 12, 31, 23, 59, 59, 999999999, time.UTC)))
	m.call("PUT", "/profile/phone-change", `{"new_phone":"1","verification_code":"900001"}`).ok()
}

func TestVerificationCodeIsGoodForOneChange(t *testing.T) {
	t.Parallel()
	m := start(t)
	m.call("PUT", "/profile/phone-change", `{"new_phone":"1","verification_code":"111111"}`).ok()
	m.call("PUT", "/profile/email-change", `{"new_email":"a@b","verification_code":"111111"}`).
		is(422, rejected("body.verification_code", "the verification code has been used"))
}

func TestIssuedCodeIsGoodForOneChangeOfItsUser(t *testing.T) {
	t.Parallel()
	m := start(t)
	code, err := m.IssueCode("usr_boris")
	require.NoError(t, err)
	require.Regexp(t, `^\d{6}$`, code)
	body := `{"new_phone":"1","verification_code":"` + code + `"}`
	assert.Equal(t, 422, m.call("PUT", "/profile/phone-change", body).status)
	m.call("PUT", "/profile/phone-change", body, boris).ok()
	assert.Equal(t, 422, m.call("PUT", "/profile/phone-change", body, boris).status)

	_, err = m.IssueCode("nobody")
	assert.EqualError(t, err, `mockserver: IssueCode: there is no profile user "nobody"`)
}

func TestIssuedCodesDiffer(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	seen := map[string]bool{}
	for range 3000 { // of a million: some would meet if nothing kept them apart
		code, err := m.IssueCode("usr_anna")
		require.NoError(t, err)
		require.False(t, seen[code])
		seen[code] = true
	}
}

func TestPaymentDetailsAreKeptWithoutLoss(t *testing.T) {
	t.Parallel()
	m := start(t)
	const details = `{"a":9007199254740993,"b":1.10,"c":[null,true,{"d":-0.0,"e":1E400}],"f":"\u0000<я>"}`
	m.call("PUT", "/profile/payment-method-change", `{"method":"sbp","details":`+details+`}`).ok()
	got := m.call("GET", "/profile/payment-method", "")
	assert.Equal(t, "sbp", got.at("method"))
	for _, text := range []string{"9007199254740993", "1.10", "-0.0", "1E400"} {
		assert.Contains(t, got.body, text)
	}
	assert.Equal(t, "\x00<я>", got.at("details.f"))
	m.call("PUT", "/profile/payment-method-change", `{"method":"card","details":{}}`).ok()
	m.call("GET", "/profile/payment-method", "").is(200, `{"method":"card","details":{}}`)
}

func TestPaymentMethodWithoutDetailsHasAnEmptyObject(t *testing.T) {
	t.Parallel()
	m := start(t)
	require.NoError(t, m.Update(func(s *mockserver.State) { s.Profile.Users["usr_anna"].PaymentDetails = nil }))
	m.call("GET", "/profile/payment-method", "").is(200, `{"method":"card","details":{}}`)
}

func TestListAvailablePaymentMethods(t *testing.T) {
	t.Parallel()
	m := start(t)
	m.call("GET", "/profile/available-payment-methods", "").is(200, `{"methods":["card","sbp","invoice"]}`)
}

func TestCancelledSubscriptionShows(t *testing.T) {
	t.Parallel()
	m := start(t)
	const list = `{"subscriptions":[
		{"course_id":"go-basics","title":"Go from the ground up","started_at":"2025-09-01T09:00:00Z","status":"STATUS"},
		{"course_id":"sql-advanced","title":"SQL in depth","started_at":"2026-02-10T09:00:00Z","status":"active"},
		{"course_id":"git-intro","title":"First steps with Git","started_at":"2025-03-01T09:00:00Z","status":"cancelled"}]}`
	m.call("GET", "/profile/subscriptions", "").is(200, strings.Replace(list, "STATUS", "active", 1))
	m.call("DELETE", "/profile/subscription?course_id=go-basics", "").is(200, `{"message":"The subscription is cancelled"}`)
	m.call("GET", "/profile/subscriptions", "").is(200, strings.Replace(list, "STATUS", "cancelled", 1))
}

func TestSubscriptionShowsItsOwnStatusUntilItIsCancelled(t *testing.T) {
	t.Parallel()
	m := start(t)
	require.NoError(t, m.Update(func(s *mockserver.State) {
		s.Profile.Users["usr_anna"].Subscriptions = []mockserver.CourseSubscription{
			{CourseID: "go", Members: map[string]any{"status": "paused", "course_id": "hidden"}},
		}
	}))
	m.call("GET", "/profile/subscriptions", "").is(200, `{"subscriptions":[{"course_id":"go","status":"paused"}]}`)
	m.call("DELETE", "/profile/subscription?course_id=go", "").ok()
	m.call("GET", "/profile/subscriptions", "").is(200, `{"subscriptions":[{"course_id":"go","status":"cancelled"}]}`)
}

func TestPaymentsAreAnsweredAsTheyAre(t *testing.T) {
	t.Parallel()
	m := start(t)
	m.call("GET", "/profile/payments", "").is(200, `{"payments":[
		{"id":"pay_3001","course_id":"go-basics","amount":4900.00,"currency":"RUB","paid_at":"2025-09-01T08:58:12Z"},
		{"id":"pay_3002","course_id":"sql-advanced","amount":6500.50,"currency":"RUB","paid_at":"2026-02-10T08:41:03Z"}]}`)
}

func TestTokenNamesTheProfileUser(t *testing.T) {
	t.Parallel()
	m := start(t)
	m.call("GET", "/profile/me", "", boris).is(200,
		`{"user_id":"usr_boris","first_name":null,"last_name":null,"email":null,"phone":null,"avatar_url":null}`)
	m.call("GET", "/profile/subscriptions", "", boris).is(200, `{"subscriptions":[]}`)
	m.call("GET", "/profile/payments", "", boris).is(200, `{"payments":[]}`)
	m.call("PUT", "/profile/name-change", `{"first_name":"Boris","last_name":"B"}`, boris).ok()
	assert.Equal(t, "Boris", m.call("GET", "/profile/me", "", boris).at("first_name"))
	assert.Equal(t, "Anna", m.call("GET", "/profile/me", "").at("first_name"), "the other user is left alone")
}

func TestMinimaCountCodePoints(t *testing.T) {
	t.Parallel()
	m := start(t)
	m.call("PUT", "/profile/email-change", `{"new_email":"яю","verification_code":"111111"}`).is(422, `{"detail":[
		{"type":"string_too_short","loc":["body","new_email"],"msg":"String should have at least 3 characters","input":"яю","ctx":{"min_length":3}}]}`)
	for _, member := range []string{"old_password", "new_password", "new_password_confirm"} {
		body := `{"old_password":"пароль","new_password":"пароль","new_password_confirm":"пароль","verification_code":""}`
		body = strings.Replace(body, `"`+member+`":"пароль"`, `"`+member+`":"парол"`, 1)
		assert.Contains(t, m.call("PUT", "/profile/password-change", body).body,
			`{"type":"string_too_short","loc":["body","`+member+`"],"msg":"String should have at least 6 characters"`)
	}
}

func TestMemberThatDiffersByCaseIsAnotherMember(t *testing.T) {
	t.Parallel()
	m := start(t)
	m.call("PUT", "/profile/name-change", `{"first_name":"A","last_name":"B","First_Name":5,"LAST_NAME":"C"}`).ok()
	assert.Equal(t, "B", m.call("GET", "/profile/me", "").at("last_name"))
}
