package main

import (
	"net/http"
	"strings"

	"github.com/rs/cors"
)

// crossOrigin lets pages of some origins call the APIs. What steers the mock, below
// /_mock/, stays closed to every page.
func crossOrigin(origins string, next http.Handler) http.Handler {
	options := cors.Options{
		AllowedMethods: []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"},
		AllowedHeaders: []string{"*"}, ExposedHeaders: []string{"*"},
	}
	for origin := range strings.SplitSeq(origins, ",") {
		options.AllowedOrigins = append(options.AllowedOrigins, strings.TrimSpace(origin))
	}
	open := cors.New(options).Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/_mock/") {
			next.ServeHTTP(w, r)
			return
		}
		open.ServeHTTP(w, r)
	})
}
