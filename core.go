package quartet

import (
	"context"
	"errors"
	"fmt"

	"github.com/quartet-go/quartet/internal/operation"
	"github.com/quartet-go/quartet/internal/version"
)

// Version is the version of this module, sent in the User-Agent header.
const Version = version.Version

// Core is the machine below a typed client: the base URL, the options and the way of
// a call. The client packages of this module hold one; programs have no use for it.
type Core struct {
	scope  scope
	config *config // a pointer, so that package fmt shows an address and no credential
}

// NewCore returns the core of a client of the named API, or an error that lists
// everything that is wrong with baseURL and opts. operations are all of the API's.
func NewCore(api string, operations []*operation.Operation, baseURL string, opts ...Option) (*Core, error) {
	core := &Core{scope: scope{api: api}}
	for _, op := range operations {
		core.scope.takes |= op.Auth
	}
	base, urlErr := parseBaseURL(baseURL)
	core.scope.base = base
	cfg, optErr := defaultConfig().with(core.scope, opts)
	core.config = &cfg
	if err := errors.Join(urlErr, optErr); err != nil {
		return nil, fmt.Errorf("%s.New: %w", api, err)
	}
	return core, nil
}

// With returns a copy of c with further options.
func (c *Core) With(opts ...Option) (*Core, error) {
	cfg, err := c.config.with(c.scope, opts)
	if err != nil {
		return nil, fmt.Errorf("%s.With: %w", c.scope.api, err)
	}
	return &Core{scope: c.scope, config: &cfg}, nil
}

// Do calls op and stores the JSON of a 2xx answer in out, a pointer to a zero value
// of the answer's type, or nil to ignore the body. Every error is an [*Error].
func (c *Core) Do(ctx context.Context, op *operation.Operation, in operation.Input, out any, opts []Option) error {
	call := &call{api: c.scope.api, op: op, config: c.config, in: in.Body, out: out}
	if len(opts) > 0 {
		s := c.scope
		s.call = true
		cfg, err := c.config.with(s, opts)
		if err != nil {
			return call.refused(err)
		}
		call.config = &cfg
	}
	if err := call.prepare(c.scope.base, in); err != nil {
		return call.refused(err)
	}
	return call.run(ctx)
}

// Bound gives a context without a deadline the timeout of a call, for a method that
// makes several. Options that cannot hold are left to Do.
func (c *Core) Bound(ctx context.Context, opts []Option) (context.Context, context.CancelFunc) {
	cfg, err := c.config.with(c.scope, opts)
	if _, bounded := ctx.Deadline(); bounded || err != nil || cfg.timeout == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, cfg.timeout)
}
