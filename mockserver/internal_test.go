package mockserver

import (
	"math"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver/internal/api"
	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// watched returns a server and the messages that it reports.
func watched(t *testing.T) (*Server, *[]string) {
	t.Helper()
	s, err := New()
	require.NoError(t, err)
	var messages []string
	s.report = func(message string, _ error) { messages = append(messages, message) }
	return s, &messages
}

func TestUserWhoHasGoneSinceAuthorizeIsUnknown(t *testing.T) {
	t.Parallel()
	s, reported := watched(t)
	for _, id := range []string{"getMyProfile", "getProfile"} {
		resp := s.act(s.contract.Operation(id), Token{Profile: "gone", Vendor: 1}, &api.Request{})
		assert.Equal(t, http.StatusUnauthorized, resp.status, id)
	}
	assert.Empty(t, *reported)
}

func TestMistakesOfTheServerAreReported(t *testing.T) {
	t.Parallel()
	s, reported := watched(t)
	caller := Token{Profile: "usr_anna"}

	resp := s.act(s.contract.Operation("changeName"), caller, &api.Request{Body: []byte("{")})
	assert.Equal(t, http.StatusInternalServerError, resp.status)

	s.world.state.Profile.Users["usr_anna"].PaymentDetails["a"] = math.NaN() // which Check would refuse
	resp = s.act(s.contract.Operation("getPaymentMethod"), caller, &api.Request{})
	assert.Equal(t, http.StatusInternalServerError, resp.status)
	assert.JSONEq(t, `{"detail":"Internal Server Error"}`, string(resp.body))

	assert.Equal(t, []string{"handler of changeName", "answer of getPaymentMethod"}, *reported)

	_, err := s.call(&contract.Operation{API: &contract.API{Name: "fifth"}}, caller, nil)
	assert.EqualError(t, err, "no handlers for the fifth API")
}

func TestRefusalReadsAsAnError(t *testing.T) {
	t.Parallel()
	assert.EqualError(t, &refusal{status: 404, message: "User not found"}, "404 User not found")
	assert.EqualError(t, rejected(contract.Issue{}, contract.Issue{}), "2 issues with the input")
}

// The rule is also about subscriptions that the API cannot show, since it has no read.
func TestActualStatusFollowsTheClock(t *testing.T) {
	t.Parallel()
	end := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		status string
		now    time.Time
		want   string
	}{
		{"active", end.Add(-1), "active"},
		{"active", end, "expired"},
		{"trial", end.Add(-1), "trial"},
		{"trial", end, "expired"},
		{"disabled", end, "disabled"},
	} {
		answer := (&Subscription{Status: tc.status, EndDate: end}).answer(tc.now)
		assert.EqualValues(t, tc.want, answer.ActualStatus)
		assert.EqualValues(t, tc.status, answer.Status)
	}
}
