package model

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/billing"
	"github.com/quartet-go/quartet/mockserver"
)

func opensBilling(t mockserver.Token) bool { return t.Billing }

// billing makes one call of the billing API.
func (m *machine) billing() {
	credential := m.credential("billing", opensBilling)
	c, err := billing.New(m.space.URL(), append(m.options(), bearer(credential)...)...)
	require.NoError(m, err)
	req := m.drawUpdate()
	made := call{
		operation: "updateUser", input: req,
		send:    func(ctx context.Context, opts ...quartet.Option) (any, error) { return c.UpdateUser(ctx, req, opts...) },
		verdict: m.updateUser(req),
	}
	if !m.allowed(credential, m.strict, opensBilling) {
		made.verdict = verdict{status: http.StatusUnauthorized, message: "Unauthenticated."}
	}
	m.do(made)
}

func (m *machine) drawUpdate() billing.UpdateUserRequest {
	logins := slices.Sorted(maps.Keys(m.known.Billing.Users))
	permissions := rapid.SampledFrom([]string{"archives-show", "archives-download", "archives-preview-download", "", "право"})
	lists := rapid.OneOf(rapid.Just[[]string](nil), rapid.Just([]string{}), rapid.SliceOfN(permissions, 1, 4))
	req := billing.UpdateUserRequest{
		Login:               mostly(rapid.SampledFrom(logins), rapid.SampledFrom([]string{"", "nobody@example.com"})).Draw(m.T, "login"),
		PermissionsToAttach: lists.Draw(m.T, "attach"),
		PermissionsToDetach: lists.Draw(m.T, "detach"),
		BillingProperties: rapid.OneOf(
			rapid.Just[[]billing.BillingProperty](nil), rapid.Just([]billing.BillingProperty{}),
			rapid.SliceOfN(rapid.Custom(func(t *rapid.T) billing.BillingProperty {
				return billing.BillingProperty{Type: texts.Draw(t, "type"), Value: texts.Draw(t, "value")}
			}), 1, 3),
		).Draw(m.T, "properties"),
	}
	statuses := rapid.SampledFrom(append(slices.Clone(m.known.Billing.Statuses), m.known.Billing.Statuses[0], "", "Active"))
	if status := maybe(m.T, statuses, "status"); status != nil {
		req.Status = quartet.Ptr(billing.UserStatus(*status))
	}
	passwords := rapid.OneOf(texts, rapid.StringN(99, 102, -1))
	if password := maybe(m.T, passwords, "password"); password != nil {
		req.Password = quartet.NewSecret(*password)
	}
	req.BillingInfo = maybe(m.T, rapid.Custom(func(t *rapid.T) billing.BillingInfo {
		return billing.BillingInfo{
			BillingID:    maybe(t, texts, "billing id"),
			BillingExtra: rapid.OneOf(rapid.Just[[]any](nil), rapid.SliceOfN(anything(2), 0, 3)).Draw(t, "billing extra"),
		}
	}), "billing info")
	return req
}

// updateUser changes what the request has and leaves the rest. Names are attached before
// others are detached.
func (m *machine) updateUser(req billing.UpdateUserRequest) verdict {
	if utf8.RuneCountInString(req.Password.Reveal()) > 100 {
		return verdict{status: http.StatusUnprocessableEntity, blamed: []string{"password"}}
	}
	var refused []string
	if m.known.Billing.Users[req.Login] == nil {
		refused = append(refused, "login")
	}
	if req.Status != nil && !slices.Contains(m.known.Billing.Statuses, string(*req.Status)) {
		refused = append(refused, "status")
	}
	if len(refused) > 0 {
		return verdict{status: http.StatusUnprocessableEntity, blamed: refused}
	}
	after, now := m.known, m.now
	after.Billing.Users = with(after.Billing.Users, req.Login, func(u *mockserver.BillingUser) {
		u.UpdatedAt = now
		if !req.Password.IsZero() {
			u.Password = req.Password.Reveal()
		}
		if req.Status != nil {
			u.Status = string(*req.Status)
			switch {
			case u.Status != "deleted":
				u.DeletedAt = nil
			case u.DeletedAt == nil:
				u.DeletedAt = &now
			}
		}
		if info := req.BillingInfo; info != nil && info.BillingID != nil {
			u.BillingID = *info.BillingID
		}
		if info := req.BillingInfo; info != nil && info.BillingExtra != nil {
			u.BillingExtra = info.BillingExtra
		}
		if req.BillingProperties != nil {
			u.Properties = nil
			for _, p := range req.BillingProperties {
				u.Properties = append(u.Properties, mockserver.BillingProperty(p))
			}
		}
		held := map[string]bool{}
		for _, name := range slices.Concat(u.Permissions, req.PermissionsToAttach) {
			held[name] = true
		}
		for _, name := range req.PermissionsToDetach {
			delete(held, name)
		}
		u.Permissions = slices.Sorted(maps.Keys(held))
	})
	return verdict{status: http.StatusOK, after: after, answer: func(s mockserver.State) any { return billingUser(s, req.Login) }}
}

// billingUser is a user as the API shows it.
func billingUser(s mockserver.State, login string) *billing.User {
	u := s.Billing.Users[login]
	shown := &billing.User{
		ID: u.ID, Login: login, Name: u.Name, Type: u.Type, Status: billing.UserStatus(u.Status),
		CreatedAt: quartet.Time{Time: u.CreatedAt}, UpdatedAt: quartet.Time{Time: u.UpdatedAt},
		CanUpdatePassword: u.CanUpdatePassword, BillingProperties: []billing.BillingProperty{},
	}
	if u.DeletedAt != nil {
		shown.DeletedAt = &quartet.Time{Time: *u.DeletedAt}
	}
	for _, p := range u.Properties {
		shown.BillingProperties = append(shown.BillingProperties, billing.BillingProperty(p))
	}
	return shown
}
