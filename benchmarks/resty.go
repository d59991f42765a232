package main

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/go-resty/resty/v2"
)

// restyClient works with the types written by hand.
type restyClient struct{ profiles, subscriptions *resty.Client }

func openResty(transport http.RoundTripper) (client, error) { return newResty(transport), nil }

// openRestyRetrying waits as little as can be told to it, for it pays no heed to
// Retry-After by itself.
func openRestyRetrying(transport http.RoundTripper) (client, error) {
	c := newResty(transport)
	c.profiles.SetRetryCount(3).SetRetryWaitTime(time.Nanosecond).SetRetryMaxWaitTime(time.Nanosecond).
		AddRetryCondition(func(resp *resty.Response, _ error) bool {
			return resp.StatusCode() == http.StatusServiceUnavailable
		})
	return c, nil
}

func newResty(transport http.RoundTripper) *restyClient {
	return &restyClient{
		profiles:      resty.New().SetTransport(transport).SetBaseURL(baseURL).SetAuthToken(token),
		subscriptions: resty.New().SetTransport(transport).SetBaseURL(baseURL).SetHeader("X-API-Key", apiKey),
	}
}

func (c *restyClient) profile(ctx context.Context) (any, error) {
	out := new(handProfile)
	resp, err := c.profiles.R().SetContext(ctx).SetResult(out).Get("/profile/me")
	switch {
	case err != nil:
		return nil, err
	case resp.IsError():
		return nil, fmt.Errorf("get the profile: %s", resp.Status())
	}
	return out, nil
}

func (c *restyClient) create(ctx context.Context) (any, error) {
	out, refusal := new(handUser), new(handRefusal)
	resp, err := c.subscriptions.R().SetContext(ctx).
		SetPathParam("user_id", strconv.FormatInt(userID, 10)).
		SetBody(handRequest{
			DurationDays: days, TrafficLimitGB: traffic, DeviceLimit: devices, ConnectedSquads: []string{squad}, ReplaceExisting: true,
		}).
		SetResult(out).SetError(refusal).
		Post("/users/{user_id}/subscription")
	switch {
	case err != nil:
		return nil, err
	case resp.StatusCode() == http.StatusUnprocessableEntity:
		return refusal, nil
	case resp.IsError():
		return nil, fmt.Errorf("create the subscription: %s", resp.Status())
	}
	return out, nil
}
