package operation_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/internal/operation"
)

func TestASecretThatHoldsNothingIsLeftOutOfTheWire(t *testing.T) {
	t.Parallel()
	assert.Nil(t, operation.Reveal(quartet.Secret{}))
	for _, value := range []string{"", "code"} {
		got := operation.Reveal(quartet.NewSecret(value))
		require.NotNil(t, got)
		assert.Equal(t, value, *got)
	}
}
