package main

import (
	"context"
	"fmt"
	"net/http"

	"github.com/quartet-go/quartet/benchmarks/internal/oapi/profile"
	"github.com/quartet-go/quartet/benchmarks/internal/oapi/subscription"
)

// generated is what oapi-codegen makes of the documents by its default templates.
type generated struct {
	profiles      *profile.ClientWithResponses
	subscriptions *subscription.ClientWithResponses
}

func openGenerated(transport http.RoundTripper) (client, error) {
	return newGenerated(&http.Client{Transport: transport})
}

func openGeneratedRetrying(transport http.RoundTripper) (client, error) {
	return newGenerated(newRetrying(transport).StandardClient())
}

func newGenerated(httpClient *http.Client) (client, error) {
	profiles, err := profile.NewClientWithResponses(baseURL, profile.WithHTTPClient(httpClient),
		profile.WithRequestEditorFn(func(_ context.Context, req *http.Request) error {
			req.Header.Set("Authorization", "Bearer "+token)
			return nil
		}))
	if err != nil {
		return nil, err
	}
	subscriptions, err := subscription.NewClientWithResponses(baseURL, subscription.WithHTTPClient(httpClient),
		subscription.WithRequestEditorFn(func(_ context.Context, req *http.Request) error {
			req.Header.Set("X-API-Key", apiKey)
			return nil
		}))
	if err != nil {
		return nil, err
	}
	return &generated{profiles, subscriptions}, nil
}

func (c *generated) profile(ctx context.Context) (any, error) {
	resp, err := c.profiles.GetMyProfileWithResponse(ctx)
	switch {
	case err != nil:
		return nil, err
	case resp.JSON200 == nil:
		return nil, fmt.Errorf("get the profile: %s", resp.Status())
	}
	return resp.JSON200, nil
}

func (c *generated) create(ctx context.Context) (any, error) {
	duration, limit, count, replace := days, traffic, devices, true
	resp, err := c.subscriptions.CreateUserSubscriptionWithResponse(ctx, userID, subscription.CreateSubscriptionRequest{
		DurationDays: &duration, TrafficLimitGb: &limit, DeviceLimit: &count,
		ConnectedSquads: &[]string{squad}, ReplaceExisting: &replace,
	})
	switch {
	case err != nil:
		return nil, err
	case resp.JSON201 != nil:
		return resp.JSON201, nil
	case resp.JSON422 != nil:
		return resp.JSON422, nil
	}
	return nil, fmt.Errorf("create the subscription: %s", resp.Status())
}
