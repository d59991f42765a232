package mockserver_test

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

// spoil changes something of every kind that a state is made of.
func spoil(s *mockserver.State) {
	anna := s.Profile.Users["usr_anna"]
	*anna.FirstName = "spoilt"
	anna.PaymentDetails["brand"] = "spoilt"
	anna.Codes[0].Used = true
	anna.Payments[0]["amount"] = -1
	anna.Subscriptions[0].Members["title"] = "spoilt"
	s.Billing.Users["camera-7@example.com"].BillingExtra[0].(map[string]any)["contract"] = "spoilt"
	s.Billing.Users["test@mail.com"].Permissions[0] = "spoilt"
	s.Subscription.Users[1].Subscription.ConnectedSquads[0] = "spoilt"
	*s.Subscription.Users[1].LastActivity = noon
	s.Vendor.Users[10015].Email = "spoilt"
	s.Vendor.AccessCodes[0].Text = "spoilt"
	delete(s.Vendor.Roles, 3)
	delete(s.Tokens, "boris-token")
}

func TestStateIsACopy(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	state := m.State()
	spoil(&state)
	assert.Equal(t, mockserver.DefaultState(), m.State())
}

func TestSetStateTakesACopy(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	state := mockserver.DefaultState()
	state.Vendor.CompanyName = "Other"
	require.NoError(t, m.SetState(state))
	want := m.State()
	assert.Equal(t, "Other", want.Vendor.CompanyName)
	spoil(&state)
	assert.Equal(t, want, m.State())
}

func TestUpdateTakesACopy(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	var kept *mockserver.State
	require.NoError(t, m.Update(func(s *mockserver.State) { kept = s }))
	spoil(kept)
	assert.Equal(t, mockserver.DefaultState(), m.State())
}

func TestStateThatIsNotSoundIsRefusedAndChangesNothing(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	const want = `profile.default_user: there is no user "nobody"`
	broken := mockserver.DefaultState()
	broken.Vendor.CompanyName, broken.Profile.DefaultUser = "Other", "nobody"
	require.EqualError(t, m.SetState(broken), want)
	assert.Equal(t, mockserver.DefaultState(), m.State())
	require.EqualError(t, m.Update(func(s *mockserver.State) {
		s.Vendor.CompanyName, s.Profile.DefaultUser = "Other", "nobody"
	}), want)
	assert.Equal(t, mockserver.DefaultState(), m.State())
}

func TestPanicOfAnEditChangesNothingAndKeepsNothingLocked(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	assert.Panics(t, func() {
		_ = m.Update(func(s *mockserver.State) { spoil(s); panic("edit") })
	})
	assert.Equal(t, mockserver.DefaultState(), m.State())
	m.call("GET", "/profile/me", "").ok()
}

func TestUpdatesAreAtomic(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	var clients sync.WaitGroup
	for range 32 {
		clients.Go(func() {
			assert.NoError(t, m.Update(func(s *mockserver.State) { s.Vendor.CountryID++ }))
		})
	}
	clients.Wait()
	assert.EqualValues(t, 185+32, m.State().Vendor.CountryID)
}

// 32 clients change the same users at once; each also fights for one code that all know.
func TestClientsLoseNoUpdate(t *testing.T) {
	t.Parallel()
	const clients = 32
	m := start(t)
	var codes, attached []string
	require.NoError(t, m.Update(func(s *mockserver.State) {
		s.Billing.Users["test@mail.com"].Permissions = nil
		s.Profile.Users["usr_anna"].Codes = []mockserver.VerificationCode{{Code: "shared"}}
		for i := range clients {
			s.Billing.Users["test@mail.com"].Permissions = append(s.Billing.Users["test@mail.com"].Permissions, fmt.Sprintf("old-%02d", i))
			attached = append(attached, fmt.Sprintf("new-%02d", i))
		}
	}))
	for range clients {
		code, err := m.IssueCode("usr_anna")
		require.NoError(t, err)
		codes = append(codes, code)
	}
	var group sync.WaitGroup
	shared := make([]int, clients) // the statuses of those who fought
	for i := range clients {
		group.Go(func() {
			send := func(method, path, body string) int {
				resp, err := m.Client().Do(newRequest(t, method, m.URL()+path, body))
				if !assert.NoError(t, err) {
					return 0
				}
				assert.NoError(t, resp.Body.Close())
				return resp.StatusCode
			}
			ok := func(method, path, body string) { assert.Equal(t, http.StatusOK, send(method, path, body), path) }
			ok("PATCH", manage, fmt.Sprintf(`{"login":"test@mail.com","permissions_to_attach":["new-%02d"]}`, i))
			shared[i] = send("PUT", "/profile/phone-change", `{"new_phone":"1","verification_code":"shared"}`)
			ok("PUT", "/profile/phone-change", `{"new_phone":"2","verification_code":"`+codes[i]+`"}`)
			ok("PUT", "/profile/name-change", fmt.Sprintf(`{"first_name":"%d","last_name":"%d"}`, i, i))
			ok("GET", "/profile/me", "")
			ok("PATCH", manage, fmt.Sprintf(`{"login":"test@mail.com","permissions_to_detach":["old-%02d"]}`, i))
			_ = m.State()
		})
	}
	group.Wait()
	state := m.State()
	assert.Equal(t, attached, state.Billing.Users["test@mail.com"].Permissions)
	anna := state.Profile.Users["usr_anna"]
	assert.Equal(t, *anna.FirstName, *anna.LastName, "a name is changed as a whole")
	for _, code := range anna.Codes {
		assert.True(t, code.Used, code.Code)
	}
	slices.Sort(shared)
	assert.Equal(t, 200, shared[0], "one has used the shared code")
	assert.Equal(t, 422, shared[1], "nobody else has")
}
