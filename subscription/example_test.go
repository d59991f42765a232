package subscription_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/mockserver"
	"github.com/quartet-go/quartet/subscription"
)

// A client is made once; here the mock server stands in for the real one, at a fixed
// time. The one operation creates a subscription, and replaces one only when it is told
// to. Every failure is a *quartet.Error.
func Example() {
	today := time.Date(2026, time.May, 1, 12, 0, 0, 0, time.UTC)
	srv, err := mockserver.New(mockserver.WithClock(mockserver.Clock{At: today, Frozen: true}))
	if err != nil {
		log.Fatal(err)
	}
	c, err := subscription.New(srv.URL(), // or "http://localhost:8080", without WithTransport
		quartet.WithTransport(srv.Transport()), quartet.WithAPIKey(mockserver.DefaultToken))
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()

	user, err := c.CreateUserSubscription(ctx, 3, subscription.CreateSubscriptionRequest{IsTrial: true})
	if err != nil {
		log.Fatal(err)
	}
	trial := user.Subscription
	fmt.Println(trial.ActualStatus, "until", trial.EndDate.UTC().Format(time.DateOnly), "with", trial.TrafficLimitGB, "GB")

	_, err = c.CreateUserSubscription(ctx, 3, subscription.CreateSubscriptionRequest{DurationDays: quartet.Ptr(30)})
	var refused *quartet.Error
	switch {
	case errors.Is(err, quartet.ErrOutcomeUnknown):
		fmt.Println("sent, but not answered: the user may have it")
	case errors.Is(err, quartet.ErrBadRequest) && errors.As(err, &refused):
		fmt.Println(refused.Message)
	}
	// Output:
	// trial until 2026-05-04 with 10 GB
	// User already has a subscription. Use replace_existing=true to replace it
}

// User 7000000001, by the id at Telegram, has a paid subscription, which this one replaces.
func ExampleClient_CreateUserSubscription() {
	today := time.Date(2026, time.May, 1, 12, 0, 0, 0, time.UTC)
	srv, err := mockserver.New(mockserver.WithClock(mockserver.Clock{At: today, Frozen: true}))
	if err != nil {
		log.Fatal(err)
	}
	c, err := subscription.New(srv.URL(), quartet.WithTransport(srv.Transport()), quartet.WithAPIKey(mockserver.DefaultToken))
	if err != nil {
		log.Fatal(err)
	}
	user, err := c.CreateUserSubscription(context.Background(), 7000000001, subscription.CreateSubscriptionRequest{
		DurationDays:    quartet.Ptr(30),
		DeviceLimit:     quartet.Ptr(5),
		ReplaceExisting: true,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(user.ID, *user.Username, user.BalanceRubles)
	fmt.Println(user.Subscription.ID, user.Subscription.Status, user.Subscription.EndDate.UTC(), user.Subscription.DeviceLimit)
	// Output:
	// 1 anna_p 1234.5
	// 501 active 2026-05-31 12:00:00 +0000 UTC 5
}
