// Command faults injects each kind of fault into two calls and prints what the client
// makes of it: getMyProfile, a read, and changeEmail, which uses up a one-time code. A
// fault meets the first attempt only, so that whoever tries again succeeds. Whether the
// change was made is asked of the mock's state, how often a call was tried of its journal.
//
//	go run ./examples/faults
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/mockserver"
	"github.com/quartet-go/quartet/profile"
)

func main() { os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("faults", flag.ContinueOnError)
	flags.SetOutput(stderr)
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case flags.NArg() > 0:
		fmt.Fprintf(stderr, "faults: unexpected argument %q\n", flags.Arg(0))
		flags.Usage()
		return 2
	}
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	if err := errors.Join(show(ctx, table), table.Flush()); err != nil {
		fmt.Fprintln(stderr, "faults:", err)
		return 1
	}
	return 0
}

// show makes all calls at once, since some of them take their time, and prints what came
// of them in the order of the cases.
func show(ctx context.Context, out io.Writer) error {
	reads, changes := make([]chan result, len(cases)), make([]chan result, len(cases))
	for i, c := range cases {
		reads[i], changes[i] = make(chan result, 1), make(chan result, 1)
		go func() { reads[i] <- try(ctx, c, read) }()
		go func() { changes[i] <- try(ctx, c, change) }()
	}
	fmt.Fprintln(out, "FAULT\tON THE WIRE\tgetMyProfile\tchangeEmail\tTHE ADDRESS")
	var errs []error
	for i, c := range cases {
		read, change := <-reads[i], <-changes[i]
		if c.open {
			change.told, change.address = "2: answered, or 1: ErrOutcomeUnknown", "as told"
		}
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\n", c.name, c.wire, read.told, change.told, change.address)
		errs = append(errs, read.err, change.err)
	}
	return errors.Join(errs...)
}

// result is what came of one call.
type result struct {
	told    string // attempts, and what the last one told
	address string
	err     error // of the example itself
}

// try makes one call of a server of its own.
func try(ctx context.Context, c faultCase, call func(context.Context, *profile.Client) error) result {
	mock, err := mockserver.New(mockserver.WithPrefer())
	if err != nil {
		return result{err: err}
	}
	server := httptest.NewUnstartedServer(mock)
	server.Config.ConnState = mock.ConnState // by which connections are refused
	server.Start()
	defer server.Close()
	defer mock.Close() // before: it lets go of the calls that it holds

	mock.Freeze(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)) // a date to wait for has no fraction either
	if err := mock.AddFault(c.faults...); err != nil {
		return result{err: err}
	}
	client, err := profile.New(server.URL, append(c.options, quartet.WithRetry(quartet.RetryPolicy{
		MaxAttempts: 2, BaseDelay: time.Millisecond,
	}))...)
	if err != nil {
		return result{err: err}
	}
	failure := call(ctx, client)

	attempts := len(mock.Journal())
	for _, f := range mock.Faults() {
		if f.Kind == mockserver.ConnectionRefused {
			attempts += int(f.Applied) // they brought no request
		}
	}
	address := "unchanged"
	if *mock.State().Profile.Users["usr_anna"].Email == newEmail {
		address = "changed"
	}
	return result{told: fmt.Sprintf("%d: %s", attempts, class(failure)), address: address}
}

const newEmail = "anya@example.com"

func read(ctx context.Context, client *profile.Client) error {
	_, err := client.GetMyProfile(ctx)
	return err
}

func change(ctx context.Context, client *profile.Client) error {
	_, err := client.ChangeEmail(ctx, profile.ChangeEmailRequest{
		NewEmail: newEmail, VerificationCode: quartet.NewSecret("111111"),
	})
	return err
}

// class names what a program can ask an error for.
func class(err error) string {
	if err == nil {
		return "answered"
	}
	var names []string
	for _, known := range []struct {
		name string
		err  error
	}{
		{"ErrOutcomeUnknown", quartet.ErrOutcomeUnknown},
		{"ErrBadResponse", quartet.ErrBadResponse},
		{"ErrResponseTooLarge", quartet.ErrResponseTooLarge},
		{"ErrConflict", quartet.ErrConflict},
		{"ErrRateLimited", quartet.ErrRateLimited},
		{"ErrServer", quartet.ErrServer},
		{"DeadlineExceeded", context.DeadlineExceeded},
	} {
		if errors.Is(err, known.err) {
			names = append(names, known.name)
		}
	}
	if names == nil {
		return err.Error()
	}
	return strings.Join(names, ", ")
}
