// Command quickstart calls every operation of the four APIs, one line each, and then
// makes calls that have to fail, to show how their errors read.
//
//	go run ./examples/quickstart
//
// calls a mock server inside the program and needs nothing else. To call a server of
// your own, such as a running quartet-mock, say where it is and who you are:
//
//	go run ./examples/quickstart -base-url http://127.0.0.1:8080 -token default-token
//
// It changes what it shows: names, password, payment method, a subscription. The other
// flags say whose and to what; their defaults suit the data that the mock starts with.
// Verification codes work once, so a second run needs a mock started anew or fresh codes.
//
// The exit status is 0 when every call went as told, 1 when one did not or the server
// is not there, and 2 when a flag is wrong.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// Exit statuses.
const (
	ok     = 0
	failed = 1
	usage  = 2
)

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	set, err := parse(args, os.Getenv, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return ok
	case err != nil:
		return usage // parse has told it
	}
	clients, err := set.connect()
	if err != nil {
		fmt.Fprintln(stderr, "quickstart:", err)
		return usage
	}
	if err := newTour(clients, set, stdout).run(ctx); err != nil {
		fmt.Fprintln(stderr, "quickstart:", err)
		return failed
	}
	return ok
}
