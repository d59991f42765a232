package redact_test

import (
	"net/http"
	"strings"
	"testing"
)

func BenchmarkBody(b *testing.B) {
	r := documents()
	for _, bc := range []struct{ name, body string }{
		{"150 bytes", `{"is_trial":true,"duration_days":30,"traffic_limit_gb":100,"device_limit":1,"connected_squads":["a","b"],"replace_existing":false,"note":"some text xx"}`},
		{"150 bytes beyond ASCII", `{"first_name":"Éléonore","last_name":"Čapek\n","company":"\u00e9t\u00e9 & fils","address":"Straße 1, 10115 Berlin, 3. Stock links hinten","zip":"10115"}`},
		{"one secret", `{"login":"ann","password":"correct horse","billing_info":{"billing_id":"1"},"properties":[{"type":"phone","value":"1"}]}`},
		{"four secrets", `{"old_password":"secret","new_password":"secret2","new_password_confirm":"secret2","verification_code":"123456"}`},
		{"broken", `{"login":"ann","password":"correct horse","billing_info":{"billing_id":1"}}`},
		{"16 KiB", `[` + strings.Repeat(`{"id":1234567,"name":"some name","tags":["a","b"]},`, 320) + `null]`},
	} {
		b.Run(bc.name, func(b *testing.B) {
			body := []byte(bc.body)
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				r.Body(body)
			}
		})
	}
}

func BenchmarkEcho(b *testing.B) {
	r := documents()
	quiet := `{"message":"Password changed","user":{"id":7,"email":"ann@example.com","created":"2026-01-01T00:00:00Z"}}`
	for _, bc := range []struct {
		name, body string
		secrets    []string
	}{
		{"no secrets", quiet, nil},
		{"not echoed", quiet, []string{"secret", "secret2", "123456"}},
		{"echoed", `{"detail":[{"type":"string_too_short","loc":["body","new_password"],"msg":"String should have at least 6 characters","input":"abcde"}]}`, []string{"secret", "abcde", "123456"}},
	} {
		b.Run(bc.name, func(b *testing.B) {
			body := []byte(bc.body)
			b.ReportAllocs()
			for b.Loop() {
				r.Echo(body, bc.secrets)
			}
		})
	}
}

func BenchmarkHeader(b *testing.B) {
	r := documents()
	header := http.Header{
		"Authorization": {"Bearer mock-token-of-the-default-user"}, "Content-Type": {"application/json"}, "Accept": {"application/json"},
		"User-Agent": {"quartet-go/1.0"}, "Accept-Encoding": {"gzip"}, "Content-Length": {"150"},
	}
	b.ReportAllocs()
	for b.Loop() {
		r.Header(header)
	}
}

func BenchmarkTarget(b *testing.B) {
	r := documents()
	for _, query := range []string{"", "course_id=go", "course_id=go&token=abc"} {
		b.Run("query "+query, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r.Target("/users/7/subscription", query)
			}
		})
	}
}
