package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSectionsOfADocumentAreKeptAsTheyAre(t *testing.T) {
	t.Parallel()
	const document = "# Benchmarks\n\nintro\n\n## The clients\n\nquick\n\n### GET\n\n## Growth\n\ngrown\n\n## The mock on the wire\n\nfast\n"
	parts := map[string]string{}
	for _, s := range sections {
		parts[s.name] = s.of(document)
	}
	assert.Equal(t, map[string]string{
		"clients":   "\n## The clients\n\nquick\n\n### GET\n",
		"inprocess": "",
		"growth":    "\n## Growth\n\ngrown\n",
		"wire":      "\n## The mock on the wire\n\nfast\n",
	}, parts)
}
