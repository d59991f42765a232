package mockserver

import (
	"net/http"
	"strings"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// authorize finds out who calls. Every credential that is sent must be one that opens the
// API, also where none is needed, so that a wrong one never passes in silence (contract:
// across all four). The first says who calls.
func (s *Space) authorize(op *contract.Operation, header http.Header) (Token, *refusal) {
	var room [2]string // more than most requests offer
	credentials := appendCredentials(room[:0], op, header)
	if len(credentials) == 0 {
		if s.server.demandsCredential(op) {
			return Token{}, &refusal{unauthenticated: true}
		}
		return s.world.anonymous(), nil
	}
	var caller Token
	for i, credential := range credentials {
		token, known := s.world.token(credential)
		if !known || !token.opens(op.API.Name) {
			return Token{}, &refusal{unauthenticated: true, sent: true}
		}
		if i == 0 {
			caller = token
		}
	}
	return caller, nil
}

func (s *Server) demandsCredential(op *contract.Operation) bool {
	return op.Security.Access == contract.RequiredAccess || s.strictAuth && op.Security.Access == contract.OptionalAccess
}

// appendCredentials appends all that the request offers: API keys where the operation takes
// them, then Authorization headers of any scheme. One that is no bearer token stands as "",
// which is never known. An empty header offers nothing.
func appendCredentials(credentials []string, op *contract.Operation, header http.Header) []string {
	for _, name := range op.Security.APIKeyHeaders {
		for _, key := range header[name] {
			if key != "" {
				credentials = append(credentials, key)
			}
		}
	}
	for _, authorization := range header["Authorization"] {
		scheme, token, _ := strings.Cut(authorization, " ")
		switch {
		case strings.EqualFold(scheme, "Bearer"):
			credentials = append(credentials, strings.TrimSpace(token))
		case authorization != "":
			credentials = append(credentials, "")
		}
	}
	return credentials
}

func (t Token) opens(api string) bool {
	switch api {
	case "profile":
		return t.Profile != ""
	case "billing":
		return t.Billing
	case "subscription":
		return t.Subscription
	default:
		return t.Vendor != 0
	}
}
