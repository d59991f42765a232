package main

import (
	"context"
	"errors"
	"net/http"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/profile"
	"github.com/quartet-go/quartet/subscription"
)

type ours struct {
	profiles      *profile.Client
	subscriptions *subscription.Client
}

// openOurs takes the defaults: timeouts, retries, budget, limits.
func openOurs(transport http.RoundTripper) (client, error) { return newOurs(transport) }

// openOursWithoutBudget switches off what is there to stop a client whose every call
// needs a retry.
func openOursWithoutBudget(transport http.RoundTripper) (client, error) {
	return newOurs(transport, quartet.WithRetryBudget(nil))
}

func newOurs(transport http.RoundTripper, opts ...quartet.Option) (client, error) {
	opts = append(opts, quartet.WithTransport(transport))
	profiles, err := profile.New(baseURL, append(opts, quartet.WithBearerToken(token))...)
	if err != nil {
		return nil, err
	}
	subscriptions, err := subscription.New(baseURL, append(opts, quartet.WithAPIKey(apiKey))...)
	if err != nil {
		return nil, err
	}
	return &ours{profiles, subscriptions}, nil
}

func (c *ours) profile(ctx context.Context) (any, error) {
	return c.profiles.GetMyProfile(ctx)
}

func (c *ours) create(ctx context.Context) (any, error) {
	user, err := c.subscriptions.CreateUserSubscription(ctx, userID, subscription.CreateSubscriptionRequest{
		DurationDays:    quartet.Ptr(days),
		TrafficLimitGB:  quartet.Ptr(traffic),
		DeviceLimit:     quartet.Ptr(devices),
		ConnectedSquads: []string{squad},
		ReplaceExisting: true,
	})
	var refusal *quartet.Error
	if errors.As(err, &refusal) && errors.Is(err, quartet.ErrValidation) {
		return refusal.Fields, nil
	}
	return user, err
}
