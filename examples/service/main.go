// Command service is a small HTTP service that uses a client, and shows how to build and
// test one: service.go takes the client through an interface of its own, and
// service_test.go tests it with package mockserver, down to the state that a call leaves
// behind and to answers that get lost.
//
//	go run ./examples/service
//
// starts the service upon a mock, sends it some requests and prints the answers. To
// serve until an interrupt, upon the mock or a server of your own:
//
//	go run ./examples/service -addr 127.0.0.1:8081
//	go run ./examples/service -addr 127.0.0.1:8081 -base-url https://api.example.com
//	curl -X POST -H 'Authorization: Bearer default-token' http://127.0.0.1:8081/courses/go-basics/cancel
package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/mockserver"
	"github.com/quartet-go/quartet/profile"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("service", flag.ContinueOnError)
	flags.SetOutput(stderr)
	addr := flags.String("addr", "", "`host:port` to serve on; without it the service is shown and ends")
	baseURL := flags.String("base-url", "", "`URL` of the profile API, with -addr; the default is a mock in this program")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case flags.NArg() > 0, *baseURL != "" && *addr == "":
		fmt.Fprintln(stderr, "service: it takes no argument, and -base-url goes with -addr")
		flags.Usage()
		return 2
	}
	if err := start(ctx, *addr, *baseURL, stdout, stderr); err != nil {
		fmt.Fprintln(stderr, "service:", err)
		return 1
	}
	return 0
}

func start(ctx context.Context, addr, baseURL string, stdout, stderr io.Writer) error {
	client, err := connect(baseURL)
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", cmp.Or(addr, "127.0.0.1:0"))
	if err != nil {
		return err
	}
	url := "http://" + listener.Addr().String()
	fmt.Fprintln(stdout, "Serving on", url)

	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, listener, newService(client, slog.New(slog.NewTextHandler(stderr, nil)))) }()
	if addr == "" {
		err = demonstrate(ctx, url, stdout)
		stop()
	}
	return errors.Join(err, <-ended)
}

// serve answers until ctx ends, then lets the requests under way finish.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		return server.Shutdown(drain)
	}
}

// demonstrate cancels some courses of the mock's user.
func demonstrate(ctx context.Context, url string, out io.Writer) error {
	for _, try := range []struct {
		course, token, what string
		status              int
	}{
		{"go-basics", mockserver.DefaultToken, "a course of the user", http.StatusOK},
		{"go-basics", mockserver.DefaultToken, "the same again", http.StatusConflict},
		{"knitting", mockserver.DefaultToken, "a course of nobody", http.StatusConflict},
		{"sql-advanced", "wrong-token", "by nobody", http.StatusUnauthorized},
	} {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/courses/"+try.course+"/cancel", http.NoBody)
		if err != nil {
			return err
		}
		req.Header.Set("Authorization", "Bearer "+try.token)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		body, err := io.ReadAll(resp.Body)
		if err = errors.Join(err, resp.Body.Close()); err != nil {
			return err
		}
		fmt.Fprintf(out, "POST %-29s %-22s %d %s\n", req.URL.Path, "("+try.what+")", resp.StatusCode, bytes.TrimSpace(body))
		if resp.StatusCode != try.status {
			return fmt.Errorf("answered %d, not %d", resp.StatusCode, try.status)
		}
	}
	return nil
}

// connect makes the one client of the service. It has no credential of its own, since
// each call brings that of the user who calls.
func connect(baseURL string) (*profile.Client, error) {
	options := []quartet.Option{quartet.WithTimeout(5 * time.Second)} // somebody waits for us
	if baseURL == "" {
		mock, err := mockserver.New()
		if err != nil {
			return nil, err
		}
		baseURL, options = mock.URL(), append(options, quartet.WithTransport(mock.Transport()))
	}
	return profile.New(baseURL, options...)
}
