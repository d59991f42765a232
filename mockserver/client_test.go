package mockserver_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/mockserver"
	"github.com/quartet-go/quartet/profile"
)

// What our own client makes of each kind of fault that its first attempt meets: a read is made again
// where the answer was lost, a guarded write is not, and says that its outcome is unknown; what breaks
// the contract is not asked for again.
func TestOurClientMeetsEveryKind(t *testing.T) {
	t.Parallel()
	lost, broken, fine := [2]string{"2 calls: <nil>", "1 calls: outcome unknown"}, [2]string{"1 calls: answer breaks the contract", "1 calls: outcome unknown"},
		[2]string{"1 calls: <nil>", "1 calls: <nil>"}
	for kind, want := range map[mockserver.Kind][2]string{
		mockserver.ConnectionReset: lost, mockserver.ConnectionClosed: lost, mockserver.NoAnswer: lost, mockserver.AppliedButLost: lost,
		mockserver.ResetAfterHeaders: lost, mockserver.ResetInBody: lost, mockserver.TruncatedBody: lost,
		mockserver.MalformedJSON: broken, mockserver.BrokenContract: broken,
		mockserver.OversizedBody:    {"1 calls: answer too large", "1 calls: outcome unknown"},
		mockserver.WrongContentType: fine, mockserver.SlowDrip: fine,
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := inProcess(t)
				c, err := profile.New(m.URL(), quartet.WithTransport(m.Transport()), quartet.WithBearerToken(mockserver.DefaultToken), quartet.WithAttemptTimeout(time.Minute))
				require.NoError(t, err)
				made := func(call func() error) string {
					m.Reset()
					m.with(mockserver.Fault{Kind: kind, Nth: 1})
					err := call()
					for _, reason := range []error{quartet.ErrOutcomeUnknown, quartet.ErrResponseTooLarge, quartet.ErrBadResponse} {
						if errors.Is(err, reason) {
							err = reason
							break
						}
					}
					return fmt.Sprint(len(m.Journal()), " calls: ", err)
				}
				got := [2]string{made(func() error { _, err := c.GetMyProfile(t.Context()); return err }),
					made(func() error {
						_, err := c.ChangeEmail(t.Context(), profile.ChangeEmailRequest{NewEmail: "a@b", VerificationCode: quartet.NewSecret("111111")})
						return err
					})}
				assert.Equal(t, want, got)
			})
		})
	}
}
