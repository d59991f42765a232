// Package api is what the generated handlers of the four APIs share.
package api

import (
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"strconv"
	"sync"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

//go:generate go tool -modfile=../../../internal/tools/go.mod oapi-codegen -config ../../../openapi/codegen/mock.yaml -package profile -o profile/zz_generated.go ../../../openapi/profile.yaml
//go:generate go tool -modfile=../../../internal/tools/go.mod oapi-codegen -config ../../../openapi/codegen/mock.yaml -package billing -o billing/zz_generated.go ../../../openapi/billing.yaml
//go:generate go tool -modfile=../../../internal/tools/go.mod oapi-codegen -config ../../../openapi/codegen/mock.yaml -package subscription -o subscription/zz_generated.go ../../../openapi/subscription.yaml
//go:generate go tool -modfile=../../../internal/tools/go.mod oapi-codegen -config ../../../openapi/codegen/mock.yaml -package vendorapi -o vendorapi/zz_generated.go ../../../openapi/vendor.yaml

// Answer is the 2xx answer of an operation.
type Answer struct {
	Status int
	Body   Body // nil for no body
}

// Request is a request that the contract has accepted.
type Request struct {
	Path  contract.Values // of the path's parameters
	Query url.Values
	Body  []byte // JSON; nil where the operation takes none

	// Members are those of Body, if it is an object and they are known.
	Members []contract.Member
}

// PathParam stores a path parameter in dst.
func (r *Request) PathParam(name string, dst *int64) error {
	text, _ := r.Path.Get(name)
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return fmt.Errorf("path parameter %s: %w", name, err)
	}
	*dst = value
	return nil
}

// QueryParam stores the last value of a query parameter in dst.
func (r *Request) QueryParam(name string, dst *string) error {
	values := r.Query[name]
	if len(values) == 0 {
		return fmt.Errorf("query parameter %s is missing", name)
	}
	*dst = values[len(values)-1]
	return nil
}

// DecodeBody stores the body in dst, a pointer to a struct, see Decode. Where the contract
// has found its members they are not looked for again: field points to where one goes.
func (r *Request) DecodeBody(dst any, field func(member string) any) error {
	if len(r.Members) == 0 {
		return Decode(r.Body, dst)
	}
	for _, m := range r.Members {
		if err := decodeMember(m.Value, field(m.Name)); err != nil {
			return err
		}
	}
	return nil
}

// Decode stores JSON in dst. Member names must match exactly, as they do for the contract:
// one that differs by case is another member. Numbers that no type fixes stay as they
// were sent (json.Number), so that nothing is lost on the way to an answer.
func Decode(data []byte, dst any) error {
	if isOpen(reflect.TypeOf(dst)) {
		return jsonv2.Unmarshal(data, dst, keepNumbers)
	}
	return jsonv2.Unmarshal(data, dst) // takes half the time
}

// isOpen reports whether a type has room for a number that no type fixes.
func isOpen(t reflect.Type) bool {
	if known, ok := openTypes.Load(t); ok {
		return known.(bool)
	}
	found := holdsAny(t, map[reflect.Type]bool{})
	openTypes.Store(t, found)
	return found
}

var openTypes sync.Map // what isOpen has found out

func holdsAny(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return holdsAny(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			if holdsAny(t.Field(i).Type, seen) {
				return true
			}
		}
	}
	return false
}

var keepNumbers = jsonv2.WithUnmarshalers(jsonv2.UnmarshalFromFunc(func(decoder *jsontext.Decoder, dst *any) error {
	if decoder.PeekKind() != '0' {
		return jsonv2.SkipFunc
	}
	number, err := decoder.ReadValue()
	*dst = json.Number(number)
	return err
}))
