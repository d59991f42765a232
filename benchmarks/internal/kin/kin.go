// Package kin puts kin-openapi's validation of requests and answers in front of a handler.
package kin

import (
	"context"
	"net/http"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/legacy"
)

// Middleware checks what goes to next and what comes from it against a document, which is
// loaded once. The router is the faster of kin-openapi's two, and a credential is not
// asked for: that is the handler's.
func Middleware(document []byte, next http.Handler) (http.Handler, error) {
	doc, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		return nil, err
	}
	router, err := legacy.NewRouter(doc)
	if err != nil {
		return nil, err
	}
	validator := openapi3filter.NewValidator(router, openapi3filter.Strict(true),
		openapi3filter.OnLog(func(context.Context, string, error) {}), // writing an error out costs more than to find it
		openapi3filter.ValidationOptions(openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}))
	return validator.Middleware(next), nil
}
