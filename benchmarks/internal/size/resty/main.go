// Command resty makes one call with resty 2.
package main

import (
	"log"
	"os"

	"github.com/go-resty/resty/v2"
)

func main() {
	var me struct {
		UserID string `json:"user_id"`
	}
	resp, err := resty.New().SetBaseURL(os.Args[1]).SetAuthToken(os.Args[2]).R().SetResult(&me).Get("/profile/me")
	if err != nil {
		log.Fatal(err)
	}
	if resp.IsError() {
		log.Fatal(resp.Status())
	}
	log.Print(me.UserID)
}
