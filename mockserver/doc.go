// Package mockserver is a server that keeps the contracts of the four APIs, for tests
// and for local work. It holds state: what one call changes, the next one reads. It
// checks every request against the OpenAPI documents before anything acts on it and
// refuses in the words of the API's own framework. A test says what goes wrong, what time
// it is, and which calls it expects.
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
// # Spaces
//
// A [Space] is a world of its own: state, faults, limits, clock, chance and journal. A
// server has a default space, whose methods it has too; [Server.SpaceFor] gives a test one
// of its own, so that tests can share a server and run in parallel.
//
//	what it remembers   State, SetState, Update, IssueCode
//	what it was         Snapshot, Restore, Fork, Reset
//	what goes wrong     AddFault, Faults, RemoveFault, ClearFaults; see Fault and Kind
//	how often           SetLimits, Limits; see Limit
//	what time it is     Freeze, Advance, SetClock, Now; see Clock
//	what was called     Journal, Dropped; see Entry
//	what should be      Verify, VerifyOnly, VerifyOrder; see Expect
//	how to call it      URL, Client, Transport
//
// [Server.Coverage] says what the tests of all spaces have met of the documents.
//
// All of this is there for other languages too, as an HTTP API under /_mock/v1 of the same
// server; openapi/admin.yaml is its document, package admin its client in Go. It answers
// callers on the same machine, or those who know the token of [WithAdminToken].
//
// # What it starts with
//
// The state at the start is [DefaultState], written down with comments in seed.yaml
// beside this file. [WithState] gives another one, [ReadState] reads one from a file and
// [State.Write] writes one: what a space has become, with its faults, limits and clock, is
// what the next server starts with. Passwords, permissions and verification codes, which no
// answer shows, are there too.
//
// # The way of a request
//
// One function, ServeHTTP in handle.go, takes a request through these steps:
//
//	space        which world is it in? 400 for a name that cannot be, 507 when there is no
//	             room; such a call stands in no journal
//	route        which operation is it? 404 names the nearest one, 405 says Allow
//	journal      it has arrived; and then, its body has
//	fault        does it meet one? the first that takes it, else what its header Prefer asks for
//	answer       what the fault says instead of acting; or else:
//	  limit      has the operation been called too often? 429
//	  authorize  a credential that is sent must be known; 401
//	  read       has the body come whole, and not over 1 MiB? 400, 413
//	  validate   what breaks the document, all at once, up to 1,000 places of a body; 422
//	  act        the operation's own rules, on the state, one change at a time
//	vary         the answer in another form that its document allows, see Variation
//	prove        does it keep its document? see WithCheckedAnswers
//	deliver      late, whole, or as the fault spoils it; the journal has it first
//
// [WithProxy] puts a real server in the place of the state. Then limit and read are followed
// by these steps:
//
//	check        what breaks the document is noted, a missing credential too; Strict refuses it
//	forward      the target answers; 502, or 504 when it takes too long
//	check        what breaks the document is noted; Strict makes 502 of it
//
// # Chance
//
// What is drawn about a call, for a fault, a delay, a code or a variation, depends on the
// seed in the state, the space's id and the number of the event, and on nothing else: it
// is the same in every run, also when calls come at the same time. Which of two calls at
// the same time is the first is not drawn: they are counted as they arrive.
//
// # Credentials
//
// Where a document makes authorization optional a call without a credential acts as the
// default user; [WithStrictAuth] makes a credential required everywhere but on the one
// public operation. A credential that is sent must always be a known one.
package mockserver
