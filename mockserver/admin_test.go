package mockserver_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/mockserver"
	adminapi "github.com/quartet-go/quartet/mockserver/admin"
	"github.com/quartet-go/quartet/profile"
)

// ask calls the server and returns status, content type and body.
func ask(t *testing.T, client *http.Client, method, url, body string, header ...string) (status int, media, answer string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		if req.Header.Set(header[i], header[i+1]); header[i] == "Host" {
			req.Host = header[i+1]
		}
	}
	resp, err := client.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, resp.Header.Get("Content-Type"), string(data)
}

func adminOf(t *testing.T, srv *mockserver.Server, space string) *adminapi.Client {
	t.Helper()
	client, err := adminapi.New(srv.Space(space).URL(), quartet.WithRetry(quartet.RetryPolicy{MaxAttempts: 1}))
	require.NoError(t, err)
	return client
}

// Every operation that the Go client has, by what it changes.
func TestAdminOperations(t *testing.T) {
	t.Parallel()
	srv := mockserver.Start(t)
	ctx := t.Context()
	a := adminOf(t, srv, "a")
	space := srv.Space("a")
	calls, err := profile.New(space.URL(), quartet.WithRetry(quartet.RetryPolicy{MaxAttempts: 1}))
	require.NoError(t, err)

	health, err := a.GetHealth(ctx)
	require.NoError(t, err)
	assert.Equal(t, adminapi.Condition{Status: "ok"}, *health)
	ready, err := a.GetReadiness(ctx)
	require.NoError(t, err)
	assert.Equal(t, adminapi.Condition{Status: "ready"}, *ready)
	version, err := a.GetVersion(ctx)
	require.NoError(t, err)
	assert.Equal(t, quartet.Version, version.Version)
	var names []string
	for _, d := range version.Documents {
		names = append(names, d.Name)
		assert.Len(t, d.Sha256, 64)
	}
	assert.Equal(t, []string{"billing", "profile", "subscription", "vendor", "admin"}, names)

	frozen, err := a.SetClock(ctx, adminapi.Clock{At: &quartet.Time{Time: noon}, Frozen: true})
	require.NoError(t, err)
	assert.True(t, frozen.Now.Equal(noon) && frozen.Frozen)
	assert.Equal(t, noon, space.Now())
	moved, err := a.AdvanceClock(ctx, adminapi.Advance{By: "90m"})
	require.NoError(t, err)
	assert.True(t, moved.Now.Equal(noon.Add(90*time.Minute)))
	now, err := a.GetClock(ctx)
	require.NoError(t, err)
	assert.Equal(t, *moved, *now)

	code, err := a.IssueCode(ctx, adminapi.NewCode{UserID: "usr_anna"})
	require.NoError(t, err)
	codes, err := a.ListCodes(ctx)
	require.NoError(t, err)
	assert.Contains(t, codes.Codes, *code)
	assert.Len(t, space.State().Profile.Users["usr_anna"].Codes, len(srv.State().Profile.Users["usr_anna"].Codes)+1)

	fault, err := a.AddFault(ctx, adminapi.Fault{Operation: "getMyProfile", Nth: 2, Status: 503, RetryAfter: "2s", Header: map[string]string{"Accept": ""}})
	require.NoError(t, err)
	assert.Equal(t, "fault-1", fault.Name)
	_, err = a.AddFault(ctx, adminapi.Fault{Name: "slow", Kind: adminapi.KindSlowDrip, Over: "1ms", Operation: "listPayments", Delay: &adminapi.Delay{Distribution: adminapi.DistributionUniform, Max: "1ms"}})
	require.NoError(t, err)
	require.NoError(t, a.ReplaceLimits(ctx, adminapi.LimitList{Limits: []adminapi.Limit{{Operation: "getMyProfile", Requests: 2, Per: "1m0s", Algorithm: adminapi.AlgorithmFixedWindow}}}))

	_, err = calls.GetMyProfile(ctx)
	require.NoError(t, err)
	_, err = calls.GetMyProfile(ctx)
	var failed *quartet.Error
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, 503, failed.StatusCode)
	_, err = calls.ListAvailablePaymentMethods(ctx)
	require.NoError(t, err)

	faults, err := a.ListFaults(ctx)
	require.NoError(t, err)
	require.Len(t, faults.Faults, 2)
	assert.Equal(t, 2, faults.Faults[0].Seen)
	assert.Equal(t, 1, faults.Faults[0].Applied)
	assert.Equal(t, adminapi.Duration("2s"), faults.Faults[0].RetryAfter)
	limits, err := a.ListLimits(ctx)
	require.NoError(t, err)
	assert.InDelta(t, 1, limits.Limits[0].Used, 0)

	journal, err := a.ListCalls(ctx, adminapi.ListCallsFilter{})
	require.NoError(t, err)
	require.Len(t, journal.Calls, 3)
	last, after, status := 1, 1, 503
	for name, tc := range map[string]struct {
		filter adminapi.ListCallsFilter
		want   []int
	}{
		"operation": {adminapi.ListCallsFilter{Operation: "getMyProfile"}, []int{1, 2}},
		"method":    {adminapi.ListCallsFilter{Method: "PUT"}, nil},
		"path":      {adminapi.ListCallsFilter{Path: "/profile/me"}, []int{1, 2}},
		"status":    {adminapi.ListCallsFilter{Status: &status}, []int{2}},
		"fault":     {adminapi.ListCallsFilter{Fault: "fault-1"}, []int{2}},
		"after":     {adminapi.ListCallsFilter{After: &after}, []int{2, 3}},
		"last":      {adminapi.ListCallsFilter{Last: &last}, []int{3}},
		"both":      {adminapi.ListCallsFilter{Operation: "getMyProfile", Last: &last}, []int{2}},
	} {
		listed, err := a.ListCalls(ctx, tc.filter)
		require.NoError(t, err)
		var numbers []int
		for _, call := range listed.Calls {
			numbers = append(numbers, call.Number)
		}
		assert.Equal(t, tc.want, numbers, name)
	}
	entry := space.Journal()[1]
	call := journal.Calls[1]
	assert.Equal(t, entry.Operation, call.Operation)
	assert.Equal(t, entry.Route, call.Route)
	assert.Equal(t, string(entry.ResponseBody), call.ResponseBody)
	assert.Equal(t, entry.ResponseHeader, http.Header(*call.ResponseHeader))
	assert.Equal(t, entry.RequestHeader, http.Header(call.RequestHeader))
	assert.Equal(t, entry.Duration.String(), string(call.Duration))
	assert.True(t, entry.Arrived.Equal(call.Arrived.Time))

	coverage, err := a.GetCoverage(ctx)
	require.NoError(t, err)
	assert.InDelta(t, srv.Coverage().Percent(), coverage.Percent, 1e-9)
	assert.Len(t, coverage.Operations, 19)

	state, err := a.GetState(ctx)
	require.NoError(t, err)
	from := "a"
	fork, err := a.CreateSpace(ctx, adminapi.NewSpace{ID: "b", From: &from})
	require.NoError(t, err)
	assert.Equal(t, adminapi.Space{ID: "b", Path: "/_space/b", Faults: 2}, *fork)
	b := adminOf(t, srv, "b")
	forked, err := b.GetState(ctx)
	require.NoError(t, err)
	assert.Equal(t, state, forked)

	spaces, err := a.ListSpaces(ctx)
	require.NoError(t, err)
	assert.Equal(t, []adminapi.Space{
		{}, {ID: "a", Path: "/_space/a", Calls: 3, UnderWay: 0, Faults: 2}, {ID: "b", Path: "/_space/b", Faults: 2},
	}, spaces.Spaces)

	require.NoError(t, a.RemoveFault(ctx, "slow"))
	assert.Len(t, space.Faults(), 1)
	require.NoError(t, a.ClearFaults(ctx))
	assert.Empty(t, space.Faults())
	require.NoError(t, a.ClearJournal(ctx))
	assert.Empty(t, space.Journal())
	require.NoError(t, a.ResetSpace(ctx))
	assert.Equal(t, srv.State(), space.State())
	require.NoError(t, a.ReplaceState(ctx, *state))
	assert.Equal(t, srv.Space("b").State(), space.State())

	require.NoError(t, a.DeleteSpace(ctx, "b"))
	spaces, err = a.ListSpaces(ctx)
	require.NoError(t, err)
	assert.Len(t, spaces.Spaces, 2)
}

func TestAdminAnswersThatAreNoJSON(t *testing.T) {
	t.Parallel()
	srv := mockserver.Start(t)
	get(t, srv.Space(""), "/profile/me")
	get(t, srv.Space(""), "/nowhere")
	require.NoError(t, srv.AddFault(mockserver.Fault{Operation: "listPayments", Status: 418}))
	get(t, srv.Space(""), "/profile/payments")
	base := srv.URL() + "/_mock/v1"

	status, media, body := ask(t, srv.Client(), "GET", base+"/metrics", "")
	assert.Equal(t, 200, status)
	assert.Equal(t, "text/plain; version=0.0.4; charset=utf-8", media)
	assert.Contains(t, body, "# TYPE quartet_mock_calls_total counter\n")
	assert.Contains(t, body, "\nquartet_mock_calls_total{api=\"profile\",operation=\"getMyProfile\"} 1\n")
	assert.Contains(t, body, "\nquartet_mock_answers_total{api=\"profile\",operation=\"getMyProfile\",status=\"200\"} 1\n")
	assert.Contains(t, body, "\nquartet_mock_answers_total{api=\"profile\",operation=\"listPayments\",status=\"418\"} 1\n")
	assert.Contains(t, body, "\nquartet_mock_calls_total{api=\"\",operation=\"\"} 1\n")
	assert.Contains(t, body, "\nquartet_mock_answers_total{api=\"\",operation=\"\",status=\"404\"} 1\n")
	assert.Contains(t, body, "\nquartet_mock_calls_under_way 0\n")
	assert.Contains(t, body, "\nquartet_mock_journal_calls 3\n")
	assert.Contains(t, body, "\ngo_goroutines ")

	_, media, body = ask(t, srv.Client(), "GET", base+"/coverage.md", "")
	assert.Equal(t, "text/markdown; charset=utf-8", media)
	assert.Equal(t, srv.Coverage().Markdown(), body)

	_, media, body = ask(t, srv.Client(), "GET", base+"/documents/profile.yaml", "")
	assert.Equal(t, "application/yaml", media)
	assert.True(t, strings.HasPrefix(body, "openapi: 3.0.3\n"))
	for _, name := range []string{"profile", "billing", "subscription", "vendor", "admin"} {
		_, media, body = ask(t, srv.Client(), "GET", base+"/documents/"+name+".json", "")
		assert.Equal(t, "application/json", media)
		var doc struct {
			OpenAPI string         `json:"openapi"`
			Paths   map[string]any `json:"paths"`
		}
		require.NoError(t, json.Unmarshal([]byte(body), &doc))
		assert.Equal(t, "3.0.3", doc.OpenAPI)
		assert.NotEmpty(t, doc.Paths)
	}

	_, media, body = ask(t, srv.Client(), "GET", base+"/state.yaml", "")
	assert.Equal(t, "application/yaml", media)
	state, err := mockserver.ReadState("state.yaml", strings.NewReader(body))
	require.NoError(t, err)
	assert.Equal(t, srv.State(), state)
	changed := strings.ReplaceAll(body, "usr_anna", "usr_hanna")
	status, _, body = ask(t, srv.Client(), "PUT", base+"/state.yaml", changed, "Content-Type", "application/x-www-form-urlencoded")
	assert.Equal(t, 204, status, body)
	assert.Equal(t, "usr_hanna", srv.State().Profile.DefaultUser)
}

// allWrong has mistakes of types, names and references, some of which no schema knows.
const allWrong = `{"profile":{"users":{"x":{"firstname":"a"}}},"clock":{"at":"yesterday"},"random":-1,"faults":[{"operation":"getMe"}]}`

// What is wrong is told, all of it, with its place.
func TestAdminRefusesWhatItsDocumentRefuses(t *testing.T) {
	t.Parallel()
	srv := mockserver.Start(t, mockserver.WithSpaces(3, 0))
	srv.Space("taken")
	for name, tc := range map[string]struct {
		method, path, body string
		status             int
		want               string // parts of the detail or the issues, one a line
	}{
		"no operation":       {"GET", "/_mock/v1/fault", "", 404, "No operation at GET /_mock/v1/fault; the nearest is GET /_mock/v1/faults (listFaults)"},
		"outside":            {"GET", "/_mock/", "", 404, "No operation at GET /_mock/"},
		"no method":          {"PATCH", "/_mock/v1/faults", "", 405, "Method PATCH not allowed at /_mock/v1/faults; allowed: DELETE, GET, POST"},
		"two spaces":         {"GET", "/_space/x/_mock/v1/faults", "", 400, `The request names two spaces, \"y\" and \"x\"`},
		"no document":        {"GET", "/_mock/v1/documents/none.yaml", "", 404, "There is no document of this name; getVersion lists those that there are"},
		"a folder":           {"GET", "/_mock/v1/documents/..%2Fopenapi.json", "", 404, "There is no document"},
		"a file":             {"GET", "/_mock/v1/documents/openapi.go", "", 422, `"place":"path.file","message":"file must match \\.(yaml|json)$"`},
		"no JSON":            {"POST", "/_mock/v1/faults", "{", 422, `"place":"body","message":"the body is not JSON: a name in double quotes is missing at byte 1"`},
		"no body":            {"POST", "/_mock/v1/faults", "", 422, `"message":"the body is required"`},
		"an unknown member":  {"POST", "/_mock/v1/faults", `{"kind":"no-answer","chance":1}`, 422, `"place":"body.chance","message":"there is no such member here`},
		"an unknown kind":    {"POST", "/_mock/v1/faults", `{"kind":"explode"}`, 422, `"place":"body.kind","message":"kind must be 'connection-reset', `},
		"many":               {"POST", "/_mock/v1/faults", `{"kind":5,"nth":"1","delay":{"time":2}}`, 422, "body.kind\nbody.nth\nbody.delay.time"},
		"a bad duration":     {"POST", "/_mock/v1/faults", `{"delay":{"time":"2 parsecs"}}`, 422, `"place":"body.delay.time","message":"this is no duration; one is written as 250ms or 1m30s"`},
		"what cannot be":     {"POST", "/_mock/v1/faults", `{"operation":"getme","status":99}`, 422, "body.operation\nthere is no operation\nbody.status\na status is from 200 to 599"},
		"an added fault":     {"POST", "/_mock/v1/faults", `{"space":"other","status":500}`, 422, "body.space"},
		"no fault":           {"DELETE", "/_mock/v1/faults/none", "", 404, `There is no fault \"none\"`},
		"a bad limit":        {"PUT", "/_mock/v1/limits", `{"limits":[{"operation":"getMyProfile","requests":0,"per":"1m"}]}`, 422, `"place":"body.limits.0.requests"`},
		"half a limit":       {"PUT", "/_mock/v1/limits", `{"limits":[{}]}`, 422, "body.limits.0.operation\nbody.limits.0.requests\nbody.limits.0.per"},
		"a bad time":         {"PUT", "/_mock/v1/clock", `{"at":"noon"}`, 422, "body.at"},
		"a far time":         {"POST", "/_mock/v1/clock/advance", `{"by":"2500000h0m0s"}`, 200, `"now":`},
		"a time too far":     {"POST", "/_mock/v1/clock/advance", `{"by":"2562047h47m16s"}`, 200, `"now":`},
		"nobody's code":      {"POST", "/_mock/v1/codes", `{"user_id":"nobody"}`, 422, `"place":"body.user_id","message":"there is no profile user \"nobody\""`},
		"a bad filter":       {"GET", "/_mock/v1/journal?after=x&last=-1", "", 422, "query.after"},
		"a negative filter":  {"GET", "/_mock/v1/journal?last=-1", "", 422, `"place":"query.last","message":"it must not be negative"`},
		"a mistyped method":  {"GET", "/_mock/v1/journal?method=put&last=-1", "", 422, `{"place":"query.method","message":"a method is written in upper case"},{"place":"query.last",`},
		"a mistyped name":    {"GET", "/_mock/v1/journal?operation=chnageName", "", 422, `"place":"query.operation","message":"there is no operation \"chnageName\"; there are `},
		"an unknown filter":  {"GET", "/_mock/v1/journal?opertion=x", "", 422, `"place":"query.opertion","message":"there is no such parameter here; there are operation, method, path, status, fault, after, last"`},
		"a query for none":   {"GET", "/_mock/v1/clock?x=1", "", 422, "there are none"},
		"a lock without key": {"POST", "/_mock/v1/faults", `{"kind":"connection-refused"}`, 422, `"place":"body.at_most","message":"connection-refused refuses calls of the admin API, too`},
		"a state that locks": {"PUT", "/_mock/v1/state", `{"faults":[{"kind":"connection-refused"}]}`, 422, "body.faults.0.at_most"},
		"a seed that locks":  {"PUT", "/_mock/v1/state.yaml", `faults: [{kind: connection-refused}]`, 422, "body.faults.0.at_most"},
		"locks and more":     {"PUT", "/_mock/v1/state", `{"faults":[{"kind":"connection-refused"},{"nth":1}],"random":"x"}`, 422, "3 things\nbody.random\nbody.faults.0.at_most\nbody.faults.1.kind"},
		"an end unread":      {"PUT", "/_mock/v1/state", `{"faults":[{"kind":"connection-refused","nth":"1"}]}`, 422, "1 thing \nbody.faults.0.nth"},
		"many of one fault":  {"POST", "/_mock/v1/faults", `{"operation":"nope","nth":-1}`, 422, "body.nth\nbody.operation"},
		"many of one limit":  {"PUT", "/_mock/v1/limits", `{"limits":[{"operation":"nope","requests":0,"per":"-1s"}]}`, 422, "body.limits.0.operation\nbody.limits.0.requests\nbody.limits.0.per"},
		"many of both":       {"POST", "/_mock/v1/faults", `{"kind":"foo","tag":"nope","probability":3,"chance":1}`, 422, "4 things\nbody.kind\nbody.tag\nbody.probability\nbody.chance"},
		"a query and a body": {"POST", "/_mock/v1/faults?x=1", `{"kind":"foo","tag":"nope"}`, 422, "3 things\nquery.x\nbody.kind\nbody.tag"},
		"what follows":       {"POST", "/_mock/v1/faults", `{"kind":"slow_drip","over":"2s","status":"500","body":"x","retry_after":"1s"}`, 422, "2 things\nbody.kind\nbody.status"},
		"a delay of none":    {"POST", "/_mock/v1/faults", `{"nth":1.0,"delay":{"distribution":"even","time":"1s","max":"1ms","sigma":2}}`, 422, "1 thing \nbody.delay.distribution"},
		"half and wrong":     {"PUT", "/_mock/v1/limits", `{"limits":[{"operation":"nope","per":"1m"}],"limit":1}`, 422, "3 things\nbody.limits.0.requests\nbody.limits.0.operation\nbody.limit\""},
		"a name twice":       {"POST", "/_mock/v1/faults", `{"kind":"foo","kind":"foo","tag":"nope"}`, 422, "1 thing \nbody.kind"},
		"no object":          {"POST", "/_mock/v1/faults", `[]`, 422, "1 thing \n\"body\""},
		"an id and more":     {"POST", "/_mock/v1/spaces", `{"id":"..","from":5}`, 422, "2 things\nbody.id\nbody.from"},
		"all of a state":     {"PUT", "/_mock/v1/state", allWrong, 422, "7 things\nbody.profile.users.x.firstname\nbody.clock.at\nbody.random\nbody.faults.0.operation"},
		"all of a seed":      {"PUT", "/_mock/v1/state.yaml", allWrong, 422, "7 things\nbody.profile.users.x.firstname\nbody.clock.at\nbody.random\nbody.faults.0.operation"},
		"more than are told": {"PUT", "/_mock/v1/limits", `{"limits":[` + strings.Repeat(`{"operation":"nope","requests":0,"per":"-1s"},`, 500) + `{}]}`, 422, "1000 things"},
		"many of a state":    {"PUT", "/_mock/v1/state", `{"faults":[{"operation":"nope","nth":-1}],"profile":{"default_user":"x","users":{"y":{"codes":5}}}}`, 422, "body.faults.0.nth\nbody.faults.0.operation\nbody.profile.default_user\nbody.profile.users.y.codes"},
		"too many values":    {"PUT", "/_mock/v1/state", `{"vendor":{"x":[` + strings.Repeat("[],", 250_000) + `[]]}}`, 422, "it has too many values"},
		"too many of YAML":   {"PUT", "/_mock/v1/state.yaml", `x: [` + strings.Repeat("[],", 250_000) + `[]]`, 422, "it has too many values"},
		"the last year":      {"PUT", "/_mock/v1/clock", `{"at":"9999-01-01T00:00:00Z"}`, 422, "body.at\na year after 9999"},
		"a space of dots":    {"POST", "/_mock/v1/spaces", `{"id":".."}`, 422, "body.id\nit is one that clients take out of a path"},
		"a path of dots":     {"GET", "/_space/%2E%2E/_mock/v1/state", "", 400, "is one that clients take out of a path"},
		"a path of no text":  {"GET", "/_space/%00%ff/_mock/v1/state", "", 400, "is no UTF-8"},
		"another document":   {"GET", "/_mock/v1/documents/profile.yaml.json", "", 404, "There is no document"},
		"the empty state":    {"PUT", "/_mock/v1/state", `{}`, 204, ""},
		"a bad event":        {"GET", "/_mock/v1/journal/events", "", 422, "header.Last-Event-ID"},
		"a taken space":      {"POST", "/_mock/v1/spaces", `{"id":"taken"}`, 409, `There is a space \"taken\" already`},
		"like no space":      {"POST", "/_mock/v1/spaces", `{"id":"new","from":"none"}`, 404, `There is no space \"none\" to begin like`},
		"a space without id": {"POST", "/_mock/v1/spaces", `{"id":""}`, 422, "body.id"},
		"a space of control": {"POST", "/_mock/v1/spaces", `{"id":"a\u0000"}`, 422, "body.id\nno header holds"},
		"no such space":      {"DELETE", "/_mock/v1/spaces/none", "", 404, `There is no space \"none\"`},
		"an unsound state":   {"PUT", "/_mock/v1/state", `{"profile":{"default_user":"x"},"faults":[{"nth":1}]}`, 422, "body.profile.default_user\nbody.faults.0.kind"},
		"a state of types":   {"PUT", "/_mock/v1/state", `{"random":"x","profile":{"users":[]}}`, 422, "body.random"},
		"a token is secret":  {"PUT", "/_mock/v1/state", `{"tokens":{"s3cret":{"profile":"x"}}}`, 422, "body.tokens.[redacted].profile"},
		"a bad seed":         {"PUT", "/_mock/v1/state.yaml", "faults:\n  - nth: 1\n    kind: x\n", 422, "body.faults.0.kind\nstate.yaml:3: there is no such kind"},
		"no YAML":            {"PUT", "/_mock/v1/state.yaml", "a: [", 422, "state.yaml:2: did not find"},
		"no seed":            {"PUT", "/_mock/v1/state.yaml", "", 422, "state.yaml:1: the file is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header := []string{"X-Mock-Space", "y", "Last-Event-ID", "x"}
			if tc.path != "/_space/x/_mock/v1/faults" && name != "a bad event" {
				header = nil
			}
			status, media, body := ask(t, srv.Client(), tc.method, srv.URL()+tc.path, tc.body, header...)
			assert.Equal(t, tc.status, status, body)
			for part := range strings.SplitSeq(tc.want, "\n") {
				assert.Contains(t, body, part)
			}
			if status >= 400 {
				assert.Equal(t, "application/problem+json", media)
				assert.NotContains(t, body, "s3cret")
			}
		})
	}
}

// A patch is no state, though it is JSON.
func TestAdminTakesTheMediaTypeOfItsDocument(t *testing.T) {
	t.Parallel()
	srv := mockserver.Start(t)
	for media, want := range map[string]int{
		"application/json": 204, "Application/JSON; charset=utf-8": 204, "application/json; x": 204,
		"application/merge-patch+json": 422, "application/problem+json; charset=utf-8": 422, "text/plain": 422,
	} {
		status, _, body := ask(t, srv.Client(), "PUT", srv.URL()+"/_mock/v1/state", `{"random":1}`, "Content-Type", media)
		assert.Equal(t, want, status, media)
		assert.Equal(t, want == 422, strings.Contains(body, `"place":"body","message":"the body must be sent as application/json"`), body)
	}
}

// What its document refuses is read on, for all that is wrong, but does nothing.
func TestAdminRefusalBringsNoSpaceIntoBeing(t *testing.T) {
	t.Parallel()
	srv := mockserver.Start(t)
	for path, body := range map[string]string{
		"state": `{"random":"x"}`, "codes": `{"user_id":5}`, "faults": `{"kind":"foo"}`, "limits": `{"limits":5}`, "clock": `{"at":"noon"}`,
		"clock/advance": `{"by":5}`, "spaces": `{"id":"new","from":5}`,
	} {
		method := map[bool]string{true: "PUT", false: "POST"}[path == "state" || path == "limits" || path == "clock"]
		status, _, answer := ask(t, srv.Client(), method, srv.URL()+"/_mock/v1/"+path, body, "X-Mock-Space", "new")
		assert.Equal(t, 422, status, answer)
	}
	spaces, err := adminOf(t, srv, "").ListSpaces(t.Context())
	require.NoError(t, err)
	assert.Len(t, spaces.Spaces, 1)
}

func TestAdminSpacesAreBounded(t *testing.T) {
	t.Parallel()
	srv := mockserver.Start(t, mockserver.WithSpaces(2, 0))
	status, _, body := ask(t, srv.Client(), "POST", srv.URL()+"/_mock/v1/spaces", `{"id":"a"}`)
	assert.Equal(t, 201, status, body)
	status, _, body = ask(t, srv.Client(), "POST", srv.URL()+"/_mock/v1/spaces", `{"id":"b"}`)
	assert.Equal(t, 507, status)
	assert.Contains(t, body, "There is no room for another space: at most 2 may be at a time")
	status, _, _ = ask(t, srv.Client(), "GET", srv.URL()+"/_mock/v1/state", "", "X-Mock-Space", "b")
	assert.Equal(t, 507, status)
	status, _, _ = ask(t, srv.Client(), "GET", srv.URL()+"/_mock/v1/spaces", "", "X-Mock-Space", "b")
	assert.Equal(t, 200, status, "it is about no space")
}

// Calls of the admin API meet no fault, have no limit and are in no journal.
func TestAdminIsNotPartOfTheMock(t *testing.T) {
	t.Parallel()
	srv := mockserver.Start(t)
	require.NoError(t, srv.AddFault(mockserver.Fault{Kind: mockserver.ConnectionReset}))
	a := adminOf(t, srv, "")
	for range 3 {
		_, err := a.ListFaults(t.Context())
		require.NoError(t, err)
	}
	assert.Empty(t, srv.Journal())
	assert.Zero(t, srv.Faults()[0].Seen)
	require.NoError(t, a.ClearFaults(t.Context()))
}

func TestAdminInProcess(t *testing.T) {
	t.Parallel()
	srv, err := mockserver.New()
	require.NoError(t, err)
	defer srv.Close()
	status, _, body := ask(t, srv.Client(), "GET", srv.Space("a b").URL()+"/_mock/v1/spaces", "")
	assert.Equal(t, 200, status)
	assert.JSONEq(t, `{"spaces":[{"id":"","path":"","calls":0,"dropped":0,"under_way":0,"faults":0},
		{"id":"a b","path":"/_space/a%20b","calls":0,"dropped":0,"under_way":0,"faults":0}]}`, body)
}
