// Package subscription is the client of the subscription API.
//
// Its one operation creates or replaces the subscription of a user, a trial or a paid
// one. The server takes an API key (quartet.WithAPIKey) or the same key as a bearer
// token. The operation is guarded: it is not repeated when the server may have acted
// (see the package documentation of quartet).
package subscription

//go:generate go tool -modfile=../internal/tools/go.mod oapi-codegen -config ../openapi/codegen/client.yaml -package subscription ../openapi/subscription.yaml
