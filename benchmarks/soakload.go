package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/quartet-go/quartet/mockserver"
)

// soakCalls are right and wrong in every way that has a path of its own through the mock.
var soakCalls = []struct{ method, path, body, credential string }{
	{"GET", "/profile/me", "", ""},
	{"GET", "/profile/subscriptions", "", "boris-token"},
	{"GET", "/profile/payment-method", "", mockserver.DefaultToken},
	{"PUT", "/profile/name-change", `{"first_name":"Anna","last_name":null}`, ""},
	{"PUT", "/profile/name-change", `{"first_name":1}`, ""},
	{"PUT", "/profile/name-change", `{"first_name":"Anna","last_name":`, ""},
	{"PUT", "/profile/name-change", `{"first_name":"` + strings.Repeat("я", 2000) + `","last_name":"x"}`, ""},
	{"PUT", "/profile/password-change", `{"old_password":"a","new_password":"b","new_password_confirm":"c","verification_code":"1"}`, ""},
	{"PUT", "/profile/payment-method-change", `{"method":"card","details":{"last4":"4242","n":9007199254740993}}`, ""},
	{"POST", "/users/1/subscription", `{"duration_days":30,"traffic_limit_gb":100,"connected_squads":["a"],"replace_existing":true}`, ""},
	{"POST", "/users/3/subscription", `{"is_trial":true}`, mockserver.DefaultToken},
	{"POST", "/users/9/subscription", `{"duration_days":1.5,"device_limit":"x"}`, ""},
	{"GET", "/v1.0/profile", "", mockserver.DefaultToken},
	{"GET", "/profile/me", "", "unknown-token"},
	{"GET", "/profile/mee", "", ""},
	{"PATCH", "/profile/me", "", ""},
	{"PUT", "/profile/name-change", strings.Repeat(" ", 1<<20+1), ""}, // over the cap
}

// soakFaults are every kind, and every way to choose and to be late.
func soakFaults() []mockserver.Fault {
	const seldom = 0.01
	faults := []mockserver.Fault{
		{Status: http.StatusServiceUnavailable, RetryAfter: time.Second, RetryAfterDate: true, Probability: seldom},
		{Status: http.StatusTooManyRequests, RetryAfter: time.Second, Every: 97},
		{Status: http.StatusTeapot, Body: "short and stout", Method: http.MethodGet, Probability: seldom},
		{Operation: "getMyProfile", Delay: mockserver.Delay{Time: time.Millisecond}, Probability: seldom},
		{Delay: mockserver.Delay{Distribution: mockserver.Uniform, Max: 3 * time.Millisecond}, Probability: seldom},
		{Delay: mockserver.Delay{Distribution: mockserver.Normal, Time: time.Millisecond, Deviation: time.Millisecond, Max: 4 * time.Millisecond}, Probability: seldom},
		{Delay: mockserver.Delay{Distribution: mockserver.LogNormal, Time: time.Millisecond, Sigma: 0.5, Max: 4 * time.Millisecond, OnClock: true}, Probability: seldom},
		{Kind: mockserver.SlowDrip, Over: 5 * time.Millisecond, Probability: seldom},
		{Kind: mockserver.OversizedBody, Size: 1 << 18, Probability: seldom},
		{Kind: mockserver.NoAnswer, Probability: seldom / 4},
	}
	for _, kind := range []mockserver.Kind{
		mockserver.ConnectionReset, mockserver.ConnectionClosed, mockserver.AppliedButLost, mockserver.ResetAfterHeaders, mockserver.ResetInBody,
		mockserver.TruncatedBody, mockserver.MalformedJSON, mockserver.BrokenContract, mockserver.WrongContentType,
	} {
		faults = append(faults, mockserver.Fault{Kind: kind, Probability: seldom})
	}
	return faults
}

// patience of a client: longer than every delay, and what ends a call without an answer.
const patience = 2 * time.Second

// soakLoad is a load under way.
type soakLoad struct {
	srv     *mockserver.Server
	client  *http.Client
	begun   time.Time
	calls   atomic.Int64
	broken  atomic.Int64 // calls without a whole answer
	classes [6]atomic.Int64
	meddled atomic.Int64
}

// work calls until ctx ends.
func (l *soakLoad) work(ctx context.Context, worker uint64) {
	drawn := rand.New(rand.NewPCG(worker, 1))
	for ctx.Err() == nil {
		l.call(ctx, drawn)
	}
}

func (l *soakLoad) call(ctx context.Context, drawn *rand.Rand) {
	c := soakCalls[drawn.IntN(len(soakCalls))]
	if len(c.body) > 1<<20 && drawn.IntN(20) > 0 {
		return // now and then is enough
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	url := l.srv.URL()
	id := l.space(drawn)
	prefixed := drawn.IntN(2) == 0
	if prefixed && id != "" {
		url += "/_space/" + id
	}
	req, err := http.NewRequestWithContext(ctx, c.method, url+c.path, strings.NewReader(c.body))
	if err != nil {
		panic(err) // the calls are ours
	}
	if !prefixed {
		req.Header.Set("X-Mock-Space", id)
	}
	if c.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.credential != "" {
		req.Header.Set("Authorization", "Bearer "+c.credential)
	}
	l.calls.Add(1)
	resp, err := l.client.Do(req)
	if err != nil {
		l.broken.Add(1)
		return
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		l.broken.Add(1)
		return
	}
	l.classes[resp.StatusCode/100].Add(1)
}

// space chooses one: the default one, one that stays, or one of those that come into being
// by a call, are called for a second or two, and expire.
func (l *soakLoad) space(drawn *rand.Rand) string {
	switch n := drawn.IntN(10); {
	case n == 0:
		return ""
	case n < 4:
		return fmt.Sprint("kept-", drawn.IntN(keptSpaces))
	default:
		return fmt.Sprint("s-", int(time.Since(l.begun).Seconds())*20+drawn.IntN(60))
	}
}

const keptSpaces = 40

// meddle does to spaces under load whatever tests do to them, until ctx ends.
func (l *soakLoad) meddle(ctx context.Context, worker uint64, t *soakTB) {
	drawn := rand.New(rand.NewPCG(worker, 2))
	next := time.NewTicker(20 * time.Millisecond)
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-next.C:
		}
		l.meddled.Add(1)
		space, other := l.srv.Space(l.kept(drawn)), l.srv.Space(l.kept(drawn))
		switch drawn.IntN(10) {
		case 0:
			other.Restore(space.Snapshot())
		case 1:
			space.Reset()
		case 2:
			_, _ = space.Fork(fmt.Sprint("fork-", drawn.IntN(keptSpaces))) // an error once the id is taken, for forks stay
		case 3:
			space.Advance(time.Minute)
		case 4:
			state := space.State()
			if err := errors.Join(state.Check(), state.Write(io.Discard)); err != nil {
				t.Errorf("the state is not sound: %v", err)
			}
		case 5:
			if err := space.Update(func(s *mockserver.State) { s.Random++ }); err != nil {
				t.Errorf("Update: %v", err)
			}
		case 6:
			if err := space.AddFault(mockserver.Fault{Name: "more", Status: 500, Nth: 3}); err == nil {
				space.RemoveFault("more")
			}
		case 7:
			if err := space.SetLimits(mockserver.Limit{Operation: "getMyProfile", Requests: 50, Per: time.Second}); err != nil {
				t.Errorf("SetLimits: %v", err)
			}
		case 8:
			_, _ = len(space.Journal()), l.srv.Coverage().Markdown()
		default:
			l.verify(ctx, t, drawn)
		}
	}
}

func (l *soakLoad) kept(drawn *rand.Rand) string { return fmt.Sprint("kept-", drawn.IntN(keptSpaces)) }

// verify is a test of its own: a space, calls in it, what is expected of them.
func (l *soakLoad) verify(ctx context.Context, t *soakTB, drawn *rand.Rand) {
	inner := &soakTB{complaints: t.complaints}
	defer inner.end()
	space := l.srv.SpaceFor(inner)
	made := make(chan struct{})
	go func() {
		defer close(made)
		client := http.Client{Transport: space.Transport()}
		least := 1 + drawn.IntN(5)
		for n := range 100 {
			if n >= least && len(space.Journal()) > 0 { // a connection that is refused leaves nothing there
				break
			}
			// Not ctx: what has begun is to be found in the journal. Only a call without an
			// answer needs an end, which must not come before it has arrived.
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*patience)
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, space.URL()+"/profile/payments", http.NoBody)
			if err != nil {
				panic(err) // as above
			}
			if resp, err := client.Do(req); err == nil {
				_, _ = io.Copy(io.Discard, resp.Body) // a fault may have cut it
				_ = resp.Body.Close()
			}
			cancel()
		}
	}()
	space.Verify(inner, mockserver.Expect("listPayments").AtLeast(1).Within(10*time.Second))
	<-made
	space.VerifyOnly(inner, mockserver.Expect("listPayments"))
	space.VerifyOrder(inner, mockserver.Expect("listPayments").AtLeast(1))
}
