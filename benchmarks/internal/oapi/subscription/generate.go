// Package subscription is the subscription API's client as oapi-codegen generates it by itself.
package subscription

//go:generate go tool -modfile=../../../../internal/tools/go.mod oapi-codegen -config ../codegen.yaml -package subscription ../../../../openapi/subscription.yaml
