package mockserver

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// Fault makes calls go wrong: which calls, and how. It is plain data, the same in Go and
// in a seed file, whose names stand in the yaml tags.
//
//	srv.AddFault(mockserver.Fault{Operation: "changePassword", Nth: 1, Kind: mockserver.AppliedButLost})
//
//	faults:
//	  - {operation: changePassword, nth: 1, kind: applied-but-lost}
//	  - {tag: Profile, probability: 0.3, status: 503, retry_after: 2s}
//	  - {delay: {distribution: log-normal, time: 20ms, sigma: 0.5, max: 1s}}
//
// A call meets the first fault that takes it, in the order in which they were added.
type Fault struct {
	Name string `yaml:"name,omitempty"` // by which it is listed and removed; "" gets one by its place: fault-1, fault-2, ...

	// Which calls it is about. All that is set must hold; without any it is about every
	// call, also one that matches no operation.

	Operation string            `yaml:"operation,omitempty"` // operationId
	Tag       string            `yaml:"tag,omitempty"`       // a tag of the operation in its document
	Method    string            `yaml:"method,omitempty"`    // in upper case
	Space     string            `yaml:"space,omitempty"`     // only in the space of this id; for seeds, with which every space starts
	Header    map[string]string `yaml:"header,omitempty"`    // request headers with their values; "" asks for the header only
	After     time.Time         `yaml:"after,omitempty"`     // from this time on the space's clock
	Until     time.Time         `yaml:"until,omitempty"`     // before this time on the space's clock

	// Which of those calls it takes, counted from 1 in the order of their arrival,
	// whichever fault they meet.

	Nth         uint64  `yaml:"nth,omitempty"`         // this one only
	From        uint64  `yaml:"from,omitempty"`        // this one and those behind it
	To          uint64  `yaml:"to,omitempty"`          // this one and those before it, so the first so many
	Every       uint64  `yaml:"every,omitempty"`       // each so manieth: 3 takes the third, the sixth, ...
	Probability float64 `yaml:"probability,omitempty"` // drawn for each call, from 0 to 1; 0 is as good as left out: every call
	AtMost      uint64  `yaml:"at_most,omitempty"`     // so many in all; 0: no bound

	// What happens to a call that it takes: a kind or a status, a delay, or both. With a
	// delay alone the right answer comes late.

	Kind           Kind          `yaml:"kind,omitempty"`
	Status         int           `yaml:"status,omitempty"`           // answered instead of acting; the body is the API's own error, of a status below 400 none
	Body           string        `yaml:"body,omitempty"`             // instead of the API's own error; with Status only
	ContentType    string        `yaml:"content_type,omitempty"`     // of Body; "": application/json if it is JSON, else text/plain. Also of WrongContentType; "": text/html
	RetryAfter     time.Duration `yaml:"retry_after,omitempty"`      // a Retry-After header of so many seconds, rounded up; with Status only
	RetryAfterDate bool          `yaml:"retry_after_date,omitempty"` // the same as a date on the space's clock
	Delay          Delay         `yaml:"delay,omitempty"`            // how long after the call's arrival its answer comes; a call that acts has acted before
	Over           time.Duration `yaml:"over,omitempty"`             // how long a SlowDrip takes; 0: a second
	Size           int           `yaml:"size,omitempty"`             // bytes of an OversizedBody, at most 1 GiB; 0: 16 MiB

	// What it has done so far. A snapshot keeps it, so that a restored fault goes on counting.

	Seen    uint64 `yaml:"seen,omitempty"`    // calls that it was about
	Applied uint64 `yaml:"applied,omitempty"` // calls that it took
}

// Kind is how a call goes wrong. Where it says "acts", the call has changed the state.
// Over HTTP/2 each kind that resets or closes a connection resets the stream
// (RST_STREAM with INTERNAL_ERROR), since other calls share the connection; only
// ConnectionRefused is about the connection itself. A handler that wraps this one has to
// let http.ResponseController through, or else a reset is a close, and what would stand
// before it may be missing.
//
// Go's http.Transport repeats a GET by itself when a connection that it kept from an
// earlier call breaks before the answer. It is a call of its own to a fault that counts;
// DisableKeepAlives, or Transport in process, has one call for each.
type Kind string

// The kinds of faults.
const (
	// ConnectionReset resets the connection (TCP RST) instead of acting.
	ConnectionReset Kind = "connection-reset"
	// ConnectionClosed closes the connection without an answer instead of acting.
	ConnectionClosed Kind = "connection-closed"
	// NoAnswer holds the call until the client gives up or the server closes, and does not act.
	NoAnswer Kind = "no-answer"
	// ConnectionRefused resets new connections before anything is read from them. It is
	// about connections, not calls: it belongs to the default space and has none of the
	// selectors of calls; AtMost: 3 refuses the next three. In process each call is a new
	// connection. A port that nobody listens on is what [Server.Close] leaves until
	// [Server.Restart].
	ConnectionRefused Kind = "connection-refused"

	// AppliedButLost acts, and resets the connection instead of answering.
	AppliedButLost Kind = "applied-but-lost"
	// ResetAfterHeaders acts, sends status and headers, and resets the connection.
	ResetAfterHeaders Kind = "reset-after-headers"
	// ResetInBody acts, sends half of the body, and resets the connection.
	ResetInBody Kind = "reset-in-body"
	// TruncatedBody acts, announces the full Content-Length, sends half of the body and
	// closes the connection.
	TruncatedBody Kind = "truncated-body"
	// MalformedJSON acts and answers with a body that is cut off, with the length it has.
	MalformedJSON Kind = "malformed-json"
	// BrokenContract acts and answers with JSON in which a member has the wrong type.
	BrokenContract Kind = "broken-contract"
	// WrongContentType acts and answers as always, under another Content-Type.
	WrongContentType Kind = "wrong-content-type"
	// OversizedBody acts and answers with the right JSON, followed by white space up to Size.
	OversizedBody Kind = "oversized-body"
	// SlowDrip acts and sends the body piece by piece, over the time in Over.
	SlowDrip Kind = "slow-drip"
)

var kinds = []Kind{
	ConnectionReset, ConnectionClosed, NoAnswer, ConnectionRefused, AppliedButLost, ResetAfterHeaders, ResetInBody,
	TruncatedBody, MalformedJSON, BrokenContract, WrongContentType, OversizedBody, SlowDrip,
}

// What a fault has where it says nothing.
const (
	defaultSize = 16 << 20
	defaultOver = time.Second
)

// maxSize bounds Size: in process all of it is in memory at once.
const maxSize = 1 << 30

// instead reports whether the call does not act.
func (f *Fault) instead() bool {
	switch f.Kind {
	case ConnectionReset, ConnectionClosed, NoAnswer:
		return true
	}
	return f.Status != 0
}

// bodiless reports whether an answer with this status has no body.
func bodiless(status int) bool {
	return status == http.StatusNoContent || status == http.StatusNotModified
}

// about reports whether the fault is about a call.
func (f *Fault) about(op *contract.Operation, r *http.Request, now time.Time) bool {
	switch {
	case f.Kind == ConnectionRefused,
		f.Operation != "" && (op == nil || op.ID != f.Operation),
		f.Tag != "" && (op == nil || !slices.Contains(op.Tags, f.Tag)),
		f.Method != "" && r.Method != f.Method,
		!f.After.IsZero() && now.Before(f.After),
		!f.Until.IsZero() && !now.Before(f.Until):
		return false
	}
	for name, value := range f.Header {
		values := r.Header.Values(name)
		if len(values) == 0 || value != "" && !slices.Contains(values, value) {
			return false
		}
	}
	return true
}

// takes reports whether the fault takes the call of the number Seen.
func (f *Fault) takes(draw func() float64) bool {
	n := f.Seen
	switch {
	case f.AtMost != 0 && f.Applied >= f.AtMost,
		f.Nth != 0 && n != f.Nth,
		n < f.From,
		f.To != 0 && n > f.To,
		f.Every != 0 && n%f.Every != 0:
		return false
	}
	return f.Probability == 0 || draw() < f.Probability
}

// check reports what is wrong with a fault by member.
func (f *Fault) check(expect func(ok bool, message string, path ...any)) {
	f.checkSelectors(expect)
	expect(f.Kind == "" || slices.Contains(kinds, f.Kind), "there is no such kind; there are "+list(kinds), "kind")
	expect(f.Kind == "" || f.Status == 0, "a fault has a kind or a status, not both", "status")
	expect(f.Kind != "" || f.Status != 0 || f.Delay != (Delay{}), "it does nothing: it needs a kind, a status or a delay", "kind")
	expect(f.Status == 0 || f.Status >= 200 && f.Status <= 599, "a status is from 200 to 599", "status")
	expect(f.Status != 0 || f.Body == "", "only a fault with a status has one", "body")
	expect(!bodiless(f.Status) || f.Body == "", "an answer with this status has none", "body")
	expect(f.Status != 0 || f.RetryAfter == 0, "only a fault with a status has one", "retry_after")
	expect(f.RetryAfter >= 0, notNegative, "retry_after")
	expect(f.RetryAfter != 0 || !f.RetryAfterDate, "it needs retry_after, from which the date is reckoned", "retry_after_date")
	expect(f.ContentType == "" || f.Body != "" || f.Kind == WrongContentType, "only a body or the kind wrong-content-type has one", "content_type")
	expect(!strings.ContainsFunc(f.ContentType, func(r rune) bool { return r < ' ' }), "it holds a control character", "content_type")
	expect(f.Over == 0 || f.Kind == SlowDrip, "only the kind slow-drip has one", "over")
	expect(f.Over >= 0, notNegative, "over")
	expect(f.Size == 0 || f.Kind == OversizedBody, "only the kind oversized-body has one", "size")
	expect(f.Size >= 0, notNegative, "size")
	expect(f.Size <= maxSize, "it must not be over 1 GiB", "size")
	f.Delay.check(func(ok bool, message, member string) { expect(ok, message, "delay", member) })
}

const (
	notNegative = "it must not be negative"
	upperCase   = "a method is written in upper case"
)

func (f *Fault) checkSelectors(expect func(ok bool, message string, path ...any)) {
	expect(f.Operation == "" || operationNamed(f.Operation) != nil, unknownOperation(f.Operation), "operation")
	expect(f.Tag == "" || tagged(f.Tag), "no operation has this tag", "tag")
	expect(f.Method == strings.ToUpper(f.Method), upperCase, "method")
	for name := range f.Header {
		expect(name != "" && !strings.ContainsAny(name, " \t\r\n:"), "this is no name of a header", "header", name)
	}
	expect(f.After.IsZero() || f.Until.IsZero() || f.After.Before(f.Until), "it is not later than after, so it never holds", "until")
	expect(f.To == 0 || f.From <= f.To, "it is less than from, so it never holds", "to")
	expect(f.Nth == 0 || f.From == 0 && f.To == 0 && f.Every == 0, "nth stands alone, without from, to and every", "nth")
	expect(f.Probability >= 0 && f.Probability <= 1, "a probability is from 0 to 1", "probability")
	if f.Kind == ConnectionRefused {
		only := Fault{Name: f.Name, Kind: f.Kind, Nth: f.Nth, From: f.From, To: f.To, Every: f.Every,
			Probability: f.Probability, AtMost: f.AtMost, Seen: f.Seen, Applied: f.Applied}
		expect(reflect.DeepEqual(only, *f), "connection-refused is about connections: it has nth, from, to, every, probability and at_most only", "kind")
	}
}

func list[T ~string](values []T) string {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = string(v)
	}
	return strings.Join(names, ", ")
}
