package mockserver

import (
	"net/http"

	api "github.com/quartet-go/quartet/mockserver/internal/api/vendorapi"
)

// vendorServer answers the vendor API for one caller.
type vendorServer struct {
	state *VendorState
	id    int64
	user  *VendorUser
	split bool // the balance is at a path of its own
}

var _ api.Server = vendorServer{}

func (v vendorServer) role() string        { return v.state.Roles[v.user.Role].NameEng }
func (v vendorServer) administrator() bool { return v.role() == "Administrator" }

func (v vendorServer) GetProfile() (*api.Profile, error) {
	role := v.state.Roles[v.user.Role]
	return &api.Profile{User: api.User{
		ID: v.id, CompanyName: v.state.CompanyName, CountryID: v.state.CountryID, Phone: v.state.Phone,
		Confirmed: v.user.Confirmed, Email: v.user.Email, Status: v.user.Status,
		UserDetails: api.UserDetails{
			ID: v.user.DetailsID, FirstName: v.user.FirstName, LastName: v.user.LastName,
			LastVisitDate: api.UnixTime(v.user.LastVisitDate),
			Role: api.Role{
				ID: v.user.Role, NameEng: role.NameEng, CreateOrders: role.CreateOrders,
				CreateProducts: role.CreateProducts, CreateUsers: role.CreateUsers, ManageProtect: role.ManageProtect,
			},
			Settings: api.Settings{Language: v.user.Language},
		},
	}}, nil
}

func (v vendorServer) ListAccessCodes() (*api.AccessCodeList, error) {
	private := v.administrator() || v.role() == "Developer"
	list := &api.AccessCodeList{AccessCodes: []api.AccessCode{}}
	for _, code := range v.state.AccessCodes {
		item := api.AccessCode{ID: code.ID, Public: api.PublicCode{Text: code.Text, Value: code.Value}}
		if private {
			item.Private = &api.PrivateCode{MasterValue: code.MasterValue, ReadValue: code.ReadValue, WriteValue: code.WriteValue}
		}
		list.AccessCodes = append(list.AccessCodes, item)
	}
	if v.administrator() && !v.split {
		list.Balance = v.balance()
	}
	return list, nil
}

func (v vendorServer) GetBalance() (*api.BalanceResponse, error) {
	if !v.split {
		return nil, &refusal{status: http.StatusNotFound, message: "No such path on this server: the balance stands beside the access codes"}
	}
	if !v.administrator() {
		return nil, v.forbidden()
	}
	return &api.BalanceResponse{Balance: *v.balance()}, nil
}

func (v vendorServer) UpdateProfile(body *api.UpdateProfileRequest) error {
	if !v.administrator() {
		return v.forbidden()
	}
	v.state.CompanyName, v.state.CountryID, v.state.Phone = body.CompanyName, body.CountryID, body.Phone
	v.user.FirstName, v.user.LastName = body.FirstName, body.LastName
	return nil
}

func (v vendorServer) UpdateSettings(body *api.UpdateSettingsRequest) error {
	v.user.Language = body.Lang
	return nil
}

func (v vendorServer) forbidden() error {
	return &refusal{status: http.StatusForbidden, message: "Only a user with the Administrator role may do this"}
}

func (v vendorServer) balance() *api.Balance {
	b := v.state.Balance
	return &api.Balance{
		ID: b.ID, CompanyName: v.state.CompanyName, CountryID: v.state.CountryID, Phone: v.state.Phone,
		ActivationsCount: api.Counter(b.ActivationsCount), ActivationsLimit: api.Counter(b.ActivationsLimit),
		IsPostpaid:           b.IsPostpaid,
		LocalLicensesBalance: api.Counter(b.LocalLicensesBalance), NetLicensesBalance: api.Counter(b.NetLicensesBalance),
		Status:                api.Counter(b.Status),
		SubscriptionBeginDate: api.UnixTime(b.SubscriptionBeginDate), SubscriptionEndDate: api.UnixTime(b.SubscriptionEndDate),
	}
}
