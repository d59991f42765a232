package mockserver_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

// Each message names file, line and member, and none repeats hunter2, the password.
func TestSeedThatIsWrong(t *testing.T) {
	t.Parallel()
	const user = "profile:\n  users:\n    anna:\n"
	for name, tc := range map[string]struct{ file, want string }{
		"empty":             {"", "s.yaml:1: the file is empty"},
		"comments only":     {"# nothing\n", "s.yaml:1: the file is empty"},
		"null":              {"~\n", `s.yaml:1: profile.default_user: there is no user ""`},
		"a list":            {"- hunter2\n", "s.yaml:1: there is a list where a mapping is expected"},
		"two documents":     {"tokens: {}\n---\ntokens: {}\n", "s.yaml:2: there is a second document; keep the first only"},
		"broken 2nd":        {"tokens: {}\n---\n{hunter2", "s.yaml:1: there is a second document; keep the first only"},
		"broken YAML":       {"profile:\n  default_user: [hunter2\ntokens: {}\n", "s.yaml:2: did not find expected ',' or ']'"},
		"YAML with tabs":    {"profile:\n\tdefault_user: hunter2\n", "s.yaml:2: found character that cannot start any token"},
		"broken JSON":       {"{\n\t\"tokens\": {\n\t\t\"a\": 3,\n\t\t]\n}", "s.yaml:4: did not find expected node content"},
		"control character": {"tokens: {}\nprofile: {default_user: \x01hunter2}\n", "s.yaml:2: control characters are not allowed"},
		"no UTF-8":          {"\n\nprofile: {default_user: \"hunter2\xff\"}\n", "s.yaml:3: invalid leading UTF-8 octet"},
		"bad escape":        {`profile: {default_user: "hunter2\q"}`, "s.yaml:1: found unknown escape character"},
		"unknown anchor": {user + "      password: *hunter2\n",
			"s.yaml:4: there is no such anchor; a text that begins with * needs quotes"},

		"unknown member": {"tokens: {}\nprofiles: {}\n", "s.yaml:2: profiles: there is no such member here; there are random, clock, faults, limits, variation, tokens, profile, billing, subscription, vendor"},
		"unknown nested member": {user + "      passwort: hunter2\n",
			"s.yaml:4: profile.users.anna.passwort: there is no such member here; there are first_name, last_name, email, phone, avatar_url, " +
				"password, codes, payment_method, payment_details, subscriptions, payments"},
		"unknown member before others": {"tokens:\n  a: {vender: 3, billing: true}\n",
			"s.yaml:2: tokens.[redacted].vender: there is no such member here; there are profile, billing, subscription, vendor"},
		"wrong type": {user + "      password: hunter2\n      codes: hunter2\n",
			"s.yaml:5: profile.users.anna.codes: there is a text where a list is expected"},
		"list for a text":   {user + "      password: [hunter2]\n", "s.yaml:4: profile.users.anna.password: there is a list where a text is expected"},
		"text of two lines": {"billing:\n  users:\n    a: {id: \"hunter2\\nhunter2\"}\n", "s.yaml:3: billing.users.a.id: there is a text where an integer is expected"},
		"number too large":  {"billing: {users: {a: {id: 99999999999999999999}}}\n", "s.yaml:1: billing.users.a.id: there is a number where an integer is expected"},
		"no JSON in free data": {user + "      payment_details: {a: .nan, b: !!binary aHVudGVyMg==}\n",
			"s.yaml:4: profile.users.anna.payment_details.a: this is nothing that JSON has; a text like it needs quotes\n" +
				"s.yaml:4: profile.users.anna.payment_details.b: this is nothing that JSON has; a text like it needs quotes"},
		"one line of JSON": {`{"subscription":{"users":{"\u0031":{"id":1}}},"billing":{"users":{"a":{"id":"hunter2"}}}}`,
			"s.yaml:1: subscription.users.1.id: there is no such member here; there are status, language, balance_kopeks, has_had_paid_subscription, " +
				"has_made_first_topup, created_at, updated_at, telegram_id, username, first_name, last_name, referral_code, referred_by_id, " +
				"last_activity, promo_group, subscription\n" +
				"s.yaml:1: billing.users.a.id: there is a text where an integer is expected"},
		"name that is no id": {"vendor: {users: {hunter: {}}}\n", "s.yaml:1: vendor.users.hunter: the name is not an integer"},
		"merge of a text":    {user + "      <<: hunter2\n", "s.yaml:4: profile.users.anna.<<: only a mapping can be merged"},
		"no time": {user + "      codes:\n        - code: hunter2\n          expires_at: hunter2 at noon\n",
			"s.yaml:6: profile.users.anna.codes.0.expires_at: this is no time; one is written as 2026-01-05T12:34:56Z"},
		"no such time": {"billing:\n  users:\n    a@b.c: {created_at: 2026-13-45}\n",
			"s.yaml:3: billing.users.a@b.c.created_at: this is no time; one is written as 2026-01-05T12:34:56Z"},
		"no year in UTC": {"billing:\n  users:\n    a@b.c: {created_at: 0000-01-01T00:00:00+01:00}\n",
			"s.yaml:3: billing.users.a@b.c.created_at: this is no time; one is written as 2026-01-05T12:34:56Z"},
		"no decimal number": {"subscription: {users: {1: {subscription: {traffic_used_gb: .inf}}}}\n",
			"s.yaml:1: subscription.users.1.subscription.traffic_used_gb: there is a number where a decimal number in the range of a float is expected"},
		"no numbers in free data": {user + "      payment_details: {a: !!int true, b: !!float \" 5\"}\n",
			"s.yaml:4: profile.users.anna.payment_details.a: this is nothing that JSON has; a text like it needs quotes\n" +
				"s.yaml:4: profile.users.anna.payment_details.b: this is nothing that JSON has; a text like it needs quotes"},
		"anchor in itself": {"profile: {users: {a: {payment_details: &a {x: *a}}}}\n", "s.yaml:1: profile.users.a.payment_details.x: the file is nested or repeated by anchors without end"},
		"duplicate member": {user + "      password: hunter2\n      password: hunter2\n", "s.yaml:5: profile.users.anna.password: the member stands twice, first in line 4"},
		"duplicate user":   {user + "      {}\n    anna: {}\n", "s.yaml:5: profile.users.anna: the member stands twice, first in line 3"},
		"what cannot be read beside what cannot hold": {
			"clock: {at: noon}\nfaults:\n- {nth: x}\n- {nth: 1}\nlimits: [{operation: getBalance, requests: 0, per: 1m}]\nprofile: {default_user: anna}\ntokens: {hunter2: {vendor: 3}}\nvendor: 1\n",
			"s.yaml:1: clock.at: this is no time; one is written as 2026-01-05T12:34:56Z\n" +
				"s.yaml:3: faults.0.nth: there is a text where an integer that is not negative is expected\n" +
				"s.yaml:3: faults.0.kind: it does nothing: it needs a kind, a status or a delay\n" +
				"s.yaml:4: faults.1.kind: it does nothing: it needs a kind, a status or a delay\n" +
				"s.yaml:5: limits.0.requests: it must be at least 1\n" +
				"s.yaml:6: profile.default_user: there is no user \"anna\"\n" +
				"s.yaml:8: vendor: there is a number where a mapping is expected"},
		"two mistakes": {"tokens: 1\nvendor: 2\n", "s.yaml:1: tokens: there is a number where a mapping is expected\n" +
			"s.yaml:2: vendor: there is a number where a mapping is expected"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := mockserver.ReadState("s.yaml", strings.NewReader(tc.file))
			require.Error(t, err)
			told := slices.DeleteFunc(strings.Split(err.Error(), "\n"), func(line string) bool {
				return line != tc.want && slices.ContainsFunc([]string{ // what these short files lack, too
					`: profile.default_user: there is no user ""`, `.payment_method: "" is none of payment_methods`, `.status: "" is none of statuses`,
				}, func(lack string) bool { return strings.HasSuffix(line, lack) })
			})
			assert.Equal(t, tc.want, strings.Join(told, "\n"))
			assert.NotContains(t, err.Error(), "hunter2")
		})
	}
}

func TestSeedThatIsNotSound(t *testing.T) {
	t.Parallel()
	for old, tc := range map[string]struct{ with, want string }{
		"default_user: usr_anna": {"default_user: nobody", `s.yaml:20: profile.default_user: there is no user "nobody"`},
		"    vendor: 10020":      {"    vendor: 1", "s.yaml:15: tokens.[redacted].vendor: there is no vendor user 1"},
		`code: "222222"`:         {`code: "111111"`, "s.yaml:32: profile.users.usr_anna.codes.1.code: the code stands twice"},
		"      role: 3\n":        {"      role: 4\n", "s.yaml:226: vendor.users.10021.role: there is no role 4"},
		"      role: 2\n":        {"", "s.yaml:209: vendor.users.10020.role: there is no role 0"}, // the line of the user
	} {
		file := strings.Replace(string(seedFile(t)), old, tc.with, 1)
		_, err := mockserver.ReadState("s.yaml", strings.NewReader(file))
		assert.EqualError(t, err, tc.want)
	}
}

// What no document fixes keeps its digits on the way from the file to an answer.
func TestSeedNumbersKeepTheirDigits(t *testing.T) {
	t.Parallel()
	file := strings.Replace(string(seedFile(t)), "exp_year: 2031", "exp_year: 2031, a: 1.10, b: 123456789012345678901234567890, c: 1e400, d: !!str 1", 1)
	state, err := mockserver.ReadState("s.yaml", strings.NewReader(file))
	require.NoError(t, err)
	answer := inProcess(t, mockserver.WithState(state)).call("GET", "/profile/payment-method", "").ok()
	assert.Contains(t, answer.body, `{"a":1.10,"b":123456789012345678901234567890,"brand":"visa","c":1e400,"d":"1",`)
}

// An open object may have a member without a name, as in JSON.
func TestSeedMemberWithoutAName(t *testing.T) {
	t.Parallel()
	file := strings.Replace(string(seedFile(t)), "title: Go from the ground up", `"": {a: b}`, 1)
	state, err := mockserver.ReadState("s.yaml", strings.NewReader(file))
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"": map[string]any{"a": "b"}, "started_at": "2025-09-01T09:00:00Z"}, state.Profile.Users["usr_anna"].Subscriptions[0].Members)
}
