package mockserver

import "time"

// State is everything that a space remembers: who may call, the data of the four APIs,
// its clock, and what is to go wrong in it. It is plain data, the same in Go and in a seed
// file, whose names stand in the yaml tags. Passwords and codes are in the clear: use none
// that is real.
type State struct {
	Random    uint64    `yaml:"random,omitempty"` // the seed of all that is drawn: faults, delays, codes; any number, also 0, gives the same draws in each run
	Clock     Clock     `yaml:"clock,omitempty"`
	Faults    []Fault   `yaml:"faults,omitempty"`
	Limits    []Limit   `yaml:"limits,omitempty"`
	Variation Variation `yaml:"variation,omitempty"`

	// Tokens are the credentials that the mock knows, as bearer tokens and, where an
	// API takes them, as API keys.
	Tokens       map[string]Token  `yaml:"tokens"`
	Profile      ProfileState      `yaml:"profile"`
	Billing      BillingState      `yaml:"billing"`
	Subscription SubscriptionState `yaml:"subscription"`
	Vendor       VendorState       `yaml:"vendor"`
}

// Token says what one credential opens. In an API that it does not open it is as good
// as unknown.
type Token struct {
	Profile      string `yaml:"profile,omitempty"`      // id of the profile user who calls; "" opens nothing
	Billing      bool   `yaml:"billing,omitempty"`      // opens the billing API
	Subscription bool   `yaml:"subscription,omitempty"` // opens the subscription API
	Vendor       int64  `yaml:"vendor,omitempty"`       // id of the vendor user who calls, and so the role; 0 opens nothing
}

// ProfileState is the data of the profile API.
type ProfileState struct {
	DefaultUser    string                  `yaml:"default_user"`    // who calls without a credential
	PaymentMethods []string                `yaml:"payment_methods"` // what listAvailablePaymentMethods answers
	Users          map[string]*ProfileUser `yaml:"users"`           // by user_id
}

// ProfileUser is one user of the profile API. A nil name, address or number is null on
// the wire.
type ProfileUser struct {
	FirstName      *string              `yaml:"first_name"`
	LastName       *string              `yaml:"last_name"`
	Email          *string              `yaml:"email"`
	Phone          *string              `yaml:"phone"`
	AvatarURL      *string              `yaml:"avatar_url"`
	Password       string               `yaml:"password"`
	Codes          []VerificationCode   `yaml:"codes"`
	PaymentMethod  string               `yaml:"payment_method"`
	PaymentDetails map[string]any       `yaml:"payment_details"`
	Subscriptions  []CourseSubscription `yaml:"subscriptions"`
	Payments       []map[string]any     `yaml:"payments"` // open objects, answered as they are
}

// VerificationCode is a one-time code. It is used up by the first change that succeeds
// with it.
type VerificationCode struct {
	Code      string    `yaml:"code"`
	ExpiresAt time.Time `yaml:"expires_at,omitempty"` // zero: never
	Used      bool      `yaml:"used,omitempty"`
}

// CourseSubscription is a profile user's subscription to a course.
type CourseSubscription struct {
	CourseID  string         `yaml:"course_id"`
	Cancelled bool           `yaml:"cancelled,omitempty"` // shown as "status": "cancelled"
	Members   map[string]any `yaml:",inline"`             // further members, answered as they are; status is "active" where they have none
}

// BillingState is the data of the billing API.
type BillingState struct {
	Statuses []string                `yaml:"statuses"` // what updateUser accepts as status
	Users    map[string]*BillingUser `yaml:"users"`    // by login
}

// BillingUser is one user of the billing API. Password, permissions, billing id and
// extra are in no answer: look at them here.
type BillingUser struct {
	ID                int64             `yaml:"id"`
	Name              *string           `yaml:"name"`
	Type              string            `yaml:"type"`
	Status            string            `yaml:"status"`
	CreatedAt         time.Time         `yaml:"created_at"`
	UpdatedAt         time.Time         `yaml:"updated_at"`
	DeletedAt         *time.Time        `yaml:"deleted_at"`
	CanUpdatePassword bool              `yaml:"can_update_password"`
	Password          string            `yaml:"password"`
	BillingID         string            `yaml:"billing_id"`
	BillingExtra      []any             `yaml:"billing_extra"`
	Properties        []BillingProperty `yaml:"billing_properties"`
	Permissions       []string          `yaml:"permissions"` // kept sorted, each once
}

// BillingProperty is one property of a billing user.
type BillingProperty struct {
	Type  string `yaml:"type"`
	Value string `yaml:"value"`
}

// SubscriptionState is the data of the subscription API.
type SubscriptionState struct {
	Users map[int64]*SubscriptionUser `yaml:"users"` // by internal id
}

// SubscriptionUser is one user of the subscription API.
type SubscriptionUser struct {
	Status                 string        `yaml:"status"`
	Language               string        `yaml:"language"`
	BalanceKopeks          int64         `yaml:"balance_kopeks"`
	HasHadPaidSubscription bool          `yaml:"has_had_paid_subscription"`
	HasMadeFirstTopup      bool          `yaml:"has_made_first_topup"`
	CreatedAt              time.Time     `yaml:"created_at"`
	UpdatedAt              time.Time     `yaml:"updated_at"`
	TelegramID             *int64        `yaml:"telegram_id"`
	Username               *string       `yaml:"username"`
	FirstName              *string       `yaml:"first_name"`
	LastName               *string       `yaml:"last_name"`
	ReferralCode           *string       `yaml:"referral_code"`
	ReferredByID           *int64        `yaml:"referred_by_id"`
	LastActivity           *time.Time    `yaml:"last_activity"`
	PromoGroup             *PromoGroup   `yaml:"promo_group"`
	Subscription           *Subscription `yaml:"subscription"` // nil: none
}

// PromoGroup is a group of users with discounts, in percent.
type PromoGroup struct {
	ID                     int64  `yaml:"id"`
	Name                   string `yaml:"name"`
	ServerDiscountPercent  int    `yaml:"server_discount_percent"`
	TrafficDiscountPercent int    `yaml:"traffic_discount_percent"`
	DeviceDiscountPercent  int    `yaml:"device_discount_percent"`
	ApplyDiscountsToAddons bool   `yaml:"apply_discounts_to_addons"`
}

// Subscription is the subscription of a user of the subscription API.
type Subscription struct {
	ID                int64     `yaml:"id"`
	Status            string    `yaml:"status"` // actual_status is worked out from it and EndDate
	IsTrial           bool      `yaml:"is_trial"`
	StartDate         time.Time `yaml:"start_date"`
	EndDate           time.Time `yaml:"end_date"`
	TrafficLimitGB    int       `yaml:"traffic_limit_gb"` // 0: unlimited
	TrafficUsedGB     float64   `yaml:"traffic_used_gb"`
	DeviceLimit       int       `yaml:"device_limit"`
	AutopayEnabled    bool      `yaml:"autopay_enabled"`
	AutopayDaysBefore *int      `yaml:"autopay_days_before"`
	SubscriptionURL   *string   `yaml:"subscription_url"`
	CryptoLink        *string   `yaml:"subscription_crypto_link"`
	ConnectedSquads   []string  `yaml:"connected_squads"`
}

// VendorState is the data of the vendor API: one vendor and its users.
type VendorState struct {
	CompanyName string                `yaml:"companyname"`
	CountryID   int64                 `yaml:"countryid"`
	Phone       string                `yaml:"phone"`
	Roles       map[int64]VendorRole  `yaml:"roles"` // by id
	Users       map[int64]*VendorUser `yaml:"users"` // by id
	AccessCodes []AccessCode          `yaml:"accesscodes"`
	Balance     VendorBalance         `yaml:"balance"`
}

// VendorRole is what a vendor user may do. The name "Administrator" opens updateProfile,
// the balance and the private access codes, "Developer" the private access codes.
type VendorRole struct {
	NameEng        string `yaml:"nameeng"`
	CreateOrders   bool   `yaml:"createorders"`
	CreateProducts bool   `yaml:"createproducts"`
	CreateUsers    bool   `yaml:"createusers"`
	ManageProtect  bool   `yaml:"manageprotect"`
}

// VendorUser is one user of the vendor.
type VendorUser struct {
	Confirmed     bool   `yaml:"confirmed"`
	Email         string `yaml:"email"`
	Status        bool   `yaml:"status"`
	DetailsID     int64  `yaml:"details_id"` // userdetails._id
	FirstName     string `yaml:"firstname"`
	LastName      string `yaml:"lastname"`
	LastVisitDate int64  `yaml:"lastvisitdate"` // Unix seconds
	Role          int64  `yaml:"role"`          // id of a role
	Language      int    `yaml:"language"`
}

// AccessCode is one access code of the vendor. MasterValue, ReadValue and WriteValue
// are its private part.
type AccessCode struct {
	ID          int64  `yaml:"id"`
	MasterValue string `yaml:"mastervalue"`
	ReadValue   string `yaml:"readvalue"`
	WriteValue  string `yaml:"writevalue"`
	Text        string `yaml:"text"`
	Value       string `yaml:"value"`
}

// VendorBalance is the balance of the vendor. Dates are Unix seconds, 0 for none;
// -842150451 and -12851 are the server's marks for a number it never set.
type VendorBalance struct {
	ID                    int64 `yaml:"id"`
	ActivationsCount      int64 `yaml:"activationscount"`
	ActivationsLimit      int64 `yaml:"activationslimit"`
	IsPostpaid            bool  `yaml:"ispostpaid"`
	LocalLicensesBalance  int64 `yaml:"locallicensesbalance"`
	NetLicensesBalance    int64 `yaml:"netlicensesbalance"`
	Status                int64 `yaml:"status"`
	SubscriptionBeginDate int64 `yaml:"subscriptionbegindate"`
	SubscriptionEndDate   int64 `yaml:"subscriptionenddate"`
}
