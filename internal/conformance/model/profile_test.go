package model

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/mockserver"
	"github.com/quartet-go/quartet/profile"
)

func opensProfile(t mockserver.Token) bool { return t.Profile != "" }

// profile makes one call of the profile API.
func (m *machine) profile() {
	credential := m.credential("profile", opensProfile)
	id := m.known.Profile.DefaultUser
	if credential != "" {
		id = m.known.Tokens[credential].Profile
	}
	c, err := profile.New(m.space.URL(), append(m.options(), bearer(credential)...)...)
	require.NoError(m, err)
	p := profileCalls{m: m, client: c, id: id}
	name := rapid.SampledFrom(slices.Sorted(maps.Keys(profileOperations))).Draw(m.T, "operation")
	made := profileOperations[name](p)
	made.operation = name
	if !m.allowed(credential, m.strict, opensProfile) && name != "listAvailablePaymentMethods" {
		made.verdict = verdict{status: http.StatusUnauthorized, message: "Not authenticated"}
		if credential != "" {
			made.verdict.message = ""
		}
	}
	m.do(made)
	m.readProfiles()
}

// readProfiles asks for everything that the API tells of each user.
func (m *machine) readProfiles() {
	for _, token := range []string{"default-token", "boris-token"} {
		c, err := profile.New(m.space.URL(), quartet.WithBearerToken(token))
		require.NoError(m, err)
		p := profileCalls{m: m, client: c, id: m.known.Tokens[token].Profile}
		for _, read := range []func(profileCalls) call{
			profileCalls.me, profileCalls.paymentMethod, profileCalls.subscriptions, profileCalls.payments, profileCalls.methods,
		} {
			m.read(read(p))
		}
	}
}

// profileCalls are the calls of one user.
type profileCalls struct {
	m      *machine
	client *profile.Client
	id     string
}

var profileOperations = map[string]func(profileCalls) call{
	"getMyProfile":                profileCalls.me,
	"listSubscriptions":           profileCalls.subscriptions,
	"listPayments":                profileCalls.payments,
	"getPaymentMethod":            profileCalls.paymentMethod,
	"listAvailablePaymentMethods": profileCalls.methods,
	"changePassword":              profileCalls.changePassword,
	"changeEmail":                 profileCalls.changeEmail,
	"changePhone":                 profileCalls.changePhone,
	"changeAvatar":                profileCalls.changeAvatar,
	"changeName":                  profileCalls.changeName,
	"changePaymentMethod":         profileCalls.changePaymentMethod,
	"cancelSubscription":          profileCalls.cancelSubscription,
}

// reads is the verdict of a read operation.
func (m *machine) reads(answer func(mockserver.State) any) verdict {
	return verdict{status: http.StatusOK, answer: answer, after: m.known}
}

func (p profileCalls) me() call {
	return call{
		send: func(ctx context.Context, opts ...quartet.Option) (any, error) {
			return p.client.GetMyProfile(ctx, opts...)
		},
		verdict: p.m.reads(func(s mockserver.State) any {
			u := s.Profile.Users[p.id]
			return &profile.Profile{UserID: p.id, FirstName: u.FirstName, LastName: u.LastName, Email: u.Email, Phone: u.Phone, AvatarURL: u.AvatarURL}
		}),
	}
}

func (p profileCalls) paymentMethod() call {
	return call{
		send: func(ctx context.Context, opts ...quartet.Option) (any, error) {
			return p.client.GetPaymentMethod(ctx, opts...)
		},
		verdict: p.m.reads(func(s mockserver.State) any {
			u := s.Profile.Users[p.id]
			return &profile.PaymentMethod{Method: u.PaymentMethod, Details: u.PaymentDetails}
		}),
	}
}

func (p profileCalls) subscriptions() call {
	return call{
		send: func(ctx context.Context, opts ...quartet.Option) (any, error) {
			return p.client.ListSubscriptions(ctx, opts...)
		},
		verdict: p.m.reads(func(s mockserver.State) any {
			list := &profile.SubscriptionList{Subscriptions: []profile.Subscription{}}
			for _, sub := range s.Profile.Users[p.id].Subscriptions {
				members := quartet.Object{"status": "active"}
				maps.Copy(members, sub.Members)
				members["course_id"] = sub.CourseID
				if sub.Cancelled {
					members["status"] = "cancelled"
				}
				list.Subscriptions = append(list.Subscriptions, profile.Subscription{CourseID: &sub.CourseID, Members: members})
			}
			return list
		}),
	}
}

func (p profileCalls) payments() call {
	return call{
		send: func(ctx context.Context, opts ...quartet.Option) (any, error) {
			return p.client.ListPayments(ctx, opts...)
		},
		verdict: p.m.reads(func(s mockserver.State) any {
			list := &profile.PaymentList{Payments: []profile.Payment{}}
			for _, payment := range s.Profile.Users[p.id].Payments {
				list.Payments = append(list.Payments, payment)
			}
			return list
		}),
	}
}

func (p profileCalls) methods() call {
	return call{
		send: func(ctx context.Context, opts ...quartet.Option) (any, error) {
			return p.client.ListAvailablePaymentMethods(ctx, opts...)
		},
		verdict: p.m.reads(func(s mockserver.State) any { return &profile.PaymentMethodList{Methods: s.Profile.PaymentMethods} }),
	}
}

// user is who calls, as the server knows them; nil when it does not.
func (p profileCalls) user() *mockserver.ProfileUser { return p.m.known.Profile.Users[p.id] }

// changes is the verdict of a change of the user, which blamed members prevent.
func (p profileCalls) changes(blamed []string, edit func(*mockserver.ProfileUser)) verdict {
	if len(blamed) > 0 {
		return verdict{status: http.StatusUnprocessableEntity, blamed: blamed}
	}
	after := p.m.known
	if p.user() != nil {
		after.Profile.Users = with(after.Profile.Users, p.id, edit)
	}
	return verdict{status: http.StatusOK, after: after}
}

// verified is the verdict of a change that needs a code. What breaks the document is told
// before what breaks the rules. The code is used up by the change that succeeds.
func (p profileCalls) verified(broken, refused []string, code quartet.Secret, edit func(*mockserver.ProfileUser)) verdict {
	if code.IsZero() {
		broken = append(broken, "verification_code")
	}
	if len(broken) > 0 {
		return p.changes(broken, nil)
	}
	i := p.good(code.Reveal())
	if i < 0 {
		refused = append(refused, "verification_code")
	}
	return p.changes(refused, func(u *mockserver.ProfileUser) {
		u.Codes = slices.Clone(u.Codes)
		u.Codes[i].Used = true
		edit(u)
	})
}

// good returns the place of a code that is good for a change, -1 for one that is not.
func (p profileCalls) good(code string) int {
	if p.user() == nil {
		return -1
	}
	return slices.IndexFunc(p.user().Codes, func(c mockserver.VerificationCode) bool {
		return c.Code == code && !c.Used && (c.ExpiresAt.IsZero() || c.ExpiresAt.After(p.m.now))
	})
}

// code draws a code: mostly a good one, else one of the user's or another, or none at all.
func (p profileCalls) code() quartet.Secret {
	good, all := []string{}, []string{"", "no such code"}
	if u := p.user(); u != nil {
		for _, c := range u.Codes {
			all = append(all, c.Code)
			if p.good(c.Code) >= 0 {
				good = append(good, c.Code)
			}
		}
	}
	kind := rapid.SampledFrom([]string{"good", "good", "good", "any", "none"}).Draw(p.m.T, "kind of code")
	switch {
	case kind == "none":
		return quartet.Secret{}
	case kind == "good" && len(good) > 0:
		return quartet.NewSecret(rapid.SampledFrom(good).Draw(p.m.T, "good code"))
	}
	return quartet.NewSecret(rapid.SampledFrom(all).Draw(p.m.T, "code"))
}

// password draws one that is sent, and may be too short.
func (p profileCalls) password(label string, likely string) quartet.Secret {
	others := rapid.SampledFrom([]string{"secret", "пароль", "\U0001F511\U0001F511\U0001F511", "12345", ""})
	return quartet.NewSecret(mostly(rapid.Just(likely), others, texts).Draw(p.m.T, label))
}

func (p profileCalls) changePassword() call {
	now := "a-password"
	if p.user() != nil {
		now = p.user().Password
	}
	req := profile.ChangePasswordRequest{
		OldPassword: p.password("old password", now), NewPassword: p.password("new password", "another-password"), VerificationCode: p.code(),
	}
	req.NewPasswordConfirm = p.password("confirmation", req.NewPassword.Reveal())
	return call{
		input: req,
		send: func(ctx context.Context, opts ...quartet.Option) (any, error) {
			return p.client.ChangePassword(ctx, req, opts...)
		},
		verdict: p.newPassword(req),
	}
}

func (p profileCalls) newPassword(req profile.ChangePasswordRequest) verdict {
	var broken, refused []string
	for name, secret := range map[string]quartet.Secret{
		"old_password": req.OldPassword, "new_password": req.NewPassword, "new_password_confirm": req.NewPasswordConfirm,
	} {
		if utf8.RuneCountInString(secret.Reveal()) < 6 {
			broken = append(broken, name)
		}
	}
	if p.user() != nil && req.OldPassword.Reveal() != p.user().Password {
		refused = append(refused, "old_password")
	}
	if req.NewPasswordConfirm.Reveal() != req.NewPassword.Reveal() {
		refused = append(refused, "new_password_confirm")
	}
	return p.verified(broken, refused, req.VerificationCode, func(u *mockserver.ProfileUser) { u.Password = req.NewPassword.Reveal() })
}

func (p profileCalls) changeEmail() call {
	req := profile.ChangeEmailRequest{NewEmail: mostly(texts, rapid.SampledFrom([]string{"a@b", "ab", "\U0001F511\U0001F511"})).Draw(p.m.T, "e-mail"), VerificationCode: p.code()}
	return call{
		input: req,
		send: func(ctx context.Context, opts ...quartet.Option) (any, error) {
			return p.client.ChangeEmail(ctx, req, opts...)
		},
		verdict: p.newEmail(req),
	}
}

func (p profileCalls) newEmail(req profile.ChangeEmailRequest) verdict {
	var broken []string
	if utf8.RuneCountInString(req.NewEmail) < 3 {
		broken = append(broken, "new_email")
	}
	return p.verified(broken, nil, req.VerificationCode, func(u *mockserver.ProfileUser) { u.Email = &req.NewEmail })
}

func (p profileCalls) changePhone() call {
	req := profile.ChangePhoneRequest{NewPhone: texts.Draw(p.m.T, "phone"), VerificationCode: p.code()}
	return call{
		input: req,
		send: func(ctx context.Context, opts ...quartet.Option) (any, error) {
			return p.client.ChangePhone(ctx, req, opts...)
		},
		verdict: p.newPhone(req),
	}
}

func (p profileCalls) newPhone(req profile.ChangePhoneRequest) verdict {
	return p.verified(nil, nil, req.VerificationCode, func(u *mockserver.ProfileUser) { u.Phone = &req.NewPhone })
}

func (p profileCalls) changeAvatar() call {
	req := profile.ChangeAvatarRequest{AvatarURL: texts.Draw(p.m.T, "avatar"), VerificationCode: p.code()}
	return call{
		input: req,
		send: func(ctx context.Context, opts ...quartet.Option) (any, error) {
			return p.client.ChangeAvatar(ctx, req, opts...)
		},
		verdict: p.newAvatar(req),
	}
}

func (p profileCalls) newAvatar(req profile.ChangeAvatarRequest) verdict {
	return p.verified(nil, nil, req.VerificationCode, func(u *mockserver.ProfileUser) { u.AvatarURL = &req.AvatarURL })
}

func (p profileCalls) changeName() call {
	req := profile.ChangeNameRequest{FirstName: maybe(p.m.T, texts, "first name"), LastName: maybe(p.m.T, texts, "last name")}
	return call{
		input: req,
		send: func(ctx context.Context, opts ...quartet.Option) (any, error) {
			return p.client.ChangeName(ctx, req, opts...)
		},
		verdict: p.newName(req),
	}
}

func (p profileCalls) newName(req profile.ChangeNameRequest) verdict {
	return p.changes(nil, func(u *mockserver.ProfileUser) { u.FirstName, u.LastName = req.FirstName, req.LastName })
}

func (p profileCalls) changePaymentMethod() call {
	req := profile.ChangePaymentMethodRequest{
		Method:  mostly(rapid.SampledFrom(p.m.known.Profile.PaymentMethods), rapid.SampledFrom([]string{"cheque", "", "Card"})).Draw(p.m.T, "method"),
		Details: objects.Draw(p.m.T, "details"),
	}
	return call{
		input: req,
		send: func(ctx context.Context, opts ...quartet.Option) (any, error) {
			return p.client.ChangePaymentMethod(ctx, req, opts...)
		},
		verdict: p.newPaymentMethod(req),
	}
}

func (p profileCalls) newPaymentMethod(req profile.ChangePaymentMethodRequest) verdict {
	var refused []string
	if !slices.Contains(p.m.known.Profile.PaymentMethods, req.Method) {
		refused = append(refused, "method")
	}
	return p.changes(refused, func(u *mockserver.ProfileUser) { u.PaymentMethod, u.PaymentDetails = req.Method, req.Details })
}

func (p profileCalls) cancelSubscription() call {
	courses := []string{"", "no such course"}
	if u := p.user(); u != nil {
		for _, sub := range u.Subscriptions {
			courses = append(courses, sub.CourseID)
		}
	}
	course := rapid.SampledFrom(courses).Draw(p.m.T, "course")
	return call{
		input: course,
		send: func(ctx context.Context, opts ...quartet.Option) (any, error) {
			return p.client.CancelSubscription(ctx, course, opts...)
		},
		verdict: p.without(course),
	}
}

func (p profileCalls) without(course string) verdict {
	i := -1
	if u := p.user(); u != nil {
		i = slices.IndexFunc(u.Subscriptions, func(s mockserver.CourseSubscription) bool { return s.CourseID == course && !s.Cancelled })
	}
	var refused []string
	if i < 0 {
		refused = append(refused, "course_id")
	}
	return p.changes(refused, func(u *mockserver.ProfileUser) {
		u.Subscriptions = slices.Clone(u.Subscriptions)
		u.Subscriptions[i].Cancelled = true
	})
}

// issueCode gives a user a new code, with an end or without, and now and then lets a
// cancelled course begin anew.
func (m *machine) issueCode() {
	id := rapid.SampledFrom([]string{"usr_anna", "usr_boris"}).Draw(m.T, "user")
	issued := mockserver.VerificationCode{}
	if lasting := rapid.SampledFrom([]time.Duration{0, time.Minute, time.Hour}).Draw(m.T, "code is good for"); lasting == 0 {
		code, err := m.space.IssueCode(id)
		require.NoError(m, err)
		issued.Code = code
	} else {
		issued = mockserver.VerificationCode{Code: rapid.StringMatching("[a-z]{20}").Draw(m.T, "new code"), ExpiresAt: m.now.Add(lasting)}
		require.NoError(m, m.space.Update(func(s *mockserver.State) {
			s.Profile.Users[id].Codes = append(s.Profile.Users[id].Codes, issued)
		}))
	}
	again := rapid.Bool().Draw(m.T, "courses begin anew")
	if again {
		require.NoError(m, m.space.Update(func(s *mockserver.State) { uncancel(s.Profile.Users[id]) }))
	}
	m.Logf("     %s has a new code %s, good until %s; courses begin anew: %t", id, issued.Code, issued.ExpiresAt.Format(time.RFC3339), again)
	m.known.Profile.Users = with(m.known.Profile.Users, id, func(u *mockserver.ProfileUser) {
		u.Codes = append(slices.Clone(u.Codes), issued)
		if again {
			u.Subscriptions = slices.Clone(u.Subscriptions)
			uncancel(u)
		}
	})
	m.compare(m.space.State())
}

func uncancel(u *mockserver.ProfileUser) {
	for i := range u.Subscriptions {
		u.Subscriptions[i].Cancelled = false
	}
}
