package compile

import (
	"errors"
	"fmt"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// compileParameters returns the parameters of the path item and the operation, path before query before header, each
// group in the order of the document.
func compileParameters(schemas *compiler, shared, own openapi3.Parameters) ([]contract.Argument, error) {
	var list []contract.Argument
	for _, group := range []contract.In{contract.InPath, contract.InQuery, contract.InHeader} {
		for _, ref := range slices.Concat(shared, own) {
			if contract.In(ref.Value.In) != group {
				continue
			}
			p, err := compileParameter(schemas, ref.Value)
			if err != nil {
				return nil, fmt.Errorf("parameter %s: %w", ref.Value.Name, err)
			}
			list = slices.DeleteFunc(list, func(old contract.Argument) bool { return old.Name == p.Name && old.In == p.In })
			list = append(list, p)
		}
	}
	for _, ref := range slices.Concat(shared, own) {
		if ref.Value.In == openapi3.ParameterInCookie {
			return nil, fmt.Errorf("parameter %s: cookies are not supported", ref.Value.Name)
		}
	}
	return list, nil
}

func compileParameter(schemas *compiler, source *openapi3.Parameter) (contract.Argument, error) {
	p := contract.Argument{Name: source.Name, In: contract.In(source.In), Required: source.Required}
	if source.Schema == nil || source.Style != "" || source.Explode != nil || source.AllowReserved {
		return p, errors.New("only a schema is supported, without content, style, explode or allowReserved")
	}
	s, err := schemas.compile(source.Schema, p.Name)
	if err != nil {
		return p, err
	}
	switch s.Single() {
	case contract.String, contract.Integer, contract.Number, contract.Boolean:
	default:
		return p, errors.New("only a string, integer, number or boolean is supported")
	}
	if s.Nullable {
		return p, errors.New("nullable is not supported")
	}
	p.Schema = s
	return p, nil
}
