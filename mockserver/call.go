package mockserver

import (
	"fmt"
	"net/http"

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
	d, now := s.world.data, s.clock.now().UTC() // days are counted and shown in UTC
	write := op.Method != http.MethodGet
	switch op.API.Name {
	case "profile":
		user := d.profile.of(caller.Profile, write)
		if user == nil {
			return api.Answer{}, &refusal{unauthenticated: true, sent: true}
		}
		return profile.Handlers[op.ID](profileServer{methods: d.fixed.Profile.PaymentMethods, id: caller.Profile, user: user, now: now}, req)
	case "billing":
		return billing.Handlers[op.ID](billingServer{data: d, now: now}, req)
	case "subscription":
		return subscription.Handlers[op.ID](subscriptionServer{data: d, now: now}, req)
	case "vendor":
		user := d.vendorUsers.of(caller.Vendor, write)
		if user == nil {
			return api.Answer{}, &refusal{unauthenticated: true, sent: true}
		}
		return vendorapi.Handlers[op.ID](vendorServer{state: &d.vendor, id: caller.Vendor, user: user, split: s.server.splitBalance}, req)
	}
	return api.Answer{}, fmt.Errorf("no handlers for the %s API", op.API.Name)
}
