package vendorapi

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/internal/operation"
)

// layout is where a server keeps the balance. The published document prints the path
// of the access codes for it, which can be read as it stands, one answer with both
// members, or as a slip of the pen (contract: vendor, the two balance layouts).
type layout struct {
	split atomic.Bool // the server has been seen to keep it at a path of its own
}

// NoBalanceError says that neither of the two paths has a balance. It wraps the
// [*quartet.Error] of each path that answered 404.
type NoBalanceError struct {
	Paths [2]string // the path templates asked: the printed one and the balance's own
	// Printed is the 404 of the printed path, nil when that answered without a balance:
	// the ordinary case of a user who is not an administrator.
	Printed error
	Split   error // the 404 of the balance's own path
}

// Error names both paths, and says what the server says of the first when neither is
// there.
func (e *NoBalanceError) Error() string {
	why := "only an administrator sees it"
	if e.Printed != nil {
		why = e.Printed.Error()
	}
	return fmt.Sprintf("vendor getBalance: neither GET %s nor GET %s has a balance: %s", e.Paths[0], e.Paths[1], why)
}

// Unwrap returns the errors of the paths.
func (e *NoBalanceError) Unwrap() []error {
	if e.Printed == nil {
		return []error{e.Split}
	}
	return []error{e.Printed, e.Split}
}

// GetBalance returns the balance of the vendor. Only an administrator sees it.
//
// It sends GET /v1.0/profile/accesscodes, the path that the published document prints,
// and takes the answer's balance; when there is none, it sends GET
// /v1.0/profile/balance [ruling]. The client remembers which one the server has and
// asks that one first from then on. When neither has a balance the error is a
// [*NoBalanceError]. Retry class: safe.
func (c *Client) GetBalance(ctx context.Context, opts ...quartet.Option) (*Balance, error) {
	ctx, cancel := c.core.Bound(ctx, opts)
	defer cancel()
	none := &NoBalanceError{Paths: [2]string{opListAccessCodes.Path, opGetBalance.Path}}
	if c.layout.split.Load() {
		balance, err := c.splitBalance(ctx, opts)
		if !errors.Is(err, quartet.ErrNotFound) {
			return balance, err
		}
		none.Split = err
	}
	balance, err := c.printedBalance(ctx, opts)
	if balance != nil || (err != nil && !errors.Is(err, quartet.ErrNotFound)) {
		return balance, err
	}
	none.Printed = err
	if none.Split == nil {
		if balance, err = c.splitBalance(ctx, opts); !errors.Is(err, quartet.ErrNotFound) {
			return balance, err
		}
		none.Split = err
	}
	return nil, none
}

// printedBalance returns nil without an error when the answer has no balance.
func (c *Client) printedBalance(ctx context.Context, opts []quartet.Option) (*Balance, error) {
	op := opListAccessCodes
	op.ID = opGetBalance.ID // the operation that the caller knows, for errors
	var out AccessCodeList
	if err := c.core.Do(ctx, &op, operation.Input{}, &out, opts); err != nil {
		return nil, err
	}
	if out.Balance != nil {
		c.layout.split.Store(false)
	}
	return out.Balance, nil
}

func (c *Client) splitBalance(ctx context.Context, opts []quartet.Option) (*Balance, error) {
	out, err := c.getBalance(ctx, opts...)
	if err != nil {
		return nil, err
	}
	c.layout.split.Store(true)
	return &out.Balance, nil
}
