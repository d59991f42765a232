package main

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/billing"
	"github.com/quartet-go/quartet/mockserver"
	"github.com/quartet-go/quartet/profile"
	"github.com/quartet-go/quartet/subscription"
	"github.com/quartet-go/quartet/vendorapi"
)

// settings are the flags: which server, who calls, and what to change.
type settings struct {
	baseURL string // "" calls the embedded mock

	token, apiKey, developerToken string
	oldPassword, newPassword      string
	codes                         []string // for password, e-mail, phone and avatar

	firstName, email, phone, avatar string
	paymentMethod, course           string
	login                           string
	userID                          int64
	vendorPhone                     string
	language                        int
}

// callTimeout bounds each call, its repetitions included: nobody waits longer for a
// server that does not answer.
const callTimeout = 15 * time.Second

const usageText = `Usage: quickstart [flags]

Calls every operation, and makes some calls that have to fail. Without -base-url it
calls a mock in this program. The defaults, those of the secrets too, suit the data that
the mock starts with. Verification codes work once: a second run against one server
needs fresh -codes, or the mock started anew.

`

// parse reads the flags and, for a server of the caller's own, the environment. It
// writes what is wrong to stderr.
func parse(args []string, getenv func(string) string, stderr io.Writer) (settings, error) {
	var set settings
	var codes string
	flags := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprint(stderr, usageText)
		flags.PrintDefaults()
	}
	flags.StringVar(&set.baseURL, "base-url", "", "`URL` of the server to call; the default is a mock in this program")
	flags.StringVar(&set.firstName, "first-name", "Anya", "first `name` to set")
	flags.StringVar(&set.email, "email", "anya@example.com", "e-mail `address` to set")
	flags.StringVar(&set.phone, "phone", "+79215550199", "phone `number` to set")
	flags.StringVar(&set.avatar, "avatar", "https://img.example.com/anya.png", "`address` of the avatar to set")
	flags.StringVar(&set.paymentMethod, "payment-method", "sbp", "payment `method` to set")
	flags.StringVar(&set.course, "course", "sql-advanced", "`id` of the course whose subscription to cancel")
	flags.StringVar(&set.login, "login", "test@mail.com", "`login` of the billing user to change")
	flags.Int64Var(&set.userID, "user-id", 3, "`id` of the user who gets a subscription")
	flags.StringVar(&set.vendorPhone, "vendor-phone", "+74955550123", "phone `number` of the vendor to set")
	flags.IntVar(&set.language, "language", 1, "`number` of the language to set")

	// Secrets have no default that the usage could print.
	secrets := []struct {
		to              *string
		name, env, seed string
		text            string
	}{
		{&set.token, "token", "QUARTET_TOKEN", mockserver.DefaultToken, "bearer `token` of a user who is also the vendor's administrator"},
		{&set.apiKey, "api-key", "QUARTET_API_KEY", "", "API `key` of the subscription API; the default is the token"},
		{&set.developerToken, "developer-token", "QUARTET_DEVELOPER_TOKEN", "developer-token", "bearer `token` of a developer of the vendor"},
		{&set.oldPassword, "old-password", "QUARTET_OLD_PASSWORD", "anna-secret", "`password` that is valid now"},
		{&set.newPassword, "new-password", "QUARTET_NEW_PASSWORD", "correct horse battery", "`password` to set"},
		{&codes, "codes", "QUARTET_CODES", "111111,222222,333333,444444", "four one-time `codes` with commas, for password, e-mail, phone, avatar"},
	}
	for _, s := range secrets {
		flags.StringVar(s.to, s.name, "", s.text+" (environment: "+s.env+")")
	}
	if err := flags.Parse(args); err != nil {
		return set, err
	}
	for _, s := range secrets {
		if set.baseURL != "" {
			*s.to = cmp.Or(*s.to, getenv(s.env))
		}
		if s.name == "token" && *s.to == "" && set.baseURL != "" {
			return set, wrong(flags, "-base-url needs -token or QUARTET_TOKEN")
		}
		*s.to = cmp.Or(*s.to, s.seed)
	}
	set.apiKey = cmp.Or(set.apiKey, set.token)
	set.codes = strings.Split(codes, ",")
	switch {
	case len(set.codes) != 4:
		return set, wrong(flags, fmt.Sprintf("-codes has %d codes, it needs four", len(set.codes)))
	case flags.NArg() > 0:
		return set, wrong(flags, fmt.Sprintf("unexpected argument %q", flags.Arg(0)))
	}
	return set, nil
}

func wrong(flags *flag.FlagSet, message string) error {
	fmt.Fprintln(flags.Output(), message)
	flags.Usage()
	return fmt.Errorf("%s: %s", flags.Name(), message)
}

// clients are one client for each API, and a second vendor client of another role.
type clients struct {
	profile      *profile.Client
	billing      *billing.Client
	subscription *subscription.Client
	vendor       *vendorapi.Client
	developer    *vendorapi.Client
}

// connect makes the clients. Nothing is sent yet.
func (s settings) connect() (c clients, err error) {
	baseURL := s.baseURL
	options := []quartet.Option{quartet.WithTimeout(callTimeout), quartet.WithBearerToken(s.token)}
	if baseURL == "" {
		mock, err := mockserver.New()
		if err != nil {
			return c, err
		}
		baseURL, options = mock.URL(), append(options, quartet.WithTransport(mock.Transport()))
	}
	if c.profile, err = profile.New(baseURL, options...); err != nil {
		return c, err
	}
	if c.billing, err = billing.New(baseURL, options...); err != nil {
		return c, err
	}
	if c.vendor, err = vendorapi.New(baseURL, options...); err != nil {
		return c, err
	}
	options = append(options, quartet.WithAPIKey(s.apiKey)) // in place of the token
	if c.subscription, err = subscription.New(baseURL, options...); err != nil {
		return c, err
	}
	c.developer, err = c.vendor.With(quartet.WithBearerToken(s.developerToken))
	return c, err
}
