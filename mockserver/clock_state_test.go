package mockserver_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

// All that has a time in an answer has it from the space's clock, whichever way it goes.
func TestClockRulesTimestamps(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		clock mockserver.Clock
		set   func(*mockserver.Space)
		want  func(begun time.Time) time.Time // an hour later
	}{
		"real":    {mockserver.Clock{}, nil, func(begun time.Time) time.Time { return begun.Add(time.Hour) }},
		"running": {mockserver.Clock{At: noon}, nil, func(time.Time) time.Time { return noon.Add(time.Hour) }},
		"frozen":  {mockserver.Clock{At: noon, Frozen: true}, nil, func(time.Time) time.Time { return noon }},
		"advanced": {mockserver.Clock{At: noon, Frozen: true}, func(s *mockserver.Space) { s.Advance(36 * time.Hour) },
			func(time.Time) time.Time { return noon.Add(36 * time.Hour) }},
		"running, put back": {mockserver.Clock{At: noon}, func(s *mockserver.Space) { s.Advance(-48 * time.Hour) },
			func(time.Time) time.Time { return noon.Add(-47 * time.Hour) }},
		"set": {mockserver.Clock{}, func(s *mockserver.Space) { s.SetClock(mockserver.Clock{At: noon}) }, func(time.Time) time.Time { return noon.Add(time.Hour) }},
		"real again": {mockserver.Clock{At: noon, Frozen: true}, func(s *mockserver.Space) { s.SetClock(mockserver.Clock{}) },
			func(begun time.Time) time.Time { return begun.Add(time.Hour) }},
		"frozen as it is": {mockserver.Clock{At: noon}, func(s *mockserver.Space) { s.Freeze(time.Time{}) }, func(time.Time) time.Time { return noon }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				m := inProcess(t, mockserver.WithClock(tc.clock))
				if tc.set != nil {
					tc.set(m.Space(""))
				}
				<-time.After(time.Hour)
				want := tc.want(begun).UTC()
				a := m.update(`"status":"deleted"`)
				assert.Equal(t, want.Format("2006-01-02T15:04:05.000000Z"), a.at("updated_at"))
				assert.Equal(t, a.at("updated_at"), a.at("deleted_at"))
				assert.Equal(t, want.Format(http.TimeFormat), a.header.Get("Date"))
				assert.Equal(t, want, m.Journal()[0].Arrived.UTC().Round(0))
				m.subscribe("3", `{"duration_days":2}`).ok()
				user := m.State().Subscription.Users[3]
				assert.Equal(t, []time.Time{want, want, want.AddDate(0, 0, 2)}, []time.Time{user.UpdatedAt.Round(0), user.Subscription.StartDate.Round(0), user.Subscription.EndDate.Round(0)})
			})
		})
	}
}

// A trial ends when the clock says so, and a code is good until its time.
func TestClockRulesExpiry(t *testing.T) {
	t.Parallel()
	m := start(t, at(noon))
	require.NoError(t, m.Update(func(s *mockserver.State) {
		s.Subscription.Users[1].ReferralCode = nil
		s.Profile.Users["usr_anna"].Codes = []mockserver.VerificationCode{
			{Code: "early", ExpiresAt: noon.Add(time.Hour)}, {Code: "late", ExpiresAt: noon.Add(time.Hour)}}
	}))
	change := func(code string) int {
		return m.call("PUT", "/profile/phone-change", `{"new_phone":"1","verification_code":"`+code+`"}`).status
	}
	m.Advance(time.Hour - 1)
	assert.Equal(t, 200, change("early"))
	m.Advance(1)
	assert.Equal(t, 422, change("late"))
	m.Advance(-1)
	assert.Equal(t, 200, change("late"), "the time is put back")

	trial := m.subscribe("3", `{"is_trial":true,"duration_days":-1}`)
	assert.Equal(t, []any{"trial", "expired"}, []any{trial.at("subscription.status"), trial.at("subscription.actual_status")})
}
