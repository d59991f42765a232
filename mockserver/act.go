package mockserver

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"

	"github.com/quartet-go/quartet/mockserver/internal/api"
	"github.com/quartet-go/quartet/mockserver/internal/api/billing"
	"github.com/quartet-go/quartet/mockserver/internal/api/profile"
	"github.com/quartet-go/quartet/mockserver/internal/api/subscription"
	"github.com/quartet-go/quartet/mockserver/internal/api/vendorapi"
	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// act runs the operation's handler on the state and encodes its answer.
func (c *call) act(op *contract.Operation, caller Token, req *api.Request) response {
	if op.Method == http.MethodGet {
		defer c.world.lock(true).Unlock()
		answer, err := c.run(op, caller, req)
		return c.encoded(op, answer, err)
	}
	defer c.world.lock(false).Unlock()
	answer, err := c.write(op, caller, req)
	return c.encoded(op, answer, err)
}

// write runs a handler that may change the state. Nothing stays of what a call changes that
// fails, or for which there is no room.
func (c *call) write(op *contract.Operation, caller Token, req *api.Request) (api.Answer, error) {
	defer c.world.undo() // what is not kept, also when there is a panic
	answer, err := c.run(op, caller, req)
	if err != nil {
		return answer, err
	}
	return answer, c.server.keep(&c.world)
}

// encoded is a handler's answer, or its error, as it is sent. The state, of which it may hold
// parts, is still locked.
func (c *call) encoded(op *contract.Operation, answer api.Answer, err error) response {
	switch {
	case err != nil:
		return c.server.erred(op, err)
	case answer.Body == nil:
		return response{status: answer.Status}
	}
	body, err := api.Encode(answer.Body)
	if err != nil {
		return c.server.mistake(op, "answer of ", err)
	}
	return response{status: answer.Status, body: body}
}

// erred puts a handler's error into words: a refusal, or a mistake of ours.
func (s *Server) erred(op *contract.Operation, err error) response {
	var refused *refusal
	if errors.As(err, &refused) {
		return s.refuse(op, refused)
	}
	return s.mistake(op, "handler of ", err)
}

// recovered answers for a panic.
func (c *call) recovered(resp *response) {
	if p := recover(); p != nil {
		op := c.server.speaker(c.match, c.path)
		*resp = c.server.mistake(op, "panic in ", fmt.Errorf("%v\n%s", p, debug.Stack()))
	}
}

// mistake reports a mistake of this package, and answers that there was one.
func (s *Server) mistake(op *contract.Operation, where string, err error) response {
	s.report(where+op.ID, err)
	return s.refuse(op, &refusal{status: http.StatusInternalServerError, undocumented: true})
}

// servers answer one call each; a call has room for all, and for the largest answer, so that
// none is allocated.
type servers struct {
	profile      profileServer
	billing      billingServer
	subscription subscriptionServer
	answer       subscriptionAnswer
	vendor       vendorServer
}

// run finds the handler of an operation and runs it. The state is locked. A caller whose
// user has gone since authorize is as good as unknown.
func (c *call) run(op *contract.Operation, caller Token, req *api.Request) (api.Answer, error) {
	d, now := c.world.data, c.clock.now().UTC() // days are counted and shown in UTC
	write := op.Method != http.MethodGet
	switch op.API.Name {
	case "profile":
		user := d.profile.of(caller.Profile, write)
		if user == nil {
			return api.Answer{}, &refusal{unauthenticated: true, sent: true}
		}
		c.servers.profile = profileServer{methods: d.fixed.Profile.PaymentMethods, id: caller.Profile, user: user, now: now}
		return profile.Handlers[op.ID](&c.servers.profile, req)
	case "billing":
		c.servers.billing = billingServer{data: d, now: now}
		return billing.Handlers[op.ID](&c.servers.billing, req)
	case "subscription":
		c.servers.subscription = subscriptionServer{data: d, now: now, room: &c.servers.answer}
		return subscription.Handlers[op.ID](&c.servers.subscription, req)
	case "vendor":
		user := d.vendorUsers.of(caller.Vendor, write)
		if user == nil {
			return api.Answer{}, &refusal{unauthenticated: true, sent: true}
		}
		c.servers.vendor = vendorServer{state: d.vendor.of(struct{}{}, write), id: caller.Vendor, user: user, split: c.server.splitBalance}
		return vendorapi.Handlers[op.ID](&c.servers.vendor, req)
	}
	return api.Answer{}, fmt.Errorf("no handlers for the %s API", op.API.Name)
}
