package mockserver

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/openapi"
)

func TestAdminHandlersAreTheOperationsOfTheDocument(t *testing.T) {
	t.Parallel()
	docs, err := loadAdmin()
	require.NoError(t, err)
	var ids []string
	for op := range docs.contract.Operations() {
		ids = append(ids, op.ID)
		assert.Contains(t, []string{"Space", "Server"}, op.Tags[0], op.ID)
		assert.Less(t, op.Answers[0], 300, op.ID)
	}
	assert.ElementsMatch(t, ids, slices.Collect(maps.Keys(adminHandlers)))
}

// What the document says of the notation is what the Go types say.
func TestAdminDocumentHasTheMembersOfTheTypes(t *testing.T) {
	t.Parallel()
	data, err := openapi.AdminFS.ReadFile("admin.yaml")
	require.NoError(t, err)
	doc, err := openapi3.NewLoader().LoadFromData(data)
	require.NoError(t, err)
	schemas := doc.Components.Schemas
	for name, of := range map[string]reflect.Type{
		"Condition": reflect.TypeFor[condition](), "Version": reflect.TypeFor[versionAnswer](), "Document": reflect.TypeFor[documentInfo](),
		"SpaceList": reflect.TypeFor[spaceList](), "Space": reflect.TypeFor[spaceInfo](),
		"State": reflect.TypeFor[State](), "Variation": reflect.TypeFor[Variation](),
		"CodeList": reflect.TypeFor[codeList](), "Code": reflect.TypeFor[issuedCode](),
		"FaultList": reflect.TypeFor[faultList](), "Fault": reflect.TypeFor[Fault](), "Delay": reflect.TypeFor[Delay](),
		"LimitList": reflect.TypeFor[limitList](), "Limit": reflect.TypeFor[Limit](),
		"Clock": reflect.TypeFor[Clock](), "ClockNow": reflect.TypeFor[clockAnswer](),
		"Journal": reflect.TypeFor[journalAnswer](), "Call": reflect.TypeFor[Entry](),
		"Coverage": reflect.TypeFor[coverageAnswer](), "OperationCoverage": reflect.TypeFor[OperationCoverage](),
		"AnswerCoverage": reflect.TypeFor[AnswerCoverage](), "ParameterCoverage": reflect.TypeFor[ParameterCoverage](),
	} {
		var members []string
		for i := range of.NumField() {
			member, _ := memberOf(of.Field(i))
			members = append(members, member)
		}
		assert.ElementsMatch(t, members, slices.Collect(maps.Keys(schemas[name].Value.Properties)), name)
	}
	for name, values := range map[string][]string{"Kind": texts(kinds), "Distribution": texts(distributions), "Algorithm": texts(algorithms)} {
		var listed []string
		for _, value := range schemas[name].Value.Enum {
			listed = append(listed, value.(string))
		}
		assert.Equal(t, values, listed, name)
	}
}

func texts[T ~string](values []T) (all []string) {
	for _, v := range values {
		all = append(all, string(v))
	}
	return all
}

// A large call of the admin API waits for the one before it, and then its caller may give up. No
// other call waits.
func TestLargeAdminCallsComeOneAfterTheOther(t *testing.T) {
	t.Parallel()
	s, err := New()
	require.NoError(t, err)
	ctx, giveUp := context.WithCancel(t.Context())
	giveUp()
	status := func(method, path, body string) int {
		r := httptest.NewRequestWithContext(ctx, method, "http://localhost/_mock/v1/"+path, strings.NewReader(body))
		r.RemoteAddr = "127.0.0.1:1"
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w.Code
	}
	long := `{"user_id":"usr_anna"` + strings.Repeat(" ", smallAdminBody) + `}`
	s.large <- struct{}{}
	for _, path := range []string{"state", "state.yaml", "codes"} {
		assert.Equal(t, 503, status(http.MethodGet, path, ""), path)
	}
	assert.Equal(t, 503, status(http.MethodPost, "codes", long))
	for _, path := range []string{"health", "journal", "faults"} {
		assert.Equal(t, 200, status(http.MethodGet, path, ""), path)
	}
	assert.Equal(t, 201, status(http.MethodPost, "codes", `{"user_id":"usr_anna"}`))
	<-s.large
	assert.Equal(t, 201, status(http.MethodPost, "codes", `{"user_id":"usr_anna"}`))
	ctx = t.Context()
	assert.Equal(t, 200, status(http.MethodGet, "state", long), "one that is large twice has one turn")
	assert.Empty(t, s.large)
}
