package admin_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http/httptest"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/mockserver"
	"github.com/quartet-go/quartet/mockserver/admin"
	"github.com/quartet-go/quartet/profile"
)

// A suite that shares a server which runs elsewhere gives each test a space of its own, a
// fault and a clock, and looks at what it was called with.
func Example() {
	mock, err := mockserver.New() // stands for a server elsewhere
	if err != nil {
		log.Fatal(err)
	}
	server := httptest.NewServer(mock)
	defer server.Close()
	ctx := context.Background()

	steer, err := admin.New(server.URL + "/_space/rename")
	if err != nil {
		log.Fatal(err)
	}
	if _, err := steer.SetClock(ctx, admin.Clock{Frozen: true}); err != nil {
		log.Fatal(err)
	}
	if _, err := steer.AddFault(ctx, admin.Fault{Operation: "changeName", Nth: 1, Status: 503, RetryAfter: "0s"}); err != nil {
		log.Fatal(err)
	}

	client, err := profile.New(server.URL+"/_space/rename", quartet.WithBearerToken(mockserver.DefaultToken))
	if err != nil {
		log.Fatal(err)
	}
	if _, err := client.ChangeName(ctx, profile.ChangeNameRequest{FirstName: quartet.Ptr("Hanna")}); err != nil {
		log.Fatal(err)
	}

	journal, err := steer.ListCalls(ctx, admin.ListCallsFilter{Operation: "changeName"})
	if err != nil {
		log.Fatal(err)
	}
	for _, call := range journal.Calls {
		fmt.Println(call.Number, call.Method, call.Path, call.Status)
	}

	_, err = steer.AddFault(ctx, admin.Fault{Operation: "changeName", Status: 5030})
	var refused *quartet.Error
	if errors.As(err, &refused) {
		for _, field := range refused.Fields {
			fmt.Println(refused.StatusCode, field.Path, field.Message)
		}
	}
	// Output:
	// 1 PUT /profile/name-change 503
	// 2 PUT /profile/name-change 200
	// 422 status a status is from 200 to 599
}
