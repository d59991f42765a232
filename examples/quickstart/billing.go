package main

import (
	"context"
	"fmt"
	"time"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/billing"
)

type billingTour struct {
	*billing.Client
	set settings
}

func (t billingTour) steps() []step {
	return []step{{"updateUser", t.updateUser}}
}

func (t billingTour) updateUser(ctx context.Context) (string, error) {
	// What is left out stays as it is: the password, the properties.
	user, err := t.UpdateUser(ctx, billing.UpdateUserRequest{
		Login:               t.set.login,
		Status:              quartet.Ptr(billing.UserStatusBlocked),
		PermissionsToAttach: []string{"archives-show"},
	})
	if err != nil {
		return "", err
	}
	shown := fmt.Sprintf("id %d, type %s, %s, changed %s", user.ID, user.Type, count(len(user.BillingProperties), "property kept"), user.UpdatedAt.Format(time.DateOnly))
	if user.Status != billing.UserStatusBlocked {
		return "", fmt.Errorf("%s is %s, not %s", user.Login, user.Status, billing.UserStatusBlocked)
	}
	return fmt.Sprintf("%s is now %s: %s", user.Login, user.Status, shown), nil
}

func (t billingTour) refusals() []refusal {
	return []refusal{{
		what: "a login that nobody has and a status that does not exist",
		call: func(ctx context.Context) error {
			_, err := t.UpdateUser(ctx, billing.UpdateUserRequest{Login: "nobody@example.com", Status: quartet.Ptr(billing.UserStatus("asleep"))})
			return err
		},
		want: []sight{is("quartet.ErrValidation", quartet.ErrValidation), names("login"), names("status")},
	}}
}
