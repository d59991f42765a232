package quartet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/quartet-go/quartet/internal/operation"
)

// Version is the version of this module, sent in the User-Agent header.
const Version = "0.1.0"

// Core is the machine below a typed client: the base URL, the options and the way of
// a call. The client packages of this module hold one; programs have no use for it.
type Core struct {
	api    string
	takes  operation.Auth // kinds of credential that some operation takes
	base   *url.URL
	config config
}

// NewCore returns the core of a client of the named API, or an error that lists
// everything that is wrong with baseURL and opts. operations are all of the API's.
func NewCore(api string, operations []*operation.Operation, baseURL string, opts ...Option) (*Core, error) {
	var takes operation.Auth
	for _, op := range operations {
		takes |= op.Auth
	}
	base, urlErr := parseBaseURL(baseURL)
	cfg, optErr := defaultConfig().with(api, takes, opts)
	if err := errors.Join(urlErr, optErr); err != nil {
		return nil, fmt.Errorf("%s.New: %w", api, err)
	}
	return &Core{api: api, takes: takes, base: base, config: cfg}, nil
}

// With returns a copy of c with further options.
func (c *Core) With(opts ...Option) (*Core, error) {
	cfg, err := c.config.with(c.api, c.takes, opts)
	if err != nil {
		return nil, fmt.Errorf("%s.With: %w", c.api, err)
	}
	clone := *c
	clone.config = cfg
	return &clone, nil
}

// Do calls op and stores the JSON of a 2xx answer in out, a pointer to a zero value
// of the answer's type, or nil to ignore the body. Every error is an [*Error].
func (c *Core) Do(ctx context.Context, op *operation.Operation, in operation.Input, out any, opts []Option) error {
	cfg := c.config
	if len(opts) > 0 {
		var err error
		if cfg, err = c.config.with(c.api, c.takes, opts); err != nil {
			return refused(c.api, op, err)
		}
	}
	target, err := requestURL(c.base, op, in)
	if err != nil {
		return refused(c.api, op, err)
	}
	req, err := newRequest(op, target, in.Body)
	if err != nil {
		return refused(c.api, op, err)
	}
	if _, bounded := ctx.Deadline(); !bounded && cfg.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, cfg.timeout, fmt.Errorf("no answer within the call's timeout of %s", cfg.timeout))
		defer cancel()
	}
	call := call{api: c.api, op: op, config: &cfg, in: in.Body, out: out}
	return call.run(ctx, req)
}

// refused is the error of a call that was never sent.
func refused(api string, op *operation.Operation, err error) *Error {
	return &Error{API: api, Operation: op.ID, Method: op.Method, Path: op.Path, reasons: []error{err}}
}

// request is what every attempt of a call sends.
type request struct {
	http *http.Request
	body []byte // nil for none
}

// refresh gives attempt a header and a URL of its own, since a cookie jar and an
// authorizer add to them.
func (r *request) refresh(attempt *http.Request) error {
	target := *r.http.URL
	attempt.URL, attempt.Header = &target, r.http.Header.Clone()
	return nil
}

func newRequest(op *operation.Operation, target *url.URL, body any) (*request, error) {
	req := &request{http: &http.Request{
		Method: op.Method, URL: target, Host: target.Host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{
			"Accept":     {"application/json"},
			"User-Agent": {"quartet-go/" + Version},
		},
	}}
	if body == nil {
		return req, nil
	}
	var err error
	if req.body, err = json.Marshal(body); err != nil {
		return nil, fmt.Errorf("encode the request: %w", err)
	}
	req.http.Header["Content-Type"] = []string{"application/json"}
	return req, nil
}
