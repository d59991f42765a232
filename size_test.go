package quartet_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const byHand = `package main

import (
	"encoding/json"
	"fmt"
	"net/http"
)

func main() {
	resp, err := http.Get("https://api.example.com/profile/me")
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	var me struct{ UserID string }
	fmt.Println(json.NewDecoder(resp.Body).Decode(&me), me)
}
`

const byUs = `package main

import (
	"context"
	"fmt"

	"github.com/quartet-go/quartet/profile"
)

func main() {
	client, err := profile.New("https://api.example.com")
	if err != nil {
		panic(err)
	}
	me, err := client.GetMyProfile(context.Background())
	fmt.Println(me, err)
}
`

func TestAProgramGrowsByLittle(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	size := func(name, program string) int64 {
		source, binary := filepath.Join(dir, name+".go"), filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(source, []byte(program), 0o600))
		build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, source)
		out, err := build.CombinedOutput()
		require.NoError(t, err, "%s", out)
		info, err := os.Stat(binary)
		require.NoError(t, err)
		return info.Size()
	}
	more := size("quartet", byUs) - size("hand", byHand)
	t.Logf("%d bytes more than net/http and encoding/json alone", more)
	assert.LessOrEqual(t, more, int64(750_000))
}
