package mockserver_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

// of returns what was met of an operation.
func covered(t *testing.T, c mockserver.Coverage, operation string) mockserver.OperationCoverage {
	t.Helper()
	i := slices.IndexFunc(c.Operations, func(o mockserver.OperationCoverage) bool { return o.Operation == operation })
	require.GreaterOrEqual(t, i, 0)
	return c.Operations[i]
}

func TestCoverageOfNothing(t *testing.T) {
	t.Parallel()
	c := inProcess(t).Coverage()
	assert.Len(t, c.Operations, 19)
	assert.Zero(t, c.Percent())
	assert.Zero(t, mockserver.Coverage{}.Percent())
	assert.Equal(t, mockserver.OperationCoverage{
		API: "profile", Operation: "cancelSubscription",
		Answers:    []mockserver.AnswerCoverage{{Status: 200}, {Status: 401}, {Status: 422}},
		Parameters: []mockserver.ParameterCoverage{{In: "query", Name: "course_id"}},
	}, covered(t, c, "cancelSubscription"))
}

// Calls count in all spaces, answers also by faults; a parameter counts when it was sent and
// the call got as far as being looked at.
func TestCoverage(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	m.call("POST", "/_space/a/users/999/subscription", `{"is_trial":true,"unknown":1}`)  // 404
	m.call("POST", "/users/x/subscription", `{"duration_days":null,"device_limit":"x"}`) // 422, and all was sent
	m.call("POST", "/users/3/subscription", `{"squad_uuid":"s"}`, bearer+"wrong")        // 401
	m.call("POST", "/users/3/subscription?is_trial=1", `{"traffic_limit_gb":`)           // 422, and nobody knows what was sent
	m.call("GET", "/users/3/subscription", "")
	m.call("GET", "/nowhere", "")
	require.NoError(t, m.AddFault(mockserver.Fault{Operation: "createUserSubscription", Nth: 1, Status: 500},
		mockserver.Fault{Operation: "createUserSubscription", Nth: 2, Status: 418},
		mockserver.Fault{Operation: "createUserSubscription", Nth: 3, Kind: mockserver.AppliedButLost},
		mockserver.Fault{Operation: "createUserSubscription", Nth: 4, Kind: mockserver.TruncatedBody}))
	for range 4 {
		get := newRequest(t, "POST", m.URL()+"/users/3/subscription", `{"is_trial":true,"replace_existing":true,"connected_squads":[]}`)
		if resp, err := m.Client().Do(get); err == nil {
			assert.NoError(t, resp.Body.Close())
		}
	}
	c := m.Coverage()
	assert.Equal(t, mockserver.OperationCoverage{
		API: "subscription", Operation: "createUserSubscription", Calls: 8,
		Answers: []mockserver.AnswerCoverage{{Status: 201, Calls: 1}, {Status: 400}, {Status: 401, Calls: 1}, {Status: 404, Calls: 1}, {Status: 422, Calls: 2}, {Status: 500, Calls: 1}},
		Parameters: []mockserver.ParameterCoverage{
			{In: "path", Name: "user_id", Met: true}, {In: "body", Name: "is_trial", Met: true}, {In: "body", Name: "duration_days", Met: true},
			{In: "body", Name: "traffic_limit_gb"}, {In: "body", Name: "device_limit", Met: true}, {In: "body", Name: "squad_uuid"},
			{In: "body", Name: "connected_squads", Met: true}, {In: "body", Name: "replace_existing", Met: true},
		},
	}, sorted(covered(t, c, "createUserSubscription")))
	met, all := 0, 0
	for _, op := range c.Operations {
		all += len(op.Answers) + len(op.Parameters)
		if op.Operation != "createUserSubscription" {
			assert.Zero(t, op.Calls, op.Operation)
		}
	}
	met = 5 + 6
	assert.InDelta(t, 100*float64(met)/float64(all), c.Percent(), 1e-9)
	m.Reset()
	assert.Equal(t, c, m.Coverage(), "a space that begins anew takes nothing back")
}

// sorted puts the statuses in order: the document's first is the good one.
func sorted(o mockserver.OperationCoverage) mockserver.OperationCoverage {
	slices.SortFunc(o.Answers, func(a, b mockserver.AnswerCoverage) int { return a.Status - b.Status })
	return o
}

func TestCoverageAsMarkdown(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	m.call("GET", "/profile/me", "")
	m.call("GET", "/profile/me", "", bearer+"wrong")
	m.call("PATCH", manage, `{"login":"test@mail.com"}`)
	text := m.Coverage().Markdown()
	assert.True(t, strings.HasPrefix(text, `Contract coverage: 4.3 % of answers and parameters

| operation | calls | answers | parameters | not met |
|---|--:|--:|--:|---|
| updateUser | 1 | 1/3 | 1/8 | 401, 422, body password, body status, body billing_info, body billing_properties, body properties, body permissions_to_attach, body permissions_to_detach |
| getMyProfile | 2 | 2/2 | 0/0 |  |
| listSubscriptions | 0 | 0/2 | 0/0 | 200, 401 |
`), "%s", text)
	assert.Len(t, strings.Split(strings.TrimSpace(text), "\n"), 4+19)
}

// Every operation once with everything that it takes, and each documented answer: all of it.
func TestCoverageCanBeWhole(t *testing.T) {
	t.Parallel()
	m := inProcess(t, mockserver.WithSplitBalance(), mockserver.WithPrefer())
	for _, op := range operations() {
		request := requests[op.id]
		for status := range op.route.Operation.Responses.Map() {
			if status[0] != '2' {
				m.call(request.method, request.path, request.body, "Prefer: code="+status)
			}
		}
	}
	m.call("PATCH", manage, `{"login":"test@mail.com","password":"p","status":"active","billing_info":[],"billing_properties":[],"properties":"",
		"permissions_to_attach":[],"permissions_to_detach":[]}`).ok()
	m.call("POST", "/users/3/subscription", `{"is_trial":true,"duration_days":1,"traffic_limit_gb":1,"device_limit":1,"squad_uuid":null,"connected_squads":null,"replace_existing":true}`).ok()
	for id := range requests {
		m.call(requests[id].method, requests[id].path, requests[id].body, admin, "X-Mock-Space: "+id) // each with its own codes
	}
	assert.InDelta(t, 100, m.Coverage().Percent(), 0, m.Coverage().Markdown())
	for _, op := range m.Coverage().Operations {
		for _, a := range op.Answers {
			assert.NotZero(t, a.Calls, "%s %d", op.Operation, a.Status)
		}
	}
}

func TestCoverageLosesNoCall(t *testing.T) {
	t.Parallel()
	m := start(t)
	var clients sync.WaitGroup
	for range 32 {
		clients.Go(func() {
			for range 8 {
				resp, err := m.Client().Do(newRequest(t, "PATCH", m.URL()+manage, `{"login":"test@mail.com"}`))
				if assert.NoError(t, err) {
					assert.NoError(t, resp.Body.Close())
				}
				_ = m.Coverage()
			}
		})
	}
	clients.Wait()
	op := covered(t, m.Coverage(), "updateUser")
	assert.EqualValues(t, 32*8, op.Calls)
	assert.EqualValues(t, 32*8, op.Answers[0].Calls)
	assert.True(t, op.Parameters[0].Met)
}
