package contract_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

func TestSameNumber(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		a, b string
		want bool
	}{
		{"1", "1.0", true},
		{"100", "1e2", true},
		{"0.10", "1E-1", true},
		{"-0", "0e5", true},
		{"-1", "1", false},
		{"9007199254740993", "9007199254740992", false},
		{"9007199254740993", "90071992547409930e-1", true},
		{"1e400000000000", "1e400000000000", true},
		{"1e-400000000000", "0", false},
	} {
		assert.Equal(t, tc.want, contract.SameNumber(tc.a, tc.b), "%s, %s", tc.a, tc.b)
		assert.Equal(t, tc.want, contract.SameNumber(tc.b, tc.a), "%s, %s", tc.b, tc.a)
	}
}
