// Package canned answers requests with bytes that are given to it.
package canned

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
)

// Answer to the requests of one pattern of net/http.
type Answer struct {
	Status int
	Body   string
}

// Handler reads the request's body and answers what a JSON file says, which has an
// [Answer] by pattern.
func Handler(file string) (http.Handler, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var answers map[string]Answer
	if err := json.Unmarshal(data, &answers); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	for pattern, answer := range answers {
		body := []byte(answer.Body)
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // a client that breaks off gets no answer
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(answer.Status)
			_, _ = w.Write(body)
		})
	}
	return mux, nil
}

// Serve serves with net/http's defaults until it fails.
func Serve(addr string, handler http.Handler) error {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	return http.Serve(listener, handler)
}
