package model

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/quartet-go/quartet/mockserver"
)

// config is what a server can be told that changes what it answers.
type config struct{ strict, split bool }

func (c config) options() []mockserver.Option {
	opts := []mockserver.Option{mockserver.WithState(beginning()), mockserver.WithJournal(20_000, 0)}
	if c.strict {
		opts = append(opts, mockserver.WithStrictAuth())
	}
	if c.split {
		opts = append(opts, mockserver.WithSplitBalance())
	}
	return opts
}

// workers is how many sequences run at a time, each in a space of its own.
const workers = 8

// Whatever is called, and whatever goes wrong on the way, client and server do what the
// model says. The workers share the servers: nothing that happens in one space is seen in
// another.
func TestModel(t *testing.T) {
	t.Parallel()
	servers := map[config]*mockserver.Server{}
	for _, c := range []config{{}, {strict: true}, {split: true}, {strict: true, split: true}} {
		servers[c] = mockserver.Start(t, c.options()...)
	}
	seed := seedOfAll
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Run("workers", func(t *testing.T) {
		for i := range workers {
			t.Run(fmt.Sprint(i+1), func(t *testing.T) {
				t.Parallel()
				check(t, lot(seed, i+1), func(t *rapid.T) { run(t, servers) })
			})
		}
	})
	met.complete(t)
}

// run draws one sequence and makes it.
func run(t *rapid.T, servers map[config]*mockserver.Server) {
	c := config{
		strict: rapid.Bool().Draw(t, "strict authorization"),
		split:  rapid.Bool().Draw(t, "balance at a path of its own"),
	}
	m := &machine{T: t, config: c, space: servers[c].SpaceFor(t)}
	variation := rapid.Uint64Range(0, 1000).Draw(t, "variation of answers")
	require.NoError(t, m.space.Update(func(s *mockserver.State) { s.Variation.Seed = variation }))
	m.known, m.now = m.space.State(), start
	m.repeat()
}

// repeat draws steps and makes them. Half of them are about the profile, which has most
// operations.
func (m *machine) repeat() {
	steps := map[string]func(){
		"profile": m.profile, "billing": m.billing, "subscription": m.subscription, "vendor": m.vendorAPI,
		"clock": m.moveClock, "code": m.issueCode,
	}
	kinds := rapid.SampledFrom([]string{
		"profile", "vendor", "subscription", "profile", "billing", "profile", "clock", "code", "profile", "vendor", "subscription", "profile",
	})
	m.Repeat(map[string]func(*rapid.T){"step": func(t *rapid.T) { steps[kinds.Draw(t, "kind")]() }})
}

// start is the time at which every space begins.
var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// beginning is the state in which every space begins: the default one, with what makes more
// rules bite.
func beginning() mockserver.State {
	s := mockserver.DefaultState()
	s.Clock = mockserver.Clock{At: start, Frozen: true}
	s.Tokens["billing-token"] = mockserver.Token{Billing: true}
	s.Tokens["subscription-token"] = mockserver.Token{Subscription: true}

	anna, boris := s.Profile.Users["usr_anna"], s.Profile.Users["usr_boris"]
	anna.Codes = append(anna.Codes, mockserver.VerificationCode{Code: "in an hour", ExpiresAt: start.Add(time.Hour)})
	boris.Codes = append(boris.Codes, mockserver.VerificationCode{Code: "in a day", ExpiresAt: start.AddDate(0, 0, 1)})
	boris.Subscriptions = []mockserver.CourseSubscription{
		{CourseID: "go & more", Members: map[string]any{"status": "paused", "note": nil}},
		{CourseID: "go-basics"},
	}

	deleted := start.AddDate(0, 0, -1)
	s.Billing.Statuses = append(s.Billing.Statuses, "on hold")
	s.Billing.Users["gone@example.com"] = &mockserver.BillingUser{
		ID: 3, Type: "client", Status: "deleted", CreatedAt: deleted, UpdatedAt: deleted, DeletedAt: &deleted, Password: "gone-secret",
	}

	// The Telegram id of one is the internal id of another: Telegram's counts.
	three := int64(3)
	s.Subscription.Users[4] = &mockserver.SubscriptionUser{
		Status: "active", Language: "en", CreatedAt: start, UpdatedAt: start, TelegramID: &three,
	}
	s.Subscription.Users[5] = &mockserver.SubscriptionUser{Status: "blocked", Language: "ru", CreatedAt: start, UpdatedAt: start}
	return s
}

// moveClock moves the clock, also to where something ends, and right before.
func (m *machine) moveClock() {
	moments := []time.Time{
		m.now.Add(time.Second), m.now.Add(time.Microsecond), m.now.Add(time.Hour), m.now.AddDate(0, 0, 3), m.now.Add(-time.Minute),
	}
	for _, user := range m.known.Profile.Users {
		for _, code := range user.Codes {
			if code.ExpiresAt.After(m.now) {
				moments = append(moments, code.ExpiresAt, code.ExpiresAt.Add(-time.Microsecond))
			}
		}
	}
	sortTimes(moments)
	to := rapid.SampledFrom(moments).Draw(m.T, "time")
	m.Logf("     the clock shows %s", to.Format(time.RFC3339Nano))
	if rapid.Bool().Draw(m.T, "in another zone") {
		m.space.Freeze(to.In(time.FixedZone("elsewhere", 11*60*60)))
	} else {
		m.space.Advance(to.Sub(m.now))
	}
	m.now = to
	require.True(m, m.space.Now().Equal(to))
}
