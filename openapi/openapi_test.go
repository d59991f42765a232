package openapi_test

import (
	"cmp"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/openapi"
)

var dialects = map[string]string{
	"profile.yaml":      "fastapi",
	"billing.yaml":      "laravel",
	"subscription.yaml": "fastapi",
	"vendor.yaml":       "vendor",
}

// admin is the document of the mock server's own API. It is served beside the others and
// keeps the same rules.
const admin = "admin.yaml"

func load(t *testing.T, name string) *openapi3.T {
	t.Helper()
	files := openapi.FS
	if name == admin {
		files = openapi.AdminFS
	}
	data, err := fs.ReadFile(files, name)
	require.NoError(t, err)
	doc, err := openapi3.NewLoader().LoadFromData(data)
	require.NoError(t, err)
	return doc
}

// eachDocument runs check as one parallel subtest per document.
func eachDocument(t *testing.T, check func(t *testing.T, name string, doc *openapi3.T)) {
	t.Helper()
	for _, name := range append(slices.Collect(maps.Keys(dialects)), admin) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, name, load(t, name))
		})
	}
}

// operation is an operation together with the method and path that it stands under.
type operation struct {
	*openapi3.Operation
	where string
}

func operations(doc *openapi3.T) []operation {
	var all []operation
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			all = append(all, operation{Operation: op, where: method + " " + path})
		}
	}
	return all
}

func TestFSHoldsTheFourDocumentsOnly(t *testing.T) {
	t.Parallel()
	entries, err := fs.ReadDir(openapi.FS, ".")
	require.NoError(t, err)
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	assert.ElementsMatch(t, slices.Collect(maps.Keys(dialects)), names)
}

func TestDocumentIsValidWithItsExamples(t *testing.T) {
	t.Parallel()
	eachDocument(t, func(t *testing.T, name string, doc *openapi3.T) {
		require.NoError(t, doc.Validate(t.Context(), openapi3.EnableExamplesValidation()))
		assert.Equal(t, "3.0.3", doc.OpenAPI)
		assert.Equal(t, cmp.Or(dialects[name], "problem"), doc.Extensions["x-dialect"])
	})
}

func TestOperationSaysWhatClientsAndServerNeed(t *testing.T) {
	t.Parallel()
	eachDocument(t, func(t *testing.T, name string, doc *openapi3.T) {
		for _, op := range operations(doc) {
			assert.NotEmpty(t, op.OperationID, op.where)
			assert.NotEmpty(t, op.Summary, op.where)
			assert.NotEmpty(t, op.Description, op.where)
			assert.NotEmpty(t, op.Tags, op.where)
			assert.Contains(t, []any{"safe", "idempotent", "guarded"}, op.Extensions["x-retry"], op.where)
			assert.NotNil(t, op.Security, "%s inherits its authorization", op.where)
			if len(*op.Security) > 0 || name != admin { // health is told to anybody
				assert.NotNil(t, op.Responses.Value("401"), "%s has no 401", op.where)
			}
			if op.RequestBody != nil || len(op.Parameters) > 0 {
				assert.NotNil(t, op.Responses.Value("422"), "%s takes input but has no 422", op.where)
			}
		}
	})
}

func TestPropertyHasADescription(t *testing.T) {
	t.Parallel()
	eachDocument(t, func(t *testing.T, _ string, doc *openapi3.T) {
		for schema, ref := range doc.Components.Schemas {
			assert.NotEmpty(t, ref.Value.Description, schema)
			for property, ref := range ref.Value.Properties {
				assert.Empty(t, ref.Ref, "%s.%s is a bare reference and cannot have a description", schema, property)
				assert.NotEmpty(t, ref.Value.Description, "%s.%s", schema, property)
			}
		}
	})
}

func TestRetryClassFitsTheMethod(t *testing.T) {
	t.Parallel()
	eachDocument(t, func(t *testing.T, _ string, doc *openapi3.T) {
		for _, op := range operations(doc) {
			isRead := strings.HasPrefix(op.where, "GET ")
			assert.Equal(t, isRead, op.Extensions["x-retry"] == "safe", op.where)
		}
	})
}

// One server serves all four documents, so nothing may be ambiguous over them.
func TestOperationsAndPathsAreUniqueOverAllDocuments(t *testing.T) {
	t.Parallel()
	ids := map[string]string{}
	paths := map[string]string{}
	for name := range dialects {
		doc := load(t, name)
		for path := range doc.Paths.Map() {
			for other, owner := range paths {
				assert.False(t, collide(path, other), "%s of %s collides with %s of %s", path, name, other, owner)
			}
			paths[path] = name
		}
		for _, op := range operations(doc) {
			assert.NotContains(t, ids, op.OperationID, "%s is in %s too", op.where, name)
			ids[op.OperationID] = name
		}
	}
	assert.Len(t, ids, 19)
}

// collide reports whether some request path matches both templates.
func collide(a, b string) bool {
	left, right := strings.Split(a, "/"), strings.Split(b, "/")
	if len(left) != len(right) {
		return false
	}
	for i := range left {
		if left[i] != right[i] && !strings.HasPrefix(left[i], "{") && !strings.HasPrefix(right[i], "{") {
			return false
		}
	}
	return true
}

func TestCollide(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		a, b string
		want bool
	}{
		"equal paths collide":                       {"/a/b", "/a/b", true},
		"a parameter collides with a fixed segment": {"/a/{id}", "/a/b", true},
		"a parameter collides with a parameter":     {"/{x}/b", "/a/{y}", true},
		"different segments do not collide":         {"/a/{id}/c", "/a/{id}/d", false},
		"different lengths do not collide":          {"/a/{id}", "/a", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tc.want, collide(tc.a, tc.b))
		})
	}
}

// Servers grow new members, and a client must not break over them.
func TestNoSchemaForbidsUnknownMembers(t *testing.T) {
	t.Parallel()
	for name := range dialects {
		data, err := fs.ReadFile(openapi.FS, name)
		require.NoError(t, err)
		assert.NotRegexp(t, `additionalProperties['"]?\s*:\s*false`, string(data), name)
	}
}

// published is a sample of a published document: an example that is named seed or curl.
type published struct {
	where  string
	schema *openapi3.Schema
	value  map[string]any
}

func publishedSamples(t *testing.T, doc *openapi3.T) []published {
	t.Helper()
	var all []published
	collect := func(where string, content openapi3.Content) {
		media := content.Get("application/json")
		if media == nil {
			return
		}
		for _, name := range []string{"seed", "curl"} {
			example := media.Examples[name]
			if example == nil {
				continue
			}
			value, ok := example.Value.Value.(map[string]any)
			require.True(t, ok, "%s is no object", where)
			all = append(all, published{where: where + " " + name, schema: media.Schema.Value, value: value})
		}
	}
	for _, op := range operations(doc) {
		if op.RequestBody != nil {
			collect(op.OperationID+" request", op.RequestBody.Value.Content)
		}
		for status, response := range op.Responses.Map() {
			collect(op.OperationID+" "+status, response.Value.Content)
		}
	}
	return all
}

func TestPublishedSamplesAreAllThere(t *testing.T) {
	t.Parallel()
	want := map[string]int{
		"profile.yaml":      18, // 12 answers, 6 request bodies
		"billing.yaml":      4,  // two request bodies, the user, the error
		"subscription.yaml": 2,
		"vendor.yaml":       5, // 3 answers, 2 request bodies
	}
	eachDocument(t, func(t *testing.T, name string, doc *openapi3.T) {
		assert.Len(t, publishedSamples(t, doc), want[name])
	})
}

func TestPublishedSampleFitsItsSchema(t *testing.T) {
	t.Parallel()
	eachDocument(t, func(t *testing.T, _ string, doc *openapi3.T) {
		for _, sample := range publishedSamples(t, doc) {
			assert.NoError(t, sample.schema.VisitJSON(sample.value), sample.where)
		}
	})
}

func TestBrokenSampleIsRefused(t *testing.T) {
	t.Parallel()
	eachDocument(t, func(t *testing.T, _ string, doc *openapi3.T) {
		for _, sample := range publishedSamples(t, doc) {
			for member, value := range sample.value {
				broken := maps.Clone(sample.value)
				broken[member] = ofOtherType(value)
				assert.Error(t, sample.schema.VisitJSON(broken), "%s with a broken %s", sample.where, member)
			}
			for _, member := range sample.schema.Required {
				broken := maps.Clone(sample.value)
				delete(broken, member)
				assert.Error(t, sample.schema.VisitJSON(broken), "%s without %s", sample.where, member)
			}
		}
	})
}

// ofOtherType returns a value whose JSON type none of the published members has where value stands.
func ofOtherType(value any) any {
	if _, isNumber := value.(float64); isNumber {
		return "broken"
	}
	return 0.5
}

func TestSchemaAcceptsWhatServersSend(t *testing.T) {
	t.Parallel()
	profile, billing := load(t, "profile.yaml"), load(t, "billing.yaml")
	subscription, vendor := load(t, "subscription.yaml"), load(t, "vendor.yaml")
	for name, tc := range map[string]struct {
		doc    *openapi3.T
		schema string
		value  any
	}{
		"a profile of nothing but nulls": {profile, "Profile", map[string]any{
			"user_id": "1", "first_name": nil, "last_name": nil, "email": nil, "phone": nil, "avatar_url": nil,
		}},
		"a profile with members left out":       {profile, "Profile", map[string]any{"user_id": "1"}},
		"a profile with members of a later day": {profile, "Profile", map[string]any{"user_id": "1", "new": true}},
		"names that are taken away": {profile, "ChangeNameRequest", map[string]any{
			"first_name": nil, "last_name": nil,
		}},
		"a subscription of any members": {profile, "Subscription", map[string]any{
			"course_id": "go", "left": nil,
		}},
		"a payment of any members": {profile, "Payment", map[string]any{"sum": 1.5, "to": nil}},
		"three characters of more than one byte": {profile, "ChangeEmailRequest", map[string]any{
			"new_email": "я@ю", "verification_code": "",
		}},
		"an error with the null that was refused": {profile, "ValidationError", map[string]any{
			"loc": []any{"body", 0.0}, "msg": "m", "type": "t", "input": nil,
		}},
		"nothing but a login": {billing, "UpdateUserRequest", map[string]any{"login": "a"}},
		"an empty PHP array for the billing info": {billing, "UpdateUserRequest", map[string]any{
			"login": "a", "billing_info": []any{},
		}},
		"extra billing values of any kind": {billing, "BillingInfo", map[string]any{
			"billing_extra": []any{1.0, "a", map[string]any{}, nil},
		}},
		"the old name of the properties": {billing, "UpdateUserRequest", map[string]any{
			"login": "a", "properties": []any{map[string]any{"type": "phone", "value": "1"}},
		}},
		"a status that nobody knows":     {subscription, "SubscriptionStatus", "frozen"},
		"a subscription of all defaults": {subscription, "CreateSubscriptionRequest", map[string]any{}},
		"nulls for the defaults": {subscription, "CreateSubscriptionRequest", map[string]any{
			"duration_days": nil, "traffic_limit_gb": nil, "device_limit": nil, "squad_uuid": nil, "connected_squads": nil,
		}},
		"a user with neither promo group nor subscription": {subscription, "User", user(map[string]any{
			"promo_group": nil, "subscription": nil, "last_activity": nil, "telegram_id": nil,
		})},
		"a balance with kopeks": {subscription, "User", user(map[string]any{
			"balance_rubles": 1.23,
		})},
		"a timestamp with a zone letter": {subscription, "User", user(map[string]any{
			"created_at": "2026-01-05T12:34:56Z",
		})},
		"a timestamp with an offset": {subscription, "User", user(map[string]any{
			"created_at": "2026-01-05T12:34:56.7+03:00",
		})},
		"a timestamp without a zone": {subscription, "User", user(map[string]any{
			"created_at": "2026-01-05T12:34:56",
		})},
		"a timestamp of nanoseconds without a zone": {subscription, "User", user(map[string]any{
			"created_at": "2026-01-05T12:34:56.123456789",
		})},
		"neither access codes nor balance": {vendor, "AccessCodeList", map[string]any{}},
		"an access code without its private part": {vendor, "AccessCode", map[string]any{
			"_id": 1.0, "public": map[string]any{"text": "A", "value": "0x1"},
		}},
		"a counter that was never set": {vendor, "Counter", -842150451.0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.NoError(t, schema(t, tc.doc, tc.schema).VisitJSON(tc.value))
		})
	}
}

func TestSchemaRefusesWhatIsAgainstTheContract(t *testing.T) {
	t.Parallel()
	profile, billing := load(t, "profile.yaml"), load(t, "billing.yaml")
	subscription, vendor := load(t, "subscription.yaml"), load(t, "vendor.yaml")
	for name, tc := range map[string]struct {
		doc    *openapi3.T
		schema string
		value  any
	}{
		"a name that is left out": {profile, "ChangeNameRequest", map[string]any{"first_name": "a"}},
		"an address of two characters in many bytes": {profile, "ChangeEmailRequest", map[string]any{
			"new_email": "яю", "verification_code": "",
		}},
		"a password of five characters": {profile, "ChangePasswordRequest", map[string]any{
			"old_password": "12345", "new_password": "123456", "new_password_confirm": "123456", "verification_code": "1",
		}},
		"a billing password of 101 characters": {billing, "UpdateUserRequest", map[string]any{
			"login": "a", "password": strings.Repeat("x", 101),
		}},
		"a filled array for the billing info": {billing, "UpdateUserRequest", map[string]any{
			"login": "a", "billing_info": []any{"a"},
		}},
		"a null in the billing request": {billing, "UpdateUserRequest", map[string]any{
			"login": "a", "status": nil,
		}},
		"a timestamp with a space": {subscription, "User", user(map[string]any{
			"created_at": "2026-01-05 12:34:56",
		})},
		"a timestamp of ten fractions": {subscription, "User", user(map[string]any{
			"created_at": "2026-01-05T12:34:56.1234567890",
		})},
		"a timestamp with a colonless offset": {subscription, "User", user(map[string]any{
			"created_at": "2026-01-05T12:34:56-0500",
		})},
		"a date without a time": {subscription, "User", user(map[string]any{
			"created_at": "2026-01-05",
		})},
		"a null for the name of a language":   {subscription, "User", user(map[string]any{"language": nil})},
		"a number for the status of the user": {vendor, "User", map[string]any{"status": 1.0}},
		"half of the vendor's profile":        {vendor, "UpdateProfileRequest", map[string]any{"companyName": "A"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Error(t, schema(t, tc.doc, tc.schema).VisitJSON(tc.value))
		})
	}
}

func schema(t *testing.T, doc *openapi3.T, name string) *openapi3.Schema {
	t.Helper()
	ref := doc.Components.Schemas[name]
	require.NotNil(t, ref, name)
	return ref.Value
}

// user returns a user of the subscription API that fits its schema, with some members replaced.
func user(members map[string]any) map[string]any {
	u := map[string]any{
		"id": 1.0, "status": "active", "language": "ru", "balance_kopeks": 123.0, "balance_rubles": 1.0,
		"has_had_paid_subscription": false, "has_made_first_topup": false,
		"created_at": "2026-01-05T12:34:56", "updated_at": "2026-01-05T12:34:56",
	}
	maps.Copy(u, members)
	return u
}

// Without a width an integer of any length is valid, and the mock, which holds it in 64 bits,
// would refuse what its document allows.
func TestIntegersOfRequestsHaveAWidth(t *testing.T) {
	t.Parallel()
	var check func(t *testing.T, where string, schema *openapi3.Schema)
	check = func(t *testing.T, where string, schema *openapi3.Schema) {
		if schema.Type.Is("integer") {
			assert.Contains(t, []string{"int32", "int64"}, schema.Format, where)
		}
		for name, property := range schema.Properties {
			check(t, where+"."+name, property.Value)
		}
		if schema.Items != nil {
			check(t, where+"[]", schema.Items.Value)
		}
		for _, part := range slices.Concat(schema.AllOf, schema.AnyOf, schema.OneOf) {
			check(t, where, part.Value)
		}
	}
	for name := range dialects {
		for _, op := range operations(load(t, name)) {
			for _, parameter := range op.Parameters {
				check(t, op.OperationID+" "+parameter.Value.Name, parameter.Value.Schema.Value)
			}
			if op.RequestBody == nil {
				continue
			}
			for _, media := range op.RequestBody.Value.Content {
				check(t, op.OperationID, media.Schema.Value)
			}
		}
	}
}
