package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/quartet-go/quartet/mockserver/internal/edits"
)

const variablePrefix = "QUARTET_MOCK_"

// resolve fills the settings from flags, variables and the file that they name, the
// strongest first. The error joins all that is wrong with them. A command's own flags,
// which are no settings, come by more.
func (p *program) resolve(args []string, more func(*flag.FlagSet)) (*settings, error) {
	set := defaults()
	mistakes := setByFlags(set.all, args, more)
	mistakes = append(mistakes, setByVariables(set.all, p.environ)...)
	if set.config != "" {
		mistakes = append(mistakes, set.setByFile()...)
	}
	mistakes = append(mistakes, set.contradictions()...)
	return set, errors.Join(mistakes...)
}

// flagged is a setting as a flag. It keeps what is wrong with the value to itself, so that
// package flag reads on.
type flagged struct {
	*setting
	mistakes *[]error
}

func (f flagged) Set(text string) error {
	if err := f.assign("-"+f.name, text); err != nil {
		*f.mistakes = append(*f.mistakes, err)
	}
	return nil
}

func (f flagged) String() string { return "" } // the help is our own

func (f flagged) IsBoolFlag() bool {
	is, can := f.value.(interface{ IsBoolFlag() bool })
	return can && is.IsBoolFlag()
}

func setByFlags(list []*setting, args []string, more func(*flag.FlagSet)) (mistakes []error) {
	flags := flag.NewFlagSet("", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	for _, s := range list {
		flags.Var(flagged{s, &mistakes}, s.name, s.usage)
	}
	if more != nil {
		more(flags)
	}
	var names []string
	flags.VisitAll(func(f *flag.Flag) { names = append(names, f.Name) })
	for all := args; ; {
		err := flags.Parse(args)
		args = flags.Args()
		switch {
		case err != nil:
			if unknown, is := strings.CutPrefix(err.Error(), "flag provided but not defined: -"); is {
				err = fmt.Errorf("-%s: there is no such flag%s", unknown, nearest("-", unknown, names))
				if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
					args = args[1:] // its value
				}
			}
			mistakes = append(mistakes, err)
		case len(args) > 0:
			mistakes = append(mistakes, unexpected(flags, all[:len(all)-len(args)], args[0]))
			args = args[1:]
		}
		if len(args) == 0 {
			return mistakes
		}
	}
}

// unexpected says what is wrong with an argument behind those that have been read. Behind a
// flag it is no value of it only when that is a boolean.
func unexpected(flags *flag.FlagSet, read []string, argument string) error {
	advice := "flags begin with -, and a command comes first"
	if _, err := strconv.ParseBool(argument); err == nil && len(read) > 0 {
		last := read[len(read)-1]
		if strings.HasPrefix(last, "-") && flags.Lookup(strings.TrimLeft(last, "-")) != nil {
			advice = "write " + last + "=" + argument
		}
	}
	return fmt.Errorf("unexpected argument %q; %s", argument, advice)
}

// ofService matches the variables by which Kubernetes tells every container of a service that
// is named quartet-mock, or begins with that.
var ofService = regexp.MustCompile(`^` + variablePrefix + `(\w+_)?(SERVICE_HOST=|SERVICE_PORT(_\w+)?=|PORT=\w+://|PORT_\d+_(TCP|UDP|SCTP)(_\w+)?=)`)

func setByVariables(list []*setting, environ []string) (mistakes []error) {
	var names []string
	for _, s := range list {
		names = append(names, strings.TrimPrefix(s.variable(), variablePrefix))
	}
	slices.Sort(environ)
	for _, pair := range environ {
		name, text, _ := strings.Cut(pair, "=")
		own, is := strings.CutPrefix(name, variablePrefix)
		if !is || text == "" {
			continue
		}
		i := slices.Index(names, own)
		if i < 0 && ofService.MatchString(pair) {
			continue
		}
		if i < 0 {
			mistakes = append(mistakes, fmt.Errorf("%s: there is no such variable%s", name, nearest(variablePrefix, own, names)))
		} else if err := list[i].assign(name, text); err != nil {
			mistakes = append(mistakes, err)
		}
	}
	return mistakes
}

// variable is the setting's name in the environment.
func (s *setting) variable() string {
	return variablePrefix + strings.ToUpper(strings.ReplaceAll(s.name, "-", "_"))
}

// contradictions tells which settings do not go together.
func (s *settings) contradictions() (mistakes []error) {
	refuse := func(name, why string) { mistakes = append(mistakes, s.blame(name, errors.New(why))) }
	switch {
	case s.tlsCA != "" && s.tlsCert != "":
		refuse("tls-ca", "there is a certificate by tls-cert already; leave one of them out")
	case s.tlsCert != "" && s.tlsKey == "":
		refuse("tls-cert", "its key is missing; add tls-key")
	case s.tlsKey != "" && s.tlsCert == "":
		refuse("tls-key", "its certificate is missing; add tls-cert")
	}
	if s.tlsClient != "" && !s.secured() {
		refuse("tls-client-ca", "client certificates need TLS; add tls-ca, or tls-cert and tls-key")
	}
	if s.itself() {
		refuse("target", "this is where the proxy itself listens; name another server, or another addr")
	}
	if s.h2c && s.secured() {
		refuse("h2c", "over TLS there is HTTP/2 anyway; leave h2c out")
	}
	for _, written := range []string{"tls-ca", "ready-file"} {
		if other := s.sharing(written); other != "" {
			refuse(written, "it would be written over the file of "+other+"; choose another path")
		}
	}
	return mistakes
}

// sharing returns another setting that names the same file as one does, "" when none does.
func (s *settings) sharing(name string) string {
	files := map[string]string{
		"config": s.config, "tls-cert": s.tlsCert, "tls-key": s.tlsKey, "tls-ca": s.tlsCA,
		"tls-client-ca": s.tlsClient, "seed": s.seed, "ready-file": s.readyFile,
	}
	if socket, is := strings.CutPrefix(s.addr, unixPrefix); is {
		files["addr"] = socket
	}
	for _, other := range slices.Sorted(maps.Keys(files)) {
		if other != name && files[name] != "" && files[other] != "" && absolute(files[other]) == absolute(files[name]) {
			return other
		}
	}
	return ""
}

// absolute is a path as it is compared with another; without a working directory, as it is.
func absolute(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
}

// itself reports whether the target is plainly the proxy's own address.
func (s *settings) itself() bool {
	target, err := url.Parse(s.target)
	host, port, none := net.SplitHostPort(s.addr)
	if err != nil || none != nil || cmp.Or(target.Port(), map[string]string{"http": "80", "https": "443"}[target.Scheme]) != port {
		return false
	}
	at, own := numeric(target.Hostname()), numeric(host)
	if own == "" || net.ParseIP(own).IsUnspecified() { // it listens everywhere
		return net.ParseIP(at).IsLoopback() || net.ParseIP(at).IsUnspecified()
	}
	return at == own
}

// numeric is a host as it is compared with another.
func numeric(host string) string {
	if strings.EqualFold(host, "localhost") {
		return "127.0.0.1"
	}
	return strings.ToLower(host)
}

// secured reports whether TLS is served.
func (s *settings) secured() bool { return s.tlsCert != "" || s.tlsCA != "" }

// nearest is a hint at the name that takes the fewest changes, with a mark before it; "" when
// those would be more than half of what was written, which is no slip then.
func nearest(mark, name string, names []string) string {
	best := slices.MinFunc(names, func(a, b string) int { return cmp.Compare(edits.Distance(name, a), edits.Distance(name, b)) })
	if 2*edits.Distance(name, best) > len(name) {
		return ""
	}
	return "; the nearest is " + mark + best
}
