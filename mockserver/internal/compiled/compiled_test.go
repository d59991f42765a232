package compiled_test

import (
	"io/fs"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver/internal/compile"
	"github.com/quartet-go/quartet/mockserver/internal/compiled"
	"github.com/quartet-go/quartet/mockserver/internal/contract"
	"github.com/quartet-go/quartet/openapi"
)

func TestTheCodeIsWhatTheDocumentsSay(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		files fs.FS
		code  func() []*contract.API
	}{
		"published": {openapi.FS, compiled.Published},
		"admin":     {openapi.AdminFS, compiled.Admin},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, err := compile.Load(tc.files)
			require.NoError(t, err)
			got, err := contract.New(tc.code())
			require.NoError(t, err)
			assert.True(t, reflect.DeepEqual(want, got), "run go generate ./...") // which follows circles

			got.APIs[0].Operations[0].Responses[0].Schema.Members[0].Schema.MaxLength++
			assert.False(t, reflect.DeepEqual(want, got), "the comparison reaches the last schema")
			again, err := contract.New(tc.code())
			require.NoError(t, err)
			assert.True(t, reflect.DeepEqual(want, again), "each call makes a copy of its own")
		})
	}
}
