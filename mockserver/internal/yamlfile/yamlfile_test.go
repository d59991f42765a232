package yamlfile

import (
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMistakesHaveALine(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a: 'b\n":                "f:2: found unexpected end of stream",
		"a: b\n  c: d\n":         "f:2: mapping values are not allowed in this context",
		"# x\na: *sesame\n":      "f:2: there is no such anchor; a text that begins with * needs quotes",
		"a: b\nc: \x01\n":        "f:2: control characters are not allowed",
		"a: b\n---\na: c\n":      "f:2: there is a second document; keep the first only",
		"a: b\n---\na: *other\n": "f:1: there is a second document; keep the first only",
	} {
		_, err := Read("f", []byte(text))
		assert.EqualError(t, err, want)
	}
	_, err := Read("f", []byte("# nothing\n"))
	require.ErrorIs(t, err, io.EOF)
	root, err := Read("f", []byte("a: b\n"))
	require.NoError(t, err)
	assert.Equal(t, "b", root.Content[1].Value)
}
