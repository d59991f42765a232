package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/quartet-go/quartet"
)

// program is what the program has of the world.
type program struct {
	stdout, stderr io.Writer
	environ        []string
	signals        <-chan os.Signal
	setLogger      func(*slog.Logger) // for what the library logs
}

// command is one thing that the program does.
type command struct {
	name, args, about string
	run               func(p *program, args []string) int
}

// commands returns the commands; the first is the one that needs no name.
func commands() []command {
	return []command{
		{"serve", "[flags]", "serve until SIGTERM or an interrupt; the command when none is named", (*program).serve},
		{"proxy", "-target URL [flags]", "serve in front of a real server, and fail at the end if a document was broken or the server did not answer", (*program).proxy},
		{"check", "FILE...", "say everything that is wrong with seed files", (*program).check},
		{"config", "[flags]", "print the settings in force, and where they are from, as a file for -config", (*program).config},
		{"health", "[-url URL] [flags]", "ask the server of these settings whether it is well; under -tls-client-ca by -url only", (*program).health},
		{"version", "", "print the version", (*program).version},
		{"help", "", "print this", (*program).help},
	}
}

// run is the program; it returns the exit status.
func (p *program) run(args []string) int {
	all := commands()
	if len(args) == 0 || strings.HasPrefix(args[0], "-") && args[0] != "-version" && args[0] != "--version" {
		return all[0].run(p, args)
	}
	asked := strings.TrimLeft(args[0], "-")
	var names []string
	for _, c := range all {
		if c.name == asked {
			return c.run(p, args[1:])
		}
		names = append(names, c.name)
	}
	if strings.ContainsAny(asked, `./\`) { // as no command does
		return p.misused(fmt.Errorf("there is no command %q; if it is a seed file, write check %[1]s, or -seed %[1]s", asked))
	}
	return p.misused(fmt.Errorf("there is no command %q%s", asked, nearest("", asked, names)))
}

// misused tells what is wrong with the settings, a line each, and what to do next.
func (p *program) misused(err error) int {
	if errors.Is(err, flag.ErrHelp) {
		return p.help(nil)
	}
	p.complain(err)
	fmt.Fprintln(p.stderr, `quartet-mock: "quartet-mock help" tells the commands and settings`)
	return usage
}

// complain tells an error, which may be several.
func (p *program) complain(err error) {
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintln(p.stderr, "quartet-mock:", strings.TrimSuffix(line, "\n"))
	}
}

// arguments returns those of a command without flags.
func arguments(args []string) ([]string, error) {
	flags := flag.NewFlagSet("", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	err := flags.Parse(args)
	return flags.Args(), err
}

func (p *program) version(args []string) int {
	surplus, err := arguments(args)
	if err == nil && len(surplus) > 0 {
		err = fmt.Errorf("unexpected argument %q", surplus[0])
	}
	if err != nil {
		return p.misused(fmt.Errorf("version: %w", err))
	}
	fmt.Fprintln(p.stdout, "quartet-mock", quartet.Version)
	return ok
}

func (p *program) help([]string) int {
	fmt.Fprintf(p.stdout, "quartet-mock %s serves the four APIs of quartet for tests and local work.\n\nCommands:\n\n", quartet.Version)
	for _, c := range commands() {
		fmt.Fprintf(p.stdout, "  quartet-mock %-7s %-19s  %s\n", c.name, c.args, c.about)
	}
	fmt.Fprintf(p.stdout, "\nSettings, each also as the variable %sNAME and as a key of the file of -config:\n\n", variablePrefix)
	for _, s := range defaults().all {
		fmt.Fprint(p.stdout, s.describe())
	}
	fmt.Fprint(p.stdout, "\nExit status: 0 when all is well, 1 when it failed, 2 when a setting, the seed file or the address is wrong.\n")
	return ok
}
