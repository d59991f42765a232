// Package billing is the client of the VMS billing API.
//
// Its one operation updates a user: status, password, properties and permissions. A
// member of [UpdateUserRequest] that is left out leaves the user as it is; an empty
// list that is not nil empties it.
package billing

//go:generate go tool -modfile=../internal/tools/go.mod oapi-codegen -config ../openapi/codegen/client.yaml -package billing ../openapi/billing.yaml
