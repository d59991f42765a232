// Command golden sets a world up once and lets several cases begin from it: each forks it
// and spoils its own copy. Then it spoils the world itself and restores it, writes it to a
// file, and begins a second server from the file with the same world.
//
//	go run ./examples/golden
//	go run ./examples/golden -o world.yaml   # and keep the file
//	go run ./mockserver/cmd/quartet-mock -seed world.yaml
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/mockserver"
	"github.com/quartet-go/quartet/profile"
)

func main() { os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("golden", flag.ContinueOnError)
	flags.SetOutput(stderr)
	file := flags.String("o", "", "`file` to write the world to; the default is a temporary one")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case flags.NArg() > 0:
		fmt.Fprintf(stderr, "golden: unexpected argument %q\n", flags.Arg(0))
		flags.Usage()
		return 2
	}
	if err := inFile(*file, func(file string) error { return show(ctx, file, stdout) }); err != nil {
		fmt.Fprintln(stderr, "golden:", err)
		return 1
	}
	return 0
}

// inFile gives show a file, one that is gone afterwards where there is no name.
func inFile(name string, show func(file string) error) error {
	if name != "" {
		return show(name)
	}
	dir, err := os.MkdirTemp("", "golden")
	if err != nil {
		return err
	}
	return errors.Join(show(filepath.Join(dir, "world.yaml")), os.RemoveAll(dir))
}

func show(ctx context.Context, file string, stdout io.Writer) error {
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "WORLD\tNAME\tgo-basics\tFAULT\tCLOCK")
	if err := errors.Join(worlds(ctx, file, table), table.Flush()); err != nil {
		return err
	}
	fmt.Fprintln(stdout, "The server from the file has the same world, to the byte.")
	return nil
}

// worlds makes all the worlds, and tells of each.
func worlds(ctx context.Context, file string, out io.Writer) error {
	mock, err := mockserver.New()
	if err != nil {
		return err
	}
	golden := mock.Space("golden")
	if err := setUp(ctx, golden); err != nil {
		return err
	}
	snapshot := golden.Snapshot()
	tell(out, "golden, set up once", golden)

	for name, change := range map[string]func(context.Context, *mockserver.Space) error{"rename": renameZoe, "cancel": cancel} {
		fork, err := golden.Fork(name)
		if err != nil {
			return err
		}
		if err := change(ctx, fork); err != nil {
			return err
		}
	}
	tell(out, "a fork that renamed", mock.Space("rename"))
	tell(out, "a fork that cancelled", mock.Space("cancel"))
	tell(out, "golden after them", golden)

	golden.Advance(24 * time.Hour)
	if err := cancel(ctx, golden); err != nil {
		return err
	}
	tell(out, "golden, spoilt itself", golden)
	golden.Restore(snapshot)
	tell(out, "golden, restored", golden)

	if err := write(snapshot.State(), file); err != nil {
		return err
	}
	second, err := begin(file)
	if err != nil {
		return err
	}
	tell(out, "a server from the file", second)
	return same(golden, second)
}

// setUp makes a world as a program would, by calls, and then what no call can.
func setUp(ctx context.Context, space *mockserver.Space) error {
	space.Freeze(time.Date(2030, 1, 1, 9, 0, 0, 0, time.UTC))
	return errors.Join(
		rename(ctx, space, "Anya"),
		space.AddFault(mockserver.Fault{Operation: "cancelSubscription", Nth: 2, Kind: mockserver.AppliedButLost}),
	)
}

func renameZoe(ctx context.Context, space *mockserver.Space) error { return rename(ctx, space, "Zoe") }

func rename(ctx context.Context, space *mockserver.Space, first string) error {
	client, err := connect(space)
	if err == nil {
		_, err = client.ChangeName(ctx, profile.ChangeNameRequest{FirstName: &first})
	}
	return err
}

func cancel(ctx context.Context, space *mockserver.Space) error {
	client, err := connect(space)
	if err == nil {
		_, err = client.CancelSubscription(ctx, "go-basics")
	}
	return err
}

func connect(space *mockserver.Space) (*profile.Client, error) {
	return profile.New(space.URL(), quartet.WithHTTPClient(space.Client()))
}

// tell prints what a world is, in short.
func tell(out io.Writer, what string, space *mockserver.Space) {
	state := space.State()
	anna, fault := state.Profile.Users["usr_anna"], state.Faults[0]
	course := "active"
	if anna.Subscriptions[0].Cancelled {
		course = "cancelled"
	}
	fmt.Fprintf(out, "%s\t%s\t%s\t%s has seen %d\t%s\n", what, *anna.FirstName, course,
		fault.Name, fault.Seen, space.Now().Format(time.DateTime))
}

func write(state mockserver.State, name string) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(state.Write(file), file.Close())
}

// begin returns a world that begins as the file says, on a server of its own.
func begin(name string) (*mockserver.Space, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	state, err := mockserver.ReadState(name, file)
	if err != nil {
		return nil, err
	}
	mock, err := mockserver.New(mockserver.WithState(state))
	if err != nil {
		return nil, err
	}
	return mock.Space("golden"), nil // the same id, since what a space draws depends on it
}

// same compares the worlds whole, as files.
func same(a, b *mockserver.Space) error {
	var x, y bytes.Buffer
	if err := errors.Join(a.State().Write(&x), b.State().Write(&y)); err != nil {
		return err
	}
	if !bytes.Equal(x.Bytes(), y.Bytes()) {
		return errors.New("the worlds differ")
	}
	return nil
}
