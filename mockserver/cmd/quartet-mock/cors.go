package main

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/rs/cors"
)

// crossOrigin lets pages of some origins call the APIs. What steers the mock stays closed to
// every page.
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
		if steers(r) {
			next.ServeHTTP(w, r)
			return
		}
		open.ServeHTTP(w, r)
	})
}

// steers reports whether a request is for the admin API: below /_mock/, also behind the prefix
// of a space, and in any spelling.
func steers(r *http.Request) bool {
	if !strings.Contains(r.URL.Path, "/_mock") { // nearly all: spare them what follows
		return false
	}
	segments := strings.Split(r.URL.EscapedPath(), "/") // the first is empty
	if len(segments) > 3 && means(segments[1], "_space") {
		segments = segments[2:]
	}
	return len(segments) > 1 && means(segments[1], "_mock")
}

// means reports whether an escaped segment of a path is a name.
func means(segment, name string) bool {
	text, err := url.PathUnescape(segment)
	return err == nil && text == name
}
