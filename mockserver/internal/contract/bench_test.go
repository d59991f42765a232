package contract_test

import (
	"testing"

	"github.com/quartet-go/quartet/mockserver/internal/compile/compiletest"
	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

func benchmarkValidate(b *testing.B, id, body string, want int) {
	op := compiletest.Published(b).Operation(id)
	r := contract.Request{Path: contract.Values{{Name: "user_id", Text: "7"}}, RawQuery: "course_id=go", ContentType: jsonType, Body: []byte(body), Room: make([]contract.Member, 0, 8)}
	b.ReportAllocs()
	for b.Loop() {
		if got := op.Validate(r); len(got.Issues) != want {
			b.Fatal(got.Issues)
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

func BenchmarkCheckAnswer(b *testing.B) {
	c := compiletest.Published(b)
	for _, bc := range []struct{ name, id, body string }{
		{"profile", "getMyProfile", `{"user_id":"1","first_name":"Анна","last_name":null,"email":"a@b","phone":"+1","avatar_url":null}`},
		{"user", "updateUser", `{"id":1,"login":"a@b","name":null,"type":"t","status":"active","created_at":"2023-05-02T10:18:50.000000Z","updated_at":"2023-05-02T10:18:50.000000Z","deleted_at":null,"can_update_password":false,"billing_properties":[{"type":"phone","value":"1"}]}`},
		{"codes", "listAccessCodes", `{"accesscodes":[{"_id":1,"private":{"mastervalue":"0x5191758c","readvalue":"0x51917645","writevalue":"0x51917603"},"public":{"text":"DEMONVK","value":"0x519175b7"}}]}`},
	} {
		b.Run(bc.name, func(b *testing.B) {
			op, body := c.Operation(bc.id), []byte(bc.body)
			b.ReportAllocs()
			for b.Loop() {
				if err := op.CheckAnswer(200, jsonType, body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkMatch(b *testing.B) {
	c := compiletest.Published(b)
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
