package contract_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/quartet-go/quartet/mockserver/internal/compile/compiletest"
	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

func TestSayRequestShowsNoValue(t *testing.T) {
	t.Parallel()
	c := compiletest.Published(t)
	for name, tc := range map[string]struct {
		id      string
		request contract.Request
		want    string
	}{
		"everywhere": {
			"createUserSubscription",
			contract.Request{Path: contract.Values{{Name: "user_id", Text: "s3cret"}}, ContentType: jsonType, Body: []byte(`{"is_trial":"s3cret","s3cret":1,"duration_days":1.5}`)},
			"path.user_id: wrong type; body.is_trial: wrong type; body.duration_days: not an integer",
		},
		"a name that is data": {"changeName", contract.Request{ContentType: jsonType, Body: []byte(`{"s3cret":1,"s3cret":2}`)}, "body.*: duplicate at byte 12"},
		"a content type":      {"changeName", contract.Request{ContentType: "s3cret", Body: []byte(`{}`)}, "content type: not application/json"},
		"no body":             {"changeName", contract.Request{}, "body: required"},
		"a query":             {"cancelSubscription", contract.Request{}, "query.course_id: required"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			op := c.Operation(tc.id)
			assert.EqualError(t, op.SayRequest(op.Validate(tc.request).Issues), tc.id+": request: "+tc.want)
		})
	}
	assert.NoError(t, c.Operation("changeName").SayRequest(nil))
}

func TestAnswerIssuesShowNoValue(t *testing.T) {
	t.Parallel()
	issues := compiletest.Published(t).Operation("updateUser").AnswerIssues(422, "text/html", []byte(`{"message":1,"errors":{"s3cret":["x",2]}}`))
	var places []string
	for i := range issues {
		assert.Nil(t, issues[i].Input)
		places = append(places, issues[i].Place()+" "+string(issues[i].Keyword))
	}
	assert.Equal(t, []string{"body contentType", "body.message type", "body.errors.*.1 type"}, places)
}
