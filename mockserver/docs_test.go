package mockserver_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var fenced = regexp.MustCompile("(?ms)^```(go|text)\n(.*?)^```$")

// The code of the page is code that runs, and its output what that prints.
func TestDocsShowTheExamples(t *testing.T) {
	t.Parallel()
	var examples string
	for _, file := range []string{"example_test.go", "example_proxy_test.go"} {
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		examples += plain(string(source))
	}
	page, err := os.ReadFile("../docs/mockserver.md")
	require.NoError(t, err)
	blocks := fenced.FindAllStringSubmatch(string(page), -1)
	assert.Greater(t, len(blocks), 20)
	for _, block := range blocks {
		if !strings.Contains(examples, plain(block[2])) {
			t.Errorf("it is not in example_test.go:\n%s", block[2])
		}
	}
}

// plain is a text without indentation and the marks of comments, which the page leaves out.
func plain(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimPrefix(strings.TrimSpace(line), "// Output:")
		line = strings.TrimSpace(strings.TrimPrefix(line, "//"))
		b.WriteString(line + "\n")
	}
	return b.String()
}
