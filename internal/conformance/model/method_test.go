package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/billing"
	"github.com/quartet-go/quartet/mockserver"
	"github.com/quartet-go/quartet/profile"
	"github.com/quartet-go/quartet/subscription"
	"github.com/quartet-go/quartet/vendorapi"
)

// sample is one call of an operation, drawn from its document.
type sample struct {
	*operation
	parameters []any
	body       any // nil for none
}

// drawSample draws a call that the document allows, in the words of the clients.
func drawSample(t *rapid.T, op *operation) sample {
	d, s := drawer{T: t}, sample{operation: op}
	for _, p := range op.Parameters {
		v, _ := d.value(p.Value.Schema.Value, p.Value.Name)
		s.parameters = append(s.parameters, v)
	}
	if schema := op.request(); schema != nil {
		s.body, _ = d.value(schema, "body")
	}
	return s
}

// send makes the call by the method of the operation's name, so that there is no list of
// methods.
func (s sample) send(t *rapid.T, space *mockserver.Space, opts ...quartet.Option) (any, error) {
	client := newClient(t, s.api, space.URL())
	method := reflect.ValueOf(client).MethodByName(strings.ToUpper(s.OperationID[:1]) + s.OperationID[1:])
	require.True(t, method.IsValid(), "the client has no method for %s", s.OperationID)
	in := []reflect.Value{reflect.ValueOf(t.Context())}
	for _, parameter := range s.parameters {
		in = append(in, reflect.ValueOf(parameter))
	}
	if s.body != nil {
		in = append(in, request(t, method.Type().In(len(in)), s.body))
	}
	for _, opt := range opts {
		in = append(in, reflect.ValueOf(opt))
	}
	out := method.Call(in)
	err, _ := reflect.TypeAssert[error](out[len(out)-1])
	if len(out) == 1 || out[0].IsNil() {
		return nil, err
	}
	return out[0].Interface(), err
}

// request is a value of the type of a request that says what the body says.
func request(t *rapid.T, typ reflect.Type, body any) reflect.Value {
	in := reflect.New(typ)
	decoder := json.NewDecoder(strings.NewReader(canonical(body)))
	decoder.UseNumber()
	require.NoError(t, decoder.Decode(in.Interface()))
	return in.Elem()
}

func newClient(t *rapid.T, api, url string) any {
	auth := quartet.WithBearerToken(mockserver.DefaultToken)
	var client any
	var err error
	switch api {
	case "profile":
		client, err = profile.New(url, auth)
	case "billing":
		client, err = billing.New(url, auth)
	case "subscription":
		client, err = subscription.New(url, auth)
	case "vendor":
		client, err = vendorapi.New(url, auth)
	}
	require.NoError(t, err)
	return client
}

// raw sends the call without a client.
func (s sample) raw(t *rapid.T, space *mockserver.Space, body string) (int, []byte) {
	path, query := s.path, ""
	for i, p := range s.Parameters {
		text := fmt.Sprint(s.parameters[i])
		path = strings.ReplaceAll(path, "{"+p.Value.Name+"}", text)
		if p.Value.In == "query" {
			query = "?" + p.Value.Name + "=" + text
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), s.method, space.URL()+path+query, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+mockserver.DefaultToken)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, answer
}

// recorder keeps the body of the last request on its way to the server.
type recorder struct{ body string }

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		r.body, req.Body = string(body), io.NopCloser(bytes.NewReader(body))
	}
	return http.DefaultTransport.RoundTrip(req)
}

// onWire is a value of a client as JSON has it, member by member, secrets in the clear. What
// is nil is not there.
func onWire(v reflect.Value) any {
	switch value := v.Interface().(type) {
	case quartet.Secret:
		return value.Reveal()
	case quartet.Time:
		return value.UTC().Format(time.RFC3339Nano)
	case profile.Subscription: // all its members are in Members
		if id, _ := value.Members["course_id"].(string); value.CourseID != nil && *value.CourseID != id || value.CourseID == nil && id != "" {
			return fmt.Sprintf("a course_id that is not the one of the members %v", value.Members)
		}
		return value.Members
	case json.Marshaler:
		return value
	}
	switch v.Kind() {
	case reflect.Pointer:
		return onWire(v.Elem())
	case reflect.Slice:
		list := []any{}
		for i := range v.Len() {
			list = append(list, onWire(v.Index(i)))
		}
		return list
	case reflect.Struct:
		members := map[string]any{}
		for i := range v.NumField() {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			field := v.Field(i)
			if (field.Kind() == reflect.Pointer || field.Kind() == reflect.Slice) && field.IsNil() {
				continue
			}
			members[name] = onWire(field)
		}
		return members
	}
	return v.Interface()
}
