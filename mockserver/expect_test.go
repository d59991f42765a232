package mockserver_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/quartet-go/quartet/mockserver"
)

// met reports whether the calls so far are as expected, by what Verify says.
func (m mock) met(e mockserver.Expectation) bool {
	m.t.Helper()
	tb := &fakeTB{}
	m.Verify(tb, e)
	assert.Empty(m.t, tb.fatals)
	return len(tb.errors) == 0
}

func TestExpectedNumberOfCalls(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	me := mockserver.Expect("getMyProfile")
	for calls := range 4 {
		for n := range 4 {
			assert.Equal(t, calls == n, m.met(me.Times(n)), "%d calls, exactly %d", calls, n)
			assert.Equal(t, calls >= n, m.met(me.AtLeast(n)), "%d calls, at least %d", calls, n)
			assert.Equal(t, calls <= n, m.met(me.AtMost(n)), "%d calls, at most %d", calls, n)
		}
		assert.Equal(t, calls == 0, m.met(me.Never()), "%d calls, never", calls)
		assert.Equal(t, calls >= 1, m.met(me), "%d calls, and nothing said", calls)
		assert.Equal(t, calls >= 1, m.met(mockserver.Expect("")), "%d calls of any operation", calls)
		m.call("GET", "/profile/me", "").ok()
	}
	assert.True(t, m.met(mockserver.Expect("updateUser").Never()), "another operation")
	for _, between := range []mockserver.Expectation{me.AtLeast(2).AtMost(5), me.AtMost(5).AtLeast(2), me.AtLeast(4).AtMost(4)} {
		assert.True(t, m.met(between), "4 calls")
		assert.False(t, inProcess(t).met(between), "no calls")
	}
	assert.False(t, m.met(me.AtLeast(1).AtMost(3)), "4 calls")
	assert.True(t, m.met(me.AtMost(5)), "AtMost alone")
}

func TestExpectationOfAnImpossibleNumber(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	me := mockserver.Expect("getMyProfile")
	for want, impossible := range map[string]mockserver.Expectation{
		"at least -1 and at most -1": me.Times(-1),
		"at least 0 and at most -1":  me.AtMost(-1),
		"at least 3 and at most 2":   me.AtLeast(3).AtMost(2),
	} {
		tb := &fakeTB{}
		m.Verify(tb, impossible)
		assert.Equal(t, []string{"mockserver: no number of calls is " + want}, tb.fatals)
	}
}

func TestExpectationIsAValue(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	m.call("PATCH", manage, `{"login":"test@mail.com","status":"active"}`).ok()
	base := mockserver.Expect("updateUser").JSON("login", "test@mail.com")
	right, wrong := base.JSON("status", "active"), base.JSON("status", "blocked")
	assert.True(t, m.met(right), "the wrong one was made from the same base behind it")
	assert.False(t, m.met(wrong))
	assert.True(t, m.met(base))
}

func TestExpectedParameters(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	m.call("POST", "/users/3/subscription", `{"is_trial":true}`, "X-Tag: a, b").ok()
	m.call("DELETE", "/profile/subscription?course_id=x&empty=&odd=x%20%26;y&course_id=go-basics", "", "X-Tag: c").ok()
	post, del := mockserver.Expect("createUserSubscription"), mockserver.Expect("cancelSubscription")
	for _, tc := range []struct {
		e    mockserver.Expectation
		want bool
	}{
		{post.Path("user_id", "3"), true},
		{post.Path("user_id", "03"), false},
		{post.Path("id", "3"), false},
		{del.Path("user_id", "3"), false},
		{del.Query("course_id", "go-basics"), true},
		{del.Query("odd", "x &;y"), true},
		{del.Query("course_id", "x"), false},
		{del.Query("empty", ""), true},
		{del.Query("absent", ""), false},
		{post.Header("x-tag", "a, b"), true},
		{post.Header("X-Tag", "a"), false},
		{post.Header("X-Other", ""), false},
		{del.Header("X-TAG", "c").Query("empty", ""), true},
		{del.Header("X-TAG", "d").Query("empty", ""), false},
		{mockserver.Expect("").Header("X-Tag", "c"), true},
	} {
		assert.Equal(t, tc.want, m.met(tc.e), "%s", tc.e)
	}
}

func TestExpectedMembers(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	m.call("PUT", "/profile/payment-method-change", `{"method":"card","details":{
		"whole":1.0, "big":9007199254740993, "large":1e2, "zero":-0, "huge":1e400000000000, "text":"caf\u00e9 <&>",
		"no":null, "yes":true, "list":[{"a":1},[2]], "0":"digit", "empty":{}, "nested":{"n":{"m":[1.50,null]}}}}`).ok()
	body := mockserver.Expect("changePaymentMethod")
	for _, tc := range []struct {
		path  string
		value any
		want  bool
	}{
		{"method", "card", true},
		{"method", "cards", false},
		{"details.whole", 1, true},
		{"details.whole", 1.0, true},
		{"details.whole", "1", false},
		{"details.whole", true, false},
		{"details.big", 9007199254740993, true},
		{"details.big", 9007199254740992, false},
		{"details.big", json.Number("9007199254740993.0"), true},
		{"details.large", 100, true},
		{"details.large", json.Number("0.1E+3"), true},
		{"details.zero", 0, true},
		{"details.huge", json.Number("1e400000000000"), true},
		{"details.huge", math.MaxFloat64, false},
		{"details.text", "café <&>", true},
		{"details.no", nil, true},
		{"details.absent", nil, false},
		{"details.yes", true, true},
		{"details.list.0.a", 1, true},
		{"details.list.1.0", 2, true},
		{"details.list.2", nil, false},
		{"details.list.-1", nil, false},
		{"details.list.a", nil, false},
		{"details.0", "digit", true},
		{"details.empty", map[string]any{}, true},
		{"details.empty", nil, false},
		{"details.empty", []any{}, false},
		{"details.nested", map[string]any{"n": map[string]any{"m": []any{1.5, nil}}}, true},
		{"details.nested", map[string]any{"n": map[string]any{"m": []any{1.5}}}, false},
		{"details.nested", map[string]any{"n": map[string]any{"m": []any{1.5, nil}}, "k": nil}, false},
		{"details.nested.n.m.0", json.RawMessage("1.5000"), true},
		{"Method", "card", false},
		{"", "card", false},
		{"method.card", nil, false},
	} {
		assert.Equal(t, tc.want, m.met(body.JSON(tc.path, tc.value)), "%s = %v", tc.path, tc.value)
	}
}

// A body that is no JSON has no members, and is no mistake of the expectation.
func TestExpectedMemberOfABrokenBody(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	m.call("PUT", "/profile/payment-method-change", `{"method":"card",`)
	assert.False(t, m.met(mockserver.Expect("changePaymentMethod").JSON("method", "card")))
}

// What the journal does not keep cannot be expected: it would never be found.
func TestSecretsCannotBeExpected(t *testing.T) {
	t.Parallel()
	const planted = "planted-secret"
	m := inProcess(t)
	e := mockserver.Expect("")
	for what, secret := range map[string]mockserver.Expectation{
		"body new_password":              e.JSON("new_password", planted),
		"body NEW_PASSWORD":              e.JSON("NEW_PASSWORD", planted),
		"body x.0.password.y":            e.JSON("x.0.password.y", planted),
		"body x":                         e.JSON("x", []any{map[string]any{"readvalue": planted}}),
		"query access_token":             e.Query("access_token", planted),
		"query Verification_Code":        e.Query("Verification_Code", planted),
		"query back":                     e.Query("back", "https://example.com/?token="+planted),
		"path user_id":                   e.Path("user_id", "3;password="+planted),
		"header Authorization":           e.Header("authorization", "Bearer "+planted),
		"header " + "X-Api-Key":          e.Header("X-API-Key", planted),
		"header Cookie":                  e.Header("Cookie", planted),
		"body verification_code.deep.er": e.JSON("verification_code.deep.er", planted),
	} {
		for name, verify := range map[string]func(mockserver.TB, ...mockserver.Expectation){"Verify": m.Verify, "VerifyOrder": m.VerifyOrder} {
			tb := &fakeTB{}
			verify(tb, secret)
			assert.Equal(t, []string{"mockserver: " + what + " holds a secret, which the journal does not keep, so it cannot be expected;" +
				" look in State() for what has become of it"}, tb.fatals, name)
			assert.Empty(t, tb.errors)
		}
	}
	m.call("PUT", "/profile/name-change", `{"first_name":"A","last_name":null,"password":null}`).ok()
	assert.True(t, m.met(e.JSON("password", nil)), "null is kept, since it holds nothing")
	assert.False(t, m.met(e.Query("q", "a=b&c d").Header("X-Empty", "")), "none of these is a secret")
}

func TestExpectationsThatCannotHold(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	tb := &fakeTB{}
	m.Verify(tb, mockserver.Expect("getProfil"), mockserver.Expect("updateUser").JSON("login", func() {}), mockserver.Expect("updateUser").Never())
	if assert.Len(t, tb.fatals, 2) {
		assert.True(t, strings.HasPrefix(tb.fatals[0], `mockserver: there is no operation "getProfil"; there are `), tb.fatals[0])
		assert.Contains(t, tb.fatals[0], "getProfile")
		assert.Equal(t, "mockserver: the value for body login is no JSON: json: unsupported type: func()", tb.fatals[1])
	}
	assert.Empty(t, tb.errors)

	for want, e := range map[string]mockserver.Expectation{
		"no call of getMyProfile":                                   mockserver.Expect("getMyProfile").Never(),
		"at most 2 calls of getMyProfile with header X-Tag = a":     mockserver.Expect("getMyProfile").Header("X-Tag", "a").AtMost(2),
		"at least 0 calls of any operation with body login = \"a\"": mockserver.Expect("").JSON("login", "a").AtLeast(0),
	} {
		tb := &fakeTB{}
		m.VerifyOrder(tb, e)
		assert.Equal(t, []string{"mockserver: VerifyOrder: " + want + " has no place in an order; ask Verify for it"}, tb.fatals)
	}
}
