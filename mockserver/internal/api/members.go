package api

import (
	"bytes"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

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
