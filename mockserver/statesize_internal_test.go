package mockserver

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whatever a call writes, what is known to be held is what is held.
func TestWhatIsHeldIsKnown(t *testing.T) {
	t.Parallel()
	texts := strings.TrimSuffix(strings.Repeat(`"text",`, 5000), ",")
	s, err := New()
	require.NoError(t, err)
	for _, tc := range []struct{ method, path, body string }{
		{http.MethodPut, "/profile/name-change", `{"first_name":"` + strings.Repeat("x", 100_000) + `","last_name":null}`},
		{http.MethodPut, "/profile/name-change", `{"first_name":"x","last_name":null}`},
		{http.MethodPut, "/profile/name-change", `{"first_name":true,"last_name":null}`},
		{http.MethodPut, "/profile/email-change", `{"new_email":"new@example.com","verification_code":"wrong"}`},
		{http.MethodDelete, "/profile/subscription?course_id=go-basics", ``},
		{http.MethodPut, "/profile/payment-method-change", `{"method":"card","details":{"a":[1,"2",{"3":[]}]}}`},
		{http.MethodPut, "/profile/payment-method-change", `{"method":"card","details":{}}`},
		{http.MethodPatch, "/api/v1/billing/user/manage", `{"login":"test@mail.com"}`},
		{http.MethodPatch, "/api/v1/billing/user/manage", `{"login":"test@mail.com","permissions_to_attach":[` + texts + `]}`},
		{http.MethodPatch, "/api/v1/billing/user/manage", `{"login":"test@mail.com","permissions_to_detach":["text"]}`},
		{http.MethodPatch, "/api/v1/billing/user/manage", `{"login":"test@mail.com","billing_properties":[{"type":"a","value":"b"}],"billing_info":{"billing_extra":[[],{}]}}`},
		{http.MethodPatch, "/api/v1/billing/user/manage", `{"login":"nobody"}`},
		{http.MethodPost, "/users/3/subscription", `{"is_trial":true,"connected_squads":[` + texts + `]}`},
		{http.MethodPost, "/users/3/subscription", `{"is_trial":true}`},
		{http.MethodPost, "/users/3/subscription", `{"is_trial":true,"replace_existing":true}`},
		{http.MethodPut, "/v1.0/profile", `{"companyName":"` + strings.Repeat("x", 1000) + `","countryId":1,"phone":"1","firstName":"a","lastName":"b"}`},
		{http.MethodPut, "/v1.0/profile/settings", `{"lang":1}`},
	} {
		for _, space := range []string{"", "/_space/other"} {
			send(t, s, tc.method, space+tc.path, tc.body)
			require.Equal(t, heldBy(s), s.storage.held, tc.path+tc.body)
		}
	}
	require.Greater(t, s.storage.held, int64(5000*16))
	for _, tc := range []struct {
		what string
		do   func() error
	}{
		{"a snapshot", func() error { s.Space("third").Restore(s.Snapshot()); return nil }},
		{"a fork", func() error { _, err := s.Space("other").Fork("fork"); return err }},
		{"a code", func() error { _, err := s.IssueCode("usr_anna"); return err }},
		{"an edit", func() error { return s.Space("third").Update(func(state *State) { state.Vendor.Phone = "2" }) }},
	} {
		before := s.storage.held
		require.NoError(t, tc.do(), tc.what)
		require.Equal(t, heldBy(s), s.storage.held, tc.what)
		require.NotEqual(t, before, s.storage.held, tc.what)
		send(t, s, http.MethodPut, "/profile/name-change", `{"first_name":"y","last_name":null}`)
		require.Equal(t, heldBy(s), s.storage.held, tc.what)
	}
	for _, id := range []string{"other", "third", "fork"} {
		space := s.Space(id)
		require.True(t, s.removeSpace(id))
		require.Equal(t, heldBy(s), s.storage.held, id)
		space.Restore(s.Snapshot()) // as a call would that was under way
		require.Equal(t, heldBy(s), s.storage.held, id)
	}
	s.Reset()
	require.Zero(t, s.storage.held)
}

// heldBy weighs everything that calls have written.
func heldBy(s *Server) (bytes int64) {
	for _, space := range s.allSpaces() {
		d := space.world.data
		bytes += int64(weighed(&d.profile) + weighed(&d.billing) + weighed(&d.subscription) + weighed(&d.subscriptions) +
			weighed(&d.vendor) + weighed(&d.vendorUsers))
	}
	return bytes
}

func send(t *testing.T, s *Server, method, path, body string) {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+DefaultToken)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	assert.Contains(t, []int{200, 201, 204, 400, 422, 507}, w.Code, w.Body)
}

// However calls come together, what is held is known, and no more than may be.
func TestStateSizeOfCallsAtOnce(t *testing.T) {
	t.Parallel()
	s, err := New(WithStateSize(300_000))
	require.NoError(t, err)
	var callers sync.WaitGroup
	for i := range 8 {
		callers.Go(func() {
			for n := range 50 {
				send(t, s, http.MethodPut, fmt.Sprintf("/_space/s%d/profile/name-change", (i+n)%12),
					fmt.Sprintf(`{"first_name":%q,"last_name":null}`, strings.Repeat("x", 1000*(n%30))))
				if n%10 == 9 {
					s.Space(fmt.Sprint("s", i)).Reset()
				}
				if n%25 == 24 {
					s.removeSpace(fmt.Sprint("s", i))
				}
			}
		})
	}
	callers.Wait()
	assert.Equal(t, heldBy(s), s.storage.held)
	assert.LessOrEqual(t, s.storage.held, s.storage.most+12*3500, "and what the last calls copied")
}
