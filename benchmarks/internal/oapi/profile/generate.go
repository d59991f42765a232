// Package profile is the profile API's client as oapi-codegen generates it by itself.
package profile

//go:generate go tool -modfile=../../../../internal/tools/go.mod oapi-codegen -config ../codegen.yaml -package profile ../../../../openapi/profile.yaml
