// Command subscription-trial-to-paid gives a user a trial and replaces it by a paid
// subscription. A user who has a subscription already keeps it until then.
//
//	go run ./examples/subscription-trial-to-paid
//
// calls a mock inside the program. For a server of your own give its address, the API
// key and the user, by the internal or the Telegram id:
//
//	QUARTET_API_KEY=... go run ./examples/subscription-trial-to-paid -base-url http://localhost:8080 -user-id 7000000003
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/mockserver"
	"github.com/quartet-go/quartet/subscription"
)

func main() { os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("subscription-trial-to-paid", flag.ContinueOnError)
	flags.SetOutput(stderr)
	baseURL := flags.String("base-url", "", "`URL` of the subscription API; the default is a mock in this program")
	apiKey := flags.String("api-key", "", "API `key` (environment: QUARTET_API_KEY)")
	userID := flags.Int64("user-id", 3, "`id` of the user")
	days := flags.Int("days", 30, "how many `days` the paid subscription lasts")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case flags.NArg() > 0:
		fmt.Fprintf(stderr, "subscription-trial-to-paid: unexpected argument %q\n", flags.Arg(0))
		flags.Usage()
		return 2
	}
	client, err := connect(*baseURL, cmp.Or(*apiKey, os.Getenv("QUARTET_API_KEY")))
	if err == nil {
		err = trialToPaid(ctx, client, *userID, *days, stdout)
	}
	if err != nil {
		fmt.Fprintln(stderr, "subscription-trial-to-paid:", err)
		return 1
	}
	return 0
}

func trialToPaid(ctx context.Context, c *subscription.Client, userID int64, days int, out io.Writer) error {
	user, err := startTrial(ctx, c, userID)
	switch {
	case err == nil:
		show(out, "started", user)
	case errors.Is(err, quartet.ErrBadRequest): // 400: there is one
		fmt.Fprintf(out, "kept       %s\n", message(err))
	default:
		return fmt.Errorf("start the trial: %w", err)
	}
	user, err = c.CreateUserSubscription(ctx, userID, subscription.CreateSubscriptionRequest{
		DurationDays:    &days,
		ReplaceExisting: true,
	})
	if err != nil {
		return fmt.Errorf("replace it by a paid one: %w", err)
	}
	show(out, "replaced", user)
	return nil
}

// startTrial repeats a call that was sent and not answered, which the client does not do
// by itself for this operation. Here it cannot hurt: nothing is replaced, and when the
// first call was carried out, the second one is refused with 400 as for any user who has
// a subscription.
func startTrial(ctx context.Context, c *subscription.Client, userID int64) (*subscription.User, error) {
	trial := subscription.CreateSubscriptionRequest{IsTrial: true, DurationDays: quartet.Ptr(7)}
	user, err := c.CreateUserSubscription(ctx, userID, trial)
	if errors.Is(err, quartet.ErrOutcomeUnknown) {
		return c.CreateUserSubscription(ctx, userID, trial)
	}
	return user, err
}

// message returns the server's own words.
func message(err error) string {
	var e *quartet.Error
	if errors.As(err, &e) && e.Message != "" {
		return e.Message
	}
	return err.Error()
}

func show(out io.Writer, what string, user *subscription.User) {
	sub := user.Subscription
	if sub == nil {
		fmt.Fprintf(out, "%-10s user %d, and the answer shows no subscription\n", what, user.ID)
		return
	}
	fmt.Fprintf(out, "%-10s subscription %d of user %d: %s until %s, %d GB, devices: %d\n",
		what, sub.ID, user.ID, sub.ActualStatus, sub.EndDate.Format(time.DateOnly), sub.TrafficLimitGB, sub.DeviceLimit)
}

func connect(baseURL, apiKey string) (*subscription.Client, error) {
	if baseURL != "" && apiKey == "" {
		return nil, errors.New("-base-url needs -api-key or QUARTET_API_KEY")
	}
	if baseURL != "" {
		return subscription.New(baseURL, quartet.WithAPIKey(apiKey))
	}
	mock, err := mockserver.New()
	if err != nil {
		return nil, err
	}
	return subscription.New(mock.URL(), quartet.WithTransport(mock.Transport()))
}
