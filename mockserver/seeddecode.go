package mockserver

import (
	"encoding/json"
	"fmt"
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
	faults []located
	nodes  int // so far, against anchors that multiply
}

// located is a fault with its line.
type located struct {
	fault
	line int
}

const maxSeedNodes = 1_000_000

func (d *seedDecoder) refuse(node *yaml.Node, path []string, message string) {
	d.faults = append(d.faults, located{fault{path, message}, node.Line})
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
			switch name, flags, _ := strings.Cut(dst.Type().Field(i).Tag.Get("yaml"), ","); {
			case name == key.Value:
				d.value(value, dst.Field(i), here)
				return
			case flags == "inline": // the last field: all further members
				d.entry(key, value, dst.Field(i), here)
				return
			}
		}
		d.refuse(key, here, "there is no such member here; see seed.yaml for those that there are")
	})
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
	switch dst.Kind() {
	case reflect.String:
		dst.SetString(node.Value)
		return true
	case reflect.Bool:
		dst.SetBool(strings.EqualFold(node.Value, "true"))
		return node.ShortTag() == "!!bool"
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(node.Value, 10, dst.Type().Bits())
		dst.SetInt(n)
		return err == nil && node.ShortTag() == "!!int"
	case reflect.Float64:
		n, err := strconv.ParseFloat(node.Value, 64)
		dst.SetFloat(n)
		return err == nil && isNumber(node)
	}
	return false
}

func (d *seedDecoder) time(node *yaml.Node, dst reflect.Value, path []string) {
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(layout, node.Value); err == nil && node.Kind == yaml.ScalarNode {
			dst.Set(reflect.ValueOf(t))
			return
		}
	}
	d.refuse(node, path, "this is no time; one is written as 2026-01-05T12:34:56Z")
}

// isNumber reports whether a scalar is a number that JSON can write.
func isNumber(node *yaml.Node) bool {
	return (node.ShortTag() == "!!int" || node.ShortTag() == "!!float") && json.Valid([]byte(node.Value))
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
	switch node.ShortTag() {
	case "!!int", "!!float":
		return "a number"
	case "!!bool":
		return "true or false"
	}
	return "a text"
}

func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Struct, reflect.Map:
		return "a mapping"
	case reflect.Slice:
		return "a list"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "an integer"
	case reflect.Float64:
		return "a number"
	}
	return "a text"
}
