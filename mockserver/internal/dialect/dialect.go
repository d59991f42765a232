// Package dialect says what the contract package has found in the words of each API: FastAPI with pydantic v2, Laravel,
// the vendor service, and the mock server's own admin API. A dialect is chosen by name once, when the documents are
// loaded; its methods only append bytes and may be called by any number of goroutines.
package dialect

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// Dialect is the way in which one family of services reports errors. Every body it returns is JSON.
type Dialect interface {
	// Media is the media type of every body.
	Media() string

	// Validation returns the answer to a request with these issues, of which there is at least one: those that
	// Operation.Validate found, or those that a handler raised with contract.Reject, in the order to report them.
	Validation(issues []contract.Issue) (status int, body []byte)

	// Error returns the body of any other failure. An empty message stands for the usual text of the status.
	Error(status int, message string) (body []byte)

	// NotAllowed returns the body of a 405 to a method at a path that has only the allowed ones.
	NotAllowed(method, path string, allowed []string) (body []byte)

	// Unauthenticated returns the body of a 401 from an operation with this security, and the value of the
	// WWW-Authenticate header, empty for none. Sent says that there was a credential, and it was not accepted.
	Unauthenticated(security contract.Security, sent bool) (challenge string, body []byte)
}

// For returns the dialect that a document names in x-dialect: fastapi, laravel, vendor or problem.
func For(name string) (Dialect, error) {
	switch name {
	case "fastapi":
		return fastAPI{}, nil
	case "laravel":
		return laravel{}, nil
	case "vendor":
		return vendor{}, nil
	case "problem":
		return problem{}, nil
	}
	return nil, fmt.Errorf("dialect: unknown name %q; there are fastapi, laravel, vendor and problem", name)
}

// appendString appends a JSON string. Bytes that are not UTF-8 become the replacement character.
func appendString[T ~string](b []byte, text T) []byte {
	b, _ = jsontext.AppendQuote(b, string(text))
	return b
}

// notAllowed says it in plain English.
func notAllowed(method, path string, allowed []string) string {
	return "Method " + method + " not allowed at " + path + "; allowed: " + strings.Join(allowed, ", ")
}

func orStatusText(message string, status int) string {
	if message == "" {
		return http.StatusText(status)
	}
	return message
}
