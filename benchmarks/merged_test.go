package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMergedDocumentHasEveryOperationAndIsSound(t *testing.T) {
	t.Parallel()
	text, err := mergeDocuments()
	require.NoError(t, err)
	doc, err := openapi3.NewLoader().LoadFromData(text)
	require.NoError(t, err)
	require.NoError(t, doc.Validate(t.Context(), openapi3.DisableExamplesValidation()))
	for _, path := range []string{"/profile/me", "/api/v1/billing/user/manage", "/users/{user_id}/subscription", "/v1.0/profile"} {
		assert.NotNil(t, doc.Paths.Find(path), path)
	}

	folder := filepath.Join(t.TempDir(), "mappings")
	require.NoError(t, writeStubs(text, folder))
	stubs, err := os.ReadDir(folder)
	require.NoError(t, err)
	operations := 0
	for _, item := range doc.Paths.Map() {
		operations += len(item.Operations())
	}
	assert.Len(t, stubs, operations)
	stub, err := os.ReadFile(filepath.Join(folder, "changeName.json"))
	require.NoError(t, err)
	assert.True(t, json.Valid(stub))
	assert.JSONEq(t, `{"request":{"method":"PUT","urlPathTemplate":"/profile/name-change"},
		"response":{"status":200,"jsonBody":{"message":"string"},"headers":{"Content-Type":"application/json"}}}`, string(stub))
}
