package billing_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/billing"
	"github.com/quartet-go/quartet/mockserver"
)

// A client is made once; here the mock server stands in for the real one. A request
// names the user by login and says what to change: what it leaves out stays, an empty
// list empties. Every failure is a *quartet.Error.
func Example() {
	srv, err := mockserver.New()
	if err != nil {
		log.Fatal(err)
	}
	c, err := billing.New(srv.URL(), // or "https://vms.example.com", without WithTransport
		quartet.WithTransport(srv.Transport()), quartet.WithBearerToken(mockserver.DefaultToken))
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()

	user, err := c.UpdateUser(ctx, billing.UpdateUserRequest{
		Login:             "test@mail.com",
		Status:            quartet.Ptr(billing.UserStatusBlocked),
		BillingProperties: []billing.BillingProperty{}, // not nil: take all of them away
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(user.Login, user.Status, len(user.BillingProperties))

	_, err = c.UpdateUser(ctx, billing.UpdateUserRequest{Login: "nobody@mail.com"})
	var refused *quartet.Error
	if errors.As(err, &refused) {
		fmt.Println(refused.StatusCode, refused.Fields[0].Path, "-", refused.Fields[0].Message)
	}
	// Output:
	// test@mail.com blocked 0
	// 422 login - The selected login is invalid.
}

// A server with a certificate of a private authority: give the authority's certificate.
// Certificates are always checked; no option of this module switches that off.
func ExampleNew_privateAuthority() {
	mock, err := mockserver.New()
	if err != nil {
		log.Fatal(err)
	}
	srv := httptest.NewTLSServer(mock)
	defer srv.Close()

	authorities := x509.NewCertPool()
	authorities.AddCert(srv.Certificate()) // or AppendCertsFromPEM, with the file's content
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: authorities}}
	defer transport.CloseIdleConnections()
	c, err := billing.New(srv.URL, quartet.WithTransport(transport))
	if err != nil {
		log.Fatal(err)
	}
	user, err := c.UpdateUser(context.Background(), billing.UpdateUserRequest{Login: "test@mail.com"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(user.Login, user.Status)
	// Output: test@mail.com active
}

// Permissions are attached, then detached. They are in no answer; a test sees them in
// the mock's state.
func ExampleClient_UpdateUser() {
	srv, err := mockserver.New()
	if err != nil {
		log.Fatal(err)
	}
	c, err := billing.New(srv.URL(), quartet.WithTransport(srv.Transport()))
	if err != nil {
		log.Fatal(err)
	}
	user, err := c.UpdateUser(context.Background(), billing.UpdateUserRequest{
		Login:               "test@mail.com",
		Password:            quartet.NewSecret("a-new-secret"),
		BillingProperties:   []billing.BillingProperty{{Type: "phone", Value: "+79215550199"}},
		PermissionsToAttach: []string{"devices-show"},
		PermissionsToDetach: []string{"archives-preview-download"},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(user.ID, user.BillingProperties)
	fmt.Println(srv.State().Billing.Users["test@mail.com"].Permissions)
	// Output:
	// 1 [{phone +79215550199}]
	// [archives-show devices-show]
}
