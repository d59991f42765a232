package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/vendorapi"
)

type vendorTour struct {
	*vendorapi.Client                   // as the administrator
	developer         *vendorapi.Client // as a developer
	set               settings
}

func (t vendorTour) steps() []step {
	return []step{
		{"getProfile", t.getProfile},
		{"listAccessCodes", t.listAccessCodes},
		{"getBalance", t.getBalance},
		{"updateProfile", t.updateProfile},
		{"updateSettings", t.updateSettings},
	}
}

func (t vendorTour) getProfile(ctx context.Context) (string, error) {
	me, err := t.GetProfile(ctx)
	if err != nil {
		return "", err
	}
	details := me.User.UserDetails
	return fmt.Sprintf("%s %s, %s of %s, last seen %s", details.FirstName, details.LastName,
		details.Role.NameEng, me.User.CompanyName, date(details.LastVisitDate)), nil
}

func (t vendorTour) listAccessCodes(ctx context.Context) (string, error) {
	list, err := t.ListAccessCodes(ctx)
	if err != nil {
		return "", err
	}
	codes := make([]string, len(list.AccessCodes))
	for i, code := range list.AccessCodes {
		codes[i] = code.Public.Text + " " + code.Public.Value
		if code.Private != nil {
			codes[i] += fmt.Sprintf(" (master %v)", code.Private.MasterValue)
		}
	}
	return strings.Join(codes, ", "), nil
}

func (t vendorTour) getBalance(ctx context.Context) (string, error) {
	b, err := t.GetBalance(ctx)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("licenses: local %s, network %s; activations %s, limit %s; ends %s",
		number(b.LocalLicensesBalance), number(b.NetLicensesBalance),
		number(b.ActivationsCount), number(b.ActivationsLimit), date(b.SubscriptionEndDate)), nil
}

func (t vendorTour) updateProfile(ctx context.Context) (string, error) {
	me, err := t.GetProfile(ctx)
	if err != nil {
		return "", err
	}
	if err := t.UpdateProfile(ctx, withPhone(me.User, t.set.vendorPhone)); err != nil {
		return "", err
	}
	if me, err = t.GetProfile(ctx); err != nil {
		return "", err
	}
	return changed("The profile is changed", me.User.Phone, t.set.vendorPhone)
}

// withPhone changes the phone number. A request sets all five members, so those that
// shall stay are sent as they are.
func withPhone(user vendorapi.User, phone string) vendorapi.UpdateProfileRequest {
	return vendorapi.UpdateProfileRequest{
		CompanyName: user.CompanyName, CountryID: user.CountryID, Phone: phone,
		FirstName: user.UserDetails.FirstName, LastName: user.UserDetails.LastName,
	}
}

func (t vendorTour) updateSettings(ctx context.Context) (string, error) {
	if err := t.UpdateSettings(ctx, vendorapi.UpdateSettingsRequest{Lang: t.set.language}); err != nil {
		return "", err
	}
	me, err := t.GetProfile(ctx)
	if err != nil {
		return "", err
	}
	return changed("The language is changed", strconv.Itoa(me.User.UserDetails.Settings.Language), strconv.Itoa(t.set.language))
}

func (t vendorTour) refusals() []refusal {
	return []refusal{
		{
			what: "a token that nobody has",
			call: func(ctx context.Context) error {
				_, err := t.GetProfile(ctx, quartet.WithBearerToken("not-a-token"))
				return err
			},
			want: []sight{is("quartet.ErrUnauthorized", quartet.ErrUnauthorized)},
		},
		{
			what: "a developer who edits the profile, which is the administrator's",
			call: func(ctx context.Context) error {
				me, err := t.developer.GetProfile(ctx)
				if err != nil {
					return err
				}
				return t.developer.UpdateProfile(ctx, withPhone(me.User, me.User.Phone))
			},
			want: []sight{is("quartet.ErrForbidden", quartet.ErrForbidden)},
		},
		{
			what: "a developer who asks for the balance, which is the administrator's",
			call: func(ctx context.Context) error {
				_, err := t.developer.GetBalance(ctx)
				return err
			},
			want: []sight{{
				code: "errors.As(err, &noBalance), or errors.Is(err, quartet.ErrForbidden) where it has a path of its own",
				sees: func(err error) bool {
					var noBalance *vendorapi.NoBalanceError
					return errors.As(err, &noBalance) || errors.Is(err, quartet.ErrForbidden)
				},
			}},
		},
	}
}

// number tells the server's mark for "never set" from a number.
func number(c vendorapi.Counter) string {
	if n, set := c.Value(); set {
		return strconv.FormatInt(n, 10)
	}
	return "not set"
}

func date(t vendorapi.UnixTime) string {
	if at, set := t.Time(); set {
		return at.Format(time.DateOnly)
	}
	return "never"
}
