package quartet_test

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/billing"
	"github.com/quartet-go/quartet/profile"
)

// echoes answers 400 with what it makes of the request, as plain text.
func echoes(say func(*http.Request, string) string) quartet.Option {
	return quartet.WithTransport(transport(func(r *http.Request) (*http.Response, error) {
		var body []byte
		if r.Body != nil {
			body, _ = io.ReadAll(r.Body)
		}
		return answer(400, say(r, string(body))), nil
	}))
}

const nasty = "p\"w<\\>ж&\U0001F511 x" // every character that some encoding writes in another way

func TestAnEchoedSecretIsRedactedHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	ascii, err := json.Marshal(nasty)
	require.NoError(t, err)
	for name, echo := range map[string]string{
		"as it is": nasty, "as HTML": html.EscapeString(nasty), "as a query": url.QueryEscape(nasty), "as a path": url.PathEscape(nasty),
		"as JSON": string(ascii), "as Python's JSON": `p\"w<\\>\u0436&\ud83d\udd11 x`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := profileClient(t, echoes(func(*http.Request, string) string { return "bad: " + echo }))
			_, err := client.ChangePassword(t.Context(), profile.ChangePasswordRequest{OldPassword: quartet.NewSecret(nasty)})
			assert.ErrorContains(t, err, "[redacted]")
			assert.NotContains(t, err.Error(), "udd11")
			assert.NotContains(t, err.Error(), "p\\\"w")
			assert.NotContains(t, err.Error(), strings.Trim(echo, `"`))
		})
	}
	t.Run("the whole body", func(t *testing.T) {
		t.Parallel()
		client := profileClient(t, echoes(func(_ *http.Request, body string) string { return "bad: " + body[1:] }))
		_, err := client.ChangePassword(t.Context(), profile.ChangePasswordRequest{OldPassword: quartet.NewSecret(nasty)})
		assert.ErrorContains(t, err, `"old_password":"[redacted]"`)
	})
}

func TestAnEchoedCredentialIsRedactedWhereverTheAuthorizerPutIt(t *testing.T) {
	t.Parallel()
	for name, authorize := range map[string]func(*http.Request){
		"a query parameter": func(r *http.Request) {
			query := r.URL.Query()
			query.Set("key", "planted")
			r.URL.RawQuery = query.Encode()
		},
		"basic":          func(r *http.Request) { r.SetBasicAuth("anna", "planted") },
		"a blank behind": func(r *http.Request) { r.Header.Set("X-Vendor", "planted ") },
		"a cookie":       func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "session", Value: "planted"}) },
		"a header":       func(r *http.Request) { r.Header.Set("X-Vendor", "planted") },
		"another scheme": func(r *http.Request) { r.Header.Set("Authorization", "Session planted") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := profileClient(t, echoes(func(*http.Request, string) string { return "unknown credential planted" }),
				quartet.WithAuthorizer(func(r *http.Request) error { authorize(r); return nil }))
			_, err := client.GetMyProfile(t.Context())
			assert.EqualError(t, err, "profile getMyProfile: 400 Bad Request: unknown credential [redacted]")
		})
	}
}

func TestTheUserOfABasicCredentialIsRedactedWithThePassword(t *testing.T) {
	t.Parallel()
	client := profileClient(t, echoes(func(*http.Request, string) string { return "unknown credential anna:planted of anna" }),
		quartet.WithAuthorizer(func(r *http.Request) error { r.SetBasicAuth("anna", "planted"); return nil }))
	_, err := client.GetMyProfile(t.Context())
	assert.EqualError(t, err, "profile getMyProfile: 400 Bad Request: unknown credential [redacted] of anna")
}

// What net/http says of an answer that is none repeats the answer.
func TestASecretInABrokenAnswerIsRedacted(t *testing.T) {
	t.Parallel()
	for _, broken := range []string{
		"HTTP/1.1 planted\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: planted\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon planted\r\n\r\n",
	} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		t.Cleanup(func() { _ = listener.Close() })
		go func() {
			for {
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				_, _ = conn.Read(make([]byte, 4096))
				_, _ = io.WriteString(conn, broken)
				_ = conn.Close()
			}
		}()
		client := profileAt(t, "http://"+listener.Addr().String(), quartet.WithBearerToken("planted"), quartet.WithoutRetry())
		_, err = client.GetMyProfile(t.Context())
		assert.ErrorContains(t, err, "[redacted]")
		assert.NotContains(t, err.Error(), "planted")
	}
}

func TestAnErrorShowsNoBodyByWaysThatPassItsMethodsBy(t *testing.T) {
	t.Parallel()
	_, err := profileClient(t, always(400, "{planted", "X-Echo", "planted")).GetMyProfile(t.Context())
	e := asError(t, err)
	for _, v := range []any{*e, struct{ e error }{err}, struct{ e quartet.Error }{*e}, []any{*e}, map[string]quartet.Error{"a": *e}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
			text := fmt.Sprintf(verb, v)
			assert.NotContains(t, text, "planted", verb)
			assert.NotContains(t, text, "706c616e746564", verb)
		}
		encoded, err := json.Marshal(v)
		require.NoError(t, err)
		assert.NotContains(t, string(encoded), "planted")
		assert.NotContains(t, string(encoded), "cGxhbnRlZ")
	}
	assert.Equal(t, "planted", e.Header().Get("X-Echo"))
	assert.Equal(t, "{planted", string(e.Body()))
	assert.Nil(t, new(quartet.Error).Header())
	assert.Nil(t, new(quartet.Error).Body())
}

func TestASecretWithinAFreeFormValueIsRefused(t *testing.T) {
	t.Parallel()
	none := quartet.WithTransport(transport(func(*http.Request) (*http.Response, error) {
		t.Error("sent")
		return nil, io.EOF
	}))
	key := quartet.NewSecret("4111")
	for name, details := range map[string]quartet.Object{
		"a member": {"card": key}, "deeper": {"a": []any{map[string]any{"card": key}}}, "a pointer": {"card": &key},
	} {
		_, err := profileClient(t, none).ChangePaymentMethod(t.Context(), profile.ChangePaymentMethodRequest{Method: "card", Details: details})
		assert.ErrorContains(t, err, "a Secret stands within a free-form value", name)
	}
	client, err := billing.New(baseURL, none)
	require.NoError(t, err)
	_, err = client.UpdateUser(t.Context(), billing.UpdateUserRequest{BillingInfo: &billing.BillingInfo{BillingExtra: []any{key}}})
	assert.ErrorContains(t, err, "a Secret stands within a free-form value")
	_, err = profileClient(t, always(200, `{"message":"ok"}`)).ChangePaymentMethod(t.Context(),
		profile.ChangePaymentMethodRequest{Method: "card", Details: quartet.Object{"note": "[redacted]"}})
	assert.NoError(t, err, "the text alone is no Secret")
}

func TestASecretThatIsPartOfAMembersNameLeavesTheNameAsItIs(t *testing.T) {
	t.Parallel()
	answer := func(loc string) func(*http.Request, string) string {
		return func(*http.Request, string) string {
			return `{"detail":[{"loc":` + loc + `,"msg":"old password","type":"value_error"}]}`
		}
	}
	for loc, want := range map[string]string{
		`["body","old_password"]`:              "old_password",
		`["body","verification_code"]`:         "verification_code",
		`["body","details","password",1]`:      "details.[redacted].1",
		`["body","the password password"]`:     "the [redacted] [redacted]",
		`["body","new_password_confirm",1234]`: "new_password_confirm.[redacted]",
		`["body","192.168.1.77","password"]`:   "[redacted].[redacted]",
		`["body","old_password",192,168,1,77]`: "old_password.[redacted]",
		`["body","old_password",1.5,3]`:        "old_password.1.5.3",
		`["body","old_password",7,"8",9]`:      "old_password.7.8.9",
		`["body","old_password",7,"7.8.x"]`:    "old_password.7.[redacted]",
		`["body","old_password",7,8,"x"]`:      "old_password.[redacted]",
	} {
		client := profileClient(t, echoes(answer(loc)))
		_, err := client.ChangePassword(t.Context(), profile.ChangePasswordRequest{
			OldPassword: quartet.NewSecret("password"), NewPassword: quartet.NewSecret("1234"), NewPasswordConfirm: quartet.NewSecret("1234"),
			VerificationCode: quartet.NewSecret("192.168.1.77"),
		}, quartet.WithJSONField("pin", quartet.NewSecret("7.8.x")))
		var e *quartet.Error
		require.ErrorAs(t, err, &e)
		require.Len(t, e.Fields, 1, loc)
		assert.Equal(t, want, e.Fields[0].Path)
		assert.Equal(t, "old [redacted]", e.Fields[0].Message)
	}

	client := profileClient(t, echoes(answer(`["query","course_id"]`)), quartet.WithBearerToken("course"))
	_, err := client.CancelSubscription(t.Context(), "go")
	var e *quartet.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "course_id", e.Fields[0].Path)
}

type (
	within[T any] struct{ Value T }
	embedding     struct{ within[quartet.Secret] }
	tree          []tree
	whole         struct {
		Part within[int]
		Key  quartet.Secret
	}
	pointers *pointers
)

func in[T any](value T) within[T] { return within[T]{value} }

// A Secret is found wherever encoding/json would write one.
func TestASecretIsFoundWhereverItStands(t *testing.T) {
	t.Parallel()
	key := quartet.NewSecret("planted")
	pointer, list := &key, []quartet.Secret{key}
	itself := []any{nil, key}
	itself[0] = itself[1:]
	together := whole{Key: key}
	for name, value := range map[string]any{
		"a member": in(key), "a pointer": in(pointer), "a pointer to one": in(&pointer), "a list": in(list), "a list of pointers": in([]*quartet.Secret{nil, pointer}),
		"a pointer to a list": in(&list), "lists": in([][]quartet.Secret{nil, list}), "an array": in([2]quartet.Secret{{}, key}),
		"a map": in(map[string]quartet.Secret{"a": key}), "any": in(any(key)), "a list of any": in(itself), "an embedded one": embedding{in(key)},
		"another value at the same place": struct {
			Part  *within[int]
			Whole *whole
		}{&together.Part, &together},
		"a longer list at the same place": in([2][]quartet.Secret{list[:0], list}),
	} {
		client := profileClient(t, always(422, `{"detail":"no"}`))
		_, err := client.ChangeName(t.Context(), profile.ChangeNameRequest{}, quartet.WithJSONField("extra", value))
		assert.ErrorContains(t, err, "Secret", name)
	}
	around := []any{1}
	around[0] = around
	self := new(pointers)
	*self = self
	for name, value := range map[string]any{
		"lists of lists": in(tree{{}, {{}}}), "a list that holds itself": around, "a pointer to itself": in(self),
	} {
		client := profileClient(t, always(422, `{"detail":"no"}`))
		_, err := client.ChangeName(t.Context(), profile.ChangeNameRequest{}, quartet.WithJSONField("extra", value))
		require.Error(t, err, name)
		assert.NotContains(t, err.Error(), "Secret", name)
	}
}
