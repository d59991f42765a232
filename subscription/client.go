// Package subscription is the client of the subscription API.
//
// Its one operation creates or replaces the subscription of a user, a trial or a paid
// one. The server takes an API key (quartet.WithAPIKey) or the same key as a bearer
// token. The operation is guarded: it is not repeated when the server may have acted
// (see the package documentation of quartet).
package subscription

import (
	"github.com/quartet-go/quartet"
)

//go:generate go tool -modfile=../internal/tools/go.mod oapi-codegen -config ../openapi/codegen/client.yaml -package subscription ../openapi/subscription.yaml

// Client calls the subscription API. It never changes after New and is safe for concurrent
// use; make one and keep it.
type Client struct {
	core *quartet.Core
}

// New returns a client of the server at baseURL, such as
// https://api.example.com/prefix. A trailing slash makes no difference. It refuses a
// base URL without http or https and a host, or with user info, a query or a fragment,
// and options that cannot hold; the error names everything that is wrong.
func New(baseURL string, opts ...quartet.Option) (*Client, error) {
	core, err := quartet.NewCore("subscription", operations, baseURL, opts...)
	if err != nil {
		return nil, err
	}
	return &Client{core: core}, nil
}

// With returns another client of the same server with further options.
func (c *Client) With(opts ...quartet.Option) (*Client, error) {
	core, err := c.core.With(opts...)
	if err != nil {
		return nil, err
	}
	return &Client{core: core}, nil
}
