// Command profile-rotate-password changes a password safely. A change can be made
// although its answer gets lost; the verification code is then used up, and a blind
// repetition would be refused. So the program looks first, and then decides.
//
//	go run ./examples/profile-rotate-password
//
// calls a mock inside the program, over a connection that loses the first answer. For a
// server of your own give the address, and the secrets by the environment, so that they
// stay out of the shell's history:
//
//	export QUARTET_TOKEN=... QUARTET_OLD_PASSWORD=... QUARTET_NEW_PASSWORD=... QUARTET_CODE=...
//	go run ./examples/profile-rotate-password -base-url https://api.example.com
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/mockserver"
	"github.com/quartet-go/quartet/profile"
)

func main() { os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("profile-rotate-password", flag.ContinueOnError)
	flags.SetOutput(stderr)
	baseURL := flags.String("base-url", "", "`URL` of the profile API; the default is a mock in this program")
	token := flags.String("token", "", "bearer `token` of the user (environment: QUARTET_TOKEN)")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case flags.NArg() > 0:
		fmt.Fprintf(stderr, "profile-rotate-password: unexpected argument %q\n", flags.Arg(0))
		flags.Usage()
		return 2
	}
	client, change, err := connect(*baseURL, cmp.Or(*token, os.Getenv("QUARTET_TOKEN")))
	if err == nil {
		err = rotate(ctx, client, change, stdout)
	}
	if err != nil {
		fmt.Fprintln(stderr, "profile-rotate-password:", err)
		return 1
	}
	return 0
}

// rotate makes the change and reports whether the new password is valid at the end.
func rotate(ctx context.Context, c *profile.Client, change profile.ChangePasswordRequest, out io.Writer) error {
	done, err := c.ChangePassword(ctx, change)
	if errors.Is(err, quartet.ErrOutcomeUnknown) {
		fmt.Fprintf(out, "Not answered: %v\n", err)
		made, lookErr := isMade(ctx, c, change)
		if lookErr != nil {
			return errors.Join(err, lookErr)
		}
		if made {
			fmt.Fprintln(out, "Looked: the new password is valid, so the change was made. Nothing to repeat.")
			return nil
		}
		fmt.Fprintln(out, "Looked: the old password is still valid and the code unused. Repeating.")
		done, err = c.ChangePassword(ctx, change)
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(out, done.Message)
	return nil
}

// isMade finds out which password is valid. No operation tells, so it asks for a change
// that cannot be made: from the new password to itself, with a confirmation that
// differs. What the refusal names is the answer: with old_password among it the new
// password is not valid yet.
func isMade(ctx context.Context, c *profile.Client, change profile.ChangePasswordRequest) (bool, error) {
	change.OldPassword = change.NewPassword
	change.NewPasswordConfirm = quartet.NewSecret(change.NewPassword.Reveal() + "?")
	_, err := c.ChangePassword(ctx, change)
	if err == nil {
		return true, nil // this server does not compare; the new password is valid anyway
	}
	var refused *quartet.Error
	if !errors.Is(err, quartet.ErrValidation) || !errors.As(err, &refused) {
		return false, fmt.Errorf("cannot tell which password is valid: %w", err)
	}
	_, old := refused.Field("old_password")
	_, differs := refused.Field("new_password_confirm")
	if !old && !differs {
		return false, fmt.Errorf("cannot tell which password is valid: %w", err)
	}
	return !old, nil
}

// connect returns the client of the server and the change to make there.
func connect(baseURL, token string) (*profile.Client, profile.ChangePasswordRequest, error) {
	if baseURL != "" && token == "" {
		return nil, profile.ChangePasswordRequest{}, errors.New("-base-url needs -token or QUARTET_TOKEN")
	}
	if baseURL != "" {
		change := request(os.Getenv("QUARTET_OLD_PASSWORD"), os.Getenv("QUARTET_NEW_PASSWORD"), os.Getenv("QUARTET_CODE"))
		client, err := profile.New(baseURL, quartet.WithBearerToken(token))
		return client, change, err
	}
	change := request("anna-secret", "correct horse battery", "111111")
	mock, err := mockserver.New()
	if err != nil {
		return nil, change, err
	}
	client, err := profile.New(mock.URL(), quartet.WithTransport(&lossy{next: mock.Transport()}))
	return client, change, err
}

func request(oldPassword, newPassword, code string) profile.ChangePasswordRequest {
	return profile.ChangePasswordRequest{
		OldPassword:        quartet.NewSecret(oldPassword),
		NewPassword:        quartet.NewSecret(newPassword),
		NewPasswordConfirm: quartet.NewSecret(newPassword),
		VerificationCode:   quartet.NewSecret(code),
	}
}
