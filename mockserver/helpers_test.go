package mockserver_test

import (
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/quartet-go/quartet/mockserver"
	"github.com/quartet-go/quartet/openapi"
)

// No test leaves a goroutine behind: neither Start and Close nor a request in process.
func TestMain(m *testing.M) {
	for _, media := range []string{"text/markdown", "text/event-stream", "application/yaml"} { // whose documents say no more than that it is a text
		openapi3filter.RegisterBodyDecoder(media, openapi3filter.PlainBodyDecoder)
	}
	goleak.VerifyTestMain(m)
}

// mock is a server under test.
type mock struct {
	*mockserver.Server
	t *testing.T
}

// start returns a server that listens on loopback.
func start(t *testing.T, opts ...mockserver.Option) mock {
	t.Helper()
	return mock{mockserver.Start(t, opts...), t}
}

// inProcess returns a server that is called through its Transport.
func inProcess(t *testing.T, opts ...mockserver.Option) mock {
	t.Helper()
	s, err := mockserver.New(opts...)
	require.NoError(t, err)
	return mock{s, t}
}

// fakeTB is a test that fails without stopping.
type fakeTB struct {
	mu                   sync.Mutex
	errors, fatals, logs []string
	cleanups             []func()
}

var _ mockserver.TB = (*fakeTB)(nil)

func (f *fakeTB) Helper()           {}
func (f *fakeTB) Cleanup(fn func()) { f.cleanups = append(f.cleanups, fn) }

func (f *fakeTB) Logf(format string, args ...any)   { f.add(&f.logs, format, args) }
func (f *fakeTB) Errorf(format string, args ...any) { f.add(&f.errors, format, args) }
func (f *fakeTB) Fatalf(format string, args ...any) { f.add(&f.fatals, format, args) }

func (f *fakeTB) add(to *[]string, format string, args []any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	*to = append(*to, fmt.Sprintf(format, args...))
}

// end ends the test: what was to be cleaned up last is cleaned up first.
func (f *fakeTB) end() {
	for _, cleanup := range slices.Backward(f.cleanups) {
		cleanup()
	}
	f.cleanups = nil
}

// namedTB is one that also has what testing.TB has.
type namedTB struct {
	fakeTB
	name string
}

func (n *namedTB) Name() string { return n.name }

func (n *namedTB) Failed() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.errors)+len(n.fatals) > 0
}

// answer is what a call got.
type answer struct {
	t      *testing.T
	status int
	header http.Header
	body   string
}

// call sends a request; headers are written as "Name: value". A body is sent as JSON unless a
// header says otherwise. Every answer of an operation must fit its document.
func (m mock) call(method, path, body string, headers ...string) answer {
	m.t.Helper()
	req := newRequest(m.t, method, m.URL()+path, body)
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		req.Header.Set(name, value)
	}
	return m.send(req)
}

// newRequest returns a request with a JSON body, or with none.
func newRequest(t *testing.T, method, url, body string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return req
}

func (m mock) send(req *http.Request) answer {
	m.t.Helper()
	resp, err := m.Client().Do(req)
	require.NoError(m.t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(m.t, err)
	a := answer{m.t, resp.StatusCode, resp.Header, string(body)}
	if op := operationFor(req); op != nil && !undocumented[a.status] {
		require.NoError(m.t, op.validate(req, a), "%s %s: %s", req.Method, req.URL.Path, a.body)
	}
	return a
}

// undocumented are the statuses that every operation may answer with and that no document names.
var undocumented = map[int]bool{
	http.StatusRequestEntityTooLarge: true, http.StatusTooManyRequests: true, http.StatusInternalServerError: true,
	http.StatusNotImplemented: true, http.StatusBadGateway: true, http.StatusServiceUnavailable: true, // by faults
	http.StatusInsufficientStorage: true,
}

// is demands status and JSON body; "" stands for no body.
func (a answer) is(status int, body string) {
	a.t.Helper()
	require.Equal(a.t, status, a.status, a.body)
	if body == "" {
		require.Empty(a.t, a.body)
		return
	}
	require.Equal(a.t, "application/json", a.header.Get("Content-Type"))
	require.JSONEq(a.t, body, a.body)
}

// ok demands a 2xx and returns the answer for more.
func (a answer) ok() answer {
	a.t.Helper()
	require.Equal(a.t, 2, a.status/100, "%d %s", a.status, a.body)
	return a
}

// object demands a 2xx and returns the body; numbers are json.Number.
func (a answer) object() map[string]any {
	a.t.Helper()
	a.ok()
	var object map[string]any
	decoder := json.NewDecoder(strings.NewReader(a.body))
	decoder.UseNumber()
	require.NoError(a.t, decoder.Decode(&object))
	return object
}

// at returns the value at a dotted path of the body, such as "subscription.id".
func (a answer) at(path string) any {
	a.t.Helper()
	var value any = a.object()
	for name := range strings.SplitSeq(path, ".") {
		members, ok := value.(map[string]any)
		require.True(a.t, ok, "%s in %s", path, a.body)
		value = members[name]
	}
	return value
}

// rejected is FastAPI's answer to input that the mock refuses beyond the schema: pairs of where
// (such as "body.method") and why.
func rejected(pairs ...string) string {
	var details []string
	for i := 0; i < len(pairs); i += 2 {
		in, name, _ := strings.Cut(pairs[i], ".")
		details = append(details, fmt.Sprintf(
			`{"type":"value_error","loc":[%q,%q],"msg":%q,"ctx":{"error":{}}}`, in, name, "Value error, "+pairs[i+1]))
	}
	return `{"detail":[` + strings.Join(details, ",") + `]}`
}

const (
	bearer  = "Authorization: Bearer "
	admin   = bearer + mockserver.DefaultToken
	dev     = bearer + "developer-token"
	manager = bearer + "manager-token"
	boris   = bearer + "boris-token"
)

// noon is the time of tests that need one.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC)

func at(moment time.Time) mockserver.Option {
	return mockserver.WithClock(mockserver.Clock{At: moment, Frozen: true})
}

// unchanged is the state that at gives at the start.
func unchanged(moment time.Time) mockserver.State {
	state := mockserver.DefaultState()
	state.Clock = mockserver.Clock{At: moment, Frozen: true}
	return state
}

// operation is one operation as a validation engine that is not the server's own sees it.
type operation struct {
	id    string
	route routers.Route
	path  *regexp.Regexp
}

// operations are read from the documents, not from the server.
var operations = sync.OnceValue(func() []operation { return operationsIn(openapi.FS) })

func operationsIn(files embed.FS) []operation {
	var list []operation
	entries, err := files.ReadDir(".")
	if err != nil {
		panic(err)
	}
	for _, entry := range entries {
		data, err := files.ReadFile(entry.Name())
		if err != nil {
			panic(err)
		}
		doc, err := openapi3.NewLoader().LoadFromData(data)
		if err != nil {
			panic(err)
		}
		for path, item := range doc.Paths.Map() {
			for method, op := range item.Operations() {
				pattern := regexp.MustCompile(`\\{[a-z_]+\\}`).ReplaceAllString(regexp.QuoteMeta(path), "[^/]+")
				list = append(list, operation{
					op.OperationID, routers.Route{Spec: doc, Path: path, PathItem: item, Method: method, Operation: op},
					regexp.MustCompile("^" + pattern + "$"),
				})
			}
		}
	}
	return list
}

func operationFor(req *http.Request) *operation {
	for _, op := range operations() {
		if op.route.Method == req.Method && op.path.MatchString(req.URL.Path) {
			return &op
		}
	}
	return nil
}

// validate checks an answer, its status included, against the document.
func (op *operation) validate(req *http.Request, a answer) error {
	return openapi3filter.ValidateResponse(req.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: req, Route: &op.route},
		Status:                 a.status,
		Header:                 a.header,
		Body:                   io.NopCloser(strings.NewReader(a.body)),
		Options:                &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	})
}
