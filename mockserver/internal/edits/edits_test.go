package edits

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestDistance(t *testing.T) {
	t.Parallel()
	for pair, want := range map[[2]string]int{
		{"", ""}: 0, {"abc", ""}: 3, {"abc", "abc"}: 0, {"abc", "adc"}: 1, {"abc", "bc"}: 1, {"kitten", "sitting"}: 3,
	} {
		assert.Equal(t, want, Distance(pair[0], pair[1]), pair)
		assert.Equal(t, want, Distance(pair[1], pair[0]), pair)
	}
}
