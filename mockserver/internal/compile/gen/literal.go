package main

import (
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// body returns the statements of a function that makes the APIs. Schemas are shared and lead back to themselves, so they
// stand in a list, where one can point to another that is not yet filled.
func body(apis []*contract.API) string {
	w := writer{numbers: map[*contract.Schema]int{}}
	list := w.value(reflect.ValueOf(apis))
	return fmt.Sprintf("s := make([]contract.Schema, %d)\n%sreturn %s\n", len(w.numbers), &w.schemas, list)
}

// writer writes values as literals.
type writer struct {
	numbers map[*contract.Schema]int // places in the list
	schemas strings.Builder          // statements that fill it
}

func (w *writer) value(v reflect.Value) string {
	switch value := v.Interface().(type) {
	case *contract.Schema:
		return w.schema(value)
	case *regexp.Regexp:
		return "regexp.MustCompile(" + quote(value.String()) + ")"
	}
	switch v.Kind() {
	case reflect.Pointer:
		return "&" + w.value(v.Elem())
	case reflect.Struct:
		return v.Type().String() + "{" + w.fields(v) + "}"
	case reflect.Slice:
		return v.Type().String() + "{" + w.items(v) + "}"
	case reflect.String:
		return quote(v.String())
	case reflect.Int, reflect.Bool:
		return fmt.Sprint(v)
	}
	panic("no literal for " + v.Type().String())
}

// schema returns the address of a schema, and fills a new one.
func (w *writer) schema(s *contract.Schema) string {
	n, known := w.numbers[s]
	if !known {
		n = len(w.numbers)
		w.numbers[s] = n // first, for the circles
		fmt.Fprintf(&w.schemas, "s[%d] = %s\n", n, w.value(reflect.ValueOf(*s)))
	}
	return fmt.Sprintf("&s[%d]", n)
}

// fields writes what is not zero. The unexported fields are contract.New's.
func (w *writer) fields(v reflect.Value) string {
	var fields []string
	for i := range v.NumField() {
		if field := v.Type().Field(i); field.IsExported() && !v.Field(i).IsZero() {
			fields = append(fields, field.Name+": "+w.value(v.Field(i)))
		}
	}
	return strings.Join(fields, ", ")
}

// items writes structs on a line each, without the type, which the list has told.
func (w *writer) items(v reflect.Value) string {
	element := v.Type().Elem().String()
	prefix := strings.Replace(element, "*", "&", 1)
	var b strings.Builder
	for i := range v.Len() {
		item := w.value(v.Index(i))
		if text, isStruct := strings.CutPrefix(item, prefix+"{"); isStruct {
			item = "\n{" + text
		}
		b.WriteString(item + ",")
	}
	return b.String()
}

// quote prefers what can be read.
func quote(text string) string {
	if strings.Contains(text, `\`) && strconv.CanBackquote(text) {
		return "`" + text + "`"
	}
	return strconv.Quote(text)
}
