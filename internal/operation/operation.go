// Package operation describes one operation of a published API to the client
// core. The values are generated from the documents in openapi/; nothing here
// lists operations by hand.
package operation

import "net/url"

// Class says when a failed call may be repeated. It is the x-retry extension
// of the operation in its document.
type Class string

const (
	// Safe marks reads. They are repeated after every transient failure.
	Safe Class = "safe"
	// Idempotent marks writes that set an absolute state. They are repeated
	// like reads.
	Idempotent Class = "idempotent"
	// Guarded marks writes whose repetition can hurt. They are repeated only
	// when the server certainly did not act.
	Guarded Class = "guarded"
)

// Auth is the set of credential kinds that an operation's security takes.
type Auth uint8

const (
	// Bearer means an Authorization: Bearer header.
	Bearer Auth = 1 << iota
	// APIKey means an X-API-Key header.
	APIKey
)

// Operation is one operation of a document.
type Operation struct {
	ID     string // operationId, such as "changePassword"
	Method string // HTTP method
	Path   string // path template, such as "/users/{user_id}/subscription"
	Retry  Class  // x-retry
	Auth   Auth   // kinds of credential it takes; 0 when it is public
}

// Input is what one call of an operation sends.
type Input struct {
	Path  []string   // values of the template's parameters, in its order
	Query url.Values // nil when there are none
	Body  any        // encoded as JSON; nil sends no body
}

// Reveal returns the value of a secret for the wire, nil for one that holds nothing.
func Reveal(secret interface {
	IsZero() bool
	Reveal() string
}) *string {
	if secret.IsZero() {
		return nil
	}
	value := secret.Reveal()
	return &value
}
