package compile

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// compileAnswers returns the documented answers by status.
func compileAnswers(schemas *compiler, source *openapi3.Responses) ([]contract.Response, error) {
	var list []contract.Response
	for _, text := range slices.Sorted(maps.Keys(source.Map())) {
		status, err := strconv.Atoi(text)
		if err != nil {
			return nil, fmt.Errorf("answer %s: only a number is supported", text)
		}
		a := contract.Response{Status: status}
		if err := compileAnswer(&a, schemas, source.Value(text).Value.Content, "answer "+text); err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return list, nil
}

func compileAnswer(a *contract.Response, schemas *compiler, content openapi3.Content, place string) (err error) {
	for _, name := range slices.Sorted(maps.Keys(content)) {
		switch media := content[name]; {
		case isText(media) && !contract.IsJSON(name):
			a.Texts = append(a.Texts, name)
		case media.Schema == nil || !contract.IsJSON(name) || a.Schema != nil:
			return fmt.Errorf("%s: only one JSON with a schema, and texts with type: string, are supported", place)
		default:
			a.JSON = name
			if a.Schema, err = schemas.compile(media.Schema, place); err != nil {
				return err
			}
		}
	}
	return nil
}

// isText reports whether all that is said of a body is that it is a text.
func isText(media *openapi3.MediaType) bool {
	return media.Schema != nil && media.Schema.Value.Type.Is("string")
}
