package contract_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver/internal/compile"
	"github.com/quartet-go/quartet/mockserver/internal/compile/compiletest"
	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

func TestMatch(t *testing.T) {
	t.Parallel()
	c := compiletest.Published(t)
	for name, tc := range map[string]struct {
		method, path string
		want         string // operationId
		values       contract.Values
		allow        []string
		nearest      string
	}{
		"a literal path":                         {method: "GET", path: "/profile/me", want: "getMyProfile"},
		"an escaped letter is the letter":        {method: "GET", path: "/profile/m%65", want: "getMyProfile"},
		"one path, two methods":                  {method: "PUT", path: "/v1.0/profile", want: "updateProfile"},
		"a template":                             {method: "POST", path: "/users/7/subscription", want: "createUserSubscription", values: contract.Values{{Name: "user_id", Text: "7"}}},
		"an escaped slash stays in its segment":  {method: "POST", path: "/users/a%2Fb/subscription", want: "createUserSubscription", values: contract.Values{{Name: "user_id", Text: "a/b"}}},
		"an escaped slash joins nothing":         {method: "GET", path: "/profile%2Fme", nearest: "getMyProfile"},
		"a trailing slash is another path":       {method: "GET", path: "/profile/me/", nearest: "getMyProfile"},
		"a parameter takes no empty segment":     {method: "POST", path: "/users//subscription", nearest: "createUserSubscription"},
		"another method":                         {method: "POST", path: "/profile/me", allow: []string{"GET"}},
		"another method on two":                  {method: "DELETE", path: "/v1.0/profile", allow: []string{"GET", "PUT"}},
		"another method on a template":           {method: "GET", path: "/users/7/subscription", allow: []string{"POST"}},
		"HEAD is a method like any other":        {method: "HEAD", path: "/profile/me", allow: []string{"GET"}},
		"OPTIONS is a method like any other":     {method: "OPTIONS", path: "/profile/me", allow: []string{"GET"}},
		"a method is upper case":                 {method: "get", path: "/profile/me", allow: []string{"GET"}},
		"nearest: a slip of the pen":             {method: "GET", path: "/profile/mee", nearest: "getMyProfile"},
		"nearest: singular for plural":           {method: "GET", path: "/profile/payment", nearest: "listPayments"},
		"nearest: a missing prefix":              {method: "PATCH", path: "/v1/billing/user/manage", nearest: "updateUser"},
		"nearest: a missing segment":             {method: "POST", path: "/users/subscription", nearest: "createUserSubscription"},
		"nearest: the same method wins":          {method: "PUT", path: "/v1.0/profil", nearest: "updateProfile"},
		"nearest: a bad escape":                  {method: "GET", path: "/profile/me%zz", nearest: "getMyProfile"},
		"nearest: an empty path":                 {method: "GET", path: "", nearest: "getMyProfile"},
		"nearest: an asterisk":                   {method: "OPTIONS", path: "*", nearest: "getMyProfile"},
		"a literal segment is not case-folded":   {method: "GET", path: "/Profile/me", nearest: "getMyProfile"},
		"dots are segments like any other":       {method: "POST", path: "/users/../subscription", want: "createUserSubscription", values: contract.Values{{Name: "user_id", Text: ".."}}},
		"nearest: a number in a template's spot": {method: "POST", path: "/users/7/subscriptions", nearest: "createUserSubscription"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := c.Match(tc.method, tc.path)
			assert.Equal(t, tc.want, id(m.Operation))
			assert.Equal(t, tc.nearest, id(m.Nearest))
			assert.Equal(t, tc.values, m.Path)
			assert.Equal(t, tc.allow, m.Allow)
		})
	}
}

func id(op *contract.Operation) string {
	if op == nil {
		return ""
	}
	return op.ID
}

func TestALiteralPathWinsOverATemplate(t *testing.T) {
	t.Parallel()
	op := func(id string) string { return "{operationId: " + id + ", responses: {'200': {description: Fine.}}}" }
	c, err := compile.Load(compiletest.Document(`
paths:
  /a/{x}:
    parameters: [{name: x, in: path, required: true, schema: {type: string}}]
    get: ` + op("template") + `
  /a/b:
    get: ` + op("literal")))
	require.NoError(t, err)
	assert.Equal(t, "literal", c.Match("GET", "/a/b").Operation.ID)
	assert.Equal(t, "literal", c.Match("GET", "/a/%62").Operation.ID)
	assert.Equal(t, "template", c.Match("GET", "/a/c").Operation.ID)
}

func TestAHostilePathIsNoWork(t *testing.T) {
	t.Parallel()
	c := compiletest.Published(t)
	long := make([]byte, 1<<20)
	for i := range long {
		long[i] = "/a"[i%2]
	}
	assert.NotNil(t, c.Match("GET", string(long)).Nearest)
}
