package quartet_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet"
)

func TestASecretIsReadByRevealAlone(t *testing.T) {
	t.Parallel()
	s := quartet.NewSecret("hunter2")
	assert.Equal(t, "hunter2", s.Reveal())
	assert.Equal(t, "[redacted]", s.String())
	assert.Empty(t, quartet.Secret{}.Reveal())

	var read quartet.Secret
	require.NoError(t, json.Unmarshal([]byte(`"0x51"`), &read))
	assert.Equal(t, "0x51", read.Reveal())
	data, err := json.Marshal(read)
	require.NoError(t, err)
	assert.JSONEq(t, `"[redacted]"`, string(data))
}

func TestSecretsAreEqualWhenTheyHoldTheSame(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b  quartet.Secret
		equal bool
	}{
		{quartet.NewSecret("a"), quartet.NewSecret("a"), true},
		{quartet.NewSecret("a"), quartet.NewSecret("b"), false},
		{quartet.NewSecret("a"), quartet.NewSecret("ab"), false},
		{quartet.NewSecret(""), quartet.NewSecret(""), true},
		{quartet.NewSecret(""), quartet.Secret{}, false},
		{quartet.Secret{}, quartet.Secret{}, true},
	} {
		assert.Equal(t, test.equal, test.a.Equal(test.b))
		assert.Equal(t, test.equal, test.b.Equal(test.a))
	}
}

func TestOnlyTheSecretThatHoldsNothingIsZero(t *testing.T) {
	t.Parallel()
	assert.True(t, quartet.Secret{}.IsZero())
	assert.False(t, quartet.NewSecret("").IsZero())
}
