package contract

import "iter"

// Contract is a set of documents. It does not change after New and may be used by any number of goroutines.
type Contract struct {
	APIs []*API // one for each document, by file name

	// Secrets are the names of the members and parameters that any document marks as secret, with format: password or
	// x-secret. They are not to be changed.
	Secrets map[string]bool

	byID   map[string]*Operation
	routes router
}

// API is one document.
type API struct {
	Name       string       // the file name without .yaml
	Title      string       // info.title
	Version    string       // info.version
	Dialect    string       // x-dialect at the root of the document; never empty
	Secrets    []string     // the names that the document marks, sorted, see Contract
	Operations []*Operation // in the order of the document
}

// Operation is one method on one path.
type Operation struct {
	ID        string // operationId
	Method    string // upper case
	Path      string // the template, such as /users/{user_id}/subscription
	Tags      []string
	Security  Security
	Secret    bool       // the request or an answer holds one of Contract.Secrets
	Arguments []Argument // path before query before header, each group in the order of the document
	Body      *Body      // nil: the operation takes none
	Responses []Response // the documented ones, by status, ascending

	// What follows is worked out by New.

	API    *API
	Number int // its place in Contract.Operations, from 0

	// SecretBody says that a name which is declared in the request's body is, in upper or lower case, one of
	// Contract.Secrets.
	SecretBody bool

	// Parameters is what a request can carry: path, query and header parameters, then the members of the body's object,
	// each group in the order of the document. There are at most 64.
	Parameters []Parameter

	// Answers are the documented statuses, ascending.
	Answers []int
}

// Security says what an operation wants to know about its caller.
type Security struct {
	Access        Access
	Bearer        bool     // Authorization: Bearer is accepted
	APIKeyHeaders []string // headers that carry an API key, in canonical form, such as X-Api-Key, in the order of the document
}

// Parameter names one thing that a request can carry.
type Parameter struct {
	In   In // InBody: a member of the body's object
	Name string
}

// Access says who may call an operation.
type Access int

// The kinds of access.
const (
	PublicAccess   Access = iota // no credential is looked at
	OptionalAccess               // a credential may be sent
	RequiredAccess               // a credential must be sent
)

// Operations yields every operation, API by API, in the order of the documents.
func (c *Contract) Operations() iter.Seq[*Operation] {
	return func(yield func(*Operation) bool) {
		for _, api := range c.APIs {
			for _, op := range api.Operations {
				if !yield(op) {
					return
				}
			}
		}
	}
}

// Operation returns the operation with this operationId, or nil.
func (c *Contract) Operation(id string) *Operation { return c.byID[id] }
