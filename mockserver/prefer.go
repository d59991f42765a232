package mockserver

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// WithPrefer lets a request choose a fault of its own, where no other takes it, by the
// header Prefer (RFC 7240): "Prefer: code=503" answers with this status instead of acting,
// "Prefer: delay=250ms" holds the answer back; both may be given. What does not read as
// one of the two is passed over.
func WithPrefer() Option {
	return func(s *Server) error {
		s.prefer = true
		return nil
	}
}

// mostPreferred bounds the delay that a request may ask for.
const mostPreferred = time.Minute

// preferred returns the fault that a request asks for, nil for none.
func (s *Server) preferred(r *http.Request) *met {
	if !s.prefer {
		return nil
	}
	var m met
	for _, value := range r.Header["Prefer"] {
		for preference := range strings.FieldsFuncSeq(value, func(r rune) bool { return r == ',' || r == ';' || r == ' ' }) {
			name, argument, _ := strings.Cut(preference, "=")
			argument = strings.Trim(argument, `"`)
			switch name {
			case "code":
				if code, err := strconv.Atoi(argument); err == nil && code >= 200 && code <= 599 {
					m.Status = code
				}
			case "delay":
				if d, err := time.ParseDuration(argument); err == nil && d > 0 {
					m.delay = min(d, mostPreferred)
				}
			}
		}
	}
	if m.Status == 0 && m.delay == 0 {
		return nil
	}
	m.Name = "prefer"
	return &m
}
