// Command quartet-mock serves the four APIs of quartet from one port, with state and
// with every rule of their contracts, for tests and local work in any language.
//
//	quartet-mock [serve] [flags]        serves until SIGTERM or an interrupt
//	quartet-mock proxy -target URL [flags]
//	                                    serves in front of a real server, and holds what both
//	                                    sides say against the documents
//	quartet-mock check FILE...          says what is wrong with seed files
//	quartet-mock config [flags]         prints the settings in force, and where they are from
//	quartet-mock health [flags]         asks the server of these settings whether it is well
//	quartet-mock version
//	quartet-mock help
//
// Every setting is a flag, a variable QUARTET_MOCK_NAME with underscores for dashes, and a
// key of the YAML file that -config names. The flag is stronger than the variable, the
// variable than the file. An empty variable is as good as none. "quartet-mock help" lists
// the settings.
//
// When it is ready it prints one line of JSON with its address, URL and process id. On
// SIGTERM or an interrupt it takes no more connections and finishes the requests under way;
// a second signal ends it at once. What it has to say of itself it logs to standard error.
//
// Exit statuses:
//
//	0  it did what was asked for; serve: it ended by a signal, and finished every request
//	1  serve, proxy: requests were cut off, or less of the documents was met than
//	   -min-coverage asks for; proxy: a request or an answer has broken its document, or the
//	   target has given no answer to a call; check: a seed file is not sound; health: the
//	   server is not well
//	2  it was not begun, because a setting, the seed file or the address is wrong
package main

import (
	"log/slog"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	tuneMemory(os.Getenv)
	signal.Ignore(syscall.SIGPIPE) // whoever has read the line or the log may go
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	p := program{stdout: os.Stdout, stderr: os.Stderr, environ: os.Environ(), signals: signals, setLogger: slog.SetDefault}
	os.Exit(p.run(os.Args[1:]))
}

// Exit statuses, see above.
const (
	ok     = 0
	failed = 1
	usage  = 2
)
