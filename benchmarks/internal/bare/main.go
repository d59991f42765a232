// Command bare is what a mock on the wire is measured by: net/http alone, with its
// defaults, which reads the request's body and answers bytes that are given to it.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
)

func main() {
	log.SetFlags(0)
	addr := flag.String("addr", "127.0.0.1:0", "`host:port` to listen on")
	answers := flag.String("answers", "", "JSON `file`: by pattern of net/http, status and body")
	flag.Parse()
	if err := serve(*addr, *answers); err != nil {
		log.Fatal(err)
	}
}

func serve(addr, file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var answers map[string]struct {
		Status int
		Body   string
	}
	if err := json.Unmarshal(data, &answers); err != nil {
		return err
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
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	fmt.Printf("{\"address\":%q}\n", listener.Addr())
	return http.Serve(listener, mux)
}
