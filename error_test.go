package quartet_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/billing"
	"github.com/quartet-go/quartet/profile"
	"github.com/quartet-go/quartet/vendorapi"
)

func TestAStatusIsItsSentinelAndNoOther(t *testing.T) {
	t.Parallel()
	sentinels := map[error][]int{
		quartet.ErrBadRequest: {400}, quartet.ErrUnauthorized: {401}, quartet.ErrForbidden: {403}, quartet.ErrNotFound: {404}, quartet.ErrConflict: {409},
		quartet.ErrValidation: {422}, quartet.ErrRateLimited: {429}, quartet.ErrServer: {500, 599},
	}
	for _, status := range []int{304, 400, 401, 402, 403, 404, 409, 418, 422, 429, 500, 599, 600} {
		_, err := profileClient(t, always(status, ""), quartet.WithoutRetry()).GetMyProfile(t.Context())
		assert.Equal(t, status, asError(t, err).StatusCode)
		for sentinel, statuses := range sentinels {
			assert.Equal(t, slices.Contains(statuses, status), errors.Is(err, sentinel), "%d is %v", status, sentinel)
		}
		for _, never := range []error{quartet.ErrBadResponse, quartet.ErrResponseTooLarge, quartet.ErrOutcomeUnknown, context.Canceled} {
			assert.NotErrorIs(t, err, never)
		}
	}
}

func TestAnErrorSaysWhatHappenedAndWhatToDo(t *testing.T) {
	t.Parallel()
	_, err := profileClient(t, hurried, always(503, `{"detail":"down"}`)).GetMyProfile(t.Context())
	assert.EqualError(t, err, "profile getMyProfile: 503 Service Unavailable: down; gave up after 4 attempts")
	e := asError(t, err)
	assert.Equal(t, "profile", e.API)
	assert.Equal(t, "getMyProfile", e.Operation)
	assert.Equal(t, "GET", e.Method)
	assert.Equal(t, "/profile/me", e.Path)

	_, err = profileClient(t, always(502, "")).ChangePassword(t.Context(), secretPasswords)
	assert.EqualError(t, err, "profile changePassword: 502 Bad Gateway; outcome unknown: the request was sent and the server may have acted, check before repeating it")

	_, err = profileClient(t, always(429, "", "Retry-After", "90")).GetMyProfile(t.Context())
	assert.EqualError(t, err, "profile getMyProfile: 429 Too Many Requests; retry after 1m30s")

	_, err = profileClient(t, always(799, "")).GetMyProfile(t.Context())
	assert.EqualError(t, err, "profile getMyProfile: 799")
}

func TestARequestThatCannotBeEncodedIsNotSent(t *testing.T) {
	t.Parallel()
	option, requests := recorder(200, messageJSON)
	_, err := profileClient(t, option).ChangePaymentMethod(t.Context(), profile.ChangePaymentMethodRequest{
		Method: "card", Details: quartet.Object{"f": func() {}},
	})
	require.ErrorContains(t, err, "profile changePaymentMethod: encode the request")
	assert.ErrorAs(t, err, new(*json.UnsupportedTypeError))
	assert.Empty(t, *requests)
	assert.Zero(t, asError(t, err).Attempts)
}

func TestFieldsReadAsJSON(t *testing.T) {
	t.Parallel()
	_, err := profileClient(t, always(422, `{"detail":[{"loc":["query","course_id"],"msg":"unknown","type":"value_error"}]}`)).CancelSubscription(t.Context(), "planted")
	data, marshalErr := json.Marshal(map[string]any{"err": err})
	require.NoError(t, marshalErr)
	assert.JSONEq(t, `{"err":{"api":"profile","operation":"cancelSubscription","status":422,"attempts":1,
		"error":"profile cancelSubscription: 422 Unprocessable Entity: course_id: unknown",
		"fields":[{"path":"course_id","message":"unknown","type":"value_error"}]}}`, string(data))
}

// prints is everything that writes a value for people or logs.
var prints = map[string]func(v any) string{
	"%v":  func(v any) string { return fmt.Sprintf("%v", v) },
	"%+v": func(v any) string { return fmt.Sprintf("%+v", v) },
	"%#v": func(v any) string { return fmt.Sprintf("%#v", v) },
	"%s":  func(v any) string { return fmt.Sprintf("%s", v) },
	"%q":  func(v any) string { return fmt.Sprintf("%q", v) },
	"%x":  func(v any) string { return fmt.Sprintf("%x", v) },
	"%d":  func(v any) string { return fmt.Sprintf("%d", v) },
	"wrapped": func(v any) string {
		if err, ok := v.(error); ok {
			return fmt.Errorf("while working: %w", err).Error()
		}
		return ""
	},
	"in a struct": func(v any) string { return fmt.Sprintf("%+v %#v", struct{ V any }{v}, []any{v}) },
	"slog text": func(v any) string {
		var b bytes.Buffer
		slog.New(slog.NewTextHandler(&b, nil)).Info("m", "v", v)
		return b.String()
	},
	"slog JSON": func(v any) string {
		var b bytes.Buffer
		slog.New(slog.NewJSONHandler(&b, nil)).Info("m", "v", v)
		return b.String()
	},
	"encoding/json": func(v any) string {
		data, _ := json.Marshal(v)
		return string(data)
	},
}

const planted = "planted"

// hexPlanted is how %x writes it.
var hexPlanted = fmt.Sprintf("%x", planted)

func printsNoSecret(t *testing.T, v any) {
	t.Helper()
	for name, write := range prints {
		text := write(v)
		assert.NotContains(t, text, planted, "%s of %T", name, v)
		assert.NotContains(t, strings.ToLower(text), hexPlanted, "%s of %T", name, v)
	}
}

func TestErrorsPrintNoSecretThatARequestOrAnAnswerHolds(t *testing.T) {
	t.Parallel()
	echo := `{"detail":[{"loc":["body","verification_code"],"msg":"wrong","type":"value_error","input":{"old_password":"planted-old"}}]}`
	for name, responder := range map[string]httpmock.Responder{
		"a refusal that echoes the request":     httpmock.NewStringResponder(422, echo),
		"a refusal whose message echoes a code": httpmock.NewStringResponder(422, `{"detail":[{"loc":["body","planted-code"],"msg":"planted-code is no code","type":"planted-code"}]}`),
		"a text that echoes a password":         httpmock.NewStringResponder(400, "password planted-old of planted-token is wrong, not planted-new"),
		"a detail that echoes the credential":   httpmock.NewStringResponder(401, `{"detail":"Bearer planted-token has expired"}`),
		"a message that echoes a password":      httpmock.NewStringResponder(400, `{"message":"planted-new","errors":{"new_password":["planted-new is weak"],"planted-new":"x"}}`),
		"a header with a cookie":                httpmock.NewStringResponder(500, "").HeaderSet(http.Header{"Set-Cookie": {"planted=1"}}),
		"a success that breaks the contract":    httpmock.NewStringResponder(200, `{"message":{"secret":"planted"}}`),
		"a success that is no JSON":             httpmock.NewStringResponder(200, "planted"),
		"a lost connection":                     httpmock.NewErrorResponder(errors.New("reset")),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := profileClient(t, quartet.WithBearerToken("planted-token"), mocked("PUT", "/profile/password-change", responder))
			_, err := client.ChangePassword(t.Context(), secretPasswords)
			require.Error(t, err)
			printsNoSecret(t, err)
			assert.NotContains(t, err.Error(), "\n")
			for _, f := range asError(t, err).Fields {
				printsNoSecret(t, f)
			}
			assert.NotContains(t, asError(t, err).Message, planted)
		})
	}
}

func TestWhatAnAuthorizerAddsIsNotPrintedEither(t *testing.T) {
	t.Parallel()
	client := profileClient(t, always(401, `{"detail":"X-Custom planted-one and planted-two are unknown"}`), quartet.WithAuthorizer(func(r *http.Request) error {
		r.Header.Set("X-Custom", "planted-one")
		r.Header.Set("Authorization", "Digest planted-two")
		return nil
	}))
	_, err := client.GetMyProfile(t.Context())
	require.ErrorIs(t, err, quartet.ErrUnauthorized)
	assert.Equal(t, "X-Custom [redacted] and [redacted] are unknown", asError(t, err).Message)
	printsNoSecret(t, err)
}

func TestASecretWithinAnotherIsRedactedToo(t *testing.T) {
	t.Parallel()
	_, err := profileClient(t, always(422, `{"detail":"abc, abcdef, red and act"}`)).ChangePassword(t.Context(), profile.ChangePasswordRequest{
		OldPassword: quartet.NewSecret("abc"), NewPassword: quartet.NewSecret("abcdef"), NewPasswordConfirm: quartet.NewSecret("red"), VerificationCode: quartet.NewSecret(""),
	})
	assert.Equal(t, "[redacted], [redacted], [redacted] and act", asError(t, err).Message)
}

func TestRequestsAnswersAndClientsPrintNoSecret(t *testing.T) {
	t.Parallel()
	key := quartet.NewSecret("planted")
	client := profileClient(t, quartet.WithBearerToken("planted-token"))
	code := vendorapi.AccessCode{Private: &vendorapi.PrivateCode{MasterValue: key, ReadValue: key, WriteValue: key}}
	for _, v := range []any{
		key, &key, []quartet.Secret{key}, map[string]quartet.Secret{"k": key},
		secretPasswords, &secretPasswords,
		profile.ChangeEmailRequest{VerificationCode: key}, profile.ChangePhoneRequest{VerificationCode: key}, profile.ChangeAvatarRequest{VerificationCode: key},
		billing.UpdateUserRequest{Password: key}, &billing.UpdateUserRequest{Password: key},
		code, &code, vendorapi.AccessCodeList{AccessCodes: []vendorapi.AccessCode{code}}, *code.Private,
		client, *client, quartet.WithBearerToken("planted"),
		struct{ hidden quartet.Secret }{key},
		&vendorapi.NoBalanceError{Printed: asError(t, func() error {
			_, err := profileClient(t, always(404, "<planted>")).GetMyProfile(t.Context())
			return err
		}())},
	} {
		printsNoSecret(t, v)
	}
}

// A panic ends the process, so the test runs itself once more.
func TestAPanicPrintsNoSecret(t *testing.T) {
	if os.Getenv("QUARTET_TEST_PANIC") != "" {
		_, err := profileClient(t, always(422, `{"detail":"planted-code"}`)).ChangePassword(t.Context(), secretPasswords)
		panic(err)
	}
	t.Parallel()
	self := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAPanicPrintsNoSecret$")
	self.Env = append(os.Environ(), "QUARTET_TEST_PANIC=1")
	out, err := self.CombinedOutput()
	require.Error(t, err)
	assert.Contains(t, string(out), "panic: ")
	assert.Contains(t, string(out), "422 Unprocessable Entity")
	assert.NotContains(t, string(out), planted)
}

func TestFieldFindsARefusedMemberByItsPath(t *testing.T) {
	t.Parallel()
	e := &quartet.Error{Fields: []quartet.Field{{Path: "login", Message: "taken"}, {Path: "billing_properties.0.type", Message: "required"}}}
	field, refused := e.Field("billing_properties.0.type")
	assert.True(t, refused)
	assert.Equal(t, "required", field.Message)
	_, refused = e.Field("status")
	assert.False(t, refused)
}
