package mockserver

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// WithPrefer lets a request choose a fault of its own, where no other takes it, by the
// header Prefer (RFC 7240): "Prefer: code=503" answers with this status instead of acting,
// "Prefer: delay=250ms" holds the answer back, for a minute at most; both may be given. The
// code of the operation's own success asks for what happens anyway. What does not read as
// one of the two, a delay without a unit, too, is passed over.
func WithPrefer() Option {
	return func(s *Server) error {
		s.prefer = true
		return nil
	}
}

// mostPreferred bounds the delay that a request may ask for.
const mostPreferred = time.Minute

// preference is a name with its value, which may be quoted: what stands in quotes is no
// preference of its own.
var preference = regexp.MustCompile(`([^\s,;="]+)(?:[ \t]*=[ \t]*("[^"]*"|[^\s,;"]*))?|"[^"]*"`)

// preferred returns the fault that a request asks for, nil for none.
func (s *Server) preferred(op *contract.Operation, r *http.Request) *met {
	if !s.prefer {
		return nil
	}
	var m met
	for _, value := range r.Header["Prefer"] {
		for _, parts := range preference.FindAllStringSubmatch(value, -1) {
			argument := strings.Trim(parts[2], `"`)
			switch strings.ToLower(parts[1]) { // the first of two counts
			case "code":
				if code, err := strconv.Atoi(argument); err == nil && code >= 200 && code <= 599 {
					m.Status = cmp.Or(m.Status, code)
				}
			case "delay":
				if d, err := time.ParseDuration(argument); err == nil && d > 0 {
					m.delay = cmp.Or(m.delay, min(d, mostPreferred))
				}
			}
		}
	}
	if op != nil && m.Status < 300 && slices.Contains(op.Answers, m.Status) {
		m.Status = 0
	}
	if m.Status == 0 && m.delay == 0 {
		return nil
	}
	m.Name = "prefer"
	return &m
}
