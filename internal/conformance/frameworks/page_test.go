package frameworks_test

import (
	"encoding/json"
	"fmt"
	"os"
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
