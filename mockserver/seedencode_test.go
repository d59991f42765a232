package mockserver_test

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

// written returns the seed file of a state.
func written(t testing.TB, state mockserver.State) string {
	t.Helper()
	var file strings.Builder
	require.NoError(t, state.Write(&file))
	return file.String()
}

// reread returns what a state is after it has been written and read.
func reread(t testing.TB, state mockserver.State) mockserver.State {
	t.Helper()
	file := written(t, state)
	again, err := mockserver.ReadState("written", strings.NewReader(file))
	require.NoError(t, err, file)
	return again
}

func TestWrittenStateReadsBack(t *testing.T) {
	t.Parallel()
	assert.Equal(t, mockserver.DefaultState(), reread(t, mockserver.DefaultState()))
}

// The members stand in the order of seed.yaml, the entries in that of their keys.
func TestWrittenStateIsInOrder(t *testing.T) {
	t.Parallel()
	state := mockserver.DefaultState()
	state.Vendor.Roles[-1] = mockserver.VendorRole{NameEng: "Guest"}
	file := written(t, state)
	assert.Equal(t, file, written(t, state), "each time the same")
	for _, part := range []string{
		"tokens:\n  boris-token:\n    profile: usr_boris\n  default-token:\n    profile: usr_anna\n    billing: true\n",
		"        - code: \"900001\"\n          expires_at: 2024-01-01T00:00:00Z\n        - code: \"900002\"\n          used: true\n",
		"      payment_details:\n        brand: visa\n        exp_month: 11\n        exp_year: 2031\n        last4: \"4242\"\n",
		"        - course_id: git-intro\n          cancelled: true\n          started_at: \"2025-03-01T09:00:00Z\"\n",
		"\n  roles:\n    -1:\n      nameeng: Guest\n",
		"\n    10015:\n      confirmed: true\n      email: test@example.com\n",
	} {
		assert.Contains(t, file, part)
	}
	at := func(part string) int { return strings.Index(file, part) }
	assert.IsIncreasing(t, []int{at("\ntokens:"), at("\nprofile:"), at("\nbilling:"), at("\nsubscription:"), at("\nvendor:"), at("\n    2:\n      nameeng"), at("\n    10015:")})
}

// texts are hard on YAML, on JSON, or on what guesses types.
var texts = []string{
	"", " ", "yes", "No", "y", "on", "TRUE", "False", "null", "~", "NULL", "1", "007", "-1", "+1", "1e3", "1e400", "0x1F", "0o17", "0b1", "1_000", ".5", "1.", ".inf", ".NaN",
	"190:20:30", "2026-01-01", "2026-01-01T00:00:00Z", "<<", "=", "- a", "-", "---", "...", "a: b", "a:", ":a", "a:b", "https://example.com/a?b=c&d", "#x", "a #x", "a#x", "? a", "&a", "*a", "!a", "!!str a",
	"|", ">", "%a", "@a", "`a`", "[a]", "{a", "a, b", "'a'", `"a"`, `a\b`, `\n`, "a  b", "a b", " a", "a ", "a\n", "\na", "a\nb", "a\n\n  b\n \n", "\n", "a\r\nb", "\r", "\t", "a\tb", "\ta",
	"\x00", "a\x00b", "\x01\x7f", "\u0085", "\u00a0", "\u00ad", "\u2028", "\u2029", "\ufeff", "\ufffd", "\ufffe", "\U0010ffff", "Ёлка и зима", "日本 語", "𐌰", "🙂", "👩‍👧", "é", "_a", "a/b.c", "a\x1b[31m",
	strings.Repeat("long ", 60), strings.Repeat("🙂", 60), strings.Repeat("x\n", 80), strings.Repeat("\x01", 1100),
}

func TestWrittenTextsReadBack(t *testing.T) {
	t.Parallel()
	for _, text := range texts {
		state := mockserver.DefaultState()
		anna := state.Profile.Users["usr_anna"]
		nested := func() map[string]any {
			return map[string]any{text: text, "list": []any{text, map[string]any{text: []any{text}}}}
		}
		anna.FirstName, anna.Password = &text, text
		anna.PaymentDetails, anna.Payments = nested(), []map[string]any{nested(), nil, {}}
		anna.Subscriptions[0].Members = nested()
		state.Billing.Users["test@mail.com"].BillingExtra = []any{text, []any{}, map[string]any{}, nil, nested()}
		state.Billing.Users["test@mail.com"].Permissions = []string{text}
		if text != "" {
			state.Profile.Users[text] = &mockserver.ProfileUser{PaymentMethod: "card"}
		}
		if text != "" && text == strings.TrimSpace(text) {
			state.Tokens[text] = mockserver.Token{Profile: text}
		}
		assert.Equal(t, state, reread(t, state), "%q", text)
	}
}

// In the open members a number keeps its digits and a text stays a text.
func TestWrittenNumbersReadBack(t *testing.T) {
	t.Parallel()
	state := mockserver.DefaultState()
	user := state.Billing.Users["test@mail.com"]
	user.BillingExtra = nil
	for _, number := range []string{
		"0", "-0", "1.10", "4900.00", "9007199254740993", "-9223372036854775808", "18446744073709551615", "18446744073709551616", "123456789012345678901234567890",
		"0.1000000000000000055511151231257827", "1e5", "1E5", "1e+05", "1e-7", "1e400", "-1.5e999", "1e-400", "0e0", strings.Repeat("9", 2000),
	} {
		user.BillingExtra = append(user.BillingExtra, json.Number(number), number)
	}
	assert.Equal(t, user.BillingExtra, reread(t, state).Billing.Users["test@mail.com"].BillingExtra)

	user.BillingExtra = []any{1, int64(math.MaxInt64), 0.1, 1e6, 1e21, -1e-9, 5.0, math.MaxFloat64, math.SmallestNonzeroFloat64, time.Date(2026, 1, 1, 3, 0, 0, 5, time.FixedZone("", 3*3600)), []any(nil), map[string]any(nil)}
	again := reread(t, state).Billing.Users["test@mail.com"].BillingExtra
	before, err := json.Marshal(user.BillingExtra)
	require.NoError(t, err)
	after, err := json.Marshal(again)
	require.NoError(t, err)
	assert.Equal(t, string(before), string(after), "an answer shows the same")
	assert.Equal(t, json.Number("9223372036854775807"), again[1])
	assert.Nil(t, again[10])
}

func TestWrittenTimesReadBackInUTC(t *testing.T) {
	t.Parallel()
	state := mockserver.DefaultState()
	user := state.Billing.Users["test@mail.com"]
	for _, when := range []time.Time{
		{}, time.Unix(0, 1), time.Date(2026, 1, 1, 3, 0, 0, 120, time.FixedZone("", 3*3600)), time.Now(),
		time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC), time.Date(10000, 1, 1, 0, 0, 0, 0, time.FixedZone("", 3600)),
	} {
		user.CreatedAt, user.DeletedAt = when, &when
		again := reread(t, state).Billing.Users["test@mail.com"]
		assert.Equal(t, when.Round(0).UTC(), again.CreatedAt)
		assert.Equal(t, when.Round(0).UTC(), *again.DeletedAt)
	}
}

func TestWrittenNilIsNotEmpty(t *testing.T) {
	t.Parallel()
	state := mockserver.DefaultState()
	state.Subscription.Users, state.Vendor.AccessCodes = nil, []mockserver.AccessCode{}
	state.Billing.Users["test@mail.com"].BillingExtra, state.Billing.Users["test@mail.com"].Permissions = nil, nil
	state.Profile.Users["usr_anna"].PaymentDetails, state.Profile.Users["usr_boris"].Subscriptions = nil, nil
	assert.Equal(t, state, reread(t, state))

	sub := &state.Profile.Users["usr_anna"].Subscriptions[0]
	sub.Members = map[string]any{}
	again := reread(t, state)
	assert.Empty(t, again.Profile.Users["usr_anna"].Subscriptions[0].Members)
}

// Each error names the member; none shows hunter2, the value, and nothing is written.
func TestStateThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	const noUTF8 = ": this is no UTF-8, and a seed file holds no other text"
	const noTime = ": a time must have a year from 0 to 9999 and a zone within a day of UTC"
	for want, spoil := range map[string]func(state *mockserver.State, anna *mockserver.ProfileUser){
		"profile.users.usr_anna.password" + noUTF8: func(_ *mockserver.State, anna *mockserver.ProfileUser) { anna.Password = "hunter2\xff" },
		"profile.users.usr_anna.payments.1.a.0" + noUTF8: func(_ *mockserver.State, anna *mockserver.ProfileUser) {
			anna.Payments[1]["a"] = []any{"hunter2\xff"}
		},
		"tokens.[redacted]" + noUTF8: func(state *mockserver.State, _ *mockserver.ProfileUser) {
			state.Tokens["hunter2\xff"] = mockserver.Token{Billing: true}
		},
		"profile.users.usr_anna.subscriptions.0.course_id: a further member has the name of a fixed one; rename or remove it": func(_ *mockserver.State, anna *mockserver.ProfileUser) {
			anna.Subscriptions[0].Members["course_id"] = "hunter2"
		},
		"subscription.users.1.subscription.traffic_used_gb: a number must be finite": func(state *mockserver.State, _ *mockserver.ProfileUser) {
			state.Subscription.Users[1].Subscription.TrafficUsedGB = math.Inf(-1)
		},
		"subscription.users.1.last_activity" + noTime: func(state *mockserver.State, _ *mockserver.ProfileUser) {
			*state.Subscription.Users[1].LastActivity = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
		},
		"profile.users.usr_anna.payment_details.a" + noTime: func(_ *mockserver.State, anna *mockserver.ProfileUser) {
			anna.PaymentDetails["a"] = time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC)
		},
		"profile.users.usr_anna.payment_details.0: the file is nested or repeated by anchors without end": func(_ *mockserver.State, anna *mockserver.ProfileUser) {
			for range 100 {
				anna.PaymentDetails = map[string]any{"0": anna.PaymentDetails}
			}
		},
		`profile.default_user: there is no user "nobody"`: func(state *mockserver.State, _ *mockserver.ProfileUser) { state.Profile.DefaultUser = "nobody" },
		"profile.users.usr_anna.first_name" + noUTF8 + "\nvendor.phone" + noUTF8: func(state *mockserver.State, anna *mockserver.ProfileUser) {
			*anna.FirstName, state.Vendor.Phone = "hunter2\xff", "hunter2\xff"
		},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			state := mockserver.DefaultState()
			spoil(&state, state.Profile.Users["usr_anna"])
			var file bytes.Buffer
			require.EqualError(t, state.Write(&file), want)
			assert.Zero(t, file.Len())
		})
	}
}

// What is as deep as can be read can be written.
func TestWrittenDepthReadsBack(t *testing.T) {
	t.Parallel()
	state := mockserver.DefaultState()
	anna := state.Profile.Users["usr_anna"]
	for range 96 { // below profile.users.usr_anna.payment_details
		anna.PaymentDetails = map[string]any{"a": anna.PaymentDetails}
	}
	assert.Error(t, state.Write(io.Discard))
	anna.PaymentDetails = anna.PaymentDetails["a"].(map[string]any)
	assert.Equal(t, state, reread(t, state))
}

// closed takes nothing.
type closed struct{}

func (closed) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestWriterThatFails(t *testing.T) {
	t.Parallel()
	assert.ErrorIs(t, mockserver.DefaultState().Write(closed{}), os.ErrClosed)
}

// inUTC sets the times of a state to UTC, in which they are written.
func inUTC(v reflect.Value) {
	switch when, isTime := reflect.TypeAssert[time.Time](v); {
	case isTime:
		v.Set(reflect.ValueOf(when.UTC()))
	case v.Kind() == reflect.Pointer && !v.IsNil():
		inUTC(v.Elem())
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			inUTC(v.Field(i))
		}
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			inUTC(v.Index(i))
		}
	case v.Kind() == reflect.Map:
		for entry := v.MapRange(); entry.Next(); {
			inUTC(entry.Value()) // pointers, or structs without a time
		}
	}
}

func FuzzStateRoundTrip(f *testing.F) {
	f.Add(seedFile(f))
	f.Add([]byte(written(f, mockserver.DefaultState())))
	const user = "profile: {default_user: a, payment_methods: [x], users: {a: {payment_method: x, "
	for _, members := range []string{
		`first_name: "a\tb\0", payment_details: {"<<": "~", 1e400: 1e400, "": [-0, 1.10, null, ~, yes, true, 2026-01-01, [], {}]}`,
		`subscriptions: [{course_id: b, "": {a: b}, status: "yes"}], payments: [null, {a: !!int 5, b: !!float "1", c: !!str 7}]`,
		`codes: [{code: 007, expires_at: 2026-01-01T00:00:00.000000001+03:00}], ? "a: b" : c`,
		`codes: [{code: "\x85\L\uFEFF", expires_at: 0000-01-01T00:00:00+01:00}], payment_details: {a: "\n  x\n\n"}`,
		"payment_details: {? |\n  a\n  b\n : >-\n  c\n  d\n}",
	} {
		f.Add([]byte(user + members + "}}}\n"))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		state, err := mockserver.ReadState("fuzz", bytes.NewReader(data))
		if err != nil || bytes.ContainsRune(data, '*') { // by anchors a file is shorter than what it says, and Write has none
			return
		}
		again := reread(t, state)
		inUTC(reflect.ValueOf(&state))
		require.Equal(t, state, again)
	})
}
