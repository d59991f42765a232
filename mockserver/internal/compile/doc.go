// Package compile reads OpenAPI 3.0 documents and yields the structures of package contract. That is done when
// code is generated, and in tests; the mock has the result as code, see package compiled.
//
// # What a document may use
//
// Schemas may use type (string, integer, number, boolean, object, array, or none for "anything"), nullable, format,
// minLength, maxLength, pattern (RE2 syntax), enum of strings, properties, required, additionalProperties (but not to
// forbid them), items, minItems and maxItems; oneOf whose branches differ in their JSON kind; allOf of one schema, which
// gives a reference its own description; anyOf where one branch takes anything, or where the branches differ as in oneOf.
// Formats are int32 and int64; float and double; password, which only marks a secret; date-time (RFC 3339) and timestamp
// (the same, where the zone may be missing). References inside the document are followed, also circular ones. Parameters
// are scalars in the path or the query, or strings in a header. A body is JSON, an answer's status a number.
//
// Title, description, default, example, deprecated, writeOnly in a request, readOnly in an answer, externalDocs, xml and
// extensions say nothing about validity; of the extensions, x-secret marks a secret, x-extensible-enum and x-absence steer
// what contract.Operation.Vary does. Any other keyword makes Load fail and name it: a rule that is silently ignored is a
// wrong answer.
package compile
