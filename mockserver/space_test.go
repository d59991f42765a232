package mockserver_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

const rename = `{"first_name":"Zoe","last_name":null}`

// in is a mock that is called in the space.
func (m mock) in(id string) (space *mockserver.Space, call func(method, path, body string, headers ...string) answer) {
	space = m.Space(id)
	return space, func(method, path, body string, headers ...string) answer {
		m.t.Helper()
		return m.call(method, path, body, append(headers, "X-Mock-Space: "+id)...)
	}
}

func TestSpaceIsChosenByHeaderOrPrefix(t *testing.T) {
	t.Parallel()
	m := start(t)
	space, inA := m.in("a")
	inA("PUT", "/profile/name-change", rename).ok()
	assert.Equal(t, "Zoe", inA("GET", "/profile/me", "").at("first_name"))
	assert.Equal(t, "Zoe", m.call("GET", "/_space/a/profile/me", "").at("first_name"))
	assert.Equal(t, "Zoe", inA("GET", "/_space/a/profile/me", "").at("first_name"), "both, and the same")
	assert.Equal(t, "Anna", m.call("GET", "/profile/me", "").at("first_name"), "the default space")
	assert.Equal(t, "Anna", m.call("GET", "/_space/b/profile/me", "").at("first_name"), "another space")
	assert.Equal(t, "Zoe", *space.State().Profile.Users["usr_anna"].FirstName)
	assert.Equal(t, m.URL()+"/_space/a", space.URL())
}

// Whatever an id is made of, its URL leads to it, over a socket and in process.
func TestSpaceURLHoldsAnyID(t *testing.T) {
	t.Parallel()
	for _, m := range []mock{start(t), inProcess(t)} {
		for _, id := range []string{"TestX/sub_test#01", "a b", "ключ", "..", "%2F", "?x=1"} {
			space := m.Space(id)
			resp, err := space.Client().Get(space.URL() + "/profile/me")
			require.NoError(t, err, id)
			require.NoError(t, resp.Body.Close())
			assert.Equal(t, http.StatusOK, resp.StatusCode, id)
			assert.Len(t, space.Journal(), 1, id)
			assert.Equal(t, "/profile/me", space.Journal()[0].Path, id)
		}
		assert.Empty(t, m.Journal())
	}
}

func TestTransportOfASpaceNeedsNoPrefix(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	client := &http.Client{Transport: m.Space("a").Transport()}
	resp, err := client.Get("https://api.example.com/profile/me")
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Len(t, m.Space("a").Journal(), 1)
}

func TestSpaceThatIsNamedWrongly(t *testing.T) {
	t.Parallel()
	m := start(t)
	for path, want := range map[string]string{
		"/_space/":               `{"detail":"The path names no space; one is written as /_space/ID/path"}`,
		"/_space//profile/me":    `{"detail":"The path names no space; one is written as /_space/ID/path"}`,
		"/_space/b/profile/me":   `{"detail":"The request names two spaces, \"a\" and \"b\""}`,
		"/_space/b/v1.0/profile": `{"error":{"code":400,"message":"The request names two spaces, \"a\" and \"b\""}}`,
	} {
		m.send(withHeader(newRequest(t, "GET", m.URL()+path, ""), "X-Mock-Space", "a")).is(400, want)
	}
	m.call("GET", "/_space/"+strings.Repeat("x", 257)+"/profile/me", "").is(400, `{"detail":"The id of the space is over 256 bytes"}`)
}

func withHeader(req *http.Request, name, value string) *http.Request {
	req.Header.Set(name, value)
	return req
}

// Past the bound a call is told so; spaces that nobody calls make room after their time,
// those in use and those that Go code asked for do not.
func TestSpacesAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := inProcess(t, mockserver.WithSpaces(3, time.Minute))
		visit := func(id string) int { return m.call("GET", "/_space/"+id+"/profile/me", "").status }
		m.Space("kept")
		require.Equal(t, 200, visit("a"))
		m.call("GET", "/_space/b/profile/me", "").is(507, `{"detail":"There are 3 spaces, none of which has been idle for 1m0s, so that there is no room for another"}`)
		assert.Equal(t, 200, visit("a"), "those that are there go on")

		<-time.After(30 * time.Second)
		assert.Equal(t, 200, visit("a"))
		<-time.After(59 * time.Second)
		assert.Equal(t, 507, visit("b"), "a has been called a minute ago less a second")
		<-time.After(2 * time.Second)
		assert.Equal(t, 200, visit("b"))
		assert.Equal(t, 507, visit("a"), "it has expired, kept has not")
	})
}
