package mockserver_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

func varied(seed uint64) mockserver.Option {
	return mockserver.WithVariation(mockserver.Variation{Seed: seed})
}

// Every answer of every operation still keeps its document, by an engine that is not the
// server's own (see mock.send), and by the server's own.
func TestVariedAnswersConform(t *testing.T) {
	t.Parallel()
	for _, op := range operations() {
		for status := range op.route.Operation.Responses.Map() {
			if op.id == "createUserSubscription" && status == "500" {
				continue
			}
			t.Run(op.id+" "+status, func(t *testing.T) {
				t.Parallel()
				want, err := strconv.Atoi(status)
				require.NoError(t, err)
				bodies := map[string]bool{}
				for seed := range uint64(20) {
					for _, values := range []bool{false, true} {
						a := provoke(t, op.id, want, mockserver.WithVariation(mockserver.Variation{Seed: 1 + seed, Values: values}))
						assert.Equal(t, want, a.status)
						bodies[a.body] = true
					}
				}
				if bodies[""] {
					assert.Len(t, bodies, 1, "no body stays none")
				} else {
					assert.Greater(t, len(bodies), 4, "they differ")
				}
			})
		}
	}
}

func TestVariationOfASpace(t *testing.T) {
	t.Parallel()
	m := inProcess(t)
	plain := m.call("GET", "/profile/me", "").body
	differ := func(id string) (n int) {
		for range 10 {
			if m.call("GET", "/profile/me", "", "X-Mock-Space: "+id).body != plain {
				n++
			}
		}
		return n
	}
	vary := func(v mockserver.Variation) {
		require.NoError(t, m.Space("a").Update(func(s *mockserver.State) { s.Variation = v }))
	}
	assert.Zero(t, differ("a"))
	vary(mockserver.Variation{Seed: 1})
	assert.Greater(t, differ("a"), 5)
	assert.Zero(t, differ("b"), "another space")
	vary(mockserver.Variation{Values: true})
	assert.Zero(t, differ("a"), "without a seed there is none")
	assert.Equal(t, mockserver.Variation{Values: true}, m.Space("a").State().Variation)
	vary(mockserver.Variation{Seed: 1})
	m.Space("a").Reset()
	assert.Zero(t, differ("a"))
}

// By default what the answer says is the same.
func TestVariationWithoutValues(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		m := inProcess(t, varied(1+seed))
		for range 5 {
			me := m.call("GET", "/profile/me", "")
			assert.Equal(t, []any{"usr_anna", "Anna", "+79210001122"}, []any{me.at("user_id"), me.at("first_name"), me.at("phone")})
		}
	}
}

// The n-th call of a world has the same bytes in every run, whatever comes at the same time.
func TestVariationIsReproducible(t *testing.T) {
	t.Parallel()
	bodies := func(seed uint64) (all []string) {
		m := start(t, varied(seed))
		var clients sync.WaitGroup
		for range 16 {
			clients.Go(func() {
				for range 4 {
					resp, err := m.Client().Get(m.URL() + "/profile/me")
					if assert.NoError(t, err) {
						assert.NoError(t, resp.Body.Close())
					}
				}
			})
		}
		clients.Wait()
		for _, e := range m.Journal() {
			all = append(all, string(e.ResponseBody))
		}
		return all
	}
	first := bodies(7)
	require.Len(t, first, 64)
	assert.Equal(t, first, bodies(7))
	other := bodies(8)
	distinct := map[string]bool{}
	same := 0
	for i := range first {
		distinct[first[i]] = true
		if first[i] == other[i] {
			same++
		}
	}
	assert.Greater(t, len(distinct), 50, "each call its own")
	assert.Less(t, same, 5, "each seed its own")
}

// raw is an answer as it stands on the wire.
type raw struct {
	head []string // the lines of the headers
	body string   // as it was before chunks and compression
	http.Header
}

// ask sends a request over a connection of its own.
func askRaw(t *testing.T, m mock, request string) raw {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(m.URL(), "http://"))
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, request+"\r\nHost: a\r\nConnection: close\r\n\r\n")
	require.NoError(t, err)
	text, err := io.ReadAll(conn)
	require.NoError(t, err)
	head, _, _ := strings.Cut(string(text), "\r\n\r\n")
	method, _, _ := strings.Cut(request, " ")
	resp, err := http.ReadResponse(bufio.NewReader(strings.NewReader(string(text))), &http.Request{Method: method})
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	if resp.Header.Get("Content-Encoding") == "gzip" {
		unzipped, err := gzip.NewReader(strings.NewReader(string(body)))
		require.NoError(t, err)
		body, err = io.ReadAll(unzipped)
		require.NoError(t, err)
	}
	return raw{strings.Split(head, "\r\n")[1:], string(body), resp.Header}
}

// On the wire an answer is chunked or sized, its headers are written in one way or the
// other, and it is compressed only where the client takes that. Whatever is chosen fits
// together.
func TestFormsOfVariedAnswers(t *testing.T) {
	t.Parallel()
	m := start(t, varied(5))
	for accept, mayCompress := range map[string]bool{
		"": false, "identity": false, "br": false, "gzip;q=0": false, "gzip; q=0.0, br": false, "x-gzip": false, "*": false, "gzip;q=x": false,
		"gzip": true, "br, GZIP;q=0.5": true, "deflate,gzip;q=1": true,
	} {
		seen := map[string]int{}
		for range 40 {
			request := "GET /profile/me HTTP/1.1"
			if accept != "" {
				request += "\r\nAccept-Encoding: " + accept
			}
			a := askRaw(t, m, request)
			var me map[string]any
			assert.NoError(t, json.Unmarshal([]byte(a.body), &me))
			assert.Equal(t, "usr_anna", me["user_id"])
			names := map[string]bool{}
			for _, line := range a.head {
				name, _, _ := strings.Cut(line, ":")
				assert.False(t, names[strings.ToLower(name)], "%s stands twice in %q", name, a.head)
				names[strings.ToLower(name)] = true
				if strings.EqualFold(name, "Content-Type") {
					seen[name]++
				}
			}
			assert.Equal(t, "application/json", a.Get("Content-Type"))
			assert.NotEqual(t, names["content-length"], names["transfer-encoding"], "%q", a.head)
			assert.Equal(t, names["content-encoding"], names["vary"])
			for _, name := range []string{"content-length", "transfer-encoding", "content-encoding"} {
				if names[name] {
					seen[name]++
				}
			}
		}
		for _, what := range []string{"content-length", "transfer-encoding", "Content-Type", "content-type"} {
			assert.Greater(t, seen[what], 5, "%s with %q", what, accept)
		}
		if mayCompress {
			assert.Greater(t, seen["content-encoding"], 5, accept)
		} else {
			assert.Zero(t, seen["content-encoding"], accept)
		}
	}
}

// What no document names, and what has no body, is as it always is.
func TestWhatDoesNotVary(t *testing.T) {
	t.Parallel()
	m := start(t, varied(5))
	for range 20 {
		a := askRaw(t, m, "HEAD /profile/me HTTP/1.1\r\nAccept-Encoding: gzip")
		assert.Empty(t, a.body)
		assert.Equal(t, "GET", a.Get("Allow"))
		m.call("GET", "/nowhere", "").is(404, `{"detail":"No operation at GET /nowhere; the nearest is GET /profile/me (getMyProfile)"}`)
		m.call("PUT", "/v1.0/profile/settings", `{"lang":1}`, admin).is(200, "")
	}
}

// Not parallel: it changes the environment.
func TestVariationByTheEnvironment(t *testing.T) {
	t.Setenv("QUARTET_MOCK_VARIATION", "7")
	assert.Equal(t, mockserver.Variation{Seed: 7}, inProcess(t).State().Variation)
	assert.Equal(t, mockserver.Variation{Seed: 7}, inProcess(t).Space("a").State().Variation)
	assert.Equal(t, mockserver.Variation{}, inProcess(t, varied(0)).State().Variation, "the option goes first")
	t.Setenv("QUARTET_MOCK_VARIATION", "")
	assert.Equal(t, mockserver.Variation{}, inProcess(t).State().Variation)
	for _, wrong := range []string{"yes", "-1", "1.5", " 1", "18446744073709551616"} {
		t.Setenv("QUARTET_MOCK_VARIATION", wrong)
		_, err := mockserver.New()
		assert.EqualError(t, err, fmt.Sprintf("mockserver: QUARTET_MOCK_VARIATION=%s: a seed is an integer from 0 on", wrong))
		_, err = mockserver.New(varied(1))
		assert.NoError(t, err, "nobody looks")
	}
}
