// Command billing-suspend blocks the users of a CSV file and takes permissions from
// them. The file has a column login; other columns are ignored. A user that the server
// refuses is reported with the members that it refused, the others are still suspended,
// and the exit status is 1.
//
//	go run ./examples/billing-suspend
//
// suspends two users of a mock inside the program. For a server of your own give its
// address and your file, or "-" to read from standard input:
//
//	QUARTET_TOKEN=... go run ./examples/billing-suspend -base-url https://api.example.com leavers.csv
package main

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/billing"
	"github.com/quartet-go/quartet/mockserver"
)

//go:embed logins.csv
var sample string

func main() { os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("billing-suspend", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintln(stderr, "Usage: billing-suspend [flags] [file.csv or -]")
		flags.PrintDefaults()
	}
	baseURL := flags.String("base-url", "", "`URL` of the billing API; the default is a mock in this program")
	token := flags.String("token", "", "bearer `token` (environment: QUARTET_TOKEN)")
	detach := flags.String("detach", "archives-show,archives-preview-download", "`permissions` to take away, with commas")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case flags.NArg() > 1, flags.NArg() == 0 && *baseURL != "": // the sample is for the mock
		fmt.Fprintln(stderr, "billing-suspend: give one file; with -base-url it is needed")
		flags.Usage()
		return 2
	}
	logins, err := read(flags.Arg(0), stdin)
	if err != nil {
		fmt.Fprintln(stderr, "billing-suspend:", err)
		return 1
	}
	client, err := connect(*baseURL, cmp.Or(*token, os.Getenv("QUARTET_TOKEN")))
	if err != nil {
		fmt.Fprintln(stderr, "billing-suspend:", err)
		return 1
	}
	if err := suspend(ctx, client, logins, strings.FieldsFunc(*detach, func(r rune) bool { return r == ',' }), stdout); err != nil {
		fmt.Fprintln(stderr, "billing-suspend:", err)
		return 1
	}
	return 0
}

// suspend goes on after a refusal, which is about one user, and stops at any other
// failure, which is about all.
func suspend(ctx context.Context, c *billing.Client, logins, permissions []string, out io.Writer) error {
	refused := 0
	for _, login := range logins {
		user, err := c.UpdateUser(ctx, billing.UpdateUserRequest{
			Login:               login,
			Status:              quartet.Ptr(billing.UserStatusBlocked),
			PermissionsToDetach: permissions,
		})
		var e *quartet.Error
		switch {
		case err == nil:
			fmt.Fprintf(out, "%s\t%s\n", login, user.Status)
		case errors.Is(err, quartet.ErrValidation) && errors.As(err, &e):
			refused++
			for _, field := range e.Fields {
				fmt.Fprintf(out, "%s\trefused\t%s: %s\n", login, field.Path, field.Message)
			}
		default:
			return err
		}
	}
	if refused > 0 {
		return fmt.Errorf("%d of %d users refused", refused, len(logins))
	}
	return nil
}

// read returns the column login of the file.
func read(file string, stdin io.Reader) ([]string, error) {
	in := stdin
	switch file {
	case "":
		in = strings.NewReader(sample)
	case "-":
	default:
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	rows, err := csv.NewReader(in).ReadAll()
	if err != nil {
		return nil, err
	}
	column := -1
	if len(rows) > 0 {
		column = slices.Index(rows[0], "login")
	}
	if column < 0 {
		return nil, errors.New("the first line names no column login")
	}
	logins := make([]string, 0, len(rows)-1)
	for _, row := range rows[1:] {
		logins = append(logins, row[column])
	}
	return logins, nil
}

func connect(baseURL, token string) (*billing.Client, error) {
	if baseURL != "" && token == "" {
		return nil, errors.New("-base-url needs -token or QUARTET_TOKEN")
	}
	if baseURL != "" {
		return billing.New(baseURL, quartet.WithBearerToken(token))
	}
	mock, err := mockserver.New()
	if err != nil {
		return nil, err
	}
	return billing.New(mock.URL(), quartet.WithTransport(mock.Transport()))
}
