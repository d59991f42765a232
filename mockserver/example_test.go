package mockserver_test

import (
	"bytes"
	"fmt"
	"log"

	"github.com/quartet-go/quartet/mockserver"
)

// A state goes to a file and comes back; keep the file where passwords may be.
func ExampleState_Write() {
	state := mockserver.DefaultState()
	state.Profile.Users["usr_anna"].PaymentDetails["last4"] = "0007"

	var file bytes.Buffer // or an *os.File
	if err := state.Write(&file); err != nil {
		log.Fatal(err)
	}
	again, err := mockserver.ReadState("world.yaml", &file)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(again.Profile.Users["usr_anna"].PaymentDetails["last4"])
	// Output: 0007
}
