// Package redact takes the secrets out of requests and answers before anything keeps them. It knows a secret by the name
// of its member, parameter or header, and in an answer also by its value, since servers echo what they were sent.
//
// What it cannot read it cannot judge, so it is not kept: the rest of a body from where it stops being JSON, the value
// of a query parameter whose name is malformed. Where it is in doubt more is hidden, never less.
package redact

// redacted stands in the place of a secret, as in what the clients print.
const redacted = "[redacted]"

// redactedJSON is redacted as a JSON value.
const redactedJSON = `"` + redacted + `"`

// Redactor knows which names are those of secrets. It does not change, so any number of goroutines may use it.
type Redactor struct {
	members    nameSet
	parameters nameSet
	headers    nameSet
}

// New returns a Redactor for the members that are true in names and for the given headers, besides the headers that
// carry credentials everywhere: Authorization, Proxy-Authorization, Cookie, Set-Cookie. Query parameters are secret that
// are named like one of these members or headers or in another way usual for credentials, such as access_token. Upper
// and lower case do not matter in any of them. Both arguments may be nil.
func New(names map[string]bool, headers []string) *Redactor {
	r := &Redactor{}
	for name, secret := range names {
		if secret {
			r.members.add(name)
			r.parameters.add(name)
		}
	}
	for _, name := range headers {
		r.headers.add(name)
		r.parameters.add(name)
	}
	for _, name := range usualHeaders {
		r.headers.add(name)
	}
	for _, name := range usualParameters {
		r.parameters.add(name)
	}
	return r
}
