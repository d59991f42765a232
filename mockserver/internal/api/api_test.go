package api_test

import (
	"encoding/json"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver/internal/api"
	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

type body struct {
	Name    *string         `json:"name"`
	Count   int             `json:"count"`
	Details map[string]any  `json:"details"`
	Union   json.RawMessage `json:"union"`
}

func TestString(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": `""`, "plain text": `"plain text"`, `a "quoted" \ text`: `"a \"quoted\" \\ text"`, "a line\n": `"a line\n"`, "сервер": `"сервер"`, "bad \xff": "\"bad \ufffd\"",
	} {
		assert.Equal(t, "before,"+want, string(api.String([]byte("before,"), text)))
	}
}

func TestDecodeBody(t *testing.T) {
	t.Parallel()
	var got body
	request := &api.Request{Body: []byte(`{"Name":1,"name":"a","COUNT":"x","count":3,"union":[1.10],
		"details":{"a":9007199254740993,"b":[1.10,null,{"c":-0}],"d":"x"}}`)}
	require.NoError(t, request.DecodeBody(&got, nil))
	name := "a"
	assert.Equal(t, body{
		Name: &name, Count: 3, Union: json.RawMessage(`[1.10]`), // as it was sent
		Details: map[string]any{
			"a": json.Number("9007199254740993"),
			"b": []any{json.Number("1.10"), nil, map[string]any{"c": json.Number("-0")}},
			"d": "x",
		},
	}, got)
	assert.Error(t, api.Decode([]byte(`{"count":"3"}`), &got))
	assert.Error(t, api.Decode([]byte(`{`), &got))
}

// tree is a type that holds itself, and numbers that no type fixes at its end.
type tree struct {
	Left  *tree            `json:"left"`
	Right []tree           `json:"right"`
	Leaf  map[string][]any `json:"leaf"`
}

func TestDecodeKeepsNumbersWhereverThereIsRoom(t *testing.T) {
	t.Parallel()
	var got tree
	require.NoError(t, api.Decode([]byte(`{"right":[{"left":{"leaf":{"a":[1.10]}}}]}`), &got))
	assert.Equal(t, []any{json.Number("1.10")}, got.Right[0].Left.Leaf["a"])
	var list []any
	require.NoError(t, api.Decode([]byte(`[9007199254740993]`), &list))
	assert.Equal(t, []any{json.Number("9007199254740993")}, list)
}

func TestParameters(t *testing.T) {
	t.Parallel()
	request := &api.Request{
		Path:  contract.Values{{Name: "id", Text: "9223372036854775807"}, {Name: "name", Text: "x"}},
		Query: url.Values{"course": {"a", "b"}},
	}
	var id int64
	require.NoError(t, request.PathParam("id", &id))
	assert.EqualValues(t, 9223372036854775807, id)
	assert.ErrorContains(t, request.PathParam("name", &id), "path parameter name: ")

	var course string
	require.NoError(t, request.QueryParam("course", &course))
	assert.Equal(t, "b", course, "the last one counts")
	assert.EqualError(t, request.QueryParam("none", &course), "query parameter none is missing")
}
