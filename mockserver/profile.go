package mockserver

import (
	"crypto/subtle"
	"fmt"
	"maps"
	"slices"
	"time"

	api "github.com/quartet-go/quartet/mockserver/internal/api/profile"
	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// profileServer answers the profile API for one caller.
type profileServer struct {
	methods []string // of payment
	id      string
	user    *ProfileUser
	now     time.Time
}

var _ api.Server = profileServer{}

// IssueCode gives a profile user a new verification code, which is good for one change. It
// is drawn by the state's Random: the user's first is the same in every run.
func (s *Space) IssueCode(userID string) (string, error) {
	defer s.world.lock(false).Unlock()
	user := s.world.profile.edit(userID)
	if user == nil {
		return "", fmt.Errorf("mockserver: IssueCode: there is no profile user %q", userID)
	}
	drawn := s.random("code of "+userID, uint64(len(user.Codes)))
	code := fmt.Sprintf("%06d", drawn.IntN(1_000_000))
	for slices.ContainsFunc(user.Codes, func(c VerificationCode) bool { return c.Code == code }) {
		code = fmt.Sprintf("%06d", drawn.IntN(1_000_000))
	}
	user.Codes = append(slices.Clip(user.Codes), VerificationCode{Code: code})
	s.world.weigh()
	s.world.keep()
	s.server.storage.book(&s.world.account, s.world.held(), false)
	return code, nil
}

func (p profileServer) GetMyProfile() (*api.Profile, error) {
	return &api.Profile{
		UserID: p.id, FirstName: p.user.FirstName, LastName: p.user.LastName,
		Email: p.user.Email, Phone: p.user.Phone, AvatarURL: p.user.AvatarURL,
	}, nil
}

func (p profileServer) ListSubscriptions() (*api.SubscriptionList, error) {
	list := &api.SubscriptionList{Subscriptions: []api.Subscription{}}
	for _, sub := range p.user.Subscriptions {
		item := api.Subscription{"status": "active"}
		maps.Copy(item, sub.Members)
		item["course_id"] = sub.CourseID
		if sub.Cancelled {
			item["status"] = "cancelled"
		}
		list.Subscriptions = append(list.Subscriptions, item)
	}
	return list, nil
}

func (p profileServer) ListPayments() (*api.PaymentList, error) {
	list := &api.PaymentList{Payments: []api.Payment{}}
	for _, payment := range p.user.Payments {
		list.Payments = append(list.Payments, payment)
	}
	return list, nil
}

func (p profileServer) ListAvailablePaymentMethods() (*api.PaymentMethodList, error) {
	return &api.PaymentMethodList{Methods: append([]string{}, p.methods...)}, nil
}

func (p profileServer) GetPaymentMethod() (*api.PaymentMethod, error) {
	details := p.user.PaymentDetails
	if details == nil {
		details = map[string]any{}
	}
	return &api.PaymentMethod{Method: p.user.PaymentMethod, Details: details}, nil
}

func (p profileServer) ChangePassword(body *api.ChangePasswordRequest) (*api.Message, error) {
	var issues []contract.Issue
	if subtle.ConstantTimeCompare([]byte(body.OldPassword), []byte(p.user.Password)) == 0 {
		issues = append(issues, contract.Reject(contract.InBody, "the old password is wrong", "old_password"))
	}
	if body.NewPasswordConfirm != body.NewPassword {
		issues = append(issues, contract.Reject(contract.InBody, "the confirmation differs from the new password", "new_password_confirm"))
	}
	return p.verified(body.VerificationCode, issues, "The password is changed", func() { p.user.Password = body.NewPassword })
}

func (p profileServer) ChangeEmail(body *api.ChangeEmailRequest) (*api.Message, error) {
	return p.verified(body.VerificationCode, nil, "The e-mail address is changed", func() { p.user.Email = &body.NewEmail })
}

func (p profileServer) ChangePhone(body *api.ChangePhoneRequest) (*api.Message, error) {
	return p.verified(body.VerificationCode, nil, "The phone number is changed", func() { p.user.Phone = &body.NewPhone })
}

func (p profileServer) ChangeAvatar(body *api.ChangeAvatarRequest) (*api.Message, error) {
	return p.verified(body.VerificationCode, nil, "The avatar is changed", func() { p.user.AvatarURL = &body.AvatarURL })
}

func (p profileServer) ChangeName(body *api.ChangeNameRequest) (*api.Message, error) {
	p.user.FirstName, p.user.LastName = body.FirstName, body.LastName
	return &api.Message{Message: "The name is changed"}, nil
}

func (p profileServer) ChangePaymentMethod(body *api.ChangePaymentMethodRequest) (*api.Message, error) {
	if !slices.Contains(p.methods, body.Method) {
		return nil, rejected(contract.Reject(contract.InBody, "the payment method is unknown", "method"))
	}
	p.user.PaymentMethod, p.user.PaymentDetails = body.Method, body.Details
	return &api.Message{Message: "The payment method is changed"}, nil
}

func (p profileServer) CancelSubscription(courseID string) (*api.Message, error) {
	i := slices.IndexFunc(p.user.Subscriptions, func(s CourseSubscription) bool { return s.CourseID == courseID })
	switch {
	case i < 0:
		return nil, rejected(contract.Reject(contract.InQuery, "there is no subscription to this course", "course_id"))
	case p.user.Subscriptions[i].Cancelled:
		return nil, rejected(contract.Reject(contract.InQuery, "the subscription to this course is cancelled already", "course_id"))
	}
	p.user.Subscriptions = cloneExactly(p.user.Subscriptions)
	p.user.Subscriptions[i].Cancelled = true
	return &api.Message{Message: "The subscription is cancelled"}, nil
}

// verified makes a change that needs a verification code. The code is used up only when
// nothing else is wrong.
func (p profileServer) verified(code string, issues []contract.Issue, done string, change func()) (*api.Message, error) {
	i := slices.IndexFunc(p.user.Codes, func(c VerificationCode) bool {
		return subtle.ConstantTimeCompare([]byte(c.Code), []byte(code)) == 1
	})
	if reason := p.refusesCode(i); reason != "" {
		issues = append(issues, contract.Reject(contract.InBody, reason, "verification_code"))
	}
	if len(issues) > 0 {
		return nil, rejected(issues...)
	}
	p.user.Codes = cloneExactly(p.user.Codes)
	p.user.Codes[i].Used = true
	change()
	return &api.Message{Message: done}, nil
}

// refusesCode says why the i-th code is not good, "" when it is; i is -1 for an unknown one.
func (p profileServer) refusesCode(i int) string {
	switch {
	case i < 0:
		return "the verification code is wrong"
	case p.user.Codes[i].Used:
		return "the verification code has been used"
	case !p.user.Codes[i].ExpiresAt.IsZero() && !p.now.Before(p.user.Codes[i].ExpiresAt):
		return "the verification code has expired"
	}
	return ""
}
