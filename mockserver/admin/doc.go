// Package admin is the client of a mock server's admin API, for tests in Go that share a
// server which runs elsewhere. A test that starts its own server has all of this, and
// more, as methods of mockserver.Server.
//
// The base URL chooses the space: that of the server is the default space, and with
// /_space/ID behind it another one. A server with an admin token takes it as
// quartet.WithBearerToken.
//
// What is no JSON (the metrics, the documents, the journal as a stream, tables and seed
// files) is read with any HTTP client.
package admin

//go:generate go tool -modfile=../../internal/tools/go.mod oapi-codegen -config ../../openapi/codegen/admin.yaml -package admin ../../openapi/admin.yaml
