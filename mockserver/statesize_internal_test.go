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

// No body comes to hold more than it counts for.
func TestBodyHoldsNoMoreThanItCountsFor(t *testing.T) {
	t.Parallel()
	details := func(details string) string { return `{"method":"card","details":{"a":[` + details + `]}}` }
	list := func(item string) string { return strings.TrimSuffix(strings.Repeat(item+",", 5000), ",") }
	names := func(format string) (all string) {
		for i := range 5000 {
			all += fmt.Sprintf(format, i) + ","
		}
		return strings.TrimSuffix(all, ",")
	}
	for name, tc := range map[string]struct{ method, path, body string }{
		"a long text":      {http.MethodPut, "/profile/name-change", `{"first_name":"` + strings.Repeat("x", 100_000) + `","last_name":null}`},
		"nothing":          {http.MethodPatch, "/api/v1/billing/user/manage", `{"login":"test@mail.com"}`},
		"a subscription":   {http.MethodPost, "/users/3/subscription", `{"is_trial":true}`},
		"no texts":         {http.MethodPatch, "/api/v1/billing/user/manage", `{"login":"test@mail.com","permissions_to_attach":[` + list(`""`) + `]}`},
		"short texts":      {http.MethodPatch, "/api/v1/billing/user/manage", `{"login":"test@mail.com","permissions_to_attach":[` + names(`"%d"`) + `]}`},
		"properties":       {http.MethodPatch, "/api/v1/billing/user/manage", `{"login":"test@mail.com","billing_properties":[` + list(`{"type":"","value":""}`) + `]}`},
		"extra":            {http.MethodPatch, "/api/v1/billing/user/manage", `{"login":"test@mail.com","billing_info":{"billing_extra":[` + list(`[]`) + `]}}`},
		"squads":           {http.MethodPost, "/users/3/subscription", `{"is_trial":true,"connected_squads":[` + list(`""`) + `]}`},
		"numbers":          {http.MethodPut, "/profile/payment-method-change", details(list("1"))},
		"empty lists":      {http.MethodPut, "/profile/payment-method-change", details(list("[]"))},
		"lists of one":     {http.MethodPut, "/profile/payment-method-change", details(list("[1]"))},
		"empty maps":       {http.MethodPut, "/profile/payment-method-change", details(list("{}"))},
		"maps of one":      {http.MethodPut, "/profile/payment-method-change", details(list(`{"":1}`))},
		"maps of nine":     {http.MethodPut, "/profile/payment-method-change", details(list(`{"1":1,"2":1,"3":1,"4":1,"5":1,"6":1,"7":1,"8":1,"9":1}`))},
		"one map":          {http.MethodPut, "/profile/payment-method-change", details("{" + names(`"%d":1`) + "}")},
		"nested":           {http.MethodPut, "/profile/payment-method-change", details(list(strings.Repeat("[", 20) + strings.Repeat("]", 20)))},
		"a vendor profile": {http.MethodPut, "/v1.0/profile", `{"companyName":"` + strings.Repeat("x", 1000) + `","countryId":1,"phone":"1","firstName":"a","lastName":"b"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := New()
			require.NoError(t, err)
			send(t, s, tc.method, tc.path, tc.body)
			held := s.held()
			assert.Positive(t, held)
			assert.GreaterOrEqual(t, s.storage.count.Load(), held)
			assert.Zero(t, s.storage.pending.Load())
		})
	}
}

func send(t *testing.T, s *Server, method, path, body string) {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+DefaultToken)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	assert.Contains(t, []int{200, 201, 507}, w.Code, w.Body)
}

// However calls come together, the count is never less than what is held.
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
			}
		})
	}
	callers.Wait()
	assert.Zero(t, s.storage.pending.Load())
	assert.LessOrEqual(t, s.held(), s.storage.count.Load())
	assert.LessOrEqual(t, s.held(), int64(300_000+50_000), "and what the last calls copied")
}
