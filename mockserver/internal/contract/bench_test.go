package contract_test

import (
	"testing"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

func benchmarkValidate(b *testing.B, id, body string, want int) {
	op := published(b).Operation(id)
	r := contract.Request{Path: map[string]string{"user_id": "7"}, RawQuery: "course_id=go", ContentType: jsonType, Body: []byte(body)}
	b.ReportAllocs()
	for b.Loop() {
		if _, issues := op.Validate(r); len(issues) != want {
			b.Fatal(issues)
		}
	}
}

func BenchmarkValidate(b *testing.B) {
	for _, bc := range []struct {
		name, id, body string
		issues         int
	}{
		{"password/valid", "changePassword", `{"old_password":"secret","new_password":"secret2","new_password_confirm":"secret2","verification_code":"123456"}`, 0},
		{"password/invalid", "changePassword", `{"old_password":"short","new_password":"secret2","new_password_confirm":5}`, 3},
		{"password/malformed", "changePassword", `{"old_password":"secret","new_password":"secret2","new_password_confirm":"secret2" "verification_code":"1"}`, 1},
		{"subscription/valid", "createUserSubscription", `{"is_trial":true,"duration_days":30,"traffic_limit_gb":100,"device_limit":1,"connected_squads":["a","b"],"replace_existing":false}`, 0},
		{"subscription/rewritten", "createUserSubscription", `{"is_trial":true,"duration_days":30.0}`, 0},
		{"query", "cancelSubscription", "", 0},
	} {
		b.Run(bc.name, func(b *testing.B) { benchmarkValidate(b, bc.id, bc.body, bc.issues) })
	}
}

func BenchmarkMatch(b *testing.B) {
	c := published(b)
	for _, bc := range []struct{ name, method, path string }{
		{"literal", "GET", "/profile/me"},
		{"template", "POST", "/users/7/subscription"},
		{"wrong method", "POST", "/profile/me"},
		{"unknown", "GET", "/profile/mee"},
	} {
		b.Run(bc.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.Match(bc.method, bc.path)
			}
		})
	}
}
