package quartet_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// An importer of one client shall not link what it did not ask for.
func TestAClientLinksTheRetryLoopAndNothingElse(t *testing.T) {
	t.Parallel()
	const module = "github.com/quartet-go/quartet"
	for _, client := range []string{"profile", "billing", "subscription", "vendorapi"} {
		t.Run(client, func(t *testing.T) {
			t.Parallel()
			list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "./"+client)
			out, err := list.CombinedOutput()
			require.NoError(t, err, "%s", out)
			assert.ElementsMatch(t, []string{
				module, module + "/internal/lex", module + "/internal/operation", module + "/internal/version", module + "/" + client,
				"github.com/hashicorp/go-retryablehttp", "github.com/hashicorp/go-cleanhttp",
			}, strings.Fields(string(out)))
		})
	}
}
