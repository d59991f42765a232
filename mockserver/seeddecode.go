package mockserver

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// seedDecoder fills a State from the nodes of a YAML file and says of every value that
// does not fit where it stands. The YAML library's own decoder knows the line of some
// mistakes only, repeats values, which may be passwords, and takes the digits from
// numbers.
type seedDecoder struct {
	flaws []located
	nodes int // so far, against anchors that multiply
}

// located is a flaw with its line.
type located struct {
	flaw
	line int
}

const maxSeedNodes = 1_000_000

func (d *seedDecoder) refuse(node *yaml.Node, path []string, message string) {
	if len(d.flaws) < mostFlaws {
		d.flaws = append(d.flaws, located{flaw{path, message}, node.Line})
	}
}

// value stores node in dst.
func (d *seedDecoder) value(node *yaml.Node, dst reflect.Value, path []string) {
	if d.nodes++; d.nodes > maxSeedNodes || len(path) > 100 {
		if d.nodes <= maxSeedNodes+1 {
			d.refuse(node, path[:min(len(path), 5)], "the file is nested or repeated by anchors without end")
		}
		d.nodes = maxSeedNodes + 1
		return
	}
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if node.ShortTag() == "!!null" && node.Kind == yaml.ScalarNode {
		return // as good as left out
	}
	switch kind := dst.Kind(); {
	case dst.Type() == timeType:
		d.time(node, dst, path)
	case dst.Type() == durationType:
		d.duration(node, dst, path)
	case kind == reflect.Pointer:
		dst.Set(reflect.New(dst.Type().Elem()))
		d.value(node, dst.Elem(), path)
	case kind == reflect.Struct && node.Kind == yaml.MappingNode:
		d.members(node, dst, path)
	case kind == reflect.Map && node.Kind == yaml.MappingNode:
		d.entries(node, dst, path)
	case kind == reflect.Slice && node.Kind == yaml.SequenceNode:
		dst.Set(reflect.MakeSlice(dst.Type(), len(node.Content), len(node.Content)))
		for i, item := range node.Content {
			d.value(item, dst.Index(i), at(path, strconv.Itoa(i)))
		}
	case kind == reflect.Interface:
		if free := d.free(node, path); free != nil {
			dst.Set(reflect.ValueOf(free))
		}
	case node.Kind == yaml.ScalarNode && scalar(node, dst):
	default:
		d.refuse(node, path, "there is "+kindOf(node)+" where "+wanted(dst.Type())+" is expected")
	}
}

// at returns a path of its own.
func at(path []string, name string) []string { return append(slices.Clip(path), name) }

// members stores a mapping in a struct, by the names in the yaml tags.
func (d *seedDecoder) members(node *yaml.Node, dst reflect.Value, path []string) {
	d.pairs(node, path, func(key, value *yaml.Node) {
		here := at(path, key.Value)
		for i := range dst.NumField() {
			switch name, flag := memberOf(dst.Type().Field(i)); {
			case flag == "inline": // the last field: all further members, one named "" too
				d.entry(key, value, dst.Field(i), here)
				return
			case name == key.Value:
				d.value(value, dst.Field(i), here)
				return
			}
		}
		d.refuse(key, here, "there is no such member here; there are "+membersOf(dst.Type()))
	})
}

// membersOf lists the members of a struct.
func membersOf(of reflect.Type) string {
	var names []string
	for i := range of.NumField() {
		name, _ := memberOf(of.Field(i))
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

// memberOf returns what the yaml tag of a field says: the name of the member, and
// "omitempty", "inline" or nothing.
func memberOf(field reflect.StructField) (name, flag string) {
	name, flag, _ = strings.Cut(field.Tag.Get("yaml"), ",")
	return name, flag
}

// entries stores a mapping in a map.
func (d *seedDecoder) entries(node *yaml.Node, dst reflect.Value, path []string) {
	dst.Set(reflect.MakeMapWithSize(dst.Type(), len(node.Content)/2))
	d.pairs(node, path, func(key, value *yaml.Node) { d.entry(key, value, dst, at(path, key.Value)) })
}

func (d *seedDecoder) entry(key, value *yaml.Node, dst reflect.Value, path []string) {
	if dst.IsNil() {
		dst.Set(reflect.MakeMap(dst.Type()))
	}
	name := reflect.New(dst.Type().Key()).Elem()
	if key.Kind != yaml.ScalarNode || !scalar(&yaml.Node{Kind: key.Kind, Value: key.Value}, name) {
		d.refuse(key, path, "the name is not "+wanted(name.Type()))
		return
	}
	element := reflect.New(dst.Type().Elem()).Elem()
	d.value(value, element, path)
	dst.SetMapIndex(name, element)
}

// pairs calls use for each member of a mapping, those that << merges into it first, so
// that its own hold.
func (d *seedDecoder) pairs(node *yaml.Node, path []string, use func(key, value *yaml.Node)) {
	lines := make(map[string]int, len(node.Content)/2)
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if key.ShortTag() != "!!merge" {
			continue
		}
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		if value.Kind != yaml.MappingNode {
			d.refuse(key, at(path, "<<"), "only a mapping can be merged")
			continue
		}
		if d.nodes++; d.nodes <= maxSeedNodes && len(path) <= 100 {
			d.pairs(value, at(path, "<<"), use)
		}
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if key.ShortTag() == "!!merge" {
			continue
		}
		if first, twice := lines[key.Value]; twice {
			d.refuse(key, at(path, key.Value), fmt.Sprintf("the member stands twice, first in line %d", first))
			continue
		}
		lines[key.Value] = key.Line
		use(key, value)
	}
}

// scalar stores the text of a node in a string, bool or number, and reports whether it
// fits. A string takes any scalar as it is written, so that a phone number needs no
// quotes; and since JSON cannot name members by numbers, quotes do not matter to those.
func scalar(node *yaml.Node, dst reflect.Value) bool {
	switch kind := dst.Kind(); {
	case kind == reflect.String:
		dst.SetString(node.Value)
		return true
	case kind == reflect.Bool:
		dst.SetBool(strings.EqualFold(node.Value, "true"))
		return node.ShortTag() == "!!bool"
	case dst.CanInt():
		n, err := strconv.ParseInt(node.Value, 10, dst.Type().Bits())
		dst.SetInt(n)
		return err == nil && node.ShortTag() == "!!int"
	case dst.CanUint():
		n, err := strconv.ParseUint(node.Value, 10, dst.Type().Bits())
		dst.SetUint(n)
		return err == nil && node.ShortTag() == "!!int"
	case dst.CanFloat():
		n, err := strconv.ParseFloat(node.Value, dst.Type().Bits())
		dst.SetFloat(n)
		return err == nil && isNumber(node)
	}
	return false
}

func (d *seedDecoder) time(node *yaml.Node, dst reflect.Value, path []string) {
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		t, err := time.Parse(layout, node.Value)
		if year := t.UTC().Year(); err == nil && year >= 0 && year <= 9999 { // in UTC too, where answers show it
			dst.Set(reflect.ValueOf(t))
			return
		}
	}
	d.refuse(node, path, "this is no time; one is written as 2026-01-05T12:34:56Z")
}

var durationType = reflect.TypeFor[time.Duration]()

const negativeDuration = "a duration must not be negative"

func (d *seedDecoder) duration(node *yaml.Node, dst reflect.Value, path []string) {
	switch duration, err := time.ParseDuration(node.Value); {
	case err != nil && isLong(node.Value):
		d.refuse(node, path, "it is too long for a duration; the longest is "+time.Duration(math.MaxInt64).String())
	case err != nil: // a mapping and a list have no text either
		d.refuse(node, path, "this is no duration; one is written as 250ms or 1m30s")
	case duration < 0:
		d.refuse(node, path, negativeDuration)
	default:
		dst.SetInt(int64(duration))
	}
}

// isLong reports whether a text that is no duration would be one with smaller digits.
func isLong(text string) bool {
	_, err := time.ParseDuration(strings.Map(func(r rune) rune {
		if r >= '1' && r <= '9' {
			return '0'
		}
		return r
	}, text))
	return err == nil && strings.ContainsAny(text, "hms") // 0 needs no unit
}

// isNumber reports whether a scalar is a number that JSON can write. The YAML library
// takes one beyond the range of a float64, such as 1e400, for a text.
func isNumber(node *yaml.Node) bool {
	plain := node.ShortTag() == "!!str" && node.Style == 0
	return (plain || node.ShortTag() == "!!int" || node.ShortTag() == "!!float") && isNumeral(node.Value)
}

// free is a value that no document fixes, as encoding/json would read it; numbers keep
// their digits.
func (d *seedDecoder) free(node *yaml.Node, path []string) any {
	switch {
	case node.Kind == yaml.MappingNode:
		members := map[string]any{}
		d.entries(node, reflect.ValueOf(&members).Elem(), path)
		return members
	case node.Kind == yaml.SequenceNode:
		items := []any{}
		d.value(node, reflect.ValueOf(&items).Elem(), path)
		return items
	case isNumber(node):
		return json.Number(node.Value)
	case node.ShortTag() == "!!bool":
		return strings.EqualFold(node.Value, "true")
	case node.ShortTag() == "!!str" || node.ShortTag() == "!!timestamp":
		return node.Value
	}
	d.refuse(node, path, "this is nothing that JSON has; a text like it needs quotes")
	return nil
}

// kindOf and wanted name what there is and what is expected without the words of Go.
func kindOf(node *yaml.Node) string {
	switch node.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	switch tag := node.ShortTag(); {
	case tag == "!!int" || tag == "!!float" || isNumber(node):
		return "a number"
	case tag == "!!bool":
		return "true or false"
	}
	return "a text"
}

func wanted(t reflect.Type) string {
	switch kind, value := t.Kind(), reflect.Zero(t); {
	case kind == reflect.Struct || kind == reflect.Map:
		return "a mapping"
	case kind == reflect.Slice:
		return "a list"
	case kind == reflect.Bool:
		return "true or false"
	case value.CanInt():
		return "an integer"
	case value.CanUint():
		return "an integer that is not negative"
	case value.CanFloat():
		return "a decimal number in the range of a float"
	}
	return "a text"
}
