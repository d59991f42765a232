package frameworks_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/internal/conformance/frameworks"
)

func TestADifferenceHasToBeListedAndWhatIsListedHasToDiffer(t *testing.T) {
	t.Parallel()
	refused := frameworks.Answer{Status: 422, ContentType: "application/json", Body: `{"detail":[{"type":"b"},{"type":"a"},{"type":"b"}]}`}
	assert.Equal(t, "422 a b", refused.Summary())
	notFound := frameworks.Answer{Status: 404, Body: `{"detail":"Not Found"}`}
	assert.Equal(t, "404", notFound.Summary())
	success, failure := frameworks.Answer{Status: 200, Body: "{}"}, frameworks.Answer{Status: 500, Body: "no"}

	const listed, unlisted = "path: root", "method: GET"
	for name, tc := range map[string]struct {
		asked           string
		framework, mock frameworks.Answer
		problem         string
	}{
		"equal":                         {unlisted, refused, refused, ""},
		"a success, with any body":      {unlisted, success, frameworks.Answer{Status: 200}, ""},
		"another success":               {unlisted, success, frameworks.Answer{Status: 201, Body: "{}"}, "the mock:      {201"},
		"another body":                  {unlisted, notFound, frameworks.Answer{Status: 404}, "the framework: {404"},
		"another type":                  {unlisted, notFound, frameworks.Answer{Status: 404, ContentType: "x", Body: notFound.Body}, "the mock:      {404 x"},
		"listed":                        {listed, notFound, frameworks.Answer{Status: 404}, ""},
		"listed, and equal":             {listed, notFound, notFound, "does not differ any more"},
		"listed as another answer":      {listed, failure, frameworks.Answer{Status: 404}, `the framework answers "500"`},
		"listed, and the mock's is new": {listed, notFound, failure, `the mock answers "500"`},
	} {
		comparison, err := frameworks.Compare()
		require.NoError(t, err)
		err = comparison.Check(&frameworks.Case{Operation: "getMyProfile", Name: tc.asked, Answer: tc.framework}, tc.mock)
		if tc.problem == "" {
			assert.NoError(t, err, name)
		} else {
			assert.ErrorContains(t, err, tc.problem, name)
		}
	}
	comparison, err := frameworks.Compare()
	require.NoError(t, err)
	assert.ErrorContains(t, comparison.Unused(), "there is no case")
}
