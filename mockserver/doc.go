// Package mockserver is a server that keeps the contracts of the four APIs, for tests
// and for local work. It holds state: what one call changes, the next one reads. It
// checks every request against the OpenAPI documents before anything acts on it and
// refuses in the words of the API's own framework.
//
//	func TestRename(t *testing.T) {
//		srv := mockserver.Start(t)
//		c, err := profile.New(srv.URL(), quartet.WithBearerToken(mockserver.DefaultToken))
//		...
//	}
//
// [Start] listens on a free port of 127.0.0.1 until the test ends. [New] makes a server
// that does not listen: an http.Handler to embed anywhere, with Transport to call it in
// process. The program cmd/quartet-mock is the same server on its own.
//
// # What it starts with
//
// The state at the start is [DefaultState], written down with comments in seed.yaml
// beside this file. [WithState] gives another one, [ReadState] reads one from a file and
// [State.Write] writes one: what a server has become is what the next one starts with.
// State, SetState and Update look at it and change it while the server runs; passwords,
// permissions and verification codes, which no answer shows, are there too.
//
// # The way of a request
//
// One function, handle in handle.go, takes a request through these steps:
//
//	route        which operation is it? 404 names the nearest one, 405 says Allow
//	authorize    a credential that is sent must be known; 401
//	read         at most 1 MiB of body; 413
//	validate     everything that breaks the document, at once; 422
//	act          the operation's own rules, on the state, one request at a time
//	answer       JSON in the shape of the document
//
// # Credentials
//
// Where a document makes authorization optional a call without a credential acts as the
// default user; [WithStrictAuth] makes a credential required everywhere but on the one
// public operation. A credential that is sent must always be a known one.
package mockserver
