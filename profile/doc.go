// Package profile is the client of the profile management API.
//
// A user reads and changes their own profile: name, e-mail, phone, avatar, password,
// payment method and course subscriptions. The credential, a bearer token, names the
// user. Changes that take a one-time verification code and the cancellation of a
// subscription are guarded: they are not repeated when the server may have acted (see
// the package documentation of quartet).
package profile

//go:generate go tool -modfile=../internal/tools/go.mod oapi-codegen -config ../openapi/codegen/client.yaml -package profile ../openapi/profile.yaml
