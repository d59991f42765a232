package mockserver_test

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/quartet-go/quartet/mockserver"
)

func seedFile(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("seed.yaml")
	require.NoError(t, err)
	return data
}

func TestSeedFileIsTheDefaultState(t *testing.T) {
	t.Parallel()
	state, err := mockserver.ReadState("seed.yaml", bytes.NewReader(seedFile(t)))
	require.NoError(t, err)
	assert.Equal(t, mockserver.DefaultState(), state)
	assert.Equal(t, mockserver.DefaultState(), inProcess(t).State())
	assert.Contains(t, state.Tokens, mockserver.DefaultToken)
}

func TestStateSurvivesTheFileFormat(t *testing.T) {
	t.Parallel()
	data, err := yaml.Marshal(mockserver.DefaultState())
	require.NoError(t, err)
	state, err := mockserver.ReadState("again.yaml", bytes.NewReader(data))
	require.NoError(t, err)
	again, err := yaml.Marshal(state)
	require.NoError(t, err)
	assert.Equal(t, string(data), string(again))
}

func TestSeedMayBeJSON(t *testing.T) {
	t.Parallel()
	var tree any
	require.NoError(t, yaml.Unmarshal(seedFile(t), &tree))
	for _, indent := range []string{"", "  ", "\t"} {
		data, err := json.MarshalIndent(stringKeys(tree), "", indent)
		require.NoError(t, err)
		state, err := mockserver.ReadState("seed.json", bytes.NewReader(data))
		require.NoError(t, err)
		want := mockserver.DefaultState()
		for _, s := range []*mockserver.State{&state, &want} { // open members: JSON has no times and one kind of number
			s.Profile.Users["usr_anna"].Subscriptions, s.Profile.Users["usr_anna"].Payments = nil, nil
		}
		assert.Equal(t, want, state)
	}
}

// stringKeys makes what YAML yields fit for JSON.
func stringKeys(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for name, member := range v {
			v[name] = stringKeys(member)
		}
	case map[any]any:
		named := map[string]any{}
		for key, member := range v {
			name, _ := json.Marshal(key)
			named[strings.Trim(string(name), `"`)] = stringKeys(member)
		}
		return named
	}
	return value
}

// A value that is written once and used twice is blamed where it is written.
func TestSeedMayHaveAnchors(t *testing.T) {
	t.Parallel()
	const file = "profile:\n  default_user: a\n  payment_methods: [card]\n  users:\n" +
		"    a: &a {password: x, payment_method: card}\n    b: *a\n    c:\n      <<: *a\n      password: y\n"
	state, err := mockserver.ReadState("s.yaml", strings.NewReader(file))
	require.NoError(t, err)
	assert.Equal(t, "card", state.Profile.Users["c"].PaymentMethod)
	_, err = mockserver.ReadState("s.yaml", strings.NewReader(strings.Replace(file, "method: card", "method: gold", 1)))
	assert.EqualError(t, err, `s.yaml:5: profile.users.a.payment_method: "gold" is none of payment_methods
s.yaml:5: profile.users.b.payment_method: "gold" is none of payment_methods
s.yaml:8: profile.users.c.payment_method: "gold" is none of payment_methods`)
}

func TestSeedThatCannotBeRead(t *testing.T) {
	t.Parallel()
	_, err := mockserver.ReadState("s.yaml", iotest.ErrReader(os.ErrPermission))
	require.ErrorIs(t, err, os.ErrPermission)
	assert.ErrorContains(t, err, "s.yaml: ")
}

func FuzzReadState(f *testing.F) {
	f.Add(seedFile(f))
	for _, text := range []string{
		"", "~", "{}", "- 1", "tokens: {a: {profile: x}}", "a: &a [*a]", "a: !!int x", "x: {<<: 1}", "? [a]\n: b",
		"{\"subscription\":{\"users\":{\"1\":{}}}}", "subscription:\r  users:\u2028    \"1\": {}", "vendor: {users: {\"\\x31\": {}, '2': {}}}",
		"profile: {users: {a: {codes: [{expires_at: x}]}}}",
		"profile: {default_user: a, payment_methods: [x], users: {a: &u {payment_method: x, payment_details: {1: .nan}}, b: *u}}",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		state, err := mockserver.ReadState("fuzz", bytes.NewReader(data))
		if err == nil && state.Check() != nil {
			t.Errorf("a state that is not sound was read: %v", state.Check())
		}
		if err != nil && !strings.HasPrefix(err.Error(), "fuzz:") {
			t.Errorf("the error names no place: %v", err)
		}
	})
}

// A file of faults alone is about the default world; one with any data is a world of its own.
func TestSeedOfFaultsAlone(t *testing.T) {
	t.Parallel()
	state, err := mockserver.ReadState("faults.yaml", strings.NewReader("random: 7\nfaults:\n  - {operation: getMyProfile, status: 503}\n"))
	require.NoError(t, err)
	want := mockserver.DefaultState()
	want.Random, want.Faults = 7, []mockserver.Fault{{Operation: "getMyProfile", Status: 503}}
	assert.Equal(t, want, state)
	_, err = mockserver.ReadState("own.yaml", strings.NewReader("tokens: {t: {billing: true}}\nrandom: 7\n"))
	assert.EqualError(t, err, `own.yaml:1: profile.default_user: there is no user ""`)
	_, err = mockserver.ReadState("faults.yaml", strings.NewReader("faults:\n  - {operation: getMyProfle, status: 503}\n"))
	assert.ErrorContains(t, err, `faults.yaml:2: faults.0.operation: there is no operation "getMyProfle"`)
	_, err = mockserver.ReadState("faults.yaml", strings.NewReader("faults:\n  - status: 503\n    delay:\n      time: 1s\n      max: 1ms\n"))
	assert.ErrorContains(t, err, "faults.yaml:5: faults.0.delay.max: it must be more than the time")
}

// Go code removes a fault that refuses every connection; callers of the admin API cannot.
func TestRemoteStateLetsItsCallersIn(t *testing.T) {
	t.Parallel()
	const endless = "faults:\n- {kind: connection-refused}\n- {nth: 1}\n"
	_, err := mockserver.ReadState("a.yaml", strings.NewReader(strings.TrimSuffix(endless, "- {nth: 1}\n")))
	require.NoError(t, err)
	_, err = mockserver.ReadRemoteState("a.yaml", strings.NewReader(endless))
	assert.EqualError(t, err, "a.yaml:2: faults.0.at_most: connection-refused refuses calls of the admin API, too; say how many connections: at_most, to or nth\n"+
		"a.yaml:3: faults.1.kind: it does nothing: it needs a kind, a status or a delay")
	for _, end := range []string{"nth: 2", "to: 2", "at_most: 2"} {
		_, err = mockserver.ReadRemoteState("a.yaml", strings.NewReader("faults: [{kind: connection-refused, "+end+"}]"))
		assert.NoError(t, err)
	}
}

// What stands in comments is sound, and has every member of its types at least once.
func TestSeedFileShowsEveryMemberThatIsNotInForce(t *testing.T) {
	t.Parallel()
	file := strings.ReplaceAll(string(seedFile(t)), "\n#: ", "\n")
	state, err := mockserver.ReadState("seed.yaml", strings.NewReader(file))
	require.NoError(t, err)
	require.NotEqual(t, mockserver.DefaultState(), state)
	shown := map[string]bool{}
	show(shown, reflect.ValueOf(state.Faults))
	show(shown, reflect.ValueOf(state.Limits))
	show(shown, reflect.ValueOf(state.Clock))
	show(shown, reflect.ValueOf(state.Variation))
	for name, is := range shown {
		assert.True(t, is, name)
	}
	assert.Len(t, shown, reflect.TypeFor[mockserver.Fault]().NumField()+reflect.TypeFor[mockserver.Delay]().NumField()+
		reflect.TypeFor[mockserver.Limit]().NumField()+reflect.TypeFor[mockserver.Clock]().NumField()+
		reflect.TypeFor[mockserver.Variation]().NumField())
}

// show notes the members of structs that have a value.
func show(shown map[string]bool, v reflect.Value) {
	switch {
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			show(shown, v.Index(i))
		}
	case v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[time.Time]():
		for i := range v.NumField() {
			name := v.Type().Name() + "." + v.Type().Field(i).Name
			shown[name] = shown[name] || !v.Field(i).IsZero()
			show(shown, v.Field(i))
		}
	}
}
