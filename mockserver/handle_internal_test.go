package mockserver

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver/internal/compile"
	"github.com/quartet-go/quartet/openapi"
)

// mistrust gives a server documents that its own answers break: user_id is an integer, and
// a message is longer than any of ours.
func mistrust(t *testing.T, s *Server) {
	t.Helper()
	files := fstest.MapFS{}
	for _, name := range []string{"profile.yaml", "billing.yaml", "subscription.yaml", "vendor.yaml"} {
		data, err := openapi.FS.ReadFile(name)
		require.NoError(t, err)
		if name == "profile.yaml" {
			changed := bytes.Replace(data, []byte("        user_id:\n          type: string\n"), []byte("        user_id:\n          type: integer\n"), 1)
			changed = bytes.Replace(changed, []byte("        message:\n          type: string\n"), []byte("        message:\n          type: string\n          minLength: 1000\n"), 1)
			require.NotEqual(t, len(data), len(changed))
			data = changed
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	apis, err := compile.APIs(files)
	require.NoError(t, err)
	loaded, err := documentsOf(apis)
	require.NoError(t, err)
	s.contract, s.dialects, s.coverage = loaded.contract, loaded.dialects, newCoverage(loaded.contract)
}

// ask makes a call of the profile API, and returns status and body.
func ask(t *testing.T, s *Server, method, path, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.URL()+path, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	resp, err := s.Client().Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(got)
}

// failures is a test that keeps what fails it.
type failures struct {
	*testing.T
	texts []string
}

func (f *failures) Errorf(format string, args ...any) {
	f.texts = append(f.texts, fmt.Sprintf(format, args...))
}

// A broken answer of ours fails the test that has started the server. It says where and
// what, and no value; and the client gets it all the same.
func TestBrokenAnswersFailTheTest(t *testing.T) {
	t.Parallel()
	tb := &failures{T: t}
	s := Start(tb)
	mistrust(t, s)
	status, body := ask(t, s, "GET", "/profile/me", "")
	assert.Equal(t, 200, status)
	assert.Contains(t, body, `"user_id":"usr_anna"`)
	_, _ = ask(t, s, "PUT", "/profile/name-change", `{"first_name":"A","last_name":null}`)
	_, _ = ask(t, s, "GET", "/profile/payments", "") // keeps its document
	_, _ = ask(t, s, "GET", "/nowhere", "")          // in none
	assert.Equal(t, []string{                        // without the values "usr_anna" and "The name is changed"
		"mockserver: an answer breaks its document: getMyProfile: answer 200: user_id: wrong type",
		"mockserver: an answer breaks its document: changeName: answer 200: message: shorter than 1000",
	}, tb.texts)
	assert.EqualValues(t, 2, s.Violations())
}

func TestAnswersAreCheckedWhereAsked(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		opts []Option
		want uint64
	}{{nil, 0}, {[]Option{WithCheckedAnswers()}, 1}} {
		s, err := New(tc.opts...)
		require.NoError(t, err)
		var reported []string
		s.report = func(message string, err error) { reported = append(reported, message+": "+err.Error()) }
		mistrust(t, s)
		status, _ := ask(t, s, "GET", "/profile/me", "")
		assert.Equal(t, 200, status)
		assert.Equal(t, tc.want, s.Violations())
		assert.Len(t, reported, int(tc.want))
	}
}

// What a fault makes of an answer may break the document: that is what it is for. What it
// was made of may not.
func TestFaultsAreNoViolations(t *testing.T) {
	t.Parallel()
	tb := &failures{T: t}
	s := Start(tb)
	for _, fault := range []Fault{
		{Status: 418, Body: "teapot"}, {Status: 200, Body: `{"user_id":7}`}, {Kind: MalformedJSON}, {Kind: BrokenContract}, {Kind: WrongContentType}, {Kind: OversizedBody, Size: 100},
	} {
		s.ClearFaults()
		require.NoError(t, s.AddFault(fault))
		_, _ = ask(t, s, "GET", "/profile/me", "")
	}
	assert.Empty(t, tb.texts)
	assert.Zero(t, s.Violations())
	mistrust(t, s)
	_, _ = ask(t, s, "GET", "/profile/me", "")
	assert.EqualValues(t, 1, s.Violations(), "the answer before the fault is ours")
}
