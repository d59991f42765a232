package api

import (
	"bytes"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// decodeMembers stores members in the struct behind dst. The contract has read the body and
// found each of them, so that it is not read again.
func decodeMembers(members []contract.Member, dst any) error {
	v := reflect.ValueOf(dst).Elem()
	places := placesOf(v.Type())
	for _, m := range members {
		if err := decodeMember(m.Value, v.Field(places[m.Name]).Addr().Interface()); err != nil {
			return err
		}
	}
	return nil
}

// placesOf returns the fields of a struct by the names of their members.
func placesOf(t reflect.Type) map[string]int {
	if known, ok := places.Load(t); ok {
		return known.(map[string]int)
	}
	found := map[string]int{}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		found[name] = i
	}
	places.Store(t, found)
	return found
}

var places sync.Map // what placesOf has found out

// decodeMember is Decode, without its cost for plain values.
func decodeMember(value jsontext.Value, dst any) error {
	null := value[0] == 'n'
	switch dst := dst.(type) {
	case *string:
		return decodeString(value, dst)
	case **string:
		if !null {
			*dst = new(string)
			return decodeString(value, *dst)
		}
	case **bool:
		if !null {
			is := value[0] == 't'
			*dst = &is
		}
	case *int:
		return decodeInt(value, dst)
	case **int:
		if !null {
			*dst = new(int)
			return decodeInt(value, *dst)
		}
	case *[]string:
		if !null {
			return decodeStrings(value, dst)
		}
	default:
		return Decode(value, dst)
	}
	return nil
}

// decodeStrings reads a list of texts, of which the contract knows that it is one.
func decodeStrings(value jsontext.Value, dst *[]string) error {
	*dst = []string{}
	for {
		start := bytes.IndexByte(value, '"')
		if start < 0 {
			return nil
		}
		end := start + 1
		for value[end] != '"' {
			if value[end] == '\\' {
				end++
			}
			end++
		}
		var text string
		if err := decodeString(value[start:end+1], &text); err != nil {
			return err
		}
		*dst = append(*dst, text)
		value = value[end+1:]
	}
}

func decodeString(value jsontext.Value, dst *string) error {
	if bytes.IndexByte(value, '\\') >= 0 {
		text, err := jsontext.AppendUnquote(nil, value)
		*dst = string(text)
		return err
	}
	*dst = string(value[1 : len(value)-1])
	return nil
}

func decodeInt(value jsontext.Value, dst *int) (err error) {
	*dst, err = strconv.Atoi(string(value))
	return err
}
