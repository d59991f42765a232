package profile_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/mockserver"
	"github.com/quartet-go/quartet/profile"
)

// mockClient returns a client of a fresh mock server, whose user is Anna.
func mockClient() *profile.Client {
	srv, err := mockserver.New()
	if err != nil {
		log.Fatal(err)
	}
	c, err := profile.New(srv.URL(), quartet.WithTransport(srv.Transport()), quartet.WithBearerToken(mockserver.DefaultToken))
	if err != nil {
		log.Fatal(err)
	}
	return c
}

// A client is made once. The token says who the user is; here it is one of the mock
// server, which stands in for the real one. Every failure is a *quartet.Error.
func Example() {
	srv, err := mockserver.New()
	if err != nil {
		log.Fatal(err)
	}
	c, err := profile.New(srv.URL(), // or "https://api.example.com", without WithTransport
		quartet.WithTransport(srv.Transport()), quartet.WithBearerToken(mockserver.DefaultToken))
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()

	me, err := c.GetMyProfile(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(*me.FirstName, *me.Email) // pointers, since the server may know neither

	_, err = c.ChangeEmail(ctx, profile.ChangeEmailRequest{
		NewEmail:         "anna@example.org",
		VerificationCode: quartet.NewSecret("000000"),
	})
	var refused *quartet.Error
	switch {
	case errors.Is(err, quartet.ErrOutcomeUnknown):
		fmt.Println("sent, but not answered: look at the profile before you repeat it")
	case errors.Is(err, quartet.ErrValidation) && errors.As(err, &refused):
		fmt.Println(refused.StatusCode, "because of", refused.Fields[0].Path)
	}
	// Output:
	// Anna anna@example.com
	// 422 because of verification_code
}

func ExampleNew() {
	c, err := profile.New("https://api.example.com/v2/",
		quartet.WithBearerToken("the user's token"),
		quartet.WithTimeout(10*time.Second),                    // a call, with all its repetitions
		quartet.WithAttemptTimeout(3*time.Second),              // one attempt
		quartet.WithRetry(quartet.RetryPolicy{MaxAttempts: 3})) // its other members keep their defaults
	fmt.Println(c != nil, err)

	_, err = profile.New("api.example.com") // neither http nor https
	fmt.Println(err != nil)
	// Output:
	// true <nil>
	// true
}

func ExampleClient_With() {
	anna := mockClient()
	boris, err := anna.With(quartet.WithBearerToken("boris-token"))
	if err != nil {
		log.Fatal(err)
	}
	for _, c := range []*profile.Client{anna, boris} {
		me, err := c.GetMyProfile(context.Background())
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(me.UserID)
	}
	// Output:
	// usr_anna
	// usr_boris
}

func ExampleClient_GetMyProfile() {
	c := mockClient() // see the package example
	me, err := c.GetMyProfile(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(me.UserID)
	if me.Phone != nil { // nil: the user has given none
		fmt.Println(*me.Phone)
	}
	// Output:
	// usr_anna
	// +79210001122
}

// The document fixes no member of a subscription but course_id: decode the others into
// a type of your own.
func ExampleClient_ListSubscriptions() {
	c := mockClient() // see the package example
	list, err := c.ListSubscriptions(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	for _, subscription := range list.Subscriptions {
		var course struct{ Title, Status string }
		if err := subscription.Decode(&course); err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s: %s (%s)\n", *subscription.CourseID, course.Title, course.Status)
	}
	// Output:
	// go-basics: Go from the ground up (active)
	// sql-advanced: SQL in depth (active)
	// git-intro: First steps with Git (cancelled)
}

// The document fixes no member of a payment: read them by name, or decode them into a
// type of your own. Numbers are kept digit by digit.
func ExampleClient_ListPayments() {
	c := mockClient() // see the package example
	list, err := c.ListPayments(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	for _, payment := range list.Payments {
		amount, _ := payment["amount"].(json.Number)
		fmt.Println(payment["id"], amount, payment["currency"])
	}
	// Output:
	// pay_3001 4900.00 RUB
	// pay_3002 6500.50 RUB
}

func ExampleClient_GetPaymentMethod() {
	c := mockClient() // see the package example
	current, err := c.GetPaymentMethod(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(current.Method, current.Details["brand"], current.Details["last4"])
	// Output: card visa 4242
}

func ExampleClient_ListAvailablePaymentMethods() {
	c := mockClient() // see the package example; this operation needs no token
	available, err := c.ListAvailablePaymentMethods(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(available.Methods)
	// Output: [card sbp invoice]
}

func ExampleClient_ChangePaymentMethod() {
	c := mockClient() // see the package example
	done, err := c.ChangePaymentMethod(context.Background(), profile.ChangePaymentMethodRequest{
		Method:  "invoice",
		Details: quartet.Object{"company": "Petrova Ltd", "days": 14},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(done.Message)
	// Output: The payment method is changed
}

func ExampleClient_ChangePassword() {
	c := mockClient() // see the package example
	req := profile.ChangePasswordRequest{
		OldPassword:        quartet.NewSecret("anna-secret"),
		NewPassword:        quartet.NewSecret("correct horse battery"),
		NewPasswordConfirm: quartet.NewSecret("correct horse battery"),
		VerificationCode:   quartet.NewSecret("111111"), // sent to the user, works once
	}
	done, err := c.ChangePassword(context.Background(), req)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(done.Message)
	fmt.Println(req.NewPassword) // secrets show themselves to the server alone
	// Output:
	// The password is changed
	// [redacted]
}

func ExampleClient_ChangeEmail() {
	c := mockClient() // see the package example
	done, err := c.ChangeEmail(context.Background(), profile.ChangeEmailRequest{
		NewEmail:         "anna@example.org",
		VerificationCode: quartet.NewSecret("222222"),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(done.Message)
	// Output: The e-mail address is changed
}

func ExampleClient_ChangePhone() {
	c := mockClient() // see the package example
	done, err := c.ChangePhone(context.Background(), profile.ChangePhoneRequest{
		NewPhone:         "+79215550199",
		VerificationCode: quartet.NewSecret("333333"),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(done.Message)
	// Output: The phone number is changed
}

// Both names are sent always; nil takes one away.
func ExampleClient_ChangeName() {
	c := mockClient() // see the package example
	done, err := c.ChangeName(context.Background(), profile.ChangeNameRequest{
		FirstName: quartet.Ptr("Anya"),
		LastName:  nil,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(done.Message)
	// Output: The name is changed
}

func ExampleClient_ChangeAvatar() {
	c := mockClient() // see the package example
	done, err := c.ChangeAvatar(context.Background(), profile.ChangeAvatarRequest{
		AvatarURL:        "https://img.example.com/anya.png",
		VerificationCode: quartet.NewSecret("444444"),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(done.Message)
	// Output: The avatar is changed
}

func ExampleClient_CancelSubscription() {
	c := mockClient() // see the package example
	ctx := context.Background()
	done, err := c.CancelSubscription(ctx, "go-basics")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(done.Message)

	_, err = c.CancelSubscription(ctx, "go-basics")
	fmt.Println(errors.Is(err, quartet.ErrValidation)) // it is cancelled already
	// Output:
	// The subscription is cancelled
	// true
}
