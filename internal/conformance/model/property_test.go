package model

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/billing"
	"github.com/quartet-go/quartet/mockserver"
	"github.com/quartet-go/quartet/subscription"
)

// property checks something of calls of one operation after another, each in a space of its
// own.
func property(t *testing.T, names []string, holds func(t *rapid.T, space *mockserver.Space, s sample)) {
	t.Helper()
	srv := mockserver.Start(t, config{}.options()...)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, seedOfAll, func(t *rapid.T) { holds(t, srv.SpaceFor(t), drawSample(t, operations()[name])) })
		})
	}
}

func writes(op *operation) bool { return op.method != http.MethodGet }

// Whatever a document allows the client sends, member by member; the server accepts it, and
// knows and answers then what the model says.
func TestAValidRequestIsSentAcceptedAndKept(t *testing.T) {
	t.Parallel()
	property(t, named(writes), func(t *rapid.T, space *mockserver.Space, s sample) {
		require.NoError(t, space.Update(func(state *mockserver.State) { s.welcome(state) }))
		m := &machine{T: t, space: space, known: space.State(), now: start}
		says := verdicts[s.OperationID]
		require.NotNil(t, says, "the model has no verdict on it")
		said := says(m, s)
		require.True(t, said.good(), "the model refuses %s", canonical(s.body))
		var sent recorder
		answer, err := s.send(t, space, quartet.WithTransport(&sent))
		require.Empty(t, say(err))
		if s.body != nil {
			require.Equal(t, canonical(s.body), canonical(json.RawMessage(sent.body)))
		}
		c := call{operation: s.OperationID, verdict: said}
		m.look(c, ending{trouble: right, acted: 1}, nil)
		m.good(c, answer)
	})
}

// verdicts are what the model says of the default user's writes.
var verdicts = map[string]func(*machine, sample) verdict{
	"changePassword":      profileVerdict(profileCalls.newPassword),
	"changeEmail":         profileVerdict(profileCalls.newEmail),
	"changePhone":         profileVerdict(profileCalls.newPhone),
	"changeName":          profileVerdict(profileCalls.newName),
	"changeAvatar":        profileVerdict(profileCalls.newAvatar),
	"changePaymentMethod": profileVerdict(profileCalls.newPaymentMethod),
	"cancelSubscription": func(m *machine, s sample) verdict {
		return profileCalls{m: m, id: m.known.Profile.DefaultUser}.without(s.parameters[0].(string))
	},
	"updateUser": func(m *machine, s sample) verdict { return m.updateUser(read[billing.UpdateUserRequest](m.T, s)) },
	"createUserSubscription": func(m *machine, s sample) verdict {
		return m.createSubscription(s.parameters[0].(int64), read[subscription.CreateSubscriptionRequest](m.T, s))
	},
	"updateProfile":  vendorVerdict(vendorCalls.newProfile),
	"updateSettings": vendorVerdict(vendorCalls.newSettings),
}

func profileVerdict[T any](of func(profileCalls, T) verdict) func(*machine, sample) verdict {
	return func(m *machine, s sample) verdict {
		return of(profileCalls{m: m, id: m.known.Profile.DefaultUser}, read[T](m.T, s))
	}
}

func vendorVerdict[T any](of func(vendorCalls, T) verdict) func(*machine, sample) verdict {
	return func(m *machine, s sample) verdict {
		return of(vendorCalls{m: m, id: m.known.Tokens[mockserver.DefaultToken].Vendor}, read[T](m.T, s))
	}
}

// read is a request of the client that says what the body says.
func read[T any](t *rapid.T, s sample) T {
	req, _ := reflect.TypeAssert[T](request(t, reflect.TypeFor[T](), s.body))
	return req
}

// Whatever a document allows the server accepts, also what the clients never send: members
// that it does not know or advises against, nulls, and every form that a member may have.
func TestAValidRequestIsAcceptedOnTheWire(t *testing.T) {
	t.Parallel()
	property(t, named(func(op *operation) bool { return op.request() != nil }), func(t *rapid.T, space *mockserver.Space, s sample) {
		s.body, _ = drawer{T: t, wide: true}.value(s.request(), "wide body")
		require.NoError(t, space.Update(func(state *mockserver.State) { s.welcome(state) }))
		status, answer := s.raw(t, space, canonical(s.body))
		require.Equal(t, s.success(), status, "%s", answer)
	})
}

// welcome makes the request one that the state does not refuse: what it names is there.
func (s sample) welcome(state *mockserver.State) {
	body, _ := s.body.(map[string]any)
	text := func(name string) string { v, _ := body[name].(string); return v }
	user := state.Profile.Users["usr_anna"]
	if code := text("verification_code"); code != "" {
		user.Codes = []mockserver.VerificationCode{{Code: code}}
	}
	switch s.OperationID {
	case "changePassword":
		user.Password = text("old_password")
		body["new_password_confirm"] = body["new_password"]
	case "changePaymentMethod":
		state.Profile.PaymentMethods = append(state.Profile.PaymentMethods, text("method"))
	case "cancelSubscription":
		user.Subscriptions = []mockserver.CourseSubscription{{CourseID: s.parameters[0].(string)}}
	case "updateUser":
		state.Billing.Statuses = append(state.Billing.Statuses, text("status"))
		state.Billing.Users[text("login")] = &mockserver.BillingUser{ID: 99, Status: "active"}
	case "createUserSubscription":
		state.Subscription.Users = map[int64]*mockserver.SubscriptionUser{s.parameters[0].(int64): {}}
		days, _ := body["duration_days"].(int64)
		body["duration_days"] = 1 + days&1023 // an end that is in the calendar
	}
}

// Whatever breaks a document in one place is refused, and the refusal names this place and no
// other: on the wire in the API's own dialect, and in the client's error.
func TestASingleViolationIsRefusedByItsName(t *testing.T) {
	t.Parallel()
	property(t, named(func(op *operation) bool { return op.request() != nil }), func(t *rapid.T, space *mockserver.Space, s sample) {
		v := rapid.SampledFrom(violations(s.request(), s.body)).Draw(t, "violation")
		before := space.State()
		status, answer := s.raw(t, space, canonical(v.value))
		require.Equal(t, http.StatusUnprocessableEntity, status, "%s", answer)
		place := v.dotted()
		if place == "" {
			place = map[string]string{"billing": "body", "vendor": "the body"}[s.api]
		}
		require.Equal(t, place, s.blamed(t, answer), "%s: %s", v.what, answer)

		changed, isObject := v.value.(map[string]any)
		top := append(v.path, "")[0]
		value, there := changed[top]
		if isObject && there {
			_, err := s.send(t, space, quartet.WithJSONField(top, value))
			s.names(t, v, err)
		}
		require.Empty(t, stateDifference(before, space.State()))

		s.body = v.value
		if isObject && !there { // clients can leave out some of the members that have to be there
			var sent recorder
			if _, err := s.send(t, space, quartet.WithTransport(&sent)); canonical(json.RawMessage(sent.body)) == canonical(s.body) {
				s.names(t, v, err)
			}
		}
	})
}

// blamed reads the one place out of a refusal.
func (s sample) blamed(t *rapid.T, answer []byte) string {
	var body struct {
		Errors map[string][]string
		Error  struct{ Message string }
	}
	switch s.api {
	case "billing":
		require.NoError(t, json.Unmarshal(answer, &body))
		require.Len(t, body.Errors, 1, "%s", answer)
		return slices.Collect(maps.Keys(body.Errors))[0]
	case "vendor":
		require.NoError(t, json.Unmarshal(answer, &body))
		return vendorSentence.FindStringSubmatch(body.Error.Message + " is")[1]
	}
	all := locs(t, answer)
	require.Len(t, all, 1, "%s", answer)
	require.Equal(t, "body", all[0][0])
	var path []string
	for _, segment := range all[0][1:] {
		path = append(path, fmt.Sprint(segment))
	}
	return strings.Join(path, ".")
}

// locs are the places that FastAPI blames.
func locs(t *rapid.T, answer []byte) [][]any {
	var body struct{ Detail []struct{ Loc []any } }
	require.NoError(t, json.Unmarshal(answer, &body))
	var all [][]any
	for _, issue := range body.Detail {
		all = append(all, issue.Loc)
	}
	return all
}

// vendorSentence is what the vendor's server says of one mistake.
var vendorSentence = regexp.MustCompile(`^(.*?) (?:must|is)`)

// names demands that the client's error says what breaks the document.
func (s sample) names(t *rapid.T, v violation, err error) {
	var e *quartet.Error
	require.ErrorAs(t, err, &e)
	require.ErrorIs(t, err, quartet.ErrValidation)
	if s.api == "vendor" { // whose errors have no fields
		require.Contains(t, e.Message, v.dotted()+" ")
		return
	}
	require.Len(t, e.Fields, 1, say(err))
	require.Equal(t, v.dotted(), e.Fields[0].Path)
}

// A parameter that is missing, or that is no number where there is to be one, is refused by its
// name.
func TestAParameterThatBreaksTheDocumentIsRefusedByItsName(t *testing.T) {
	t.Parallel()
	property(t, named(func(op *operation) bool { return op.Parameters != nil }), func(t *rapid.T, space *mockserver.Space, s sample) {
		p := s.Parameters[0].Value
		s.parameters = []any{rapid.SampledFrom([]string{"abc", "1.5", "%D0%B6", "--1"}).Draw(t, "parameter")}
		if p.In == "query" {
			s.operation = &operation{Operation: &openapi3.Operation{}, api: s.api, method: s.method, path: s.path}
		}
		status, answer := s.raw(t, space, map[bool]string{true: canonical(s.body)}[s.body != nil])
		require.Equal(t, http.StatusUnprocessableEntity, status, "%s", answer)
		require.Equal(t, [][]any{{p.In, p.Name}}, locs(t, answer))
	})
}

// Whatever a document allows as an answer a client reads without loss: every member that it
// knows, of open objects every member, numbers digit by digit, times in every notation.
func TestAnAnswerIsReadAsItWasSent(t *testing.T) {
	t.Parallel()
	property(t, named(func(op *operation) bool { return !op.silent() }), func(t *rapid.T, space *mockserver.Space, s sample) {
		sent, kept := drawer{T: t, wide: true}.value(s.response(), "answer")
		require.NoError(t, space.AddFault(
			mockserver.Fault{Operation: s.OperationID, Status: s.success(), Body: canonical(sent)},
			mockserver.Fault{Operation: "listAccessCodes", Status: http.StatusOK, Body: "{}"}, // so that getBalance goes on to its own path
		))
		answer, err := s.send(t, space)
		require.Empty(t, say(err), "%s", canonical(sent))
		got := onWire(reflect.ValueOf(answer))
		if s.OperationID == "getBalance" { // the method returns what stands in the answer
			got = map[string]any{"balance": got}
		}
		require.Equal(t, canonical(kept), canonical(got))
	})
}
