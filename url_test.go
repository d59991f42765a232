package quartet_test

import (
	"bufio"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/billing"
	"github.com/quartet-go/quartet/profile"
	"github.com/quartet-go/quartet/subscription"
	"github.com/quartet-go/quartet/vendorapi"
)

func TestABaseURLStandsBeforeThePath(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"https://api.example.com":              "https://api.example.com/profile/me",
		"https://api.example.com/":             "https://api.example.com/profile/me",
		"https://api.example.com//":            "https://api.example.com/profile/me",
		"http://127.0.0.1:8080":                "http://127.0.0.1:8080/profile/me",
		"http://[::1]:8080/":                   "http://[::1]:8080/profile/me",
		"HTTPS://api.example.com":              "https://api.example.com/profile/me",
		"https://api.example.com/prefix":       "https://api.example.com/prefix/profile/me",
		"https://api.example.com/prefix/":      "https://api.example.com/prefix/profile/me",
		"https://api.example.com/a%2Fb/c%20d/": "https://api.example.com/a%2Fb/c%20d/profile/me",
		"https://api.example.com/a%2F/":        "https://api.example.com/a%2F/profile/me",
		"https://api.example.com/пре фикс":     "https://api.example.com/%D0%BF%D1%80%D0%B5%20%D1%84%D0%B8%D0%BA%D1%81/profile/me",
	} {
		t.Run(base, func(t *testing.T) {
			t.Parallel()
			var got, host string
			client, err := profile.New(base, quartet.WithTransport(transport(func(r *http.Request) (*http.Response, error) {
				got, host = r.URL.String(), r.Host
				return answer(200, profileJSON), nil
			})))
			require.NoError(t, err)
			_, err = client.GetMyProfile(t.Context())
			require.NoError(t, err)
			assert.Equal(t, want, got)
			assert.Contains(t, want, "//"+host+"/")
		})
	}
}

func TestABadBaseURLIsRefusedWithoutShowingItsPassword(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"":                                       "scheme",
		"api.example.com":                        "scheme",
		"//api.example.com":                      "scheme",
		"ftp://api.example.com":                  "scheme",
		"/prefix":                                "scheme",
		"https://":                               "no host",
		"https:///prefix":                        "no host",
		"https://:8080":                          "no host",
		"https:api.example.com":                  "no host",
		"https://api.example.com?token=hunter2":  "query",
		"https://api.example.com?":               "query",
		"https://api.example.com#hunter2":        "fragment",
		"https://api.example.com#":               "fragment",
		"https://user:hunter2@api.example.com":   "user info",
		"ftp://user:hunter2@api.example.com":     "user info",
		"https://hunter2@api.example.com":        "user info",
		"https://user:hunter2@api.example.com:x": "parsed",
		"https://api.example.com:port":           "parsed",
		"https://api.example.com/%zz":            "parsed",
		"https://api.example.com/\n":             "parsed",
		"user:hunter2@api.example.com":           "scheme",
		"https:user:hunter2@api.example.com":     "no host",
		"https:/user:hunter2@api.example.com":    "no host",
		"hunter2://api.example.com":              "scheme",
	} {
		t.Run(base, func(t *testing.T) {
			t.Parallel()
			for api, open := range map[string]func(string) error{
				"profile":      func(u string) error { _, err := profile.New(u); return err },
				"billing":      func(u string) error { _, err := billing.New(u); return err },
				"subscription": func(u string) error { _, err := subscription.New(u); return err },
				"vendor":       func(u string) error { _, err := vendorapi.New(u); return err },
			} {
				err := open(base)
				require.ErrorContains(t, err, want)
				require.ErrorContains(t, err, api+".New: base URL")
				assert.NotContains(t, err.Error(), "hunter2")
			}
		})
	}
}

func TestAPathParameterIsOneSegment(t *testing.T) {
	t.Parallel()
	for id, want := range map[int64]string{
		1:                    "/users/1/subscription",
		-1001234567890:       "/users/-1001234567890/subscription",
		9223372036854775807:  "/users/9223372036854775807/subscription",
		-9223372036854775808: "/users/-9223372036854775808/subscription",
	} {
		option, requests := recorder(404, "")
		_, err := subscriptionClient(t, option).CreateUserSubscription(t.Context(), id, subscription.CreateSubscriptionRequest{})
		assert.Equal(t, want, (*requests)[0].URL.EscapedPath())
		assert.Equal(t, "/users/{user_id}/subscription", asError(t, err).Path, "errors show the template")
	}
	for value, want := range map[string]string{
		"a/b": "/x/a%2Fb/y", "a?b#c": "/x/a%3Fb%23c/y", "...": "/x/.../y", "..%2f": "/x/..%252f/y", "{id}": "/x/%7Bid%7D/y", "ü": "/x/%C3%BC/y",
	} {
		got, err := quartet.ExpandPath("/x/{id}/y", []string{value})
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	for _, value := range []string{"", ".", "..", "a\nb", "\x00", "\x7f"} {
		_, err := quartet.ExpandPath("/x/{id}/y", []string{value})
		require.ErrorContains(t, err, "path parameter id")
	}
	got, err := quartet.ExpandPath("/{a}/x/{b}", []string{"{b}", "2"})
	require.NoError(t, err)
	assert.Equal(t, "/%7Bb%7D/x/2", got)
}

func TestAQueryValueArrivesAsGiven(t *testing.T) {
	t.Parallel()
	for _, course := range []string{"", "go-101", "a b&c=d#e?f", "курс", "%2F"} {
		option, requests := recorder(200, messageJSON)
		_, err := profileClient(t, option).CancelSubscription(t.Context(), course)
		require.NoError(t, err)
		query := (*requests)[0].URL.Query()
		assert.Equal(t, []string{course}, query["course_id"])
		assert.Len(t, query, 1)
	}
}

func TestABaseURLsPortMustBeOne(t *testing.T) {
	t.Parallel()
	for _, port := range []string{"0", "65536", "99999"} {
		_, err := profile.New("http://127.0.0.1:" + port)
		assert.ErrorContains(t, err, "the port is not between 1 and 65535", port)
	}
}

func FuzzPathSegment(f *testing.F) {
	for _, seed := range []string{"a", "", ".", "..", "...", "a/b", "%2f", "%", "a?b#c", "a;b", "ü", "\xff", "\n", "{id}", "a b", "+", "\\", ":", "//"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		path, err := quartet.ExpandPath("/x/{id}/y", []string{value})
		if err != nil {
			return
		}
		req, err := http.ReadRequest(bufio.NewReader(strings.NewReader("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n")))
		require.NoError(t, err)
		segments := strings.Split(req.URL.EscapedPath(), "/")
		require.Len(t, segments, 4, path)
		got, err := url.PathUnescape(segments[2])
		require.NoError(t, err)
		assert.Equal(t, value, got)
		assert.Equal(t, "/x/"+value+"/y", req.URL.Path)
		assert.Empty(t, req.URL.RawQuery)
	})
}
