package mockserver

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whatever a call writes, what is known to be held is what it has made heavier.
func TestWhatIsHeldIsKnown(t *testing.T) {
	t.Parallel()
	texts := strings.TrimSuffix(strings.Repeat(`"text",`, 5000), ",")
	s, err := New()
	require.NoError(t, err)
	for _, tc := range []struct {
		method, path, body string
		status             int
	}{
		{http.MethodPut, "/profile/name-change", `{"first_name":"` + strings.Repeat("x", 100_000) + `","last_name":null}`, 200},
		{http.MethodPut, "/profile/name-change", `{"first_name":"x","last_name":null}`, 200},
		{http.MethodPut, "/profile/name-change", `{"first_name":true,"last_name":null}`, 422},
		{http.MethodPut, "/profile/email-change", `{"new_email":"new@example.com","verification_code":"wrong"}`, 422},
		{http.MethodDelete, "/profile/subscription?course_id=go-basics", ``, 200},
		{http.MethodPut, "/profile/payment-method-change", `{"method":"card","details":{"a":[1,"2",{"3":[]}]}}`, 200},
		{http.MethodPut, "/profile/payment-method-change", `{"method":"card","details":{}}`, 200},
		{http.MethodPatch, "/api/v1/billing/user/manage", `{"login":"test@mail.com"}`, 200},
		{http.MethodPatch, "/api/v1/billing/user/manage", `{"login":"test@mail.com","permissions_to_attach":[` + texts + `]}`, 200},
		{http.MethodPatch, "/api/v1/billing/user/manage", `{"login":"test@mail.com","permissions_to_detach":["text"]}`, 200},
		{http.MethodPatch, "/api/v1/billing/user/manage", `{"login":"test@mail.com","billing_properties":[{"type":"a","value":"b"}],"billing_info":{"billing_extra":[[],{}]}}`, 200},
		{http.MethodPatch, "/api/v1/billing/user/manage", `{"login":"nobody"}`, 422},
		{http.MethodPost, "/users/3/subscription", `{"is_trial":true,"connected_squads":[` + texts + `]}`, 201},
		{http.MethodPost, "/users/3/subscription", `{"is_trial":true}`, 400},
		{http.MethodPost, "/users/3/subscription", `{"is_trial":true,"replace_existing":true}`, 201},
		{http.MethodPut, "/v1.0/profile", `{"companyName":"` + strings.Repeat("x", 1000) + `","countryId":1,"phone":"1","firstName":"a","lastName":"b"}`, 200},
		{http.MethodPut, "/v1.0/profile/settings", `{"lang":1}`, 200},
	} {
		for _, space := range []string{"", "/_space/other"} {
			send(t, s, tc.method, space+tc.path, tc.body, tc.status)
			require.Equal(t, heldBy(s), s.storage.held, tc.path+tc.body)
		}
	}
	held := s.storage.held
	require.Greater(t, held, int64(5000*16))
	s.State()
	require.Equal(t, held, s.storage.held, "it was read")
	rename := func(name string) {
		send(t, s, http.MethodPut, "/_space/third/profile/name-change", `{"first_name":"`+name+`","last_name":null}`, 200)
	}
	s.Space("third").Restore(s.Snapshot())
	require.Equal(t, held, s.storage.held, "what Go code puts there does not count")
	rename("yy")
	require.Equal(t, held+1, s.storage.held, "but what calls make of it does")
	rename("")
	require.Equal(t, held, s.storage.held, "less than nothing is nothing")
	_, err = s.Space("other").Fork("fork")
	require.NoError(t, err)
	require.NoError(t, s.Space("third").Update(func(state *State) { state.Vendor.Phone = strings.Repeat("2", 1000) }))
	require.Equal(t, held, s.storage.held)
	_, err = s.IssueCode("usr_anna")
	require.NoError(t, err)
	require.Equal(t, heldIn(s.Space("")), s.world.account.bytes)
	require.Greater(t, s.storage.held, held)

	space := s.Space("other")
	require.True(t, s.removeSpace("other"))
	send(t, s, http.MethodPut, "/profile/name-change", `{"first_name":"y","last_name":null}`, 200)
	before := s.storage.held
	_, err = space.IssueCode("usr_anna") // as a call would that was under way
	require.NoError(t, err)
	require.Equal(t, before, s.storage.held)
	s.Reset()
	require.Zero(t, s.storage.held)
}

// heldBy weighs everything that calls have written.
func heldBy(s *Server) (bytes int64) {
	for _, space := range s.allSpaces() {
		bytes += heldIn(space)
	}
	return bytes
}

func heldIn(space *Space) int64 {
	d := space.world.data
	return int64(weighed(&d.profile) + weighed(&d.billing) + weighed(&d.subscription) + weighed(&d.subscriptions) +
		weighed(&d.vendor) + weighed(&d.vendorUsers))
}

// A call that is refused leaves nothing, for whatever reason it is, in a space that nothing was
// written to, either.
func TestARefusedCallLeavesNothing(t *testing.T) {
	t.Parallel()
	s, err := New()
	require.NoError(t, err)
	for _, tc := range []struct {
		method, path, body string
		status             int
	}{
		{http.MethodPut, "/profile/email-change", `{"new_email":"new@example.com","verification_code":"wrong"}`, 422},
		{http.MethodPatch, "/api/v1/billing/user/manage", `{"login":"test@mail.com","status":"none"}`, 422},
		{http.MethodPost, "/users/3/subscription", `{}`, 400},
	} {
		send(t, s, tc.method, tc.path, tc.body, tc.status)
		d := s.world.data
		require.Zero(t, len(d.profile.own)+len(d.billing.own)+len(d.subscription.own)+len(d.vendor.own), tc.path)
		require.Zero(t, s.storage.held, tc.path)
		require.Zero(t, d.held(), tc.path)
	}
}

// Calls may hold what WithStateSize says, to the byte, besides a copy of all that they can change.
func TestStateSizeIsExact(t *testing.T) {
	t.Parallel()
	s, err := New(WithStateSize(1000))
	require.NoError(t, err)
	d, state := s.seed.data, DefaultState()
	state.Vendor.Users = nil
	assert.EqualValues(t, 1000+copyOf(d.profile.base)+copyOf(d.billing.base)+copyOf(d.subscription.base)+copyOf(d.vendorUsers.base)+
		copyOf(map[struct{}]*VendorState{{}: &state.Vendor}), s.storage.most)
	rename := func(length, status int) {
		send(t, s, http.MethodPut, "/profile/name-change", `{"first_name":"`+strings.Repeat("x", length)+`","last_name":null}`, status)
	}
	rename(1, 200)
	most := 1 + int(s.storage.most-s.storage.held)
	rename(most, 200)
	assert.Equal(t, s.storage.most, s.storage.held)
	rename(most+1, 507)
	assert.Len(t, *s.world.profile.get("usr_anna").FirstName, most)
	assert.Equal(t, s.storage.most, s.storage.held)
}

// copyOf is what all of a map weighs.
func copyOf[K comparable, V any](base map[K]*V) (size int) {
	for key, value := range base {
		size += slotSize + sizeOf(reflect.ValueOf(key)) + sizeOf(reflect.ValueOf(value))
	}
	return size
}

// send makes a call that is answered with one of the statuses.
func send(t *testing.T, s *Server, method, path, body string, statuses ...int) {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+DefaultToken)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	assert.Contains(t, statuses, w.Code, w.Body)
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
					fmt.Sprintf(`{"first_name":%q,"last_name":null}`, strings.Repeat("x", 1000*(n%30))), 200, 507)
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
	assert.LessOrEqual(t, s.storage.held, s.storage.most+12*300, "and what the last calls copied")
}
