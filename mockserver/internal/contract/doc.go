// Package contract holds compiled OpenAPI documents and answers three questions: which operation is this request, what is
// wrong with it, and does this answer keep its document. It reports everything that is wrong at once, in a form that
// belongs to no framework; package dialect puts it into the words of each API.
//
// It also says the same answer in another way, see Operation.Vary, for a client that must read whatever its document
// allows.
//
// A body is walked once, as bytes, along the compiled schema. Nothing is compiled or loaded per request, and a valid
// request or answer allocates next to nothing.
//
// Package compile reads the documents and says what they may use.
package contract
