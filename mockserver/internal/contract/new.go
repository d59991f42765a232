package contract

import (
	"errors"
	"fmt"
)

// maxParameters is how many bits Verdict.Sent has.
const maxParameters = 64

// New makes a contract of what the documents say: it works out all that is looked up later. The APIs belong to the
// contract then. Every document's first error is reported, with the file's name.
func New(apis []*API) (*Contract, error) {
	c := &Contract{APIs: apis, Secrets: map[string]bool{}, byID: map[string]*Operation{}}
	var errs []error
	for _, api := range apis {
		if err := c.add(api); err != nil {
			errs = append(errs, fmt.Errorf("contract: %s.yaml: %w", api.Name, err))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	c.markBodies()
	return c, nil
}

// add takes the operations of a document in.
func (c *Contract) add(api *API) error {
	for _, name := range api.Secrets {
		c.Secrets[name] = true
	}
	for _, op := range api.Operations {
		if other := c.byID[op.ID]; other != nil {
			return fmt.Errorf("operationId %q is also in %s.yaml", op.ID, other.API.Name)
		}
		op.API, op.Number = api, len(c.byID)
		c.byID[op.ID] = op
		op.complete()
		if len(op.Parameters) > maxParameters {
			return fmt.Errorf("%s: a request can carry %d parameters and members, at most %d are supported", op.ID, len(op.Parameters), maxParameters)
		}
		if err := c.routes.add(op); err != nil {
			return fmt.Errorf("%s: %w", op.ID, err)
		}
	}
	return nil
}

// complete names what requests can carry and which answers there are, and completes the schemas.
func (op *Operation) complete() {
	for _, a := range op.Arguments {
		a.Schema.complete()
		op.Parameters = append(op.Parameters, Parameter{In: a.In, Name: a.Name})
	}
	if op.Body != nil {
		op.Body.Schema.complete()
		for _, m := range op.Body.Schema.ofObject() {
			op.Parameters = append(op.Parameters, Parameter{In: InBody, Name: m.Name})
		}
	}
	for _, r := range op.Responses {
		r.Schema.complete()
		op.Answers = append(op.Answers, r.Status)
	}
}
