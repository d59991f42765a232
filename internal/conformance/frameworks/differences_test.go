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
	const js = "application/json"
	notFound := frameworks.Answer{Status: 404, ContentType: js, Body: `{"detail":"Not Found"}`}
	assert.Equal(t, "404", notFound.Summary())
	success, failure := frameworks.Answer{Status: 200, ContentType: js, Body: "{}"}, frameworks.Answer{Status: 500, Body: "no"}
	inOtherWords := frameworks.Answer{Status: 404, ContentType: js, Body: `{"detail":"Not here"}`}

	const listed, unlisted = "path: root", "method: GET"
	for name, tc := range map[string]struct {
		asked           string
		framework, mock frameworks.Answer
		problem         string
	}{
		"equal":                         {unlisted, refused, refused, ""},
		"a success, with any body":      {unlisted, success, frameworks.Answer{Status: 200, ContentType: js}, ""},
		"a success of another type":     {unlisted, success, frameworks.Answer{Status: 200, ContentType: "x"}, "the mock:      {200 x"},
		"a success, with Allow":         {unlisted, success, frameworks.Answer{Status: 200, ContentType: js, Allow: "GET"}, "the mock:      {200"},
		"another success":               {unlisted, success, frameworks.Answer{Status: 201, Body: "{}"}, "the mock:      {201"},
		"another body":                  {unlisted, notFound, inOtherWords, "the framework: {404"},
		"another type":                  {unlisted, notFound, frameworks.Answer{Status: 404, ContentType: "x", Body: notFound.Body}, "the mock:      {404 x"},
		"listed":                        {listed, notFound, inOtherWords, ""},
		"listed, of another type":       {listed, notFound, frameworks.Answer{Status: 404, ContentType: "x", Body: inOtherWords.Body}, "has not the form"},
		"listed, without a detail":      {listed, notFound, frameworks.Answer{Status: 404, ContentType: js, Body: "{}"}, "has not the form"},
		"listed, with a challenge":      {listed, notFound, frameworks.Answer{Status: 404, ContentType: js, Challenge: "Bearer", Body: inOtherWords.Body}, "has not the form"},
		"listed, with no text":          {listed, notFound, frameworks.Answer{Status: 404, ContentType: js, Body: `{"detail":[]}`}, "has not the form"},
		"listed, and equal":             {listed, notFound, notFound, "does not differ any more"},
		"listed as another answer":      {listed, failure, inOtherWords, `the framework answers "500"`},
		"listed, and the mock's is new": {listed, notFound, failure, `the mock answers "500"`},
		"listed, and of other issues":   {"path: an escaped slash", notFound, refused, `the mock answers "422 a b"`},
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
