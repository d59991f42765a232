package frameworks_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/internal/conformance/frameworks"
)

// pagePart is what stands on the page between two comments with a name.
func pagePart(t *testing.T, name string) string {
	t.Helper()
	page, err := os.ReadFile("../../../docs/conformance.md")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(page), "<!-- "+name+" -->\n")
	require.True(t, found, name)
	part, _, found := strings.Cut(rest, "<!-- end of "+name+" -->")
	require.True(t, found, name)
	return part
}

// tableOf is the table of differences as the page shows it.
func tableOf(t *testing.T, comparison *frameworks.Comparison) string {
	t.Helper()
	rows, err := frameworks.Differences()
	require.NoError(t, err)
	var b strings.Builder
	b.WriteString("| asked | FastAPI | the mock | why | cases |\n|---|---|---|---|---|\n")
	for i, row := range rows {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %d |\n", row.What, strings.Join(row.Framework, "; "), strings.Join(row.Mock, "; "), row.Why, comparison.Listed[i])
	}
	return b.String()
}

// The versions of all other tools stand where these are pinned, and on the page.
func TestThePageNamesTheVersionsOfTheTools(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../docs/conformance.md")
	require.NoError(t, err)
	for file, tools := range map[string]map[string]string{
		"../../../go.mod":                 {`pgregory.net/rapid (v\S+)`: "pgregory.net/rapid) %s,"},
		"../../../.ci/lint/package.json":  {`"@redocly/cli": "(.+)"`: "[Redocly CLI](https://redocly.com/docs/cli) %s ", `spectral-cli": "(.+)"`: "spectral) %s "},
		"../schemathesis/requirements.in": {`schemathesis==(.+)`: "runs version %s "},
		"../typescript/package.json":      {`"openapi-typescript": "(.+)"`: "openapi-typescript %s,", `"openapi-fetch": "(.+)"`: "openapi-fetch %s,", `"typescript": "(.+)"`: "TypeScript %s "},
	} {
		pinned, err := os.ReadFile(file)
		require.NoError(t, err)
		for where, text := range tools {
			version := regexp.MustCompile(where).FindSubmatch(pinned)
			require.NotNil(t, version, where)
			assert.Contains(t, string(page), fmt.Sprintf(text, version[1]))
		}
	}
}

func TestThePageNamesTheVersionsOfTheGoldenFiles(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("golden/versions.json")
	require.NoError(t, err)
	var versions map[string]string
	require.NoError(t, json.Unmarshal(raw, &versions))
	part := pagePart(t, "versions")
	for name, version := range versions {
		assert.Contains(t, part, "| "+name+" | "+version+" |\n")
	}
	assert.Equal(t, len(versions)+2, strings.Count(part, "\n"), "with the head of the table")
}
