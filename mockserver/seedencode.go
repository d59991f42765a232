package mockserver

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Write writes the state to w as a seed file, in YAML, that [ReadState] reads back to an
// equal state. Passwords, tokens and codes stand in it in the clear.
//
// Members stand in the order of the Go types, entries in the order of their keys. Times
// are written in UTC, so that they come back as the same instant. In the open members
// numbers keep their digits and come back as json.Number; a time.Time there comes back as
// the text that an answer shows, a nil slice or map as nil. Members of a
// [CourseSubscription] that are empty come back as nil.
//
// A state that is not sound (see [State.Check]) is an error, and so is what a seed file
// cannot hold: a text that is not UTF-8, a number that is not finite, a time whose year
// has not four digits, a negative duration, a further member named as a fixed one, more
// than 100 levels or a million values. Each error names the member by its path, and
// nothing is written. An error of w is returned as it is.
func (s State) Write(w io.Writer) error {
	if err := s.Check(); err != nil {
		return err
	}
	root, flaws := encodeSeed(reflect.ValueOf(s))
	if len(flaws) == 0 {
		flaws = readBack(root)
	}
	if len(flaws) > 0 {
		return checker(flaws).err()
	}
	var file bytes.Buffer
	encoder := yaml.NewEncoder(&file)
	encoder.SetIndent(2)
	if err := errors.Join(encoder.Encode(root), encoder.Close()); err != nil {
		return err
	}
	_, err := file.WriteTo(w)
	return err
}

// readBack returns what the decoder refuses in a tree that has been encoded: it is the
// one that knows its limits.
func readBack(root *yaml.Node) (flaws []flaw) {
	var decoder seedDecoder
	decoder.value(root, reflect.New(reflect.TypeFor[State]()).Elem(), nil)
	for _, f := range decoder.flaws {
		flaws = append(flaws, f.flaw)
	}
	return flaws
}

// encodeSeed returns the nodes of a value, and all that has no place in a seed file.
func encodeSeed(v reflect.Value) (*yaml.Node, []flaw) {
	var encoder seedEncoder
	root := encoder.value(v, nil)
	return root, encoder.flaws
}

// seedEncoder is the way back of seedDecoder. The YAML library's own encoder makes a text
// of a json.Number and !!binary of a text that is not UTF-8.
type seedEncoder struct {
	lossy bool // what only a file has to hold exactly is told as well as it can be
	flaws []flaw
}

func (e *seedEncoder) refuse(path []string, message string) *yaml.Node {
	e.flaws = append(e.flaws, flaw{path, message})
	return plain("null")
}

// value returns the nodes of v. A nil slice or map is null, so that it is not read as an
// empty one.
func (e *seedEncoder) value(v reflect.Value, path []string) *yaml.Node {
	kind := v.Kind()
	if nillable := kind == reflect.Pointer || kind == reflect.Interface || kind == reflect.Slice || kind == reflect.Map; nillable && v.IsNil() {
		return plain("null")
	}
	switch value := v.Interface().(type) {
	case time.Time:
		if kind == reflect.Interface {
			return e.time(value, path) // answered in its own zone
		}
		return e.time(value.UTC(), path)
	case time.Duration:
		if value < 0 {
			return e.refuse(path, negativeDuration)
		}
		return plain(value.String())
	case []byte:
		return e.text(string(value), path)
	case json.Number:
		if !isNumeral(string(value)) {
			return e.refuse(path, "this is no number in the notation of JSON")
		}
		return plain(string(value))
	}
	switch {
	case kind == reflect.Pointer || kind == reflect.Interface:
		return e.value(v.Elem(), path)
	case kind == reflect.Struct:
		return e.members(v, path)
	case kind == reflect.Map:
		return &yaml.Node{Kind: yaml.MappingNode, Content: e.entries(v, path)}
	case kind == reflect.Slice:
		list := &yaml.Node{Kind: yaml.SequenceNode}
		for i := range v.Len() {
			list.Content = append(list.Content, e.value(v.Index(i), at(path, strconv.Itoa(i))))
		}
		return list
	case kind == reflect.String:
		return e.text(v.String(), path)
	case kind == reflect.Bool:
		return plain(strconv.FormatBool(v.Bool()))
	case v.CanInt():
		return plain(strconv.FormatInt(v.Int(), 10))
	case v.CanUint():
		return plain(strconv.FormatUint(v.Uint(), 10))
	case v.CanFloat():
		number, err := json.Marshal(v.Float()) // as an answer shows it
		if err != nil {
			return e.refuse(path, "a number must be finite")
		}
		return plain(string(number))
	}
	return e.refuse(path, "a seed file has no notation for a value of this type")
}

// members returns a struct as a mapping, by the yaml tags. With omitempty what reads back
// the same is left out: a zero value, but no empty list, since that would become nil.
func (e *seedEncoder) members(v reflect.Value, path []string) *yaml.Node {
	node := &yaml.Node{Kind: yaml.MappingNode}
	fixed := map[string]bool{}
	for i := range v.NumField() {
		field := v.Field(i)
		name, flag := memberOf(v.Type().Field(i))
		if flag == "inline" {
			further := e.entries(field, path)
			for pair := range slices.Chunk(further, 2) {
				if fixed[pair[0].Value] {
					e.refuse(at(path, pair[0].Value), "a further member has the name of a fixed one; rename or remove it")
				}
			}
			node.Content = append(node.Content, further...)
			continue
		}
		fixed[name] = true
		if flag != "omitempty" || !field.IsZero() {
			node.Content = append(node.Content, e.text(name, path), e.value(field, at(path, name)))
		}
	}
	return node
}

// entries returns the keys and values of a map in the order of the keys.
func (e *seedEncoder) entries(v reflect.Value, path []string) (content []*yaml.Node) {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int {
		switch {
		case a.CanInt():
			return cmp.Compare(a.Int(), b.Int())
		case a.CanUint():
			return cmp.Compare(a.Uint(), b.Uint())
		}
		return cmp.Compare(a.String(), b.String())
	})
	for _, key := range keys {
		here := at(path, fmt.Sprint(key))
		content = append(content, e.value(key, here), e.value(v.MapIndex(key), here))
	}
	return content
}

// time writes a time in RFC 3339.
func (e *seedEncoder) time(t time.Time, path []string) *yaml.Node {
	text, err := t.MarshalText()
	if err != nil && e.lossy {
		return plain(t.Format(time.RFC3339Nano))
	}
	if err != nil {
		return e.refuse(path, "a time must have a year from 0 to 9999 and a zone within a day of UTC")
	}
	return plain(string(text))
}

// likeText matches texts that no reader of YAML takes for anything else, but for the
// words in otherWords. All others are quoted, also where only some readers need it. Its
// classes of letters are large, and few programs write a file, so the first text makes it.
var likeText = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[\pL_](?:[ :]?[\pL\pN_@./+-])*$`) })

// otherWords are null and the booleans of YAML 1.1 and 1.2.
var otherWords = []string{"null", "true", "false", "yes", "no", "on", "off", "y", "n"}

func (e *seedEncoder) text(text string, path []string) *yaml.Node {
	if e.lossy {
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	if !utf8.ValidString(text) {
		return e.refuse(path, "this is no UTF-8, and a seed file holds no other text")
	}
	node := plain(text)
	if !likeText().MatchString(text) || slices.Contains(otherWords, strings.ToLower(text)) {
		node.Style = yaml.DoubleQuotedStyle
	}
	return node
}

// plain returns a scalar that stands without quotes.
func plain(text string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: text} }
