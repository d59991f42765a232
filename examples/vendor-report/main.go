// Command vendor-report prints what a vendor's user may see: the profile, the public
// part of the access codes, and the balance, which is the administrator's.
//
//	go run ./examples/vendor-report
//
// calls a mock inside the program. For a server of your own give its address and a
// token; -token developer-token shows how the mock's developer sees it:
//
//	QUARTET_TOKEN=... go run ./examples/vendor-report -base-url https://api.example.com
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/mockserver"
	"github.com/quartet-go/quartet/vendorapi"
)

func main() { os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("vendor-report", flag.ContinueOnError)
	flags.SetOutput(stderr)
	baseURL := flags.String("base-url", "", "`URL` of the vendor API; the default is a mock in this program")
	token := flags.String("token", "", "bearer `token` (environment, with -base-url: QUARTET_TOKEN)")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case flags.NArg() > 0:
		fmt.Fprintf(stderr, "vendor-report: unexpected argument %q\n", flags.Arg(0))
		flags.Usage()
		return 2
	}
	client, err := connect(*baseURL, *token)
	if err == nil {
		table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
		err = errors.Join(report(ctx, client, table), table.Flush())
	}
	if err != nil {
		fmt.Fprintln(stderr, "vendor-report:", err)
		return 1
	}
	return 0
}

func report(ctx context.Context, c *vendorapi.Client, out io.Writer) error {
	me, err := c.GetProfile(ctx)
	if err != nil {
		return err
	}
	user, details := me.User, me.User.UserDetails
	fmt.Fprintf(out, "Vendor\t%s\n", user.CompanyName)
	fmt.Fprintf(out, "User\t%s %s <%s>\n", details.FirstName, details.LastName, user.Email)
	fmt.Fprintf(out, "Role\t%s\n", details.Role.NameEng)
	fmt.Fprintf(out, "Last visit\t%s\n", date(details.LastVisitDate, "never"))

	codes, err := c.ListAccessCodes(ctx)
	if err != nil {
		return err
	}
	for _, code := range codes.AccessCodes {
		fmt.Fprintf(out, "Access code\t%s\t%s\n", code.Public.Text, code.Public.Value)
	}

	balance, err := c.GetBalance(ctx)
	var none *vendorapi.NoBalanceError
	switch {
	case errors.As(err, &none), errors.Is(err, quartet.ErrForbidden):
		// What a server says to other roles depends on where it keeps the balance.
		fmt.Fprintf(out, "Balance\tonly for an administrator\n")
		return nil
	case err != nil:
		return err
	}
	fmt.Fprintf(out, "Local licenses\t%s\n", number(balance.LocalLicensesBalance))
	fmt.Fprintf(out, "Network licenses\t%s\n", number(balance.NetLicensesBalance))
	fmt.Fprintf(out, "Activations\t%s of %s\n", number(balance.ActivationsCount), number(balance.ActivationsLimit))
	fmt.Fprintf(out, "Subscription\t%s to %s\n", date(balance.SubscriptionBeginDate, "no begin"), date(balance.SubscriptionEndDate, "no end"))
	return nil
}

// number tells the server's mark for a number that it never set from a number.
func number(c vendorapi.Counter) string {
	if n, set := c.Value(); set {
		return strconv.FormatInt(n, 10)
	}
	return "not set"
}

func date(t vendorapi.UnixTime, none string) string {
	if at, set := t.Time(); set {
		return at.Format(time.DateOnly)
	}
	return none
}

func connect(baseURL, token string) (*vendorapi.Client, error) {
	if baseURL != "" {
		token = cmp.Or(token, os.Getenv("QUARTET_TOKEN"))
		if token == "" {
			return nil, errors.New("-base-url needs -token or QUARTET_TOKEN")
		}
		return vendorapi.New(baseURL, quartet.WithBearerToken(token))
	}
	mock, err := mockserver.New()
	if err != nil {
		return nil, err
	}
	return vendorapi.New(mock.URL(), quartet.WithTransport(mock.Transport()),
		quartet.WithBearerToken(cmp.Or(token, mockserver.DefaultToken)))
}
