package frameworks_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/internal/conformance/frameworks"
	"github.com/quartet-go/quartet/mockserver"
	"github.com/quartet-go/quartet/openapi"
)

// ask sends a recorded request to the mock, whose state would let it succeed.
func ask(t *testing.T, mock *mockserver.Server, c *frameworks.Case) frameworks.Answer {
	t.Helper()
	require.NoError(t, mock.Update(func(s *mockserver.State) { prepare(s, c) }))
	req, err := http.NewRequestWithContext(t.Context(), c.Request.Method, "http://mock", bytes.NewReader(c.Request.Bytes()))
	require.NoError(t, err)
	req.URL, err = url.ParseRequestURI(c.Request.Target) // not with the host before it: two slashes would be lost
	require.NoError(t, err)
	req.URL.Scheme, req.URL.Host = "http", "mock"
	if c.Request.Authorization != nil {
		req.Header.Set("Authorization", strings.TrimSpace(*c.Request.Authorization)) // as any server reads a header
	}
	if c.Request.ContentType != nil {
		req.Header.Set("Content-Type", *c.Request.ContentType)
	}
	resp, err := mock.Transport().RoundTrip(req)
	require.NoError(t, err, "%s", c)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return frameworks.Answer{
		Status: resp.StatusCode, ContentType: resp.Header.Get("Content-Type"), Allow: resp.Header.Get("Allow"),
		Challenge: resp.Header.Get("WWW-Authenticate"), Body: string(answer),
	}
}

// prepare gives the state what the request names: a code, a course, a user and so on, because what the mock's handlers
// refuse beyond the schema is no matter of frameworks.
func prepare(s *mockserver.State, c *frameworks.Case) {
	var sent map[string]any
	_ = json.Unmarshal(c.Request.Bytes(), &sent) // what is no object has no members
	text := func(name string) string {
		text, _ := sent[name].(string)
		return text
	}
	var read struct {
		Message string
		ID      int64
	}
	_ = json.Unmarshal([]byte(c.Answer.Body), &read) // what the framework read, where it came so far
	user := s.Profile.Users[s.Profile.DefaultUser]
	if method := text("method"); method != "" {
		s.Profile.PaymentMethods = append(s.Profile.PaymentMethods, method)
	}
	if password := text("old_password"); password != "" {
		user.Password = password
	}
	if code := text("verification_code"); code != "" {
		user.Codes = []mockserver.VerificationCode{{Code: code}}
	}
	if course := read.Message; course != "" {
		user.Subscriptions = []mockserver.CourseSubscription{{CourseID: course}}
	}
	id := int64(7)
	if c.Answer.Status/100 == 2 {
		id = read.ID // alone, so that the mock has to read the same
	}
	s.Subscription.Users = map[int64]*mockserver.SubscriptionUser{id: {Status: "active", Language: "ru"}}
}

func TestTheMockAnswersLikeTheFramework(t *testing.T) {
	t.Parallel()
	comparison, err := frameworks.Compare()
	require.NoError(t, err)
	for _, operation := range frameworks.Operations() {
		mock, err := mockserver.New(mockserver.WithCheckedAnswers())
		require.NoError(t, err)
		strict, err := mockserver.New(mockserver.WithCheckedAnswers(), mockserver.WithStrictAuth())
		require.NoError(t, err)
		cases, err := frameworks.Cases(operation)
		require.NoError(t, err)
		for _, c := range cases {
			asked := mock
			if c.Request.Strict {
				asked = strict
			}
			assert.NoError(t, comparison.Check(&c, ask(t, asked, &c)))
		}
		assert.Zero(t, mock.Violations()+strict.Violations(), operation)
	}
	assert.NoError(t, comparison.Unused())
	assert.Equal(t, tableOf(t, comparison), pagePart(t, "differences"), "the table of docs/conformance.md")
	assert.Contains(t, pagePart(t, "figures"), fmt.Sprintf(
		"%d requests; %d answers equal byte for byte, %d successes of the same status and headers; %d differences on purpose, in\n%d entries.",
		comparison.Compared, comparison.Compared-comparison.Differing-comparison.Successes, comparison.Successes, comparison.Differing,
		len(comparison.Listed)))
	assert.NotContains(t, comparison.Listed, 0, "an entry without a case")
}

func TestEveryOperationOfTheTwoDocumentsIsInTheCorpus(t *testing.T) {
	t.Parallel()
	var ids []string
	for _, name := range []string{"profile.yaml", "subscription.yaml"} {
		file, err := openapi.FS.ReadFile(name)
		require.NoError(t, err)
		document, err := openapi3.NewLoader().LoadFromData(file)
		require.NoError(t, err)
		for _, item := range document.Paths.Map() {
			for _, operation := range item.Operations() {
				ids = append(ids, operation.OperationID)
			}
		}
	}
	assert.ElementsMatch(t, ids, frameworks.Operations())
}
