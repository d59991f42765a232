package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v3"

	"github.com/quartet-go/quartet/openapi"
)

// mergeDocuments makes one document of the four, for peers that take one only. Names of
// components get the name of their document, because two documents use the same ones.
func mergeDocuments() ([]byte, error) {
	paths, components := map[string]any{}, map[string]any{}
	for _, name := range []string{"billing", "profile", "subscription", "vendor"} {
		text, err := openapi.FS.ReadFile(name + ".yaml")
		if err != nil {
			return nil, err
		}
		var doc map[string]any
		if err := yaml.Unmarshal(text, &doc); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		rename(doc, name)
		maps.Copy(paths, doc["paths"].(map[string]any))
		for kind, of := range doc["components"].(map[string]any) {
			if components[kind] == nil {
				components[kind] = map[string]any{}
			}
			for component, value := range of.(map[string]any) {
				components[kind].(map[string]any)[name+component] = value
			}
		}
	}
	return json.MarshalIndent(map[string]any{
		"openapi": "3.0.3", "info": map[string]any{"title": "The four APIs", "version": "1"},
		"paths": paths, "components": components,
	}, "", " ")
}

const toComponents = "#/components/"

// rename gives every reference to a component, and every security scheme that is asked
// for, the name of the document in front.
func rename(node any, document string) {
	switch node := node.(type) {
	case map[string]any:
		if ref, ok := node["$ref"].(string); ok {
			kind, component, _ := strings.Cut(strings.TrimPrefix(ref, toComponents), "/")
			node["$ref"] = toComponents + kind + "/" + document + component
		}
		if asked, ok := node["security"].([]any); ok {
			for i, schemes := range asked {
				renamed := map[string]any{}
				for scheme, scopes := range schemes.(map[string]any) {
					renamed[document+scheme] = scopes
				}
				asked[i] = renamed
			}
		}
		for _, value := range node {
			rename(value, document)
		}
	case []any:
		for _, value := range node {
			rename(value, document)
		}
	}
}

// writeStubs writes what WireMock is to answer, which reads no OpenAPI: a stub for each
// operation, with the document's own example of its first good answer.
func writeStubs(document []byte, folder string) error {
	doc, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			status, body := goodAnswer(operation)
			stub, err := json.Marshal(map[string]any{
				"request":  map[string]any{"method": method, "urlPathTemplate": path},
				"response": map[string]any{"status": status, "jsonBody": body, "headers": map[string]string{"Content-Type": "application/json"}},
			})
			if err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(folder, operation.OperationID+".json"), stub, 0o600); err != nil {
				return err
			}
		}
	}
	return nil
}

// goodAnswer is the operation's first answer of the class 2xx, with its example; none has
// no body.
func goodAnswer(operation *openapi3.Operation) (status int, body any) {
	for status = 200; operation.Responses.Status(status) == nil; status++ {
	}
	content := operation.Responses.Status(status).Value.Content.Get("application/json")
	if content == nil {
		return status, nil
	}
	for _, example := range content.Examples {
		body = example.Value.Value
	}
	return status, body
}
