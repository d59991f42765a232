package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const table = `FAULT                       ON THE WIRE                      getMyProfile                            changeEmail                                                THE ADDRESS
none                        the right answer                 1: answered                             1: answered                                                changed
status 500                  500, the API's own error         2: answered                             1: ErrOutcomeUnknown, ErrServer                            unchanged
status 409, own body        409, the given body              1: ErrConflict                          1: ErrConflict                                             unchanged
status 503                  503                              2: answered                             1: ErrOutcomeUnknown, ErrServer                            unchanged
status 503, seconds         503, Retry-After: 1              2: answered                             2: answered                                                changed
status 503, date            503, Retry-After: a date         2: answered                             2: answered                                                changed
status 429, seconds         429, Retry-After: 1              2: answered                             2: answered                                                changed
Prefer: code=503            503, to each attempt             2: ErrServer                            1: ErrOutcomeUnknown, ErrServer                            unchanged
delay                       the right answer, late           1: answered                             1: answered                                                changed
delay over the timeout      nothing in time                  2: answered                             1: ErrOutcomeUnknown, DeadlineExceeded                     changed
no-answer                   nothing                          2: answered                             1: ErrOutcomeUnknown, DeadlineExceeded                     unchanged
connection-refused          reset before anything is read    2: answered                             2: answered, or 1: ErrOutcomeUnknown                       as told
connection-reset            reset instead of acting          2: answered                             1: ErrOutcomeUnknown                                       unchanged
connection-closed           closed instead of acting         2: answered                             1: ErrOutcomeUnknown                                       unchanged
applied-but-lost            reset after acting               2: answered                             1: ErrOutcomeUnknown                                       changed
reset-after-headers         200, headers, reset              2: answered                             1: ErrOutcomeUnknown, ErrBadResponse                       changed
reset-in-body               200, half a body, reset          2: answered                             1: ErrOutcomeUnknown, ErrBadResponse                       changed
truncated-body              200, half a body, closed         2: answered                             1: ErrOutcomeUnknown, ErrBadResponse                       changed
malformed-json              200, JSON cut off                1: ErrBadResponse                       1: ErrOutcomeUnknown, ErrBadResponse                       changed
broken-contract             200, a member of the wrong type  1: ErrBadResponse                       1: ErrOutcomeUnknown, ErrBadResponse                       changed
wrong-content-type          200, text/html                   1: answered                             1: answered                                                changed
oversized-body              200, 16 MiB                      1: ErrBadResponse, ErrResponseTooLarge  1: ErrOutcomeUnknown, ErrBadResponse, ErrResponseTooLarge  changed
slow-drip                   200, the body in pieces          1: answered                             1: answered                                                changed
slow-drip over the timeout  200, not all in time             2: answered                             1: ErrOutcomeUnknown, ErrBadResponse, DeadlineExceeded     changed
`

func TestFaults(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	require.Equal(t, 0, run(t.Context(), nil, &stdout, &stderr), stderr.String())
	assert.Equal(t, table, stdout.String())
}

func TestArguments(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args   []string
		status int
		stderr string
	}{
		"an argument is status 2":  {args: []string{"reset"}, status: 2, stderr: `faults: unexpected argument "reset"`},
		"a wrong flag is status 2": {args: []string{"-nope"}, status: 2, stderr: "flag provided but not defined"},
		"help is status 0":         {args: []string{"-h"}, stderr: "Usage of faults"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			assert.Equal(t, tc.status, run(t.Context(), tc.args, &stdout, &stderr))
			assert.Empty(t, stdout.String())
			assert.Contains(t, stderr.String(), tc.stderr)
		})
	}
}
