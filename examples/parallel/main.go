// Command parallel lets 64 workers call one mock at once, each in a space of its own: with
// its own data, faults, journal and a clock that stands still at a day of its own.
// main_test.go does the same with parallel subtests, to be copied.
//
//	go run ./examples/parallel
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/billing"
	"github.com/quartet-go/quartet/mockserver"
)

func main() { os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("parallel", flag.ContinueOnError)
	flags.SetOutput(stderr)
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case flags.NArg() > 0:
		fmt.Fprintf(stderr, "parallel: unexpected argument %q\n", flags.Arg(0))
		flags.Usage()
		return 2
	}
	if err := show(ctx, stdout); err != nil {
		fmt.Fprintln(stderr, "parallel:", err)
		return 1
	}
	return 0
}

const (
	workers = 64
	login   = "test@mail.com"
)

// What the calls of a worker meet; after that they succeed.
var faults = []mockserver.Fault{
	{Name: "reset", Operation: "updateUser", To: 1, Kind: mockserver.ConnectionReset},
	{Name: "busy-twice", Operation: "updateUser", To: 2, Status: 503},
	{Name: "applied-but-lost", Operation: "updateUser", To: 1, Kind: mockserver.AppliedButLost},
}

func show(ctx context.Context, stdout io.Writer) error {
	mock, err := mockserver.New()
	if err != nil {
		return err
	}
	var names [workers]string
	var users [workers]*billing.User
	var errs [workers]error
	var all sync.WaitGroup
	for i := range workers {
		names[i] = fmt.Sprintf("worker-%02d", i+1)
		all.Go(func() { users[i], errs[i] = work(ctx, mock.Space(names[i]), i) })
	}
	all.Wait()

	// Only now, so that whoever had been in another's space would have left a trace.
	calls, strangers := 0, 0
	out := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "SPACE\tITS CLOCK\tITS FAULT\tTRIED\tTHE CLIENT SAW")
	for i, name := range names {
		if errs[i] != nil {
			return fmt.Errorf("%s: %w", name, errs[i])
		}
		space := mock.Space(name)
		fault, tried := space.Faults()[0], len(space.Journal())
		fmt.Fprintf(out, "%s\t%s\t%s\t%d\t%s, changed on %s\n", space.ID(), space.Now().Format(time.DateOnly), fault.Name, tried,
			users[i].BillingProperties[0].Value, users[i].UpdatedAt.UTC().Format(time.DateOnly))
		calls += tried
		if space.State().Billing.Users[login].Properties[0].Value != name || tried != 1+int(fault.Applied) {
			strangers++
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if n := len(mock.Journal()); strangers > 0 || n > 0 {
		return fmt.Errorf("%d spaces have seen another, and %d calls went to none", strangers, n)
	}
	fmt.Fprintf(stdout, "%d spaces, %d calls, none saw another\n", workers, calls)
	return nil
}

// work is what each worker does: it writes the name of its space into the data of a user
// whom all spaces have.
func work(ctx context.Context, space *mockserver.Space, i int) (*billing.User, error) {
	space.Freeze(time.Date(2030, 1, 1+i, 12, 0, 0, 0, time.UTC))
	if err := space.AddFault(faults[i%len(faults)]); err != nil {
		return nil, err
	}
	client, err := billing.New(space.URL(), quartet.WithHTTPClient(space.Client()),
		quartet.WithRetry(quartet.RetryPolicy{BaseDelay: time.Millisecond}))
	if err != nil {
		return nil, err
	}
	return client.UpdateUser(ctx, billing.UpdateUserRequest{
		Login: login, BillingProperties: []billing.BillingProperty{{Type: "phone", Value: space.ID()}},
	})
}
