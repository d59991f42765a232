package main

import (
	"context"
	"net/http"
)

// client is a contestant's client of the two operations. What it returns is what its
// user works with, decoded.
type client interface {
	profile(ctx context.Context) (any, error)
	// create returns the user, or what the server says of a request that it refuses.
	create(ctx context.Context) (any, error)
}

// contestant is a way to call an API.
type contestant struct {
	name     string
	open     func(http.RoundTripper) (client, error)
	retrying func(http.RoundTripper) (client, error) // repeats failed calls, nil when it cannot
}

// byHandName names the contestant that others are measured by, ourName ours.
const (
	ourName          = "quartet, every protection on"
	byHandName       = "net/http and encoding/json by hand"
	byHandInTimeName = "the same with a timeout, that of http.Client"
	byHandOverName   = "by hand over go-retryablehttp"
)

var contestants = []contestant{
	{name: byHandName, open: openByHand},
	{name: byHandInTimeName, open: openByHandInTime},
	{name: ourName, open: openOurs, retrying: openOursWithoutBudget},
	{name: byHandOverName, open: openByHandRetrying, retrying: openByHandRetrying},
	{name: "oapi-codegen's client", open: openGenerated},
	{name: "oapi-codegen's client over go-retryablehttp", open: openGeneratedRetrying, retrying: openGeneratedRetrying},
	{name: "resty 2", open: openResty, retrying: openRestyRetrying},
}
