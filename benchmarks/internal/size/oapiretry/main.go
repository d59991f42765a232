// Command oapiretry makes one call with oapi-codegen's client over go-retryablehttp.
package main

import (
	"context"
	"log"
	"net/http"
	"os"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/quartet-go/quartet/benchmarks/internal/oapi/profile"
)

func main() {
	client, err := profile.NewClientWithResponses(os.Args[1], profile.WithHTTPClient(retryablehttp.NewClient().StandardClient()))
	if err != nil {
		log.Fatal(err)
	}
	resp, err := client.GetMyProfileWithResponse(context.Background(), func(_ context.Context, req *http.Request) error {
		req.Header.Set("Authorization", "Bearer "+os.Args[2])
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	if resp.JSON200 == nil {
		log.Fatal(resp.Status())
	}
	log.Print(resp.JSON200.UserId)
}
