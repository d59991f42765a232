// Command quartet makes one call with our client.
package main

import (
	"context"
	"log"
	"os"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/profile"
)

func main() {
	client, err := profile.New(os.Args[1], quartet.WithBearerToken(os.Args[2]))
	if err != nil {
		log.Fatal(err)
	}
	me, err := client.GetMyProfile(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	log.Print(me.UserID)
}
