package mockserver_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// An importer of the mock links the documents as code, and not what reads OpenAPI.
func TestTheMockLinksNoReaderOfOpenAPI(t *testing.T) {
	t.Parallel()
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", ".")
	out, err := list.CombinedOutput()
	require.NoError(t, err, "%s", out)
	modules := strings.Fields(string(out))
	slices.Sort(modules)
	assert.Equal(t, []string{"github.com/go-json-experiment/json", "github.com/quartet-go/quartet", "go.yaml.in/yaml/v3"}, slices.Compact(modules))
}
