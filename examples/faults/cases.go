package main

import (
	"time"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/mockserver"
)

// faultCase is a fault, and what its client needs to meet it.
type faultCase struct {
	name, wire string
	faults     []mockserver.Fault
	options    []quartet.Option

	open bool // what becomes of a change depends on which packet is faster
}

// first lets a fault meet the first attempt only.
func first(name, wire string, f mockserver.Fault, options ...quartet.Option) faultCase {
	f.To = 1
	return faultCase{name: name, wire: wire, faults: []mockserver.Fault{f}, options: options}
}

func kind(k mockserver.Kind, wire string, options ...quartet.Option) faultCase {
	return first(string(k), wire, mockserver.Fault{Kind: k}, options...)
}

var (
	impatient = quartet.WithAttemptTimeout(400 * time.Millisecond)
	narrow    = quartet.WithResponseLimit(64<<10, 0)
	soon      = mockserver.Delay{Time: 20 * time.Millisecond}
	late      = mockserver.Delay{Time: time.Minute}
)

var cases = []faultCase{
	{name: "none", wire: "the right answer"},

	first("status 500", "500, the API's own error", mockserver.Fault{Status: 500}),
	first("status 409, own body", "409, the given body", mockserver.Fault{Status: 409, Body: `{"detail":"busy"}`}),
	first("status 503", "503", mockserver.Fault{Status: 503}),
	first("status 503, seconds", "503, Retry-After: 1", mockserver.Fault{Status: 503, RetryAfter: time.Second}),
	first("status 503, date", "503, Retry-After: a date", mockserver.Fault{Status: 503, RetryAfter: time.Second, RetryAfterDate: true}),
	first("status 429, seconds", "429, Retry-After: 1", mockserver.Fault{Status: 429, RetryAfter: time.Second}),
	{name: "Prefer: code=503", wire: "503, to each attempt", options: []quartet.Option{quartet.WithHeader("Prefer", "code=503")}},

	first("delay", "the right answer, late", mockserver.Fault{Delay: soon}),
	first("delay over the timeout", "nothing in time", mockserver.Fault{Delay: late}, impatient),
	kind(mockserver.NoAnswer, "nothing", impatient),

	// Of a change the client may have written its request by then, or not.
	{name: "connection-refused", wire: "reset before anything is read", open: true,
		faults: []mockserver.Fault{{Kind: mockserver.ConnectionRefused, AtMost: 1}}},
	kind(mockserver.ConnectionReset, "reset instead of acting"),
	kind(mockserver.ConnectionClosed, "closed instead of acting"),
	kind(mockserver.AppliedButLost, "reset after acting"),
	kind(mockserver.ResetAfterHeaders, "200, headers, reset"),
	kind(mockserver.ResetInBody, "200, half a body, reset"),
	kind(mockserver.TruncatedBody, "200, half a body, closed"),

	kind(mockserver.MalformedJSON, "200, JSON cut off"),
	kind(mockserver.BrokenContract, "200, a member of the wrong type"),
	kind(mockserver.WrongContentType, "200, text/html"),
	kind(mockserver.OversizedBody, "200, 16 MiB", narrow),
	first("slow-drip", "200, the body in pieces", mockserver.Fault{Kind: mockserver.SlowDrip, Over: soon.Time}),
	first("slow-drip over the timeout", "200, not all in time", mockserver.Fault{Kind: mockserver.SlowDrip, Over: late.Time}, impatient),
}
