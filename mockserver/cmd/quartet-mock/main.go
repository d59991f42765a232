// Command quartet-mock serves the four APIs of quartet from one port, with state and
// with every rule of their contracts, for tests and local work in any language.
//
//	quartet-mock -addr 127.0.0.1:8080 -seed world.yaml
//
// When it is ready it prints one line of JSON with its address, URL and process id. It
// ends with status 0 on SIGTERM or an interrupt, after the requests under way, with status
// 1 when less of the documents was met than -min-coverage asks for, and with status 2 when
// a flag, the address or the seed file is wrong.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/mockserver"
)

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// Exit statuses.
const (
	ok     = 0
	failed = 1 // while serving, or too little was covered
	usage  = 2 // before serving: a flag, the seed file or the address
)

// Times that a client has, so that a stuck one cannot hold a connection for ever, and
// that requests under way have at the end.
const (
	headerTimeout = 10 * time.Second
	readTimeout   = 30 * time.Second
	idleTimeout   = 2 * time.Minute
	drainTimeout  = 10 * time.Second
)

// collectAt lets the heap grow to five times of what is in use, mostly the journal, before
// it is collected: 5 to 7 % more requests a second for some 40 MB. GOGC says otherwise.
const collectAt = 400

type settings struct {
	addr        string
	seed        string
	version     bool
	options     []mockserver.Option
	minCoverage float64       // percent
	drain       time.Duration // for the requests under way at the end
}

// run is the program; it serves until ctx ends and returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	set, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return ok
	case err != nil:
		return usage // the flag package has told it
	case set.version:
		fmt.Fprintln(stdout, "quartet-mock", quartet.Version)
		return ok
	}
	mock, listener, err := prepare(ctx, set)
	if err != nil {
		fmt.Fprintln(stderr, "quartet-mock:", err)
		return usage
	}
	server := &http.Server{
		Handler: mock, ConnState: mock.ConnState,
		ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, IdleTimeout: idleTimeout,
	}
	server.RegisterOnShutdown(mock.Close) // ends the faults that hold a request
	if err := serve(ctx, server, listener, set.drain, stdout); err != nil {
		fmt.Fprintln(stderr, "quartet-mock:", err)
		return failed
	}
	if covered := mock.Coverage(); covered.Percent() < set.minCoverage {
		fmt.Fprintf(stderr, "%s\nquartet-mock: -min-coverage: %.1f %% is less than %g %%\n", covered.Markdown(), covered.Percent(), set.minCoverage)
		return failed
	}
	return ok
}

func parse(args []string, stderr io.Writer) (settings, error) {
	set := settings{drain: drainTimeout}
	flags := flag.NewFlagSet("quartet-mock", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&set.addr, "addr", "127.0.0.1:8080", "`host:port` to listen on; port 0 takes a free one")
	flags.StringVar(&set.seed, "seed", "", "`file` with the state to start with (YAML or JSON); the default is the built-in one")
	flags.BoolVar(&set.version, "version", false, "print the version and exit")
	strict := flags.Bool("strict-auth", false, "require a credential on every operation but the public one")
	split := flags.Bool("split-balance", false, "serve the vendor's balance at a path of its own")
	prefer := flags.Bool("prefer", false, "let a request choose a fault of its own by the header Prefer: code=503, delay=250ms")
	check := flags.Bool("check-answers", false, "check every answer of the server against its document, and log one that breaks it")
	variation := flags.Uint64("variation", 0, "`seed` by which answers vary wherever the documents leave a choice; 0 is none")
	flags.Float64Var(&set.minCoverage, "min-coverage", 0, "`percent` of the documents' answers and parameters that must have been met at the end")
	err := flags.Parse(args)
	switch {
	case err != nil:
		return set, err // told already
	case flags.NArg() > 0:
		err = fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case set.minCoverage < 0 || set.minCoverage > 100:
		err = fmt.Errorf("-min-coverage: %g is not from 0 to 100", set.minCoverage)
	}
	if err != nil {
		fmt.Fprintln(stderr, "quartet-mock:", err)
		flags.Usage()
		return set, err
	}
	if *strict {
		set.options = append(set.options, mockserver.WithStrictAuth())
	}
	if *split {
		set.options = append(set.options, mockserver.WithSplitBalance())
	}
	if *prefer {
		set.options = append(set.options, mockserver.WithPrefer())
	}
	if *check {
		set.options = append(set.options, mockserver.WithCheckedAnswers())
	}
	if *variation != 0 {
		set.options = append(set.options, mockserver.WithVariation(mockserver.Variation{Seed: *variation}))
	}
	return set, nil
}

// prepare reads the seed file and takes the port.
func prepare(ctx context.Context, set settings) (*mockserver.Server, net.Listener, error) {
	if set.seed != "" {
		file, err := os.Open(set.seed)
		if err != nil {
			return nil, nil, fmt.Errorf("-seed: %w", err)
		}
		defer file.Close()
		state, err := mockserver.ReadState(set.seed, file)
		if err != nil {
			return nil, nil, fmt.Errorf("-seed: %w", err)
		}
		set.options = append(set.options, mockserver.WithState(state))
	}
	mock, err := mockserver.New(set.options...)
	if err != nil {
		return nil, nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", set.addr)
	if err != nil {
		return nil, nil, fmt.Errorf("-addr: %w", err)
	}
	return mock, listener, nil
}

// serve says that it is ready and answers until ctx ends, then lets the requests under
// way finish. Those that take longer than drain are cut off, which is an error.
func serve(ctx context.Context, server *http.Server, listener net.Listener, drain time.Duration, stdout io.Writer) error {
	ready, err := json.Marshal(map[string]any{
		"address": listener.Addr().String(), "url": "http://" + listener.Addr().String(), "pid": os.Getpid(),
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s\n", ready)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	debug.FreeOSMemory() // what reading the documents took
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
		defer cancel()
		if err := server.Shutdown(patience); err != nil {
			return errors.Join(fmt.Errorf("requests under way after %s were cut off", drain), server.Close())
		}
		return nil
	}
}
