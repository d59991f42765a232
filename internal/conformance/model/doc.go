// Package model holds both sides against each other: the typed clients against the mock
// server, and both against a model of the four APIs.
//
// The model is one function for each operation, written from the contract and the documents.
// It takes what a server knows and a request, and says what the answer is and what the server
// knows then. It shares no code with the mock, but the type of what a server knows,
// mockserver.State, which is plain data: so nothing that the mock remembers is left out of the
// comparison.
//
// TestModel draws sequences of calls, good and bad, with whatever goes wrong on the way, and
// makes them through the real clients over real sockets. After each call the answer, and
// everything that the server knows, must be what the model says.
//
// The properties in *_property_test.go are about single calls, and draw what they send from the
// documents.
//
// Everything here is a test. -rapid.checks and -rapid.steps (or RAPID_CHECKS and RAPID_STEPS)
// say how much is drawn, -rapid.seed (or RAPID_SEED) what; -v prints how much was met.
package model
