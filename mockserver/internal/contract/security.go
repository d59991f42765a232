package contract

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// Security says what an operation wants to know about its caller.
type Security struct {
	Access        Access
	Bearer        bool     // Authorization: Bearer is accepted
	APIKeyHeaders []string // headers that carry an API key, in canonical form, such as X-Api-Key, in the order of the document
}

// compileSecurity reads the operation's own requirements, or else the document's.
func compileSecurity(doc *openapi3.T, op *openapi3.Operation) (Security, error) {
	requirements := doc.Security
	if op.Security != nil {
		requirements = *op.Security
	}
	var s Security
	if len(requirements) == 0 {
		return s, nil
	}
	s.Access = RequiredAccess
	for _, requirement := range requirements {
		if len(requirement) == 0 {
			s.Access = OptionalAccess
		}
		if len(requirement) > 1 {
			return s, fmt.Errorf("security: schemes that must be sent together are not supported")
		}
		for name := range requirement {
			if err := s.add(doc, name); err != nil {
				return s, err
			}
		}
	}
	return s, nil
}

func (s *Security) add(doc *openapi3.T, name string) error {
	var scheme *openapi3.SecurityScheme
	if doc.Components != nil {
		if ref := doc.Components.SecuritySchemes[name]; ref != nil {
			scheme = ref.Value
		}
	}
	switch {
	case scheme == nil:
		return fmt.Errorf("security: no scheme %q", name)
	case scheme.Type == "http" && scheme.Scheme == "bearer":
		s.Bearer = true
	case scheme.Type == "apiKey" && scheme.In == "header":
		if header := http.CanonicalHeaderKey(scheme.Name); !slices.Contains(s.APIKeyHeaders, header) {
			s.APIKeyHeaders = append(s.APIKeyHeaders, header)
		}
	default:
		return fmt.Errorf("security: scheme %q is neither a bearer token nor an API key in a header", name)
	}
	return nil
}
