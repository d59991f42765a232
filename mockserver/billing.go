package mockserver

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	wire "github.com/quartet-go/quartet/mockserver/internal/api"
	api "github.com/quartet-go/quartet/mockserver/internal/api/billing"
	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// billingServer answers the billing API.
type billingServer struct {
	data *data
	now  time.Time
}

var _ api.Server = billingServer{}

func (b billingServer) UpdateUser(body *api.UpdateUserRequest) (*api.User, error) {
	user := b.data.billing.edit(body.Login)
	var issues []contract.Issue
	if user == nil {
		issues = append(issues, contract.Reject(contract.InBody, "The selected login is invalid.", "login"))
	}
	if body.Status != nil && !slices.Contains(b.data.fixed.Billing.Statuses, string(*body.Status)) {
		issues = append(issues, contract.Reject(contract.InBody, "The selected status is invalid.", "status"))
	}
	if len(issues) > 0 {
		return nil, rejected(issues...)
	}
	if err := user.update(body, b.now); err != nil {
		return nil, err
	}
	return user.answer(body.Login), nil
}

// update applies what the request has; what it leaves out stays.
func (u *BillingUser) update(body *api.UpdateUserRequest, now time.Time) error {
	info, err := billingInfo(body.BillingInfo)
	if err != nil {
		return err
	}
	properties, err := billingProperties(body)
	if err != nil {
		return err
	}
	if info.BillingID != nil {
		u.BillingID = *info.BillingID
	}
	if info.BillingExtra != nil {
		u.BillingExtra = info.BillingExtra
	}
	if properties != nil {
		u.Properties = make([]BillingProperty, len(properties))
		for i, p := range properties {
			u.Properties[i] = BillingProperty(p)
		}
	}
	if body.Password != nil {
		u.Password = *body.Password
	}
	if body.Status != nil {
		u.setStatus(string(*body.Status), now)
	}
	u.Permissions = changePermissions(u.Permissions, body.PermissionsToAttach, body.PermissionsToDetach)
	u.UpdatedAt = now
	return nil
}

// setStatus also keeps deleted_at in step, as a soft delete does.
func (u *BillingUser) setStatus(status string, now time.Time) {
	switch {
	case status != "deleted":
		u.DeletedAt = nil
	case u.DeletedAt == nil:
		u.DeletedAt = &now
	}
	u.Status = status
}

// changePermissions attaches, then detaches: a name in both lists ends up detached. It sorts
// detach, in which it searches for every name: lists may be long, and others wait meanwhile.
func changePermissions(held, attach, detach []string) []string {
	if len(held)+len(attach) == 0 {
		return held
	}
	slices.Sort(detach)
	all := slices.DeleteFunc(slices.Concat(held, attach), func(name string) bool {
		_, found := slices.BinarySearch(detach, name)
		return found
	})
	slices.Sort(all)
	return cloneExactly(slices.Compact(all))
}

// billingInfo reads the union of an object and the empty array that PHP writes for an
// empty associative array.
func billingInfo(raw json.RawMessage) (info api.BillingInfo, err error) {
	if len(raw) == 0 || isArray(raw) {
		return info, nil
	}
	return info, wire.Decode(raw, &info)
}

// billingProperties returns the list to set, nil for none. The deprecated member counts
// when it is a list and the current one is absent.
func billingProperties(body *api.UpdateUserRequest) ([]api.BillingProperty, error) {
	if body.BillingProperties != nil || !isArray(body.Properties) {
		return body.BillingProperties, nil
	}
	list := []api.BillingProperty{}
	return list, wire.Decode(body.Properties, &list)
}

func isArray(raw json.RawMessage) bool { return bytes.HasPrefix(bytes.TrimSpace(raw), []byte("[")) }

// laravelTime has six fractional digits, as the published sample has.
const laravelTime = "2006-01-02T15:04:05.000000Z"

func (u *BillingUser) answer(login string) *api.User {
	user := &api.User{
		ID: u.ID, Login: login, Name: u.Name, Type: u.Type, Status: api.UserStatus(u.Status),
		CreatedAt: u.CreatedAt.UTC().Format(laravelTime), UpdatedAt: u.UpdatedAt.UTC().Format(laravelTime),
		CanUpdatePassword: u.CanUpdatePassword,
		BillingProperties: make([]api.BillingProperty, len(u.Properties)),
	}
	if u.DeletedAt != nil {
		deleted := u.DeletedAt.UTC().Format(laravelTime)
		user.DeletedAt = &deleted
	}
	for i, p := range u.Properties {
		user.BillingProperties[i] = api.BillingProperty(p)
	}
	return user
}
