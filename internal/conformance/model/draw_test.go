package model

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/mockserver"
)

// texts are what clients and servers trip over.
var texts = rapid.OneOf(
	rapid.SampledFrom([]string{"", "a", "plain", "two words", "ёжик", "日本語", "\U0001F468\u200D\U0001F469\u200D\U0001F467", "\u2028\u2029",
		"<b>&amp;</b>", "a\x00b", "\\\"\n\t\r", "\uFFFD", "\uFEFF", "a+b%20c&d=e;f", "[redacted]", "null", "../..", "e\u0301"}),
	rapid.StringN(0, 12, -1),
)

// maybe is a value or nil.
func maybe[T any](t *rapid.T, g *rapid.Generator[T], label string) *T {
	return rapid.Ptr(g, true).Draw(t, label)
}

// mostly draws the likely, and now and then one of the others.
func mostly[T any](likely *rapid.Generator[T], others ...*rapid.Generator[T]) *rapid.Generator[T] {
	return rapid.OneOf(append(slices.Repeat([]*rapid.Generator[T]{likely}, 6), others...)...)
}

// numbers are those that a float64 does not hold, among others.
var numbers = rapid.SampledFrom([]json.Number{
	"0", "-0", "1", "-1", "1.10", "9007199254740993", "1e400", "-1E-7", "123456789012345678901234567890", "0.1", "1e0", "2.5e+3",
})

// anything is a JSON value.
func anything(depth int) *rapid.Generator[any] {
	leaves := []*rapid.Generator[any]{
		rapid.Just[any](nil), rapid.Bool().AsAny(), numbers.AsAny(), texts.AsAny(),
		rapid.Just[any]([]any{}), rapid.Just[any](map[string]any{}),
	}
	if depth == 0 {
		return rapid.OneOf(leaves...)
	}
	return rapid.OneOf(append(leaves,
		rapid.SliceOfN(anything(depth-1), 0, 3).AsAny(),
		rapid.MapOfN(texts, anything(depth-1), 0, 3).AsAny(),
	)...)
}

// objects are JSON objects of any content.
var objects = rapid.Map(rapid.MapOfN(texts, anything(2), 0, 4), func(m map[string]any) quartet.Object { return m })

// credential draws a token that opens the API, one that does not, or none.
func (m *machine) credential(api string, opens func(mockserver.Token) bool) string {
	tokens := slices.Sorted(maps.Keys(m.known.Tokens))
	good := slices.DeleteFunc(slices.Clone(tokens), func(name string) bool { return !opens(m.known.Tokens[name]) })
	return mostly(rapid.SampledFrom(good), rapid.SampledFrom(append(tokens, "unknown-token")), rapid.Just("")).Draw(m.T, api+" credential")
}

// bearer sends a token, "" none.
func bearer(token string) []quartet.Option {
	if token == "" {
		return nil
	}
	return []quartet.Option{quartet.WithBearerToken(token)}
}

// allowed reports whether a credential opens an API. Where none is demanded, a call without
// one passes.
func (m *machine) allowed(credential string, demanded bool, opens func(mockserver.Token) bool) bool {
	if credential == "" {
		return !demanded
	}
	token, known := m.known.Tokens[credential]
	return known && opens(token)
}

// with returns a map in which one value is another, changed by edit. The map stays as it is.
func with[K comparable, V any](values map[K]*V, key K, edit func(*V)) map[K]*V {
	changed := *values[key]
	edit(&changed)
	values = maps.Clone(values)
	values[key] = &changed
	return values
}

func sortTimes(times []time.Time) { slices.SortFunc(times, time.Time.Compare) }
