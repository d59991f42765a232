package frameworks_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/internal/conformance/frameworks"
	"github.com/quartet-go/quartet/mockserver"
	"github.com/quartet-go/quartet/profile"
)

// The corpus has these in everything that it sends where a document marks a secret, see SECRET and SECRET_NUMBER in
// documents.py; planted texts are also shown as hexadecimal digits and as lists of bytes, and numbers with a point in them.
var markers = []string{"s3cr", "73336372", "73 33 63 72", "115 51 99 114", "918273645"}

// shows says what of a text is a secret.
func shows(text string) string {
	text = strings.ToLower(text)
	without := strings.ReplaceAll(text, ".", "")
	for _, marker := range markers {
		if strings.Contains(text, marker) || strings.Contains(without, marker) {
			return marker
		}
	}
	return ""
}

func TestTheJournalShowsNoSecretOfTheCorpus(t *testing.T) {
	t.Parallel()
	planted, redacted := 0, 0
	for _, operation := range frameworks.Operations() {
		mock, err := mockserver.New(mockserver.WithJournal(1_000_000, 1<<30))
		require.NoError(t, err)
		cases, err := frameworks.Cases(operation)
		require.NoError(t, err)
		for _, c := range cases {
			ask(t, mock, &c)
			if shows(c.Request.Body) != "" {
				planted++
			}
		}
		entries := mock.Journal()
		require.Len(t, entries, len(cases))
		for i, entry := range entries {
			text := fmt.Sprintf("%+v\n%s\n%s", entry, entry.RequestBody, entry.ResponseBody)
			assert.Empty(t, shows(text), "%s: %.1500s", &cases[i], text)
			redacted += strings.Count(text, "[redacted]")
		}
	}
	assert.Greater(t, planted, 1000)
	assert.Greater(t, redacted, planted)
}

// What the framework echoes is not printed by the error that the client makes of it; and neither is what was sent.
func TestNoErrorOfTheClientsShowsASecretOfTheCorpus(t *testing.T) {
	t.Parallel()
	answers := &replay{}
	client, err := profile.New("https://mock.invalid", quartet.WithHTTPClient(&http.Client{Transport: answers}),
		quartet.WithoutRetry(), quartet.WithBearerToken("s3cr-token"))
	require.NoError(t, err)
	calls := callsWithSecrets(client)
	for _, operation := range frameworks.Operations() {
		cases, err := frameworks.Cases(operation)
		require.NoError(t, err)
		tried := map[frameworks.Answer]bool{}
		for _, c := range cases {
			if tried[c.Answer] || shows(c.Answer.Body) == "" {
				continue
			}
			answers.next, tried[c.Answer] = c.Answer, true
			require.Contains(t, calls, operation)
			err := calls[operation](t.Context())
			require.ErrorIs(t, err, quartet.ErrValidation, "%s", &c)
			for how, text := range printed(err) {
				assert.Empty(t, shows(text), "%s, by %s: %s", &c, how, text)
			}
		}
		assert.Equal(t, calls[operation] != nil, len(tried) >= 30, "%s has %d answers with a secret", operation, len(tried))
	}
}

// callsWithSecrets has the operations whose body has members that are marked as secret.
func callsWithSecrets(client *profile.Client) map[string]func(context.Context) error {
	secret := quartet.NewSecret("s3cr-sent")
	only := func(_ *profile.Message, err error) error { return err }
	return map[string]func(context.Context) error{
		"changePassword": func(ctx context.Context) error {
			return only(client.ChangePassword(ctx, profile.ChangePasswordRequest{
				OldPassword: secret, NewPassword: secret, NewPasswordConfirm: secret, VerificationCode: secret,
			}))
		},
		"changeEmail": func(ctx context.Context) error {
			return only(client.ChangeEmail(ctx, profile.ChangeEmailRequest{NewEmail: "a@b", VerificationCode: secret}))
		},
		"changePhone": func(ctx context.Context) error {
			return only(client.ChangePhone(ctx, profile.ChangePhoneRequest{NewPhone: "1", VerificationCode: secret}))
		},
		"changeAvatar": func(ctx context.Context) error {
			return only(client.ChangeAvatar(ctx, profile.ChangeAvatarRequest{AvatarURL: "a", VerificationCode: secret}))
		},
	}
}

// replay answers with what was recorded.
type replay struct{ next frameworks.Answer }

func (r *replay) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer req.Body.Close()
		if _, err := io.Copy(io.Discard, req.Body); err != nil {
			return nil, err
		}
	}
	return &http.Response{
		StatusCode: r.next.Status, Header: http.Header{"Content-Type": {r.next.ContentType}}, Request: req,
		Body: io.NopCloser(strings.NewReader(r.next.Body)), ContentLength: int64(len(r.next.Body)),
	}, nil
}

// printed is an error in every way that writes a value: all of fmt's verbs with all of their flags, slog and JSON.
func printed(err error) map[string]string {
	texts := map[string]string{}
	for _, verb := range "vTtbcdoOqxXUeEfFgGspw" {
		for _, flags := range []string{"", "+", "#", " ", "9.3"} {
			format := "%" + flags + string(verb)
			texts[format] = fmt.Errorf(format, err).Error()
			texts[format+" in others"] = fmt.Sprintf(format, []any{struct{ V any }{err}, &err})
		}
	}
	var text, object bytes.Buffer
	slog.New(slog.NewTextHandler(&text, nil)).Info("call", "err", err, "all", []any{err})
	slog.New(slog.NewJSONHandler(&object, nil)).Info("call", "err", err, "all", []any{err})
	texts["slog's text"], texts["slog's JSON"] = text.String(), object.String()
	data, problem := json.Marshal(map[string]any{"err": err})
	texts["JSON"] = fmt.Sprint(string(data), problem)
	return texts
}
