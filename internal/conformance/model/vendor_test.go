package model

import (
	"context"
	"maps"
	"math"
	"net/http"
	"slices"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/mockserver"
	"github.com/quartet-go/quartet/vendorapi"
)

func opensVendor(t mockserver.Token) bool { return t.Vendor != 0 }

// vendorMemory is what the clients of a sequence have learnt together.
type vendorMemory struct {
	client *vendorapi.Client // without a credential
	split  bool              // the balance has been found at a path of its own
}

// vendorClient returns a client that knows what the ones before have learnt.
func (m *machine) vendorClient(credential string) *vendorapi.Client {
	var err error
	if m.vendor.client == nil {
		m.vendor.client, err = vendorapi.New(m.space.URL(), m.options()...)
		require.NoError(m, err)
	}
	c, err := m.vendor.client.With(bearer(credential)...)
	require.NoError(m, err)
	return c
}

// vendorAPI makes one call of the vendor API.
func (m *machine) vendorAPI() {
	credential := m.credential("vendor", opensVendor)
	v := vendorCalls{m: m, client: m.vendorClient(credential), id: m.known.Tokens[credential].Vendor}
	name := rapid.SampledFrom(slices.Sorted(maps.Keys(vendorOperations))).Draw(m.T, "operation")
	made := vendorOperations[name](v)
	made.operation = name
	if !m.allowed(credential, true, opensVendor) {
		made.verdict = verdict{status: http.StatusUnauthorized}
		if name == "getBalance" {
			made.legs = []leg{{made.legs[0].operation, http.StatusUnauthorized}}
		}
	}
	m.do(made)
	m.readVendor()
}

// readVendor asks for everything that the API tells of each role.
func (m *machine) readVendor() {
	for _, token := range []string{"default-token", "developer-token", "manager-token"} {
		v := vendorCalls{m: m, client: m.vendorClient(token), id: m.known.Tokens[token].Vendor}
		m.read(v.profile())
		m.read(v.accessCodes())
	}
	administrator := vendorCalls{m: m, client: m.vendorClient("default-token"), id: m.known.Tokens["default-token"].Vendor}
	m.read(administrator.balance())
}

// vendorCalls are the calls of one user.
type vendorCalls struct {
	m      *machine
	client *vendorapi.Client
	id     int64
}

var vendorOperations = map[string]func(vendorCalls) call{
	"getProfile":      vendorCalls.profile,
	"listAccessCodes": vendorCalls.accessCodes,
	"getBalance":      vendorCalls.balance,
	"updateProfile":   vendorCalls.updateProfile,
	"updateSettings":  vendorCalls.updateSettings,
}

// role is that of who calls, "" when the server does not know them.
func (v vendorCalls) role() string {
	if u := v.m.known.Vendor.Users[v.id]; u != nil {
		return v.m.known.Vendor.Roles[u.Role].NameEng
	}
	return ""
}

func (v vendorCalls) profile() call {
	return call{
		send: func(ctx context.Context, opts ...quartet.Option) (any, error) {
			return v.client.GetProfile(ctx, opts...)
		},
		verdict: v.m.reads(func(s mockserver.State) any {
			u := s.Vendor.Users[v.id]
			role := s.Vendor.Roles[u.Role]
			return &vendorapi.Profile{User: vendorapi.User{
				ID: v.id, CompanyName: s.Vendor.CompanyName, CountryID: s.Vendor.CountryID, Phone: s.Vendor.Phone,
				Confirmed: u.Confirmed, Email: u.Email, Status: u.Status,
				UserDetails: vendorapi.UserDetails{
					ID: u.DetailsID, FirstName: u.FirstName, LastName: u.LastName, LastVisitDate: vendorapi.UnixTime(u.LastVisitDate),
					Role: vendorapi.Role{
						ID: u.Role, NameEng: role.NameEng, CreateOrders: role.CreateOrders, CreateProducts: role.CreateProducts,
						CreateUsers: role.CreateUsers, ManageProtect: role.ManageProtect,
					},
					Settings: vendorapi.Settings{Language: u.Language},
				},
			}}
		}),
	}
}

func (v vendorCalls) accessCodes() call {
	role := v.role()
	return call{
		send: func(ctx context.Context, opts ...quartet.Option) (any, error) {
			return v.client.ListAccessCodes(ctx, opts...)
		},
		verdict: v.m.reads(func(s mockserver.State) any {
			list := &vendorapi.AccessCodeList{AccessCodes: []vendorapi.AccessCode{}}
			for _, code := range s.Vendor.AccessCodes {
				shown := vendorapi.AccessCode{ID: code.ID, Public: vendorapi.PublicCode{Text: code.Text, Value: code.Value}}
				if role == "Administrator" || role == "Developer" {
					shown.Private = &vendorapi.PrivateCode{
						MasterValue: quartet.NewSecret(code.MasterValue), ReadValue: quartet.NewSecret(code.ReadValue),
						WriteValue: quartet.NewSecret(code.WriteValue),
					}
				}
				list.AccessCodes = append(list.AccessCodes, shown)
			}
			if role == "Administrator" && !v.m.split {
				list.Balance = vendorBalance(s)
			}
			return list
		}),
	}
}

func vendorBalance(s mockserver.State) *vendorapi.Balance {
	b := s.Vendor.Balance
	return &vendorapi.Balance{
		ID: b.ID, CompanyName: s.Vendor.CompanyName, CountryID: s.Vendor.CountryID, Phone: s.Vendor.Phone, IsPostpaid: b.IsPostpaid,
		ActivationsCount: vendorapi.Counter(b.ActivationsCount), ActivationsLimit: vendorapi.Counter(b.ActivationsLimit),
		LocalLicensesBalance: vendorapi.Counter(b.LocalLicensesBalance), NetLicensesBalance: vendorapi.Counter(b.NetLicensesBalance),
		Status:                vendorapi.Counter(b.Status),
		SubscriptionBeginDate: vendorapi.UnixTime(b.SubscriptionBeginDate), SubscriptionEndDate: vendorapi.UnixTime(b.SubscriptionEndDate),
	}
}

// balance asks at the printed path, and at one of its own when there is none; a client that
// has found it there asks there first.
func (v vendorCalls) balance() call {
	made := call{
		send: func(ctx context.Context, opts ...quartet.Option) (any, error) {
			return v.client.GetBalance(ctx, opts...)
		},
		verdict: v.m.reads(func(s mockserver.State) any { return vendorBalance(s) }),
		then:    func() { v.m.vendor.split = v.m.split },
	}
	switch {
	case v.role() != "Administrator" && v.m.split:
		made.verdict = verdict{status: http.StatusForbidden}
	case v.role() != "Administrator":
		made.verdict = verdict{status: http.StatusNotFound}
	}
	printed, own := leg{"listAccessCodes", http.StatusOK}, leg{"getBalance", made.verdict.status}
	switch {
	case v.m.vendor.split:
		made.legs = []leg{own}
	case made.verdict.good() && !v.m.split:
		made.legs = []leg{printed}
	default:
		made.legs = []leg{printed, own}
	}
	return made
}

func (v vendorCalls) updateProfile() call {
	req := vendorapi.UpdateProfileRequest{
		CompanyName: texts.Draw(v.m.T, "company"), CountryID: rapid.Int64().Draw(v.m.T, "country"), Phone: texts.Draw(v.m.T, "phone"),
		FirstName: texts.Draw(v.m.T, "first name"), LastName: texts.Draw(v.m.T, "last name"),
	}
	return call{
		input: req,
		send: func(ctx context.Context, opts ...quartet.Option) (any, error) {
			return nil, v.client.UpdateProfile(ctx, req, opts...)
		},
		verdict: v.newProfile(req),
	}
}

func (v vendorCalls) newProfile(req vendorapi.UpdateProfileRequest) verdict {
	if v.role() != "Administrator" {
		return verdict{status: http.StatusForbidden}
	}
	after := v.m.known
	after.Vendor.CompanyName, after.Vendor.CountryID, after.Vendor.Phone = req.CompanyName, req.CountryID, req.Phone
	after.Vendor.Users = with(after.Vendor.Users, v.id, func(u *mockserver.VendorUser) {
		u.FirstName, u.LastName = req.FirstName, req.LastName
	})
	return verdict{status: http.StatusOK, after: after}
}

func (v vendorCalls) updateSettings() call {
	req := vendorapi.UpdateSettingsRequest{Lang: rapid.SampledFrom([]int{0, 1, 2, -1, math.MaxInt, math.MinInt}).Draw(v.m.T, "language")}
	return call{
		input: req,
		send: func(ctx context.Context, opts ...quartet.Option) (any, error) {
			return nil, v.client.UpdateSettings(ctx, req, opts...)
		},
		verdict: v.newSettings(req),
	}
}

func (v vendorCalls) newSettings(req vendorapi.UpdateSettingsRequest) verdict {
	after := v.m.known
	if v.role() != "" {
		after.Vendor.Users = with(after.Vendor.Users, v.id, func(u *mockserver.VendorUser) { u.Language = req.Lang })
	}
	return verdict{status: http.StatusOK, after: after}
}
