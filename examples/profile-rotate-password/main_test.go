package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/mockserver"
	"github.com/quartet-go/quartet/profile"
)

// The tests must not depend on who runs them.
func TestMain(m *testing.M) {
	_ = os.Unsetenv("QUARTET_TOKEN")
	os.Exit(m.Run())
}

func TestRun(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args           []string
		status         int
		stdout, stderr string
	}{
		"the mock inside loses an answer and the program finds out": {nil, 0, "Looked: the new password is valid", ""},
		"a base URL without a token is status 1":                    {[]string{"-base-url", "http://127.0.0.1"}, 1, "", "-base-url needs -token or QUARTET_TOKEN"},
		"a wrong flag is status 2":                                  {[]string{"-nope"}, 2, "", "flag provided but not defined"},
		"help is status 0":                                          {[]string{"-h"}, 0, "", "-base-url"},
		"a wrong base URL is status 1":                              {[]string{"-base-url", "nowhere", "-token", "t"}, 1, "", "profile-rotate-password: profile.New: base URL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			assert.Equal(t, tc.status, run(t.Context(), tc.args, &stdout, &stderr))
			assert.Contains(t, stdout.String(), tc.stdout)
			assert.Contains(t, stderr.String(), tc.stderr)
			assert.NotContains(t, stdout.String()+stderr.String(), "correct horse")
		})
	}
}

func TestRotate(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		through func(http.RoundTripper) http.RoundTripper
		code    string
		shows   string
		fails   string
		valid   string
	}{
		"an answered change is made": {
			through: func(next http.RoundTripper) http.RoundTripper { return next },
			code:    "111111", shows: "The password is changed", valid: "new-secret",
		},
		"a change that was made without an answer is not repeated": {
			through: func(next http.RoundTripper) http.RoundTripper { return &lossy{next: next} },
			code:    "111111", shows: "Nothing to repeat", valid: "new-secret",
		},
		"a change that was not made is repeated": {
			through: func(next http.RoundTripper) http.RoundTripper { return &lossy{next: next, before: true} },
			code:    "111111", shows: "Repeating", valid: "new-secret",
		},
		"a refused change says why": {
			through: func(next http.RoundTripper) http.RoundTripper { return next },
			code:    "000000", fails: "verification_code: Value error, the verification code is wrong", valid: "anna-secret",
		},
		"a look that tells nothing leaves the outcome unknown": {
			through: func(http.RoundTripper) http.RoundTripper { return always{http.StatusBadGateway, ""} },
			code:    "111111", fails: "cannot tell which password is valid", valid: "anna-secret",
		},
		"a refusal that names neither password tells nothing": {
			through: func(http.RoundTripper) http.RoundTripper {
				return &lossy{next: always{http.StatusUnprocessableEntity, `{"detail":"no"}`}}
			},
			code: "111111", fails: "cannot tell which password is valid", valid: "anna-secret",
		},
		"a server that does not compare the confirmation has the new password": {
			through: func(http.RoundTripper) http.RoundTripper {
				return &lossy{next: always{http.StatusOK, `{"message":"done"}`}}
			},
			code: "111111", shows: "Nothing to repeat", valid: "anna-secret",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mock := mockserver.Start(t)
			client, err := profile.New(mock.URL(), quartet.WithTransport(tc.through(mock.Transport())))
			require.NoError(t, err)
			var out bytes.Buffer
			err = rotate(t.Context(), client, request("anna-secret", "new-secret", tc.code), &out)
			if tc.fails == "" {
				assert.NoError(t, err)
			} else {
				assert.ErrorContains(t, err, tc.fails)
			}
			assert.Contains(t, out.String(), tc.shows)
			assert.Equal(t, tc.valid, mock.State().Profile.Users["usr_anna"].Password)
		})
	}
}

// always gives one and the same answer.
type always struct {
	status int
	body   string
}

func (a always) RoundTrip(*http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	recorder.WriteHeader(a.status)
	_, _ = recorder.WriteString(a.body)
	return recorder.Result(), nil
}
