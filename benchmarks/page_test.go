package main

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The page is made by a whole run, which has to be made again when this fails: something is
// measured otherwise, or beside others, than the page says.
func TestThePageIsWhatThisProgramWrites(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(document)
	require.NoError(t, err)
	written := string(text)
	var parts []string
	for _, s := range sections {
		part := s.of(written)
		assert.Contains(t, part, s.heading+"\nMeasured on ", "%s has no heading, or no stamp", s.name)
		assert.Contains(t, part, s.method, "%s is measured in another way", s.name)
		parts = append(parts, part)
	}
	assert.Equal(t, page(parts), written, "its beginning and its aims are those of its sections")
	for at, names := range [][]string{contestantNames(), mockNames(), nil, serverNames()} {
		for _, name := range names {
			assert.Contains(t, parts[at], name)
		}
	}

	assert.Contains(t, written, "]("+growthPlot+")")
	plot, err := os.ReadFile("../docs/" + growthPlot)
	require.NoError(t, err)
	assert.NoError(t, xml.Unmarshal(plot, new(struct {
		XMLName xml.Name `xml:"svg"`
	})))
}

func contestantNames() (names []string) {
	for _, c := range contestants {
		names = append(names, c.name)
	}
	return names
}

func mockNames() (names []string) {
	for _, m := range slices.Concat(inMemory, overLoopback) {
		names = append(names, m.name)
	}
	return names
}

// serverNames are also those of peers that were absent.
func serverNames() (names []string) {
	for _, s := range goServers {
		names = append(names, s.name)
	}
	for _, p := range peers {
		names = append(names, p.title)
	}
	return names
}

func TestThePageSaysWhichAimsAreNotMet(t *testing.T) {
	t.Parallel()
	clients := "\n## The clients\n\n### GET\n\n| a |\n\n" + verdict("Level with by hand", true, 1.02) + verdict("Faster", false, 2.345)
	wire := "\n## The wire\n\nhow: holds, as it were\n" + unmeasured("At least 10 × Prism")
	assert.Equal(t, intro+`
## What is held, and what falls short

Under each table stands what quartet is held against there. 1 of these aims are met. What falls short:

- The clients, GET. Faster: does not hold, 2.35.
- The wire. At least 10 × Prism: not measured.

## The clients

### GET

| a |

- Level with by hand: holds, 1.02.
- Faster: does not hold, 2.35.

## The wire

how: holds, as it were
- At least 10 × Prism: not measured.
`, page([]string{clients, wire}))
	assert.Contains(t, page([]string{verdict("Level", true, 1)}), "What falls short:\n\nNothing.\n")
}

func TestASectionIsWrittenThoughALaterOneFails(t *testing.T) {
	t.Parallel()
	fakes := slices.Clone(sections)
	for i := range fakes {
		fakes[i].method = "\n"
		fakes[i].measure = func() (string, error) { return "new " + fakes[i].name + "\n", nil }
	}
	fakes[2].measure = func() (string, error) { return "", assert.AnError }
	file := filepath.Join(t.TempDir(), "page.md")
	require.NoError(t, os.WriteFile(file, []byte(fakes[0].heading+"old\n"+fakes[2].heading+"old growth\n"+fakes[3].heading+"old wire\n"), 0o600))
	require.ErrorIs(t, run(file, fakes, func(section) bool { return true }), assert.AnError)

	text, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.NotContains(t, string(text), "old\n")
	for _, want := range []string{"\nnew clients\n", "\nnew inprocess\n", "\nold growth\n", "\nold wire\n"} {
		assert.Contains(t, string(text), want)
	}
}

func TestAStampNamesCommitAndDate(t *testing.T) {
	t.Parallel()
	assert.Regexp(t, `^\nMeasured on \d{4}-\d\d-\d\d at (commit [0-9a-f]{12}( and changes)?|an unknown commit) with go\S+ on \S+/\S+, \d+ × .+\.\n$`, stamp())
}
