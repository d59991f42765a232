package mockserver

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

type (
	mood  string
	level int8
	ratio float32
)

// everyKind has a member of every kind that a state may be made of.
type everyKind struct {
	Text    string                   `yaml:"text"`
	Mood    mood                     `yaml:"mood"`
	Yes     bool                     `yaml:"yes"`
	Int     int                      `yaml:"int"`
	Level   level                    `yaml:"level"`
	Uint    uint64                   `yaml:"uint"`
	Float   float64                  `yaml:"float"`
	Ratio   ratio                    `yaml:"ratio"`
	Number  json.Number              `yaml:"number,omitempty"`
	Time    time.Time                `yaml:"time"`
	Wait    time.Duration            `yaml:"wait"`
	Never   *time.Duration           `yaml:"never"`
	Waits   []time.Duration          `yaml:"waits,omitempty"`
	Labels  map[string]string        `yaml:"labels"`
	Moods   map[mood][]mood          `yaml:"moods"`
	Levels  map[level]*ratio         `yaml:"levels"`
	Counts  map[uint64]time.Duration `yaml:"counts"`
	Parts   []everyKind              `yaml:"parts,omitempty"`
	Part    *everyKind               `yaml:"part,omitempty"`
	Any     any                      `yaml:"any"`
	Members map[string]any           `yaml:",inline"`
}

// through returns a value after it has been written and read.
func through(t *testing.T, value everyKind) (again everyKind, file string) {
	t.Helper()
	node, flaws := encodeSeed(reflect.ValueOf(value))
	require.Empty(t, flaws)
	data, err := yaml.Marshal(node)
	require.NoError(t, err)
	var tree yaml.Node
	require.NoError(t, yaml.Unmarshal(data, &tree))
	var decoder seedDecoder
	decoder.value(tree.Content[0], reflect.ValueOf(&again).Elem(), nil)
	require.Empty(t, decoder.flaws, string(data))
	return again, string(data)
}

func TestEveryKindReadsBack(t *testing.T) {
	t.Parallel()
	wait, half := time.Duration(math.MaxInt64), ratio(0.1)
	small := everyKind{
		Text: "a", Mood: "~", Yes: true, Int: math.MinInt, Level: -128, Uint: math.MaxUint64, Float: 1e21, Ratio: math.MaxFloat32, Number: "1.10",
		Time: time.Date(2026, 1, 5, 12, 34, 56, 1, time.UTC), Wait: 90*time.Second + 1, Never: &wait, Waits: []time.Duration{0, time.Millisecond},
		Labels: map[string]string{"1": "true", "": "", "yes": "<<"}, Moods: map[mood][]mood{"null": {"", "2026-01-01"}, "none": nil, "no": {}},
		Levels: map[level]*ratio{-1: &half, 127: nil}, Counts: map[uint64]time.Duration{math.MaxUint64: 1, 2: 0},
		Any: map[string]any{"a": []any{json.Number("9007199254740993"), "9007199254740993", nil, true}}, Members: map[string]any{"": "x", "z": json.Number("-0")},
	}
	large := small
	large.Part, large.Parts = &small, []everyKind{{}, small}
	for _, value := range []everyKind{{}, small, large, {Waits: []time.Duration{}, Labels: map[string]string{}, Any: []any{}, Float: math.Copysign(0, -1)}} {
		again, file := through(t, value)
		assert.Equal(t, value, again, file)
	}
}

func TestKindsAreWrittenInOrder(t *testing.T) {
	t.Parallel()
	_, file := through(t, everyKind{
		Wait: 90 * time.Second, Counts: map[uint64]time.Duration{10: time.Hour, 9: 250 * time.Millisecond, 100: 0, 20: 0, 3: 0}, Levels: map[level]*ratio{10: nil, -2: nil, -10: nil},
		Labels: map[string]string{"b": "1", "a": "c d", "10": "", "9": ""}, Members: map[string]any{"b": "", "a": json.Number("1.10")},
	})
	assert.Equal(t, `text: ""
mood: ""
"yes": false
int: 0
level: 0
uint: 0
float: 0
ratio: 0
time: 0001-01-01T00:00:00Z
wait: 1m30s
never: null
labels:
    "10": ""
    "9": ""
    a: c d
    b: "1"
moods: null
levels:
    -10: null
    -2: null
    10: null
counts:
    3: 0s
    9: 250ms
    10: 1h0m0s
    20: 0s
    100: 0s
any: null
a: 1.10
b: ""
`, file)
}

func TestKindsThatHaveNoPlaceInAFile(t *testing.T) {
	t.Parallel()
	_, flaws := encodeSeed(reflect.ValueOf(everyKind{
		Wait: -1, Number: "hunter2", Ratio: ratio(math.NaN()), Any: []any{json.Number("true"), make(chan int), math.Inf(1)}, Members: map[string]any{"wait": 1},
	}))
	assert.EqualError(t, checker(flaws).err(), `ratio: a number must be finite
number: this is no number in the notation of JSON
wait: a duration must not be negative
any.0: this is no number in the notation of JSON
any.1: a seed file has no notation for a value of this type
any.2: a number must be finite
wait: a further member has the name of a fixed one; rename or remove it`)
}

func TestSeedOfEveryKind(t *testing.T) {
	t.Parallel()
	const noDuration = "this is no duration; one is written as 250ms or 1m30s"
	for text, want := range map[string]string{
		"{wait: 1m30s, never: 250ms, waits: [0, 1h, ~]}": "",
		"{uint: 18446744073709551615, level: -128}":      "",
		"wait: 250":                  "wait: " + noDuration,
		"wait: '5'":                  "wait: " + noDuration,
		"wait: -99999999h":           "wait: it is too long for a duration; the longest is 2562047h47m16.854775807s",
		"wait: ''":                   "wait: " + noDuration,
		"wait: {}":                   "wait: " + noDuration,
		"waits: [1s, [1]]":           "waits.1: " + noDuration,
		"wait: 99999999h":            "wait: it is too long for a duration; the longest is 2562047h47m16.854775807s",
		"wait: 99999999 hours":       "wait: " + noDuration,
		"wait: -1s":                  "wait: a duration must not be negative",
		"uint: -1":                   "uint: there is a number where an integer that is not negative is expected",
		"uint: '1'":                  "uint: there is a text where an integer that is not negative is expected",
		"uint: 18446744073709551616": "uint: there is a number where an integer that is not negative is expected",
		"level: 128":                 "level: there is a number where an integer is expected",
		"float: 1e400":               "float: there is a number where a decimal number in the range of a float is expected",
		"ratio: 1e39":                "ratio: there is a number where a decimal number in the range of a float is expected",
		"counts: {-1: 1s}":           "counts.-1: the name is not an integer that is not negative",
		"labels: {a: [b]}":           "labels.a: there is a list where a text is expected",
	} {
		var tree yaml.Node
		require.NoError(t, yaml.Unmarshal([]byte(text), &tree))
		var value everyKind
		var decoder seedDecoder
		decoder.value(tree.Content[0], reflect.ValueOf(&value).Elem(), nil)
		message := ""
		if len(decoder.flaws) > 0 {
			message = decoder.flaws[0].Error()
		}
		assert.Equal(t, want, message, text)
	}
}
