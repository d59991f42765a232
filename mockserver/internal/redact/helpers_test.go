package redact_test

import "github.com/quartet-go/quartet/mockserver/internal/redact"

// documents returns a Redactor for the names that the documents have.
func documents() *redact.Redactor {
	return redact.New(map[string]bool{
		"password": true, "old_password": true, "new_password": true, "new_password_confirm": true, "verification_code": true,
		"mastervalue": true, "readvalue": true, "writevalue": true, "login": false,
	}, []string{"x-api-key"})
}
