// Package openapi holds the OpenAPI 3.0.3 documents of the four published APIs. They are the only list of operations in
// this module: clients, the mock server's routes and its validation are made from them.
//
// The documents carry these extensions:
//
//   - x-dialect, at the root: the family of shapes in which the service reports errors: fastapi, laravel or vendor;
//     problem for the admin API.
//   - x-retry, on every operation: safe (a read), idempotent (a write that sets an absolute state) or guarded (a write
//     whose repetition can hurt or mislead, retried only when the server certainly did not act).
//   - x-secret, on a property: its value never appears in an error, a log, a trace or a journal. Properties with the
//     format password are secret without it.
//   - x-extensible-enum, on a string schema: the values known today. Other values are valid too and survive reading.
//   - x-absence: meaningful, on a property that need not be there: its absence says something, so a server that means to
//     say the same neither leaves it out nor adds it.
//
// x-go-name, x-go-type, x-go-unexported, x-omitempty and x-omitzero concern the Go code generator only.
//
// In descriptions, [upstream] marks a fact read in public source code (the server's or its framework's) or in a later
// edition of the same documentation, and [ruling] a decision of this project; what has no mark stands in the published
// document.
package openapi

import "embed"

// FS holds the documents profile.yaml, billing.yaml, subscription.yaml and vendor.yaml, each under this name and
// without a directory.
//
//go:embed profile.yaml billing.yaml subscription.yaml vendor.yaml
var FS embed.FS

// AdminFS holds admin.yaml, the document of the mock server's own admin API.
//
//go:embed admin.yaml
var AdminFS embed.FS
