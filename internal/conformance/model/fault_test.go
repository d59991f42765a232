package model

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/quartet-go/quartet/mockserver"
)

// trouble is one way in which an attempt goes wrong, and what that means.
type trouble struct {
	fault  mockserver.Fault
	acts   bool  // the server carries the call out all the same
	leaves sight // of the answer
	wait   bool  // it takes a second or two
	cancel bool  // the caller gives up when the call has arrived
}

// sight is what a client sees of an answer.
type sight int

const (
	whole    sight = iota // all of it
	other                 // another answer, with the fault's status
	nothing               // not even the status
	cut                   // the status, and a part of the rest
	spoilt                // the status, and a body that is none of the document's
	tooLarge              // the status, and a body over the client's limit
)

// limit is what the clients read of an answer.
const limit = 64 << 10

var right = trouble{acts: true}

// troubles are all kinds of faults that make a difference to a client.
var troubles = func() []trouble {
	all := []trouble{
		{fault: mockserver.Fault{Kind: mockserver.ConnectionReset}, leaves: nothing},
		{fault: mockserver.Fault{Kind: mockserver.ConnectionClosed}, leaves: nothing},
		{fault: mockserver.Fault{Kind: mockserver.NoAnswer}, leaves: nothing, wait: true},
		{fault: mockserver.Fault{Kind: mockserver.NoAnswer}, leaves: nothing, cancel: true},
		{fault: mockserver.Fault{Delay: mockserver.Delay{Time: time.Hour, OnClock: true}}, acts: true, leaves: nothing, cancel: true},
		{fault: mockserver.Fault{Kind: mockserver.AppliedButLost}, acts: true, leaves: nothing},
		{fault: mockserver.Fault{Kind: mockserver.ResetAfterHeaders}, acts: true, leaves: cut},
		{fault: mockserver.Fault{Kind: mockserver.ResetInBody}, acts: true, leaves: cut},
		{fault: mockserver.Fault{Kind: mockserver.TruncatedBody}, acts: true, leaves: cut},
		{fault: mockserver.Fault{Kind: mockserver.MalformedJSON}, acts: true, leaves: spoilt},
		{fault: mockserver.Fault{Kind: mockserver.BrokenContract}, acts: true, leaves: spoilt},
		{fault: mockserver.Fault{Kind: mockserver.WrongContentType}, acts: true, leaves: whole},
		{fault: mockserver.Fault{Kind: mockserver.OversizedBody, Size: 2 * limit}, acts: true, leaves: tooLarge},
		{fault: mockserver.Fault{Kind: mockserver.SlowDrip, Over: 2 * time.Millisecond}, acts: true, leaves: whole},
		{fault: mockserver.Fault{Delay: mockserver.Delay{Time: time.Millisecond}}, acts: true, leaves: whole},
		{fault: mockserver.Fault{Status: http.StatusServiceUnavailable, RetryAfter: time.Second}, leaves: other},
		{fault: mockserver.Fault{Status: http.StatusServiceUnavailable, RetryAfter: time.Second}, leaves: other, wait: true},
		{fault: mockserver.Fault{Status: http.StatusTooManyRequests, RetryAfter: time.Second, RetryAfterDate: true}, leaves: other},
	}
	for _, status := range []int{400, 403, 408, 409, 418, 425, 429, 500, 501, 502, 503, 504, 507, 599} {
		all = append(all, trouble{fault: mockserver.Fault{Status: status}, leaves: other})
	}
	return all
}()

// String names what happens, as the record of a failure shows it.
func (d trouble) String() string {
	name := string(d.fault.Kind)
	switch {
	case d.fault.Status != 0:
		name = fmt.Sprint(d.fault.Status)
	case name == "" && d.fault.Delay == mockserver.Delay{}:
		return "nothing"
	case name == "":
		name = "delay"
	}
	if d.fault.RetryAfter > 0 {
		name += " with Retry-After"
	}
	if d.wait {
		name += " that takes its time"
	}
	if d.cancel {
		name += " until the caller gives up"
	}
	return name
}

// plan is what happens to the attempts of a call, in the order of their arrival.
type plan struct {
	first  []trouble
	always bool // the only one of first goes on
}

// drawPlan draws a plan. Most calls have none.
func drawPlan(t *rapid.T) plan {
	p := plan{}
	for range rapid.SampledFrom([]int{0, 0, 0, 0, 0, 0, 1, 1, 2, 3}).Draw(t, "attempts that go wrong") {
		d := drawTrouble(t)
		if d.cancel { // it has to arrive, and nothing comes behind it
			p.first = slices.DeleteFunc(p.first, func(before trouble) bool { return before.String() != "429" })
			return plan{first: append(p.first, d)}
		}
		p.first = append(p.first, d)
	}
	p.always = len(p.first) == 1 && !p.first[0].wait && rapid.Bool().Draw(t, "always")
	return p
}

// drawTrouble draws a trouble that takes time less often than others.
func drawTrouble(t *rapid.T) trouble {
	d := rapid.SampledFrom(troubles).Draw(t, "trouble")
	if d.wait && rapid.IntRange(0, 3).Draw(t, "impatience") > 0 {
		return troubles[0]
	}
	return d
}

// at is what happens to an arrival, counted from 0.
func (p plan) at(i int) trouble {
	switch {
	case p.always:
		return p.first[0]
	case i < len(p.first):
		return p.first[i]
	}
	return right
}

// faults are what makes it happen.
func (p plan) faults() []mockserver.Fault {
	var all []mockserver.Fault
	for i, d := range p.first {
		if !p.always {
			d.fault.Nth = uint64(i + 1)
		}
		all = append(all, d.fault)
	}
	return all
}

// any reports whether one of the troubles is such.
func (p plan) any(such func(trouble) bool) bool { return slices.ContainsFunc(p.first, such) }

// suffix says it for the record of a failure, "" where nothing goes wrong.
func (p plan) suffix() string {
	if len(p.first) == 0 {
		return ""
	}
	names := make([]string, len(p.first))
	for i, d := range p.first {
		names[i] = d.String()
	}
	if p.always {
		return "; always " + names[0]
	}
	return "; " + strings.Join(names, ", then ")
}
