package main

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/openapi"
)

// Every operation of the admin API, in the process that people start: with the example of
// its document it is carried out, and with what its document refuses it is not. What comes
// back keeps the document.
func TestAdminOperationsOfTheProcess(t *testing.T) {
	t.Parallel()
	for _, media := range []string{"text/markdown", "text/event-stream", "application/yaml"} { // whose documents say no more than that it is a text
		openapi3filter.RegisterBodyDecoder(media, openapi3filter.PlainBodyDecoder)
	}
	data, err := openapi.AdminFS.ReadFile("admin.yaml")
	require.NoError(t, err)
	doc, err := openapi3.NewLoader().LoadFromData(data)
	require.NoError(t, err)
	s, _ := process(t, nil, "-addr", "127.0.0.1:0", "-admin-token", "t0ken")
	first := adminRequest(t, s, http.MethodGet, "/_mock/v1/clock", nil)
	first.Header.Set("X-Mock-Space", "first") // of which an example speaks
	assert.Equal(t, http.StatusOK, adminAnswer(t, first).StatusCode)

	called := 0
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete} {
		for _, path := range slices.Backward(slices.Sorted(maps.Keys(doc.Paths.Map()))) { // one fault before all
			item := doc.Paths.Value(path)
			op := item.GetOperation(method)
			if op == nil {
				continue
			}
			called++
			route := &routers.Route{Spec: doc, Path: path, PathItem: item, Method: method, Operation: op}
			for name, req := range map[string]*http.Request{"as documented": goodRequest(t, s, route), "refused": badRequest(t, s, route)} {
				a := adminAnswer(t, req)
				assert.Equal(t, name == "as documented", a.StatusCode < 300, "%s, %s: %s %s", op.OperationID, name, a.Status, a.body)
				if a.StatusCode != http.StatusMethodNotAllowed { // which no operation documents
					assert.NoError(t, openapi3filter.ValidateResponse(t.Context(), &openapi3filter.ResponseValidationInput{
						RequestValidationInput: &openapi3filter.RequestValidationInput{Request: req, Route: route},
						Status:                 a.StatusCode, Header: a.Header, Body: io.NopCloser(strings.NewReader(a.body)),
						Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
					}), "%s, %s: %s", op.OperationID, name, a.body)
				}
			}
		}
	}
	assert.Greater(t, called, 25)
}

// goodRequest is what the document gives as an example.
func goodRequest(t *testing.T, s *served, route *routers.Route) *http.Request {
	t.Helper()
	path := route.Path
	for _, p := range route.Operation.Parameters {
		if example, is := p.Value.Example.(string); is && p.Value.In == openapi3.ParameterInPath {
			path = strings.ReplaceAll(path, "{"+p.Value.Name+"}", example)
		}
	}
	if route.Operation.RequestBody == nil {
		return adminRequest(t, s, route.Method, path, nil)
	}
	media := route.Operation.RequestBody.Value.Content.Get("application/json")
	if media == nil {
		return adminRequest(t, s, route.Method, path, []byte("random: 7\n"))
	}
	names := slices.Sorted(maps.Keys(media.Examples))
	require.NotEmpty(t, names, "%s has no example", route.Operation.OperationID)
	body, err := json.Marshal(media.Examples[names[0]].Value.Value)
	require.NoError(t, err)
	return adminRequest(t, s, route.Method, path, body)
}

// badRequest is refused: by its body, by the space that it names, or by its method.
func badRequest(t *testing.T, s *served, route *routers.Route) *http.Request {
	t.Helper()
	req := goodRequest(t, s, route)
	switch {
	case route.Operation.RequestBody != nil:
		return adminRequest(t, s, route.Method, req.URL.Path, []byte("[]"))
	case route.Operation.Tags[0] == "Space":
		req.Header.Set("X-Mock-Space", strings.Repeat("x", 257))
	case strings.Contains(route.Path, "{"):
		return adminRequest(t, s, route.Method, req.URL.Path+strings.Repeat("x", 257), nil)
	default:
		return adminRequest(t, s, http.MethodPatch, req.URL.Path, nil)
	}
	return req
}

func adminRequest(t *testing.T, s *served, method, path string, body []byte) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.url+path, bytes.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer t0ken")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req
}

type adminReply struct {
	*http.Response
	body string
}

// adminAnswer reads an answer, of one that goes on what has come at once.
func adminAnswer(t *testing.T, req *http.Request) adminReply {
	t.Helper()
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	if resp.Header.Get("Content-Type") == "text/event-stream" {
		return adminReply{resp, ": it goes on"}
	}
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return adminReply{resp, string(body)}
}
