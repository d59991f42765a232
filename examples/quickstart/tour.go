package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/quartet-go/quartet"
)

// tour is all that the program shows.
type tour struct {
	out      io.Writer
	server   string
	apis     []chapter
	refusals []refusal
}

// chapter is what there is to show of one API.
type chapter struct {
	api   string
	steps []step
}

// step calls one operation and returns what to show of the answer.
type step struct {
	operation string // operationId
	run       func(context.Context) (string, error)
}

// refusal is a call that has to fail.
type refusal struct {
	what string // what is wrong with it
	call func(context.Context) error
	want []sight
}

// sight is one way to look at an error.
type sight struct {
	code string // as Go code
	sees func(error) bool
}

// is looks for the sentinel of package quartet, or the standard library, of that name.
func is(name string, sentinel error) sight {
	return sight{
		code: "errors.Is(err, " + name + ")",
		sees: func(err error) bool { return errors.Is(err, sentinel) },
	}
}

// names looks for a refused member of the request.
func names(path string) sight {
	return sight{
		code: fmt.Sprintf("errors.As(err, &e); e.Fields has %q", path),
		sees: func(err error) bool {
			var e *quartet.Error
			if !errors.As(err, &e) {
				return false
			}
			for _, field := range e.Fields {
				if field.Path == path {
					return true
				}
			}
			return false
		},
	}
}

func newTour(c clients, set settings, out io.Writer) *tour {
	p := profileTour{c.profile, set}
	b := billingTour{c.billing, set}
	s := subscriptionTour{c.subscription, set}
	v := vendorTour{c.vendor, c.developer, set}
	t := &tour{
		out:    out,
		server: cmp.Or(set.baseURL, "a mock inside this program"),
		apis:   []chapter{{"profile", p.steps()}, {"billing", b.steps()}, {"subscription", s.steps()}, {"vendor", v.steps()}},
	}
	for _, refusals := range [][]refusal{p.refusals(), b.refusals(), s.refusals(), v.refusals()} {
		t.refusals = append(t.refusals, refusals...)
	}
	return t
}

// run shows everything. The error says which calls did not go as told. A server that
// does not answer ends it at once, since every further call would say the same.
func (t *tour) run(ctx context.Context) error {
	fmt.Fprintf(t.out, "Calling %s\n", t.server)
	var wrong []string
	calls := 0
	for _, api := range t.apis {
		fmt.Fprintf(t.out, "\n--- %s: %s\n", api.api, count(len(api.steps), "operation"))
		for _, step := range api.steps {
			calls++
			shown, err := step.run(ctx)
			if noAnswer(err) {
				return fmt.Errorf("no answer from %s: %w", t.server, err)
			}
			if err != nil {
				wrong = append(wrong, step.operation)
				shown = "FAILED: " + err.Error()
			}
			fmt.Fprintf(t.out, "%-28s %s\n", step.operation, shown)
		}
	}
	fmt.Fprintf(t.out, "\n--- failing on purpose: %s\n", count(len(t.refusals), "call"))
	for _, refusal := range t.refusals {
		if !t.show(refusal, refusal.call(ctx)) {
			wrong = append(wrong, refusal.what)
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("%d of %d calls did not go as told: %s", len(wrong), calls+len(t.refusals), strings.Join(wrong, "; "))
	}
	fmt.Fprintf(t.out, "\nAll as told: %s answered, %s refused.\n", count(calls, "operation"), count(len(t.refusals), "call"))
	return nil
}

// show prints how the error reads and what Go code sees in it, and reports whether that
// is all that was wanted.
func (t *tour) show(r refusal, err error) bool {
	fmt.Fprintf(t.out, "* %s\n", r.what)
	if err == nil {
		fmt.Fprintln(t.out, "    FAILED: the server took it")
		return false
	}
	fmt.Fprintf(t.out, "    %v\n", err)
	asTold := true
	for _, look := range r.want {
		sees := look.sees(err)
		asTold = asTold && sees
		fmt.Fprintf(t.out, "    %s%s\n", map[bool]string{false: "FAILED, does not hold: "}[sees], look.code)
	}
	return asTold
}

// noAnswer reports whether a call was sent, or tried to be, and got no answer at all.
func noAnswer(err error) bool {
	var e *quartet.Error
	return errors.As(err, &e) && e.StatusCode == 0
}

// changed says that the server shows what was set, or fails when it does not.
func changed(message, shown, want string) (string, error) {
	if shown != want {
		return "", fmt.Errorf("answered %q, but shows %q where %q was set", message, shown, want)
	}
	return fmt.Sprintf("%s: %s", message, shown), nil
}

// text returns what a member that may be null holds.
func text(s *string) string {
	if s == nil {
		return "(none)"
	}
	return *s
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
