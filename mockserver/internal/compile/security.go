package compile

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// compileSecurity reads the operation's own requirements, or else the document's.
func compileSecurity(doc *openapi3.T, op *openapi3.Operation) (contract.Security, error) {
	requirements := doc.Security
	if op.Security != nil {
		requirements = *op.Security
	}
	var s contract.Security
	if len(requirements) == 0 {
		return s, nil
	}
	s.Access = contract.RequiredAccess
	for _, requirement := range requirements {
		if len(requirement) == 0 {
			s.Access = contract.OptionalAccess
		}
		if len(requirement) > 1 {
			return s, fmt.Errorf("security: schemes that must be sent together are not supported")
		}
		for name := range requirement {
			if err := addScheme(&s, doc, name); err != nil {
				return s, err
			}
		}
	}
	return s, nil
}

func addScheme(s *contract.Security, doc *openapi3.T, name string) error {
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
