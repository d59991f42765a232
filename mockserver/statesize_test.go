package mockserver_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

func named(length int) string {
	return fmt.Sprintf(`{"last_name":null,"first_name":%q}`, strings.Repeat("x", length))
}

func TestNegativeStateSizeIsRefused(t *testing.T) {
	t.Parallel()
	_, err := mockserver.New(mockserver.WithStateSize(-1))
	assert.EqualError(t, err, "mockserver: WithStateSize: -1 bytes: it may not be negative")
}

// fillUp has calls hold all that they may, in a space of its own.
func (m mock) fillUp() {
	held := 0
	for size := 1 << 19; size > 0; size /= 2 {
		if m.call("PUT", "/_space/rest/profile/name-change", named(held+size)).status == 200 {
			held += size
		}
	}
}

// What calls write is bounded over all spaces and APIs. Calls that make nothing larger go on, and
// what a space gives back may be written again.
func TestStateSize(t *testing.T) {
	t.Parallel()
	const full = "Calls may hold 1000000 bytes in the states of all spaces (-max-state, WithStateSize), and there is no room for what this one writes; reset or remove a space"
	m := inProcess(t, mockserver.WithStateSize(1_000_000), mockserver.WithCheckedAnswers())
	fill := func() (written int) {
		for status := 200; status == 200; written++ {
			require.Less(t, written, 100)
			status = m.call("PUT", fmt.Sprintf("/_space/s%d/profile/name-change", written), named(50_000)).status
		}
		return written - 1
	}
	written := fill()
	m.fillUp()
	assert.InDelta(t, 20, written, 1)
	company := func(name string) string {
		return `{"companyName":"` + name + `","countryId":1,"phone":"1","firstName":"a","lastName":"b"}`
	}
	before := m.State()
	m.call("PUT", "/profile/name-change", named(100)).is(507, `{"detail":"`+full+`"}`)
	m.call("PATCH", manage, `{"login":"test@mail.com","permissions_to_attach":["new"]}`).is(507, `{"message":"`+full+`"}`)
	m.call("POST", "/users/3/subscription", `{"is_trial":true}`).is(507, `{"detail":"`+full+`"}`)
	m.call("PUT", "/v1.0/profile", company(strings.Repeat("x", 100)), "Authorization: Bearer default-token").is(507, `{"error":{"code":507,"message":"`+full+`"}}`)
	assert.Equal(t, before, m.State())

	m.call("PUT", "/v1.0/profile", company("x"), "Authorization: Bearer default-token").ok()
	m.call("PUT", "/v1.0/profile/settings", `{"lang":1}`, "Authorization: Bearer default-token").ok()
	m.call("PATCH", manage, `{"login":"test@mail.com","password":"x"}`).ok()
	m.call("DELETE", "/profile/subscription?course_id=go-basics", "").ok()
	m.call("PUT", "/profile/name-change", named(1)).ok()
	assert.Contains(t, m.call("GET", "/profile/me", "").ok().body, `"first_name":"x"`)
	assert.Equal(t, "x", m.State().Vendor.CompanyName)
	assert.Zero(t, m.Violations())

	m.Reset()
	m.Space("rest").Reset()
	for i := range written {
		m.Space(fmt.Sprint("s", i)).Reset()
	}
	assert.Equal(t, written, fill())
	require.NoError(t, m.Space("s0").SetState(mockserver.DefaultState()))
	require.NoError(t, m.Space("s1").SetState(mockserver.DefaultState()))
	require.NoError(t, m.Space("s2").SetState(mockserver.DefaultState()))
	m.call("PUT", "/profile/name-change", named(100)).ok()
}

// A call that is too large for what is left does not shut out those that are not, and what is
// written over does not count.
func TestStateSizeIsOfWhatIsHeld(t *testing.T) {
	t.Parallel()
	m := inProcess(t, mockserver.WithStateSize(100_000))
	for range 100 {
		m.call("PUT", "/profile/name-change", named(10_000)).ok()
		assert.Equal(t, 507, m.call("PUT", "/profile/name-change", named(120_000)).status)
	}
	m.call("GET", "/profile/me", "").ok()
}

// A space that nobody calls gives its part back, too.
func TestStateSizeOfSpacesThatExpire(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, m mock) {
		for i := range 12 {
			m.call("PUT", fmt.Sprintf("/_space/s%d/profile/name-change", i), named(9_500))
		}
		assert.Equal(t, 507, m.call("PUT", "/profile/name-change", named(9_500)).status)
		<-time.After(time.Minute + time.Second)
		m.call("PUT", "/profile/name-change", named(9_500)).ok()
	}, mockserver.WithStateSize(100_000), mockserver.WithSpaces(0, time.Minute))
}

// A seed may be larger than what calls may come to hold: each of its users can be written.
func TestStateSizeLeavesRoomForEachUserOfTheSeed(t *testing.T) {
	t.Parallel()
	state := mockserver.DefaultState()
	for i := range 2000 {
		state.Billing.Users[fmt.Sprint("user-", i)] = &mockserver.BillingUser{ID: int64(100 + i), Type: "client", Status: "active"}
	}
	for i := range 2000 {
		state.Vendor.AccessCodes = append(state.Vendor.AccessCodes, mockserver.AccessCode{ID: int64(i)})
	}
	m := inProcess(t, mockserver.WithState(state), mockserver.WithStateSize(50_000))
	for i := range 2000 {
		m.call("PATCH", manage, fmt.Sprintf(`{"login":"user-%d","status":"blocked"}`, i)).ok()
	}
	m.call("PUT", "/v1.0/profile", `{"companyName":"a name that is longer than all together","countryId":1,"phone":"1","firstName":"a","lastName":"b"}`, "Authorization: Bearer default-token").ok()
	m.call("PUT", "/profile/name-change", named(900_000)).is(507, `{"detail":"Calls may hold 50000 bytes in the states of all spaces (-max-state, WithStateSize), and there is no room for what this one writes; reset or remove a space"}`)
}

// A list that is no longer than it was is no larger, whatever its length.
func TestStateSizeOfListsThatAreNoLonger(t *testing.T) {
	t.Parallel()
	for n := 1; n < 40; n++ {
		state := mockserver.DefaultState()
		anna, billed := state.Profile.Users["usr_anna"], state.Billing.Users["test@mail.com"]
		anna.Subscriptions, anna.Codes, billed.Permissions = nil, nil, nil
		for i := range n {
			name := fmt.Sprintf("%06d", i)
			anna.Subscriptions = append(anna.Subscriptions, mockserver.CourseSubscription{CourseID: name})
			anna.Codes = append(anna.Codes, mockserver.VerificationCode{Code: name})
			billed.Permissions = append(billed.Permissions, name)
		}
		m := inProcess(t, mockserver.WithState(state), mockserver.WithStateSize(1))
		m.fillUp()
		m.call("DELETE", "/profile/subscription?course_id=000000", "").ok()
		m.call("PUT", "/profile/email-change", `{"new_email":"a@b.example","verification_code":"000000"}`).ok()
		for _, change := range []string{`"permissions_to_detach":["none"]`, `"permissions_to_attach":["000000"]`, `"permissions_to_detach":["000000"]`} {
			m.call("PATCH", manage, `{"login":"test@mail.com",`+change+`}`).ok()
		}
		assert.Equal(t, 507, m.call("PATCH", manage, `{"login":"test@mail.com","permissions_to_attach":["another","another one"]}`).status)
	}
}
