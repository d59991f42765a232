// Package vendorapi is the client of the vendor profile API.
//
// A user of a vendor reads the profile, the access codes of the vendor and, as an
// administrator, its balance, and changes profile and settings. The published document
// asks for authorization and names no scheme: quartet.WithBearerToken sends a bearer
// token, quartet.WithAuthorizer anything else.
//
// The package is not named vendor, as its document is: the go command keeps folders of
// that name for itself.
package vendorapi

import (
	"github.com/quartet-go/quartet"
)

//go:generate go tool -modfile=../internal/tools/go.mod oapi-codegen -config ../openapi/codegen/client.yaml -package vendorapi ../openapi/vendor.yaml

// Client calls the vendor profile API. It never changes after New and is safe for concurrent
// use; make one and keep it.
type Client struct {
	core   *quartet.Core
	layout *layout
}

// New returns a client of the server at baseURL, such as
// https://api.example.com/prefix. A trailing slash makes no difference. It refuses a
// base URL without http or https and a host, or with user info, a query or a fragment,
// and options that cannot hold; the error names everything that is wrong.
func New(baseURL string, opts ...quartet.Option) (*Client, error) {
	core, err := quartet.NewCore("vendor", operations, baseURL, opts...)
	if err != nil {
		return nil, err
	}
	return &Client{core: core, layout: new(layout)}, nil
}

// With returns another client of the same server with further options. Both share what
// they learn about where the server keeps the balance.
func (c *Client) With(opts ...quartet.Option) (*Client, error) {
	core, err := c.core.With(opts...)
	if err != nil {
		return nil, err
	}
	return &Client{core: core, layout: c.layout}, nil
}
