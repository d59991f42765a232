package mockserver_test

import (
	"fmt"
	"log"

	"github.com/quartet-go/quartet/mockserver"
)

// A proxy stands between the clients and a server, here another mock that breaks its document.
func ExampleWithProxy() {
	t := newConsole()
	defer t.end()
	target := mockserver.Start(t)
	if err := target.AddFault(mockserver.Fault{Operation: "getMyProfile", Kind: mockserver.BrokenContract}); err != nil {
		log.Fatal(err)
	}

	proxy := mockserver.Start(t, mockserver.WithProxy(mockserver.Proxy{Target: target.URL()}))
	changeName(proxy.Space(""), "Anya")
	statusOf(proxy.Space("")) // fails the test, and gets what the target says
	for _, e := range proxy.Journal() {
		fmt.Println(e.Operation, e.Status, e.Issues)
	}
	fmt.Println(nameIn(target.Space("")), proxy.Violations())
	// Output:
	// mockserver: an answer breaks its document: getMyProfile: answer 200: avatar_url: wrong type
	// changeName 200 []
	// getMyProfile 200 [answer 200 body.avatar_url type]
	// Anya 1
}
