package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheGeneratedFileIsFresh(t *testing.T) {
	t.Parallel()
	want, err := source()
	require.NoError(t, err)
	got, err := os.ReadFile("../../compiled/zz_generated.go")
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got), "run go generate ./...")
}
