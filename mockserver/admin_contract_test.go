package mockserver_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
	"github.com/quartet-go/quartet/openapi"
)

// adminRequests has one request for each operation of the admin API, which is answered with
// a 2xx in a server that has the space "other" and the fault "late".
var adminRequests = map[string]struct{ path, body string }{
	"getHealth":        {"health", ""},
	"getReadiness":     {"ready", ""},
	"getVersion":       {"version", ""},
	"getDocument":      {"documents/admin.json", ""},
	"getMetrics":       {"metrics", ""},
	"getCoverage":      {"coverage", ""},
	"getCoverageTable": {"coverage.md", ""},
	"listSpaces":       {"spaces", ""},
	"createSpace":      {"spaces", `{"id":"new"}`},
	"deleteSpace":      {"spaces/other", ""},
	"getState":         {"state", ""},
	"replaceState":     {"state", `{"random":1}`},
	"getSeed":          {"state.yaml", ""},
	"replaceSeed":      {"state.yaml", "random: 1\n"},
	"resetSpace":       {"reset", ""},
	"listCodes":        {"codes", ""},
	"issueCode":        {"codes", `{"user_id":"usr_anna"}`},
	"listFaults":       {"faults", ""},
	"addFault":         {"faults", `{"delay":{"time":"1s"}}`},
	"clearFaults":      {"faults", ""},
	"removeFault":      {"faults/late", ""},
	"listLimits":       {"limits", ""},
	"replaceLimits":    {"limits", `{"limits":[{"operation":"getMyProfile","requests":1,"per":"1s"}]}`},
	"getClock":         {"clock", ""},
	"setClock":         {"clock", `{}`},
	"advanceClock":     {"clock/advance", `{"by":"1s"}`},
	"listCalls":        {"journal", ""},
	"clearJournal":     {"journal", ""},
	"streamCalls":      {"journal/events", ""},
}

// The admin API keeps its document as the four APIs keep theirs: every status that it names
// is met, and each answer is checked by an engine that is not the server's own.
func TestEveryAdminOperationAnswersWithEveryDocumentedStatus(t *testing.T) {
	t.Parallel()
	all := operationsIn(openapi.AdminFS)
	assert.Len(t, all, len(adminRequests))
	for _, op := range all {
		for status := range op.route.Operation.Responses.Map() {
			t.Run(op.id+" "+status, func(t *testing.T) {
				t.Parallel()
				want, err := strconv.Atoi(status)
				require.NoError(t, err)
				req, a := provokeAdmin(t, op, want)
				assert.Equal(t, want, a.status, a.body)
				require.NoError(t, op.validate(req, a), a.body)
			})
		}
	}
}

// A request that names two spaces can meet any operation, also one that is in no space.
func TestEveryAdminOperationDocumentsTheRefusalOfTwoSpaces(t *testing.T) {
	t.Parallel()
	for _, op := range operationsIn(openapi.AdminFS) {
		t.Run(op.id, func(t *testing.T) {
			t.Parallel()
			req, a := provokeAdmin(t, op, http.StatusBadRequest)
			assert.Equal(t, http.StatusBadRequest, a.status, a.body)
			require.NoError(t, op.validate(req, a), a.body)
		})
	}
}

// provokeAdmin makes a call that gets the status.
func provokeAdmin(t *testing.T, op operation, status int) (*http.Request, answer) {
	t.Helper()
	request, known := adminRequests[op.id]
	require.True(t, known, op.id)
	path, body, opts := request.path, request.body, []mockserver.Option(nil)
	header := http.Header{}
	if body != "" {
		header.Set("Content-Type", "application/json")
	}
	switch status {
	case http.StatusUnauthorized:
		opts = append(opts, mockserver.WithAdminToken("t"))
	case http.StatusNotFound:
		path = map[string]string{"getDocument": "documents/none.yaml", "deleteSpace": "spaces/none", "removeFault": "faults/none", "createSpace": path}[op.id]
		body = map[bool]string{true: `{"id":"new","from":"none"}`}[op.id == "createSpace"]
	case http.StatusConflict:
		body = `{"id":"other"}`
	case http.StatusUnprocessableEntity:
		path, body = wrongAdminInput(op.id, path, body)
		path += "?unknown=1"
		header.Set("X-Mock-Space", strings.Repeat("x", 257))
	case http.StatusInsufficientStorage:
		opts = append(opts, mockserver.WithSpaces(2, 0))
		header.Set("X-Mock-Space", "third")
	}
	srv, err := mockserver.New(opts...)
	require.NoError(t, err)
	srv.Space("other")
	require.NoError(t, srv.AddFault(mockserver.Fault{Name: "late", Delay: mockserver.Delay{Time: 1}}))

	ctx, cancel := context.WithCancel(t.Context())
	if op.id == "streamCalls" {
		cancel() // or it would go on
	}
	defer cancel()
	req := httptest.NewRequestWithContext(ctx, op.route.Method, "/_mock/v1/"+path, strings.NewReader(body))
	req.RemoteAddr, req.Host, req.Header = "127.0.0.1:1", "localhost", header
	switch status {
	case http.StatusBadRequest:
		req.URL.Path = "/_space/a" + req.URL.Path
		req.Header.Set("X-Mock-Space", "b")
	case http.StatusForbidden:
		req.RemoteAddr = "192.0.2.1:1"
	case http.StatusServiceUnavailable:
		srv.Close()
	}
	w := httptest.NewRecorder()
	srv.ServeHTTP(w, req)
	answered, err := io.ReadAll(w.Result().Body)
	require.NoError(t, err)
	return req, answer{t, w.Code, w.Result().Header, string(answered)}
}

// wrongAdminInput is a request that its document refuses, where a wrong header does not do.
func wrongAdminInput(id, path, body string) (wrongPath, wrongBody string) {
	switch {
	case id == "getDocument":
		return "documents/admin.txt", ""
	case id == "deleteSpace":
		return "spaces/" + strings.Repeat("x", 257), ""
	case body != "":
		return path, "[]"
	}
	return path, body
}
