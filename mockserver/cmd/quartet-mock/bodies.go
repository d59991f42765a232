package main

import (
	"io"
	"net/http"
	"sync/atomic"
)

// freeBody is how much of a body nobody counts, so that large bodies, be they under way for
// ever, do not keep out the small ones that the APIs are about. -max-requests bounds these.
const freeBody = 64 << 10

// budget is the memory that the bodies under way have together.
type budget struct {
	left   atomic.Int64
	logged seldom
}

func newBudget(most size, log func(limit string)) *budget {
	b := &budget{logged: seldom{log: log}}
	b.left.Store(int64(most))
	return b
}

func (b *budget) handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if 0 <= r.ContentLength && r.ContentLength <= freeBody { // net/http reads no more of it
			next.ServeHTTP(w, r)
			return
		}
		body := &countedBody{ReadCloser: r.Body, budget: b, w: w}
		defer func() { b.left.Add(body.taken) }()
		r.Body = body
		next.ServeHTTP(w, r)
	})
}

// countedBody is a body that takes from the budget as it is read.
type countedBody struct {
	io.ReadCloser
	budget      *budget
	w           http.ResponseWriter
	read, taken int64
}

func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	if over := b.read - freeBody - b.taken; over > 0 {
		b.taken += over
		if b.budget.left.Add(-over) < 0 {
			b.budget.logged.tell("max-bodies")
			shed(b.w)
			return n, noRoom{}
		}
	}
	return n, err
}

// noRoom is why a body is not read. The server answers with its status, in the API's words.
type noRoom struct{}

func (noRoom) Error() string   { return "The server has too many large bodies under way" }
func (noRoom) HTTPStatus() int { return http.StatusServiceUnavailable }

// shed tells a peer to come back with a new connection: what it still sends on this one is
// not read.
func shed(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "1")
	w.Header().Set("Connection", "close")
}
