// Package contract loads OpenAPI 3.0 documents once, at start, and answers two questions per request: which operation
// is this, and what is wrong with it. It reports everything that is wrong at once, in a form that belongs to no
// framework; package dialect puts it into the words of each API.
//
// The body is walked once, as bytes, along the compiled schema. Nothing is compiled or loaded per request, and a valid
// request allocates next to nothing.
//
// # What a document may use
//
// Request schemas may use type (string, integer, number, boolean, object, array, or none for "anything"), nullable,
// format, minLength, maxLength, pattern (RE2 syntax), enum of strings, properties, required, additionalProperties (only
// to say that anything is welcome, which is also the default), items, minItems and maxItems; oneOf whose branches differ
// in their JSON kind; allOf of one schema, which gives a reference its own description; anyOf where one branch takes
// anything. Formats are int32 and int64; float and double; password, which only marks a secret; date-time (RFC 3339)
// and timestamp (the same, where the zone may be missing). References inside the document are followed, also circular
// ones. Parameters are scalars in the path or the query, or strings in a header. A request body is JSON.
//
// Title, description, default, example, deprecated, writeOnly, externalDocs, xml and extensions say nothing about
// validity. Any other keyword makes Load fail and name it: a rule that is silently ignored is a wrong answer.
package contract
