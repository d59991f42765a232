// Package billing is the client of the VMS billing API.
//
// Its one operation updates a user: status, password, properties and permissions. A
// member of [UpdateUserRequest] that is left out leaves the user as it is; an empty
// list that is not nil empties it.
package billing

import (
	"github.com/quartet-go/quartet"
)

//go:generate go tool -modfile=../internal/tools/go.mod oapi-codegen -config ../openapi/codegen/client.yaml -package billing ../openapi/billing.yaml

// Client calls the VMS billing API. It never changes after New and is safe for concurrent
// use; make one and keep it.
type Client struct {
	core *quartet.Core
}

// New returns a client of the server at baseURL, such as
// https://api.example.com/prefix. A trailing slash makes no difference. It refuses a
// base URL without http or https and a host, or with user info, a query or a fragment,
// and options that cannot hold; the error names everything that is wrong.
func New(baseURL string, opts ...quartet.Option) (*Client, error) {
	core, err := quartet.NewCore("billing", operations, baseURL, opts...)
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
