package mockserver_test

import (
	"io"
	"net/http"
)

// outcome is what a client makes of a call.
type outcome struct {
	status int // 0: no answer
	header http.Header
	body   string // as far as it came
	err    error  // of the call, or of its answer's body
}

func try(client *http.Client, req *http.Request) outcome {
	resp, err := client.Do(req)
	if err != nil {
		return outcome{err: err}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return outcome{resp.StatusCode, resp.Header, string(body), err}
}
