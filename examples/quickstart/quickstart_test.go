package main

import (
	"bytes"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
	"github.com/quartet-go/quartet/openapi"
)

// The tests must not depend on who runs them.
func TestMain(m *testing.M) {
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "QUARTET_") {
			_ = os.Unsetenv(name)
		}
	}
	os.Exit(m.Run())
}

func quickstart(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(t.Context(), args, &out, &errs)
	return status, out.String(), errs.String()
}

// operationIDs are those of the documents, so that a new operation that is not shown
// fails a test.
func operationIDs(t *testing.T) []string {
	t.Helper()
	files, err := fs.Glob(openapi.FS, "*.yaml")
	require.NoError(t, err)
	var ids []string
	for _, file := range files {
		data, err := fs.ReadFile(openapi.FS, file)
		require.NoError(t, err)
		doc, err := openapi3.NewLoader().LoadFromData(data)
		require.NoError(t, err)
		for _, item := range doc.Paths.Map() {
			for _, op := range item.Operations() {
				ids = append(ids, op.OperationID)
			}
		}
	}
	require.NotEmpty(t, ids)
	return ids
}

func assertShowsEveryOperation(t *testing.T, stdout string) {
	t.Helper()
	for _, id := range operationIDs(t) {
		lines := regexp.MustCompile(`(?m)^`+id+` +\S.*$`).FindAllString(stdout, -1)
		if assert.Len(t, lines, 1, "lines that begin with %s", id) {
			assert.NotContains(t, lines[0], "FAILED")
		}
	}
}

func TestEveryOperationOfTheDocumentsBeginsALine(t *testing.T) {
	t.Parallel()
	status, stdout, stderr := quickstart(t)
	assert.Equal(t, ok, status)
	assert.Empty(t, stderr)
	assertShowsEveryOperation(t, stdout)
	assert.Contains(t, stdout, "All as told: 19 operations answered, 12 calls refused.")
}

func TestRunsAgainstAServer(t *testing.T) {
	t.Parallel()
	for layout, opts := range map[string][]mockserver.Option{
		"with defaults":      nil,
		"with strict auth":   {mockserver.WithStrictAuth()},
		"with split balance": {mockserver.WithSplitBalance()},
	} {
		t.Run(layout, func(t *testing.T) {
			t.Parallel()
			srv := mockserver.Start(t, opts...)
			status, stdout, stderr := quickstart(t, "-base-url", srv.URL(), "-token", mockserver.DefaultToken)
			assert.Equal(t, ok, status)
			assert.Empty(t, stderr)
			assertShowsEveryOperation(t, stdout)
			assert.Equal(t, "Anya", *srv.State().Profile.Users["usr_anna"].FirstName)
		})
	}
}

func TestNoSecretIsPrinted(t *testing.T) {
	t.Parallel()
	_, stdout, stderr := quickstart(t)
	state := mockserver.DefaultState()
	secrets := []string{"correct horse battery", shortPassword, wrongCode, "not-a-key", "not-a-token"}
	for token := range state.Tokens {
		secrets = append(secrets, token)
	}
	for _, user := range state.Profile.Users {
		secrets = append(secrets, user.Password)
		for _, code := range user.Codes {
			secrets = append(secrets, code.Code)
		}
	}
	for _, user := range state.Billing.Users {
		secrets = append(secrets, user.Password)
	}
	for _, code := range state.Vendor.AccessCodes {
		secrets = append(secrets, code.MasterValue, code.ReadValue, code.WriteValue)
	}
	for _, secret := range secrets {
		assert.NotContains(t, stdout+stderr, secret)
	}
}

func TestServerThatIsNotThereIsOneLine(t *testing.T) {
	t.Parallel()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	url := "http://" + listener.Addr().String()
	require.NoError(t, listener.Close())

	status, stdout, stderr := quickstart(t, "-base-url", url, "-token", "any")
	assert.Equal(t, failed, status)
	assert.Regexp(t, `^quickstart: no answer from `+regexp.QuoteMeta(url)+`: .+\n$`, stderr)
	assert.Equal(t, 1, strings.Count(stderr, "\n"))
	assert.NotContains(t, stdout, "FAILED")
}

func TestWrongUseIsStatus2(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args []string
		says string
	}{
		"an unknown flag":                {[]string{"-nope"}, "flag provided but not defined: -nope"},
		"an argument":                    {[]string{"now"}, `unexpected argument "now"`},
		"a number that is none":          {[]string{"-user-id", "x"}, `invalid value "x"`},
		"too few codes":                  {[]string{"-codes", "1,2"}, "-codes has 2 codes, it needs four"},
		"a server without a token":       {[]string{"-base-url", "http://127.0.0.1"}, "-base-url needs -token or QUARTET_TOKEN"},
		"a base URL without a scheme":    {[]string{"-base-url", "127.0.0.1", "-token", "t"}, "base URL"},
		"a token that no header can say": {[]string{"-token", "a\nb"}, "control character"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, stdout, stderr := quickstart(t, tc.args...)
			assert.Equal(t, usage, status)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, tc.says)
		})
	}
}

func TestHelpIsStatus0(t *testing.T) {
	t.Parallel()
	status, _, stderr := quickstart(t, "-h")
	assert.Equal(t, ok, status)
	assert.Contains(t, stderr, "-base-url")
}

func TestFlagsWinOverTheEnvironment(t *testing.T) {
	t.Parallel()
	environment := map[string]string{
		"QUARTET_TOKEN": "env-token", "QUARTET_API_KEY": "env-key", "QUARTET_CODES": "1,2,3,4",
	}
	getenv := func(name string) string { return environment[name] }
	set, err := parse([]string{"-base-url", "http://127.0.0.1", "-api-key", "flag-key"}, getenv, &bytes.Buffer{})
	require.NoError(t, err)
	assert.Equal(t, "env-token", set.token)
	assert.Equal(t, "flag-key", set.apiKey)
	assert.Equal(t, []string{"1", "2", "3", "4"}, set.codes)
}

func TestEmbeddedMockKnowsNothingOfTheEnvironment(t *testing.T) {
	t.Parallel()
	set, err := parse(nil, func(string) string { return "of another server" }, &bytes.Buffer{})
	require.NoError(t, err)
	assert.Equal(t, mockserver.DefaultToken, set.token)
	assert.Equal(t, mockserver.DefaultToken, set.apiKey)
}

func TestWhatDoesNotGoAsToldIsNamed(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args []string
		says []string
	}{
		"an operation that fails": {
			[]string{"-login", "nobody@example.com", "-user-id", "77"},
			[]string{"updateUser", "createUserSubscription"},
		},
		"a refusal that does not come": {
			[]string{"-developer-token", mockserver.DefaultToken},
			[]string{"a developer who edits the profile", "a developer who asks for the balance"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, stdout, stderr := quickstart(t, tc.args...)
			assert.Equal(t, failed, status)
			assert.Contains(t, stdout, "FAILED")
			assert.NotContains(t, stdout, "All as told")
			assert.Regexp(t, `^quickstart: \d+ of 31 calls did not go as told: .+\n$`, stderr)
			for _, says := range tc.says {
				assert.Contains(t, stderr, says)
			}
		})
	}
}

func TestChangeThatIsAnsweredButNotMadeFails(t *testing.T) {
	t.Parallel()
	mock, err := mockserver.New()
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle("/", mock)
	mux.HandleFunc("PUT /profile/name-change", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"message":"done"}`))
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)

	status, stdout, stderr := quickstart(t, "-base-url", srv.URL, "-token", mockserver.DefaultToken)
	assert.Equal(t, failed, status)
	assert.Contains(t, stdout, `changeName                   FAILED: answered "done", but shows "Anna" where "Anya" was set`)
	assert.Contains(t, stderr, "1 of 31 calls did not go as told: changeName")
}
