package vendorapi_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"time"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/mockserver"
	"github.com/quartet-go/quartet/vendorapi"
)

// mockClient returns a client of a fresh mock server. The token says which role it has.
func mockClient(token string) *vendorapi.Client {
	srv, err := mockserver.New()
	if err != nil {
		log.Fatal(err)
	}
	c, err := vendorapi.New(srv.URL(), quartet.WithTransport(srv.Transport()), quartet.WithBearerToken(token))
	if err != nil {
		log.Fatal(err)
	}
	return c
}

// A client is made once; here the mock server stands in for the real one, and its token
// is an administrator's. Every failure is a *quartet.Error, or has one inside.
func Example() {
	srv, err := mockserver.New()
	if err != nil {
		log.Fatal(err)
	}
	c, err := vendorapi.New(srv.URL(), // or "https://vendor.example.com", without WithTransport
		quartet.WithTransport(srv.Transport()), quartet.WithBearerToken(mockserver.DefaultToken))
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()

	me, err := c.GetProfile(ctx)
	if err != nil {
		log.Fatal(err)
	}
	details := me.User.UserDetails
	fmt.Println(details.FirstName, details.LastName, "is", details.Role.NameEng)
	if at, visited := details.LastVisitDate.Time(); visited {
		fmt.Println("was here on", at.Format(time.DateOnly))
	}

	_, err = c.GetProfile(ctx, quartet.WithBearerToken("of nobody")) // for this call alone
	fmt.Println(errors.Is(err, quartet.ErrUnauthorized))
	// Output:
	// John Doe is Administrator
	// was here on 2018-06-19
	// true
}

// The published document names no scheme of authorization: a server may want another
// one than a bearer token.
func ExampleNew_authorizer() {
	c, err := vendorapi.New("https://vendor.example.com", quartet.WithAuthorizer(func(r *http.Request) error {
		r.Header.Set("Authorization", "Session 9f2c")
		return nil
	}))
	fmt.Println(c != nil, err)
	// Output: true <nil>
}

func ExampleClient_GetProfile() {
	c := mockClient("developer-token") // see the package example
	me, err := c.GetProfile(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	role := me.User.UserDetails.Role
	fmt.Println(me.User.CompanyName, me.User.Email)
	fmt.Println(role.NameEng, "may create products:", role.CreateProducts, "users:", role.CreateUsers)
	// Output:
	// Aktiv dev@example.com
	// Developer may create products: true users: false
}

// Administrators and developers see the private part too. It prints as [redacted];
// Reveal returns a value.
func ExampleClient_ListAccessCodes() {
	for _, token := range []string{"manager-token", "developer-token"} {
		c := mockClient(token) // see the package example
		list, err := c.ListAccessCodes(context.Background())
		if err != nil {
			log.Fatal(err)
		}
		code := list.AccessCodes[0]
		fmt.Println(code.Public.Text, code.Public.Value, code.Private != nil)
		if code.Private != nil {
			fmt.Println(code.Private.MasterValue, len(code.Private.MasterValue.Reveal()))
		}
	}
	// Output:
	// DEMONVK 0x519175b7 false
	// DEMONVK 0x519175b7 true
	// [redacted] 10
}

// Only an administrator sees the balance. Value and Time tell what was never set.
func ExampleClient_GetBalance() {
	c := mockClient(mockserver.DefaultToken) // see the package example
	balance, err := c.GetBalance(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(balance.LocalLicensesBalance.Value())
	fmt.Println(balance.NetLicensesBalance.Value())
	_, ends := balance.SubscriptionEndDate.Time()
	fmt.Println(ends)
	// Output:
	// 150 true
	// 0 false
	// false
}

// A request sets all five members: what shall stay has to be sent as it is.
func ExampleClient_UpdateProfile() {
	c := mockClient(mockserver.DefaultToken) // see the package example
	ctx := context.Background()
	err := c.UpdateProfile(ctx, vendorapi.UpdateProfileRequest{
		CompanyName: "Aktiv", CountryID: 185, Phone: "+74955550123", FirstName: "John", LastName: "Doe",
	})
	if err != nil {
		log.Fatal(err)
	}
	me, err := c.GetProfile(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(me.User.Phone)
	// Output: +74955550123
}

func ExampleClient_UpdateSettings() {
	c := mockClient("manager-token") // see the package example
	ctx := context.Background()
	if err := c.UpdateSettings(ctx, vendorapi.UpdateSettingsRequest{Lang: 1}); err != nil {
		log.Fatal(err)
	}
	me, err := c.GetProfile(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(me.User.UserDetails.Settings.Language)
	// Output: 1
}
