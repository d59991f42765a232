package mockserver

import (
	"fmt"

	"github.com/quartet-go/quartet/mockserver/internal/api"
	"github.com/quartet-go/quartet/mockserver/internal/api/billing"
	"github.com/quartet-go/quartet/mockserver/internal/api/profile"
	"github.com/quartet-go/quartet/mockserver/internal/api/subscription"
	"github.com/quartet-go/quartet/mockserver/internal/api/vendorapi"
	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// run finds the handler of an operation and runs it. The state is locked. A caller whose
// user has gone since authorize is as good as unknown.
func (s *Space) run(op *contract.Operation, caller Token, req *api.Request) (api.Answer, error) {
	state, now := &s.world.data.State, s.clock.now().UTC() // days are counted and shown in UTC
	switch op.API.Name {
	case "profile":
		user := state.Profile.Users[caller.Profile]
		if user == nil {
			return api.Answer{}, &refusal{unauthenticated: true, sent: true}
		}
		return profile.Handlers[op.ID](profileServer{state: &state.Profile, id: caller.Profile, user: user, now: now}, req)
	case "billing":
		return billing.Handlers[op.ID](billingServer{state: &state.Billing, now: now}, req)
	case "subscription":
		return subscription.Handlers[op.ID](subscriptionServer{world: &s.world, now: now}, req)
	case "vendor":
		user := state.Vendor.Users[caller.Vendor]
		if user == nil {
			return api.Answer{}, &refusal{unauthenticated: true, sent: true}
		}
		return vendorapi.Handlers[op.ID](vendorServer{state: &state.Vendor, id: caller.Vendor, user: user, split: s.server.splitBalance}, req)
	}
	return api.Answer{}, fmt.Errorf("no handlers for the %s API", op.API.Name)
}
