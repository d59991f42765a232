package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/quartet-go/quartet/mockserver"
)

func (p *program) serve(args []string) int {
	set, err := p.resolve(args, nil)
	for _, name := range []string{"target", "strict"} {
		if set.named(name).from != "" {
			err = errors.Join(err, set.blame(name, errors.New("only the command proxy has it")))
		}
	}
	return p.serveMock(set, err)
}

// serveMock is a mock from its making to its end; err is what is wrong with the settings.
func (p *program) serveMock(set *settings, err error) int {
	if set.readyFile != "" && !errors.Is(err, flag.ErrHelp) { // before anything can fail
		err = errors.Join(err, set.blame("ready-file", removeStale(set.readyFile)))
	}
	if err != nil {
		return p.misused(err)
	}
	logger := newLogger(set, p.stderr)
	p.setLogger(logger)
	mock, server, listener, err := set.prepare(logger)
	if err != nil {
		p.complain(err)
		return usage
	}
	defer mock.Close() // ends what was cut off
	line, err := readiness(nameOf(listener), server.TLSConfig != nil)
	if err == nil && set.readyFile != "" {
		if err = set.blame("ready-file", writeWhole(set.readyFile, line)); err == nil {
			defer removeOwn(set.readyFile, line)
		}
	}
	if err != nil {
		p.complain(errors.Join(err, listener.Close()))
		return usage
	}
	prompt := promptListener{listener, set.writeTimeout, func(conn net.Conn) { mock.ConnState(conn, http.StateNew) }}
	return set.verdict(mock, p.answer(set, server, prompt, line, logger), logger)
}

// verdict logs all that speaks against an end in success, and returns the exit status.
func (s *settings) verdict(mock *mockserver.Server, early error, logger *slog.Logger) int {
	status := ok
	fail := func(message string, args ...any) {
		logger.Error(message, args...)
		status = failed
	}
	if early != nil {
		fail("the server ended too early", "error", early)
	}
	if broken := mock.Violations(); s.target != "" && broken > 0 {
		fail("documents were broken; the log says where", "places", broken)
	}
	if unanswered := mock.Unanswered(); unanswered > 0 {
		fail("the target gave no answer; the log says why", "calls", unanswered)
	}
	if covered := mock.Coverage(); covered.Percent() < s.minCoverage {
		tellUncovered(covered, logger)
		fail("too little was covered", "error", s.blame("min-coverage", fmt.Errorf("%.1f %% is less than %g %%", covered.Percent(), s.minCoverage)))
	}
	return status
}

// tellUncovered logs what each operation has not met, as text and as JSON alike.
func tellUncovered(covered mockserver.Coverage, logger *slog.Logger) {
	for _, op := range covered.Operations {
		if unmet := op.Unmet(); len(unmet) > 0 {
			logger.Error("not all of an operation was met", "operation", op.Operation, "calls", op.Calls, "unmet", strings.Join(unmet, ", "))
		}
	}
}

// prepare makes everything that can fail before the server is ready.
func (s *settings) prepare(logger *slog.Logger) (*mockserver.Server, *http.Server, net.Listener, error) {
	options, err := s.options()
	if err != nil {
		return nil, nil, nil, err
	}
	mock, err := mockserver.New(options...)
	if err != nil {
		return nil, nil, nil, err
	}
	server := newServer(s, mock, logger)
	listener, err := listen(context.Background(), s.addr)
	if err != nil {
		return nil, nil, nil, s.blame("addr", err)
	}
	// The certificate of an authority replaces that of the server which may be listening there.
	if server.TLSConfig, err = s.tlsConfig(); err != nil {
		return nil, nil, nil, errors.Join(err, listener.Close())
	}
	return mock, server, listener, nil
}

// options are the library's.
func (s *settings) options() ([]mockserver.Option, error) {
	options := []mockserver.Option{
		mockserver.WithSpaces(s.maxSpaces, s.spaceIdle),
		mockserver.WithStateSize(int(s.maxState)),
		mockserver.WithJournal(s.journalCalls, int(s.journalSize)),
	}
	if s.seed != "" {
		state, err := readSeed(s.seed)
		if err != nil {
			return nil, s.blame("seed", err)
		}
		options = append(options, mockserver.WithState(state))
	}
	if s.strictAuth {
		options = append(options, mockserver.WithStrictAuth())
	}
	if s.splitBalance {
		options = append(options, mockserver.WithSplitBalance())
	}
	if s.prefer {
		options = append(options, mockserver.WithPrefer())
	}
	if s.checkedAnswer {
		options = append(options, mockserver.WithCheckedAnswers())
	}
	if s.named("variation").from != "" { // also 0, which the seed file may contradict
		options = append(options, mockserver.WithVariation(mockserver.Variation{Seed: s.variation}))
	}
	if s.adminToken != "" {
		options = append(options, mockserver.WithAdminToken(s.adminToken))
	}
	if s.target != "" {
		options = append(options, mockserver.WithProxy(mockserver.Proxy{Target: s.target, Strict: s.strict}))
	}
	return options, nil
}

// newServer puts the limits around the mock.
func newServer(set *settings, mock *mockserver.Server, logger *slog.Logger) *http.Server {
	met := func(limit string) {
		logger.Warn("a limit is met; raise it if these peers are meant to come", "setting", limit)
	}
	handler := newBudget(set.maxBodies, met).handler(promptStreams(set.writeTimeout, mock))
	crowd := newCrowd(set.maxConnections, set.maxRequests, met)
	handler = crowd.handler(handler)
	if set.cors != "" { // around all, so that a page can read every refusal
		handler = crossOrigin(set.cors, handler)
	}
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: set.headerTimeout,
		ReadTimeout:       set.readTimeout,
		IdleTimeout:       set.idleTimeout,
		MaxHeaderBytes:    int(set.maxHeader),
		Protocols:         new(http.Protocols),
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
		ConnContext:       crowd.enter,
		ConnState:         crowd.changed,
	}
	server.Protocols.SetHTTP1(true)
	server.Protocols.SetHTTP2(true)
	server.Protocols.SetUnencryptedHTTP2(set.h2c)
	server.RegisterOnShutdown(mock.Drain) // ends the faults that would hold a request for ever
	return server
}

// answer says that the server is ready, and answers until a signal comes. Then it takes no
// more connections and lets the requests under way finish. Those that take longer than the
// time to drain, or than the next signal, are cut off, which is an error.
func (p *program) answer(set *settings, server *http.Server, listener promptListener, line []byte, logger *slog.Logger) error {
	serve := func() error { return server.ServeTLS(listener, "", "") }
	finish := server.Shutdown
	if server.TLSConfig == nil {
		front := newFront(listener, server)
		serve = func() error { return server.Serve(front) }
		finish = func(ctx context.Context) error { return errors.Join(server.Shutdown(ctx), front.finish(ctx)) }
	}
	ended := make(chan error, 1)
	go func() { ended <- serve() }()
	_, _ = p.stdout.Write(line) // nobody may be listening
	debug.FreeOSMemory()        // what reading the documents took
	select {
	case err := <-ended:
		return err
	case signal := <-p.signals:
		logger.Info("finishing the requests under way", "signal", signal.String())
	}
	patience, end := context.WithTimeoutCause(context.Background(), set.drainTimeout, fmt.Errorf("after %s", set.drainTimeout))
	patience, hurry := context.WithCancelCause(patience)
	defer end()
	defer hurry(nil)
	go func() {
		select {
		case signal := <-p.signals:
			hurry(fmt.Errorf("at a second signal (%s)", signal))
		case <-patience.Done():
		}
	}()
	if finish(patience) != nil {
		return errors.Join(fmt.Errorf("requests under way %w were cut off", context.Cause(patience)), server.Close())
	}
	return nil
}
