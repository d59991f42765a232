package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/subscription"
)

type subscriptionTour struct {
	*subscription.Client
	set settings
}

func (t subscriptionTour) steps() []step {
	return []step{{"createUserSubscription", t.createUserSubscription}}
}

func (t subscriptionTour) createUserSubscription(ctx context.Context) (string, error) {
	user, err := t.CreateUserSubscription(ctx, t.set.userID, subscription.CreateSubscriptionRequest{
		DurationDays: quartet.Ptr(30), ReplaceExisting: true,
	})
	if err != nil {
		return "", err
	}
	sub := user.Subscription
	if sub == nil {
		return "", errors.New("the answer has no subscription")
	}
	return fmt.Sprintf("%s has %d: %s until %s, %d GB, %s", text(user.FirstName), sub.ID,
		sub.ActualStatus, sub.EndDate.Format(time.DateOnly), sub.TrafficLimitGB, count(sub.DeviceLimit, "device")), nil
}

func (t subscriptionTour) refusals() []refusal {
	create := func(userID int64, opts ...quartet.Option) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := t.CreateUserSubscription(ctx, userID, subscription.CreateSubscriptionRequest{IsTrial: true}, opts...)
			return err
		}
	}
	return []refusal{
		{
			what: "a user who has a subscription, without replace_existing",
			call: create(t.set.userID),
			want: []sight{is("quartet.ErrBadRequest", quartet.ErrBadRequest)},
		},
		{
			what: "a user who does not exist",
			call: create(999_999_999),
			want: []sight{is("quartet.ErrNotFound", quartet.ErrNotFound)},
		},
		{
			what: "an API key that nobody has",
			call: create(t.set.userID, quartet.WithAPIKey("not-a-key")),
			want: []sight{is("quartet.ErrUnauthorized", quartet.ErrUnauthorized)},
		},
	}
}
