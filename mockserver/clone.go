package mockserver

import (
	"reflect"
	"time"
)

// clone returns a copy that shares nothing with s.
func (s State) clone() State { return *clone(&s) }

// clone returns a copy of plain data that shares nothing with it.
func clone[T any](v *T) *T { return deepCopy(reflect.ValueOf(v)).Interface().(*T) }

var timeType = reflect.TypeFor[time.Time]()

// deepCopy copies plain data: structs of exported fields, pointers, maps, slices and
// what encoding/json and YAML put into an any.
func deepCopy(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch {
	case v.Type() == timeType:
		out.Set(v)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			out.Field(i).Set(deepCopy(v.Field(i)))
		}
	case v.Kind() == reflect.Pointer && !v.IsNil():
		out.Set(reflect.New(v.Type().Elem()))
		out.Elem().Set(deepCopy(v.Elem()))
	case v.Kind() == reflect.Interface && !v.IsNil():
		out.Set(deepCopy(v.Elem()))
	case v.Kind() == reflect.Slice && !v.IsNil():
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(deepCopy(v.Index(i)))
		}
	case v.Kind() == reflect.Map && !v.IsNil():
		out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
		for entry := v.MapRange(); entry.Next(); {
			out.SetMapIndex(entry.Key(), deepCopy(entry.Value()))
		}
	default:
		out.Set(v)
	}
	return out
}
