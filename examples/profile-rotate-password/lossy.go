package main

import (
	"errors"
	"net/http"
)

// lossy is a connection that breaks at the first request: after the server has acted, or
// before.
type lossy struct {
	next   http.RoundTripper
	before bool
	broken bool
}

func (l *lossy) RoundTrip(req *http.Request) (*http.Response, error) {
	if l.broken {
		return l.next.RoundTrip(req)
	}
	l.broken = true
	if !l.before {
		resp, err := l.next.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		if err := resp.Body.Close(); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("connection lost")
}
