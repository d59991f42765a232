// Package kin puts kin-openapi's validation in front of a handler, with a document that is
// loaded once. The router is the faster of kin-openapi's two, and a credential is not asked
// for: that is the handler's.
package kin

import (
	"context"
	"net/http"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

var options = openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}

// Middleware checks what goes to next and what comes from it.
func Middleware(document []byte, next http.Handler) (http.Handler, error) {
	router, err := newRouter(document)
	if err != nil {
		return nil, err
	}
	validator := openapi3filter.NewValidator(router, openapi3filter.Strict(true),
		openapi3filter.OnLog(func(context.Context, string, error) {}), // writing an error out costs more than to find it
		openapi3filter.ValidationOptions(options))
	return validator.Middleware(next), nil
}

// Requests checks what goes to next and nothing else, which kin-openapi's own middleware
// cannot.
func Requests(document []byte, next http.Handler) (http.Handler, error) {
	router, err := newRouter(document)
	if err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		route, params, err := router.FindRoute(r)
		if err != nil {
			http.Error(w, http.StatusText(http.StatusNotFound), http.StatusNotFound)
			return
		}
		input := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route, Options: &options}
		if err := openapi3filter.ValidateRequest(r.Context(), input); err != nil {
			http.Error(w, http.StatusText(http.StatusBadRequest), http.StatusBadRequest)
			return
		}
		next.ServeHTTP(w, r)
	}), nil
}

func newRouter(document []byte) (routers.Router, error) {
	doc, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		return nil, err
	}
	return legacy.NewRouter(doc)
}
