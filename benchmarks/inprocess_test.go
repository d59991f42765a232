package main

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEveryMockInProcessAnswersTheCalls(t *testing.T) {
	t.Parallel()
	for _, p := range slices.Concat(inMemory, overLoopback) {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			mock, err := p.open()
			require.NoError(t, err)
			t.Cleanup(mock.close)
			for range 2 {
				for _, c := range wireCalls {
					body, err := mock.call(c)
					require.NoError(t, err)
					assert.NotEmpty(t, body)
				}
			}
			wrong := wireCalls[1]
			wrong.body = `{"first_name":1}`
			_, err = mock.call(wrong)
			if p.checks {
				assert.Error(t, err, "a wrong body is refused")
			} else {
				assert.NoError(t, err)
			}
		})
	}
}

// BenchmarkMock is for profiles of one mock at a time; go run . compares them.
func BenchmarkMock(b *testing.B) {
	mocks, names, err := openAll()
	require.NoError(b, err)
	for i, m := range mocks {
		b.Cleanup(m.close)
		for _, c := range wireCalls {
			b.Run(names[i]+"/"+c.method, func(b *testing.B) { m.bench(b, c, nil) })
		}
	}
}
