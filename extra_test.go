package quartet_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/profile"
)

func TestExtrasThatCannotBeSentAreRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		option quartet.Option
		text   string
	}{
		"a header without a name":           {quartet.WithHeader("", "x"), `"" is not a header's name`},
		"a header's name with a space":      {quartet.WithHeader("X Y", "x"), "is not a header's name"},
		"a header's name beyond ASCII":      {quartet.WithHeader("Ключ", "x"), "is not a header's name"},
		"a header's value with a break":     {quartet.WithHeader("X-New", "planted\r\nX: y"), "the value of X-New has a line break"},
		"Authorization":                     {quartet.WithHeader("authorization", "planted"), "Authorization is a credential"},
		"X-API-Key":                         {quartet.WithHeader("X-API-Key", "planted"), "X-Api-Key is a credential"},
		"Host":                              {quartet.WithHeader("host", "x"), "Host is not the caller's to set"},
		"Content-Length":                    {quartet.WithHeader("Content-Length", "1"), "Content-Length is not the caller's"},
		"Accept-Encoding":                   {quartet.WithHeader("Accept-Encoding", "br"), "Accept-Encoding is not the caller's"},
		"a query without a name":            {quartet.WithQuery("", "x"), "WithQuery: the name is empty"},
		"a place for the answer that is no": {quartet.WithResponse(nil), "WithResponse: the pointer is nil"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := profile.New(baseURL, test.option)
			require.ErrorContains(t, err, test.text)
			assert.NotContains(t, err.Error(), planted)
			option, requests := recorder(200, profileJSON)
			_, err = profileClient(t, option).GetMyProfile(t.Context(), test.option)
			require.ErrorContains(t, err, test.text)
			assert.Empty(t, *requests)
		})
	}
}

func TestHeadersAndQueriesGoWithEveryAttempt(t *testing.T) {
	t.Parallel()
	option, requests := recorder(503, "")
	client := profileClient(t, option, hurried,
		quartet.WithHeader("x-new", "client"), quartet.WithHeader("User-Agent", "mine/1"), quartet.WithQuery("a", "1"), quartet.WithQuery("a", "&2"))
	_, err := client.CancelSubscription(t.Context(), "c", quartet.WithHeader("X-New", "call"), quartet.WithQuery("b", "3"))
	require.Error(t, err)
	_, err = client.GetMyProfile(t.Context())
	require.Error(t, err)
	require.Len(t, *requests, 5)
	first, last := (*requests)[0], (*requests)[4]
	assert.Equal(t, "a=1&a=%262&b=3&course_id=c", first.URL.RawQuery)
	assert.Equal(t, []string{"call"}, first.Header["X-New"], "the later holds")
	assert.Equal(t, "mine/1", first.UserAgent())
	assert.Equal(t, "a=1&a=%262", last.URL.RawQuery)
	assert.Equal(t, []string{"client"}, last.Header["X-New"], "the client is as it was")
	_, err = profileClient(t, option).GetMyProfile(t.Context())
	require.Error(t, err)
	assert.Equal(t, "quartet-go/"+quartet.Version, (*requests)[5].UserAgent())
}

func TestAJSONFieldIsAddedToTheBodyOrReplacesOne(t *testing.T) {
	t.Parallel()
	wire := wireOf(t, func(o quartet.Option) {
		client := profileClient(t, o, quartet.WithJSONField("client", 1))
		_, _ = client.ChangeName(t.Context(), profile.ChangeNameRequest{FirstName: quartet.Ptr("Anna")},
			quartet.WithJSONField("last_name", nil), quartet.WithJSONField("first_name", "Анна"),
			quartet.WithJSONField("pin", quartet.NewSecret("planted-pin")), quartet.WithJSONField("tags", []string{"<a>"}))
	})
	assert.JSONEq(t, `{"first_name":"Анна","last_name":null,"client":1,"pin":"planted-pin","tags":["<a>"]}`, wire)
}

func TestASecretJSONFieldIsRedactedWhenItIsEchoed(t *testing.T) {
	t.Parallel()
	client := profileClient(t, always(422, `{"detail":"planted-pin is wrong"}`))
	_, err := client.ChangeName(t.Context(), profile.ChangeNameRequest{}, quartet.WithJSONField("pin", quartet.NewSecret("planted-pin")))
	assert.Equal(t, "[redacted] is wrong", asError(t, err).Message)
	printsNoSecret(t, err)
}

func TestAJSONFieldThatCannotBeSentIsRefused(t *testing.T) {
	t.Parallel()
	option, requests := recorder(200, messageJSON)
	client := profileClient(t, option)
	_, err := client.GetMyProfile(t.Context(), quartet.WithJSONField("a", 1))
	require.ErrorContains(t, err, "WithJSONField: the operation takes no body")
	_, err = client.ChangeName(t.Context(), profile.ChangeNameRequest{}, quartet.WithJSONField("a", func() {}))
	require.ErrorContains(t, err, "WithJSONField: a: json: unsupported type")
	assert.Empty(t, *requests)
}

func TestTheRawAnswerCanBeReadAgain(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		body   string
	}{
		"200":                          {200, profileJSON},
		"200 with an unknown member":   {200, `{"new":1,` + profileJSON[1:]},
		"200 that breaks the contract": {200, "<html>"},
		"422":                          {422, `{"detail":"no"}`},
		"503 after retries":            {503, "down"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var raw *http.Response
			_, err := profileClient(t, hurried, always(test.status, test.body, "X-Request-Id", "r-1")).GetMyProfile(t.Context(), quartet.WithResponse(&raw))
			require.NotNil(t, raw)
			body, readErr := io.ReadAll(raw.Body)
			require.NoError(t, readErr)
			require.NoError(t, raw.Body.Close())
			assert.Equal(t, test.body, string(body))
			assert.EqualValues(t, len(body), raw.ContentLength)
			assert.Equal(t, test.status, raw.StatusCode)
			if err != nil {
				assert.Equal(t, "r-1", asError(t, err).RequestID)
			}
		})
	}
}

func TestWhereThereIsNoAnswerThereIsNoRawAnswer(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]quartet.Option{
		"a lost connection": {hurried, switchable(func() (int, error) { return 0, io.ErrUnexpectedEOF })},
		"a refused call":    {quartet.WithTimeout(-1)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw := new(http.Response)
			_, err := profileClient(t, always(200, profileJSON)).GetMyProfile(t.Context(), append(opts, quartet.WithResponse(&raw))...)
			require.Error(t, err)
			assert.Nil(t, raw)
		})
	}
}

func TestTheRequestsIDIsReadFromTheAnswer(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{"X-Request-ID": "a", "X-Correlation-ID": "a", "X-Amzn-Trace-Id": "a", "CF-Ray": "a", "X-Other": ""} {
		_, err := profileClient(t, always(404, "", header, "a")).GetMyProfile(t.Context())
		assert.Equal(t, want, asError(t, err).RequestID)
	}
}
