package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/profile"
)

type profileTour struct {
	*profile.Client
	set settings
}

func (t profileTour) steps() []step {
	return []step{
		{"getMyProfile", t.getMyProfile},
		{"listSubscriptions", t.listSubscriptions},
		{"listPayments", t.listPayments},
		{"listAvailablePaymentMethods", t.listAvailablePaymentMethods},
		{"getPaymentMethod", t.getPaymentMethod},
		{"changePaymentMethod", t.changePaymentMethod},
		{"changeName", t.changeName},
		{"changePassword", t.changePassword},
		{"changeEmail", t.changeEmail},
		{"changePhone", t.changePhone},
		{"changeAvatar", t.changeAvatar},
		{"cancelSubscription", t.cancelSubscription},
	}
}

func (t profileTour) getMyProfile(ctx context.Context) (string, error) {
	me, err := t.GetMyProfile(ctx)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s: %s %s, %s, %s", me.UserID, text(me.FirstName), text(me.LastName), text(me.Email), text(me.Phone)), nil
}

func (t profileTour) listSubscriptions(ctx context.Context) (string, error) {
	list, err := t.ListSubscriptions(ctx)
	if err != nil {
		return "", err
	}
	courses := make([]string, len(list.Subscriptions))
	for i, sub := range list.Subscriptions {
		courses[i] = text(sub.CourseID)
		if status, sent := sub.Members["status"].(string); sent {
			courses[i] += " (" + status + ")"
		}
	}
	return strings.Join(courses, ", "), nil
}

func (t profileTour) listPayments(ctx context.Context) (string, error) {
	list, err := t.ListPayments(ctx)
	if err != nil {
		return "", err
	}
	payments := make([]string, len(list.Payments))
	for i, payment := range list.Payments {
		// The document fixes no member of a payment: read the ones that you know of.
		var p struct {
			ID       string      `json:"id"`
			Amount   json.Number `json:"amount"`
			Currency string      `json:"currency"`
		}
		if err := payment.Decode(&p); err != nil {
			return "", err
		}
		payments[i] = fmt.Sprintf("%s: %s %s", p.ID, p.Amount, p.Currency)
	}
	return strings.Join(payments, ", "), nil
}

func (t profileTour) listAvailablePaymentMethods(ctx context.Context) (string, error) {
	list, err := t.ListAvailablePaymentMethods(ctx)
	if err != nil {
		return "", err
	}
	return strings.Join(list.Methods, ", "), nil
}

func (t profileTour) getPaymentMethod(ctx context.Context) (string, error) {
	method, err := t.GetPaymentMethod(ctx)
	if err != nil {
		return "", err
	}
	details, err := json.Marshal(method.Details)
	return fmt.Sprintf("%s %s", method.Method, details), err
}

func (t profileTour) changePaymentMethod(ctx context.Context) (string, error) {
	details := quartet.Object{"account": json.Number("9007199254740993")} // no float64 holds it
	done, err := t.ChangePaymentMethod(ctx, profile.ChangePaymentMethodRequest{Method: t.set.paymentMethod, Details: details})
	if err != nil {
		return "", err
	}
	shown, err := t.getPaymentMethod(ctx)
	if err != nil {
		return "", err
	}
	return changed(done.Message, shown, t.set.paymentMethod+` {"account":9007199254740993}`)
}

func (t profileTour) changeName(ctx context.Context) (string, error) {
	me, err := t.GetMyProfile(ctx)
	if err != nil {
		return "", err
	}
	// Both names are sent always, and nil takes one away.
	done, err := t.ChangeName(ctx, profile.ChangeNameRequest{FirstName: &t.set.firstName, LastName: me.LastName})
	if err != nil {
		return "", err
	}
	if me, err = t.GetMyProfile(ctx); err != nil {
		return "", err
	}
	return changed(done.Message, text(me.FirstName), t.set.firstName)
}

func (t profileTour) passwords(code string) profile.ChangePasswordRequest {
	return profile.ChangePasswordRequest{
		OldPassword:        quartet.NewSecret(t.set.oldPassword),
		NewPassword:        quartet.NewSecret(t.set.newPassword),
		NewPasswordConfirm: quartet.NewSecret(t.set.newPassword),
		VerificationCode:   quartet.NewSecret(code),
	}
}

func (t profileTour) changePassword(ctx context.Context) (string, error) {
	req := t.passwords(t.set.codes[0])
	done, err := t.ChangePassword(ctx, req)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s: secrets print as %v", done.Message, req.NewPassword), nil
}

func (t profileTour) changeEmail(ctx context.Context) (string, error) {
	done, err := t.ChangeEmail(ctx, profile.ChangeEmailRequest{NewEmail: t.set.email, VerificationCode: quartet.NewSecret(t.set.codes[1])})
	if err != nil {
		return "", err
	}
	me, err := t.GetMyProfile(ctx)
	if err != nil {
		return "", err
	}
	return changed(done.Message, text(me.Email), t.set.email)
}

func (t profileTour) changePhone(ctx context.Context) (string, error) {
	done, err := t.ChangePhone(ctx, profile.ChangePhoneRequest{NewPhone: t.set.phone, VerificationCode: quartet.NewSecret(t.set.codes[2])})
	if err != nil {
		return "", err
	}
	me, err := t.GetMyProfile(ctx)
	if err != nil {
		return "", err
	}
	return changed(done.Message, text(me.Phone), t.set.phone)
}

func (t profileTour) changeAvatar(ctx context.Context) (string, error) {
	done, err := t.ChangeAvatar(ctx, profile.ChangeAvatarRequest{AvatarURL: t.set.avatar, VerificationCode: quartet.NewSecret(t.set.codes[3])})
	if err != nil {
		return "", err
	}
	me, err := t.GetMyProfile(ctx)
	if err != nil {
		return "", err
	}
	return changed(done.Message, text(me.AvatarURL), t.set.avatar)
}

func (t profileTour) cancelSubscription(ctx context.Context) (string, error) {
	done, err := t.CancelSubscription(ctx, t.set.course)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s: %s", done.Message, t.set.course), nil
}

// What the server has to refuse.
const (
	wrongCode     = "000000"
	shortPassword = "tiny!"
)

func (t profileTour) refusals() []refusal {
	return []refusal{
		{
			what: "a verification code that is wrong",
			call: func(ctx context.Context) error {
				_, err := t.ChangeEmail(ctx, profile.ChangeEmailRequest{NewEmail: t.set.email, VerificationCode: quartet.NewSecret(wrongCode)})
				return err
			},
			want: []sight{is("quartet.ErrValidation", quartet.ErrValidation), names("verification_code")},
		},
		{
			what: "a new password that is too short",
			call: func(ctx context.Context) error {
				req := t.passwords(wrongCode)
				req.NewPassword = quartet.NewSecret(shortPassword)
				_, err := t.ChangePassword(ctx, req)
				return err
			},
			want: []sight{is("quartet.ErrValidation", quartet.ErrValidation), names("new_password")},
		},
		{
			what: "the old password, after the change",
			call: func(ctx context.Context) error {
				_, err := t.ChangePassword(ctx, t.passwords(wrongCode))
				return err
			},
			want: []sight{names("old_password"), names("verification_code")},
		},
		{
			what: "a subscription that is cancelled already",
			call: func(ctx context.Context) error {
				_, err := t.CancelSubscription(ctx, t.set.course)
				return err
			},
			want: []sight{is("quartet.ErrValidation", quartet.ErrValidation), names("course_id")},
		},
		{
			what: "a call whose context has been cancelled",
			call: func(ctx context.Context) error {
				ctx, cancel := context.WithCancel(ctx)
				cancel()
				_, err := t.GetMyProfile(ctx)
				return err
			},
			want: []sight{is("context.Canceled", context.Canceled)},
		},
	}
}
