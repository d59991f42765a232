package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/quartet-go/quartet"
)

// difference says where two values of one type differ, "" for nowhere. Times are compared as
// instants, open values as JSON, digit by digit. With lax a nil list or map is an empty one.
func difference(want, got any, lax bool) string {
	return differ{lax}.values("", reflect.ValueOf(want), reflect.ValueOf(got))
}

type differ struct{ lax bool }

func (d differ) values(at string, want, got reflect.Value) string {
	if want.IsValid() != got.IsValid() || want.IsValid() && want.Type() != got.Type() {
		return fmt.Sprintf("%s: want %v, got %v", at, want, got)
	}
	if !want.IsValid() {
		return ""
	}
	switch w := want.Interface().(type) {
	case time.Time:
		return unless(w.Equal(got.Interface().(time.Time)), at, w, got)
	case quartet.Secret:
		g := got.Interface().(quartet.Secret)
		return unless(w.Equal(g), at, w.Reveal(), g.Reveal())
	case quartet.Object, map[string]any, []any:
		return openDifference(at, w, got.Interface())
	}
	switch want.Kind() {
	case reflect.Interface:
		return openDifference(at, want.Interface(), got.Interface())
	case reflect.Pointer:
		if want.IsNil() || got.IsNil() {
			return unless(want.IsNil() == got.IsNil(), at, want, got)
		}
		return d.values(at, want.Elem(), got.Elem())
	case reflect.Struct:
		for i := range want.NumField() {
			if diff := d.values(at+"."+want.Type().Field(i).Name, want.Field(i), got.Field(i)); diff != "" {
				return diff
			}
		}
		return ""
	case reflect.Map:
		for _, key := range append(want.MapKeys(), got.MapKeys()...) {
			if diff := d.values(fmt.Sprintf("%s[%v]", at, key), want.MapIndex(key), got.MapIndex(key)); diff != "" {
				return diff
			}
		}
		return ""
	case reflect.Slice:
		if !d.lax && want.IsNil() != got.IsNil() || want.Len() != got.Len() {
			return fmt.Sprintf("%s: want %#v, got %#v", at, want, got)
		}
		for i := range want.Len() {
			if diff := d.values(fmt.Sprintf("%s[%d]", at, i), want.Index(i), got.Index(i)); diff != "" {
				return diff
			}
		}
		return ""
	default:
		return unless(want.Equal(got), at, want, got)
	}
}

// openDifference compares values of no fixed form.
func openDifference(at string, want, got any) string {
	w, g := canonical(want), canonical(got)
	return unless(w == g, at, w, g)
}

// canonical is a value as JSON with its members in order.
func canonical(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var plain any
	if err := decoder.Decode(&plain); err != nil {
		return err.Error()
	}
	text, _ = json.Marshal(plain) // it was JSON
	return string(text)
}

func unless(same bool, at string, want, got any) string {
	if same {
		return ""
	}
	return fmt.Sprintf("%s: want %v, got %v", at, want, got)
}
