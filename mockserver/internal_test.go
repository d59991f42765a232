package mockserver

import (
	"bufio"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"strings"
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

// inSpace is a call in the default space.
func inSpace(s *Server) *call { return &call{Space: s.defaultSpace} }

func TestUserWhoHasGoneSinceAuthorizeIsUnknown(t *testing.T) {
	t.Parallel()
	s, reported := watched(t)
	for _, id := range []string{"getMyProfile", "getProfile"} {
		resp := inSpace(s).act(s.contract.Operation(id), Token{Profile: "gone", Vendor: 1}, &api.Request{})
		assert.Equal(t, http.StatusUnauthorized, resp.status, id)
	}
	assert.Empty(t, *reported)
}

func TestMistakesOfTheServerAreReported(t *testing.T) {
	t.Parallel()
	s, reported := watched(t)
	caller := Token{Profile: "usr_anna"}

	resp := inSpace(s).act(s.contract.Operation("changeName"), caller, &api.Request{Body: []byte("{")})
	assert.Equal(t, http.StatusInternalServerError, resp.status)

	spoilDetails(s, math.NaN()) // which Check would refuse
	resp = inSpace(s).act(s.contract.Operation("getPaymentMethod"), caller, &api.Request{})
	assert.Equal(t, http.StatusInternalServerError, resp.status)
	assert.JSONEq(t, `{"detail":"Internal Server Error"}`, string(resp.body))

	assert.Equal(t, []string{"handler of changeName", "answer of getPaymentMethod"}, *reported)

	_, err := inSpace(s).run(&contract.Operation{API: &contract.API{Name: "fifth"}}, caller, nil)
	assert.EqualError(t, err, "no handlers for the fifth API")
}

// spoilDetails puts what no call can into the payment details of the default user.
func spoilDetails(s *Server, value any) {
	s.world.profile.edit("usr_anna").PaymentDetails = map[string]any{"a": value}
	s.world.weigh()
	s.world.keep()
}

// panicky panics on its way into an answer.
type panicky struct{}

func (panicky) MarshalJSON() ([]byte, error) { panic("planted") }

func TestPanicIsReportedWithoutSecrets(t *testing.T) {
	t.Parallel()
	s, err := New()
	require.NoError(t, err)
	var reported []string
	s.report = func(message string, err error) { reported = append(reported, message+": "+err.Error()) }
	spoilDetails(s, panicky{})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/profile/payment-method", http.NoBody)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+DefaultToken)
	resp, err := s.Client().Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, http.StatusInternalServerError, resp.StatusCode)
	require.Len(t, reported, 1)
	assert.Contains(t, reported[0], "panic in getPaymentMethod: planted")
	for _, secret := range []string{"anna-secret", "111111", DefaultToken} {
		assert.NotContains(t, reported[0], secret)
	}
}

func TestPanicOfAHandlerIsReportedAndAnswered(t *testing.T) {
	t.Parallel()
	s, reported := watched(t)
	s.world.data = nil // every handler reads it
	want := map[string]string{
		"profile":      `{"detail":"Internal Server Error"}`,
		"billing":      `{"message":"Internal Server Error"}`,
		"subscription": `{"detail":"Internal Server Error"}`,
		"vendor":       `{"error":{"code":500,"message":"Internal Server Error"}}`,
	}
	for op := range s.contract.Operations() {
		c := inSpace(s)
		c.match.Operation = op
		var resp response
		func() {
			defer c.recovered(&resp)
			resp = c.act(op, Token{}, &api.Request{
				Path: contract.Values{{Name: "user_id", Text: "1"}}, Query: url.Values{"course_id": {"x"}}, Body: []byte("{}"),
			})
		}()
		assert.Equal(t, http.StatusInternalServerError, resp.status, op.ID)
		assert.JSONEq(t, want[op.API.Name], string(resp.body), op.ID)
		assert.Equal(t, "panic in "+op.ID, (*reported)[len(*reported)-1])
	}
	assert.Len(t, *reported, 19)
}

// A client that never sends the rest of its body holds Close only for its patience.
func TestCloseCutsOffWhoIsStillSending(t *testing.T) {
	t.Parallel()
	s := Start(t)
	s.patience = time.Millisecond
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL(), "http://"))
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "PUT /profile/name-change HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n")
	require.NoError(t, err)
	line, err := bufio.NewReader(conn).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "HTTP/1.1 100 Continue\r\n", line, "the handler waits for the body")
	s.Close()
}

// A panic anywhere on the way, not in a handler only, is answered and reported.
func TestPanicInTheEngineIsAnswered(t *testing.T) {
	t.Parallel()
	s, reported := watched(t)
	s.world.data = nil // authorize asks it who calls
	resp, err := s.Client().Get(s.URL() + "/profile/me")
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, http.StatusInternalServerError, resp.StatusCode)
	assert.Equal(t, []string{"panic in getMyProfile"}, *reported)
}

func TestPanicBeforeTheAnswerIsAnswered(t *testing.T) {
	t.Parallel()
	s, reported := watched(t)
	c := inSpace(s) // without a request to look at
	c.op = s.contract.Operation("getMyProfile")
	c.match.Operation = c.op
	c.receive(nil)
	assert.Equal(t, http.StatusInternalServerError, c.right(nil, nil).status)
	assert.Equal(t, []string{"panic in getMyProfile"}, *reported)
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
