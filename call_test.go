package quartet_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/vendorapi"
)

func TestConnectionsAreReusedAfterEveryEnd(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]http.HandlerFunc{
		"200": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, profileJSON) },
		"422": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, `{"detail":"no"}`, http.StatusUnprocessableEntity)
		},
		"503": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, strings.Repeat("down ", 2_000), http.StatusServiceUnavailable)
		},
		"302":          func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) },
		"bad response": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>not here</html>") },
		"more than the limit, by little": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "3000")
			_, _ = io.WriteString(w, strings.Repeat(" ", 3_000))
		},
		"more than the limit, by little and of no known length": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, strings.Repeat(" ", 2_500))
			_ = http.NewResponseController(w).Flush()
			_, _ = io.WriteString(w, strings.Repeat(" ", 500))
		},
		"503 without reading the request": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusServiceUnavailable)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { // net/http gives up a connection when the end of a write takes 50 ms
				network := inMemory(t, handler)
				dial, conns := network.DialContext, 0
				network.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
					conns++
					return dial(ctx, network, addr)
				}
				client := profileAt(t, "http://memory.localhost", quartet.WithTransport(network), hurried, quartet.WithResponseLimit(2_000, 0))
				for range 100 { // two calls each
					_, err := client.GetMyProfile(t.Context())
					assert.Equal(t, name == "200", err == nil)
					_, err = client.ChangePassword(t.Context(), secretPasswords)
					assert.Error(t, err)
				}
				assert.Equal(t, 1, conns, "connections")
			})
		})
	}
}

// closable counts how often its idle connections are closed.
type closable struct {
	transport
	closed int
}

func (c *closable) CloseIdleConnections() { c.closed++ }

func TestTheCallersHTTPClientIsLeftAsItIs(t *testing.T) {
	t.Parallel()
	base := &closable{transport: func(*http.Request) (*http.Response, error) {
		return answer(503, "", "Set-Cookie", "a=1"), nil
	}}
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	mine := &http.Client{Transport: base, Jar: jar, Timeout: time.Minute}

	client := profileClient(t, quartet.WithHTTPClient(mine), hurried)
	_, err = client.GetMyProfile(t.Context())
	require.ErrorIs(t, err, quartet.ErrServer)

	assert.Same(t, base, mine.Transport)
	assert.Nil(t, mine.CheckRedirect)
	assert.Equal(t, time.Minute, mine.Timeout)
	assert.Zero(t, base.closed, "idle connections closed")

	_, err = profileClient(t, quartet.WithHTTPClient(mine), always(200, profileJSON)).GetMyProfile(t.Context())
	require.NoError(t, err)
	assert.Same(t, base, mine.Transport, "WithTransport makes a client of its own")
}

func TestTheCookieJarHoldsAndSendsEachCookieOnce(t *testing.T) {
	t.Parallel()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	var sent []string
	client := profileClient(t, hurried, quartet.WithHTTPClient(&http.Client{
		Jar: jar,
		Transport: transport(func(r *http.Request) (*http.Response, error) {
			sent = append(sent, r.Header.Get("Cookie"))
			return answer(503, "", "Set-Cookie", "a=1"), nil
		}),
	}))
	_, err = client.GetMyProfile(t.Context())
	require.Error(t, err)
	assert.Equal(t, []string{"", "a=1", "a=1", "a=1"}, sent)
}

func TestTheHTTPClientsTimeoutBoundsAnAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := profileClient(t, quartet.WithHTTPClient(&http.Client{
			Timeout: time.Second,
			Transport: transport(func(r *http.Request) (*http.Response, error) {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}),
		}))
		start := time.Now()
		_, err := client.GetMyProfile(t.Context())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 4, asError(t, err).Attempts)
		assert.Less(t, time.Since(start), 6*time.Second)
	})
}

func TestTimeoutsBoundWhatTheySay(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		opts     []quartet.Option
		deadline time.Duration // of the context, 0 for none
		least    time.Duration
		most     time.Duration
		attempts int
		text     string
	}{
		"the call's timeout": {
			opts:  []quartet.Option{quartet.WithTimeout(10 * time.Second)},
			least: 10 * time.Second, most: 10 * time.Second, attempts: 1, text: "call's timeout of 10s",
		},
		"the attempt's timeout": {
			opts:  []quartet.Option{quartet.WithAttemptTimeout(time.Second), quartet.WithoutRetry()},
			least: time.Second, most: time.Second, attempts: 1, text: "attempt's timeout of 1s",
		},
		"the attempt's timeout, each attempt anew": {
			opts:  []quartet.Option{quartet.WithAttemptTimeout(time.Second)},
			least: 4 * time.Second, most: 5750 * time.Millisecond, attempts: 4, text: "attempt's timeout of 1s",
		},
		"the defaults": {
			least: 2 * time.Minute, most: 2 * time.Minute, attempts: 4, text: "call's timeout of 2m0s",
		},
		"the context's deadline instead of the call's timeout": {
			opts: []quartet.Option{quartet.WithTimeout(time.Second), quartet.WithAttemptTimeout(0)}, deadline: time.Hour,
			least: time.Hour, most: time.Hour, attempts: 1, text: "deadline exceeded",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if test.deadline > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, test.deadline)
					defer cancel()
				}
				hangs := inMemory(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
				client := profileAt(t, "http://memory.localhost", append(test.opts, quartet.WithTransport(hangs))...)
				start := time.Now()
				_, err := client.GetMyProfile(ctx)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				assert.Contains(t, err.Error(), test.text)
				assert.Equal(t, test.attempts, asError(t, err).Attempts)
				assert.GreaterOrEqual(t, time.Since(start), test.least)
				assert.LessOrEqual(t, time.Since(start), test.most)
			})
		})
	}
}

func TestABodyThatDripsIsCutByTheAttemptsTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		drips := inMemory(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, `{"user_id":`)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		})
		client := profileAt(t, "http://memory.localhost", quartet.WithTransport(drips), quartet.WithAttemptTimeout(time.Second))
		_, err := client.GetMyProfile(t.Context())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, quartet.ErrBadResponse)
		e := asError(t, err)
		assert.Equal(t, 4, e.Attempts)
		assert.Equal(t, `{"user_id":`, string(e.Body()))
	})
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	for _, code := range []int{301, 302, 303, 307, 308} {
		for class, call := range classes {
			t.Run(http.StatusText(code)+"/"+class, func(t *testing.T) {
				t.Parallel()
				var asked []string
				client := profileClient(t, quartet.WithBearerToken("planted-token"),
					quartet.WithTransport(transport(func(r *http.Request) (*http.Response, error) {
						asked = append(asked, r.URL.Host)
						return answer(code, "", "Location", "https://evil.example.net/profile/me"), nil
					})))
				err := call(t.Context(), client)
				e := asError(t, err)
				assert.Equal(t, code, e.StatusCode)
				assert.Equal(t, "https://evil.example.net/profile/me", e.Header().Get("Location"))
				assert.Equal(t, []string{"api.example.com"}, asked, "no other host sees the request or its credential")
			})
		}
	}
}

func TestARedirectToNowhereKeepsItsStatus(t *testing.T) {
	t.Parallel()
	_, err := profileClient(t, always(302, "", "Location", "http://[bad")).GetMyProfile(t.Context())
	assert.Equal(t, 302, asError(t, err).StatusCode)
}

// The published page shows no answer: any 2xx is success, whatever its body.
func TestAnIgnoredBodyCannotFailTheCall(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]http.HandlerFunc{
		"empty": func(http.ResponseWriter, *http.Request) {},
		"204":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
		"HTML":  func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") },
		"cut short": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "9")
			_, _ = io.WriteString(w, "{")
		},
		"huge": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 11<<20)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := listen(t, handler)
			client, err := vendorapi.New(server.url, quartet.WithHTTPClient(server.http))
			require.NoError(t, err)
			require.NoError(t, client.UpdateSettings(t.Context(), vendorapi.UpdateSettingsRequest{Lang: 1}))
			require.NoError(t, client.UpdateProfile(t.Context(), vendorapi.UpdateProfileRequest{}))
			assert.LessOrEqual(t, server.conns.Load(), int64(2))
		})
	}
}

func TestAFakeTransportMayLeaveTheBodyOut(t *testing.T) {
	t.Parallel()
	client := profileClient(t, quartet.WithTransport(transport(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusNotFound}, nil
	})))
	_, err := client.GetMyProfile(t.Context())
	require.ErrorIs(t, err, quartet.ErrNotFound)
}

func TestATransportsErrorLosesItsQuery(t *testing.T) {
	t.Parallel()
	client := profileClient(t, hurried, quartet.WithTransport(transport(func(r *http.Request) (*http.Response, error) {
		return nil, &url.Error{Op: "Delete", URL: r.URL.String(), Err: io.ErrUnexpectedEOF}
	})))
	_, err := client.CancelSubscription(t.Context(), "planted-course")
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.NotErrorAs(t, err, new(*url.Error), "it would print the query")
	assert.NotContains(t, err.Error(), "planted")
	assert.Contains(t, err.Error(), io.ErrUnexpectedEOF.Error())
}

func TestAGuardedCallThatWasAnsweredAtLastIsKnown(t *testing.T) {
	t.Parallel()
	n := 0
	client := profileClient(t, hurried, quartet.WithTransport(transport(func(*http.Request) (*http.Response, error) {
		if n++; n == 1 {
			return answer(503, "", "Retry-After", "0"), nil
		}
		return answer(422, `{"detail":"wrong code"}`), nil
	})))
	_, err := client.ChangePassword(t.Context(), secretPasswords)
	require.ErrorIs(t, err, quartet.ErrValidation)
	require.NotErrorIs(t, err, quartet.ErrOutcomeUnknown)
	assert.Equal(t, 2, n)
}

func TestAClientIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	server := listen(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/profile/me" {
			_, _ = io.WriteString(w, profileJSON)
			return
		}
		w.WriteHeader(http.StatusTooManyRequests)
	})
	client := profileAt(t, server.url, quartet.WithHTTPClient(server.http), quartet.WithBearerToken("t"), hurried)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 10 {
				_, err := client.GetMyProfile(t.Context())
				assert.NoError(t, err)
				_, err = client.ChangePassword(t.Context(), secretPasswords)
				assert.ErrorIs(t, err, quartet.ErrRateLimited)
			}
		})
	}
	wg.Wait()
}

func TestATimeoutIsNamedWhateverTheTransportReturns(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		returns func(context.Context) error
		want    string
	}{
		"the context's error": {context.Context.Err, "no answer within the attempt's timeout of 1s: context deadline exceeded"},
		"its cause":           {context.Cause, "no answer within the attempt's timeout of 1s: context deadline exceeded"},
		"neither":             {func(context.Context) error { return io.ErrUnexpectedEOF }, "unexpected EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := profileClient(t, quartet.WithAttemptTimeout(time.Second), quartet.WithoutRetry(),
					quartet.WithTransport(transport(func(r *http.Request) (*http.Response, error) {
						<-r.Context().Done()
						return nil, test.returns(r.Context())
					})))
				_, err := client.GetMyProfile(t.Context())
				assert.EqualError(t, err, "profile getMyProfile: "+test.want)
			})
		})
	}
}

// redirecting answers each path by its location, and any other with a profile.
func redirecting(locations map[string]string, code int) (quartet.Option, *[]*http.Request) {
	requests := new([]*http.Request)
	return quartet.WithTransport(transport(func(r *http.Request) (*http.Response, error) {
		*requests = append(*requests, r)
		if to, moved := locations[r.URL.Path]; moved {
			return answer(code, "", "Location", to), nil
		}
		return answer(200, profileJSON), nil
	})), requests
}

func TestAReadFollowsRedirectsWithinItsOrigin(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ base, location, want string }{
		"relative to the root":        {baseURL, "/v2/me", "https://api.example.com/v2/me"},
		"relative to the path":        {baseURL + "/v1", "you", "https://api.example.com/v1/profile/you"},
		"absolute":                    {baseURL, "https://api.example.com/v2/me?a=b", "https://api.example.com/v2/me?a=b"},
		"absolute, with a port":       {baseURL + ":8443", "https://api.example.com:8443/me", "https://api.example.com:8443/me"},
		"out of the base URL's path":  {baseURL + "/v1", "/v2/me", "https://api.example.com/v2/me"},
		"with user info, not sent on": {baseURL, "https://user:pass@api.example.com/me", "https://user:pass@api.example.com/me"},
	} {
		for _, code := range []int{301, 302, 303, 307, 308} {
			t.Run(name+"/"+http.StatusText(code), func(t *testing.T) {
				t.Parallel()
				path := strings.TrimPrefix(test.base, baseURL)
				path = strings.TrimPrefix(path, ":8443") + "/profile/me"
				option, requests := redirecting(map[string]string{path: test.location}, code)
				_, err := profileAt(t, test.base, option, quartet.WithBearerToken("t"), quartet.WithHeader("X-New", "1")).GetMyProfile(t.Context())
				require.NoError(t, err)
				require.Len(t, *requests, 2)
				second := (*requests)[1]
				assert.Equal(t, test.want, second.URL.String())
				assert.Equal(t, http.MethodGet, second.Method)
				assert.Equal(t, []string{"Bearer t"}, second.Header["Authorization"])
				assert.Equal(t, []string{"1"}, second.Header["X-New"])
				assert.Empty(t, second.Header["Referer"])
			})
		}
	}
}

func TestAStepOfARedirectIsNoAttemptOfItsOwn(t *testing.T) {
	t.Parallel()
	n := 0
	client := profileClient(t, hurried, quartet.WithTransport(transport(func(r *http.Request) (*http.Response, error) {
		n++
		if r.URL.Path == "/profile/me" {
			return answer(307, "", "Location", "/moved"), nil
		}
		return answer(503, ""), nil
	})))
	_, err := client.GetMyProfile(t.Context())
	assert.Equal(t, 4, asError(t, err).Attempts)
	assert.Equal(t, 8, n, "every attempt begins at the beginning")
}

func TestTheStepsOfARedirectShareTheAttemptsTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := profileClient(t, quartet.WithAttemptTimeout(time.Second), quartet.WithoutRetry(),
			quartet.WithTransport(transport(func(r *http.Request) (*http.Response, error) {
				select {
				case <-time.After(400 * time.Millisecond):
					return answer(302, "", "Location", "/"), nil
				case <-r.Context().Done():
					return nil, r.Context().Err()
				}
			})))
		start := time.Now()
		_, err := client.GetMyProfile(t.Context())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, time.Second, time.Since(start))
	})
}

func TestARedirectThatIsNotFollowedSaysWhyAndSendsNothing(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ location, text string }{
		"another host":   {"https://evil.example.net/x", "not followed: it leads to another origin, https://evil.example.net"},
		"another scheme": {"http://api.example.com/x", "another origin, http://api.example.com"},
		"another port":   {"https://api.example.com:444/x", "another origin, https://api.example.com:444"},
		"no scheme":      {"//evil.example.net/x", "another origin, https://evil.example.net"},
		"a loop":         {"/profile/me", "not followed: it is number 10"},
	} {
		for credential, option := range map[string]quartet.Option{
			"a token": quartet.WithBearerToken("planted"),
			"an authorizer's": quartet.WithAuthorizer(func(r *http.Request) error {
				r.Header.Set("X-Api-Key", "planted")
				return nil
			}),
		} {
			t.Run(name+"/"+credential, func(t *testing.T) {
				t.Parallel()
				moved, requests := redirecting(map[string]string{"/profile/me": test.location}, 302)
				_, err := profileClient(t, moved, option).GetMyProfile(t.Context())
				require.ErrorContains(t, err, test.text)
				e := asError(t, err)
				assert.Equal(t, 302, e.StatusCode)
				assert.Equal(t, 1, e.Attempts)
				for _, r := range *requests {
					assert.Equal(t, "api.example.com", r.URL.Host)
					assert.Equal(t, "https", r.URL.Scheme)
				}
				assert.LessOrEqual(t, len(*requests), 10)
			})
		}
	}
}

func TestAWriteFollowsNoRedirectEvenWithinItsOrigin(t *testing.T) {
	t.Parallel()
	for class, call := range classes {
		if class == "safe" {
			continue
		}
		for _, code := range []int{301, 302, 303, 307, 308} {
			option, requests := recorder(code, "")
			moved := quartet.WithTransport(transport(func(r *http.Request) (*http.Response, error) {
				*requests = append(*requests, r)
				return answer(code, "", "Location", "/elsewhere"), nil
			}))
			err := call(t.Context(), profileClient(t, option, moved))
			require.ErrorContains(t, err, "not followed: only reads follow redirects")
			assert.NotErrorIs(t, err, quartet.ErrOutcomeUnknown)
			assert.Len(t, *requests, 1)
		}
	}
}

func TestNoWaitAskedMeansNoTimer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		for _, class := range []string{"safe", "guarded"} {
			err := classes[class](t.Context(), profileClient(t, always(503, "", "Retry-After", "0")))
			assert.Equal(t, 4, asError(t, err).Attempts)
		}
		assert.Equal(t, start, time.Now())
	})
}

func TestTheHTTPClientsTimeoutIsATimeoutOverSocketsToo(t *testing.T) {
	t.Parallel()
	for _, over := range both {
		server := listenOver(t, over, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		mine := *server.http
		mine.Timeout = 20 * time.Millisecond
		client := profileAt(t, server.url, quartet.WithHTTPClient(&mine), hurried)
		_, err := client.GetMyProfile(t.Context())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Contains(t, err.Error(), "attempt's timeout of 20ms")
		assert.Equal(t, 4, asError(t, err).Attempts)
	}
}

// Buffers are used again; what a caller has of one is not.
func TestWhatACallHasGivenStaysAsItIs(t *testing.T) {
	t.Parallel()
	status, body := 200, profileJSON
	client := profileClient(t, quartet.WithoutRetry(), quartet.WithTransport(transport(func(*http.Request) (*http.Response, error) {
		return answer(status, body), nil
	})))
	var raw, refused *http.Response
	given, err := client.GetMyProfile(t.Context(), quartet.WithResponse(&raw))
	require.NoError(t, err)
	status, body = 404, `{"detail":"User not found"}`
	_, err = client.GetMyProfile(t.Context(), quartet.WithResponse(&refused))
	failed := asError(t, err)
	for range 10 {
		for status, body = range map[int]string{200: strings.Repeat(" ", 100) + `{"user_id":"` + strings.Repeat("x", 1000) + `"}`, 500: strings.Repeat("x", 1000)} {
			_, err := client.GetMyProfile(t.Context())
			require.Equal(t, status == 200, err == nil)
		}
	}
	assert.Equal(t, "u-1", given.UserID)
	assert.Equal(t, "Anna", *given.FirstName)
	assert.Equal(t, `{"detail":"User not found"}`, string(failed.Body()))
	assert.Equal(t, "User not found", failed.Message)
	for want, resp := range map[string]*http.Response{profileJSON: raw, string(failed.Body()): refused} {
		kept, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		assert.Equal(t, want, string(kept))
	}
}

// lateBody breaks the rules of io.Reader: it writes after it has returned.
type lateBody struct{ written chan struct{} }

func (b lateBody) Read(p []byte) (int, error) {
	go func() {
		<-b.written
		for i := range p {
			p[i] = 'x'
		}
		b.written <- struct{}{}
	}()
	return 0, io.ErrUnexpectedEOF
}

func (lateBody) Close() error { return nil }

// Who breaks them harms no other call.
func TestABodyThatEndsInAnErrorKeepsItsBuffer(t *testing.T) {
	t.Parallel()
	late := lateBody{make(chan struct{})}
	client := profileClient(t, quartet.WithoutRetry())
	for range 20 {
		_, err := client.GetMyProfile(t.Context(), quartet.WithTransport(transport(func(*http.Request) (*http.Response, error) {
			resp := answer(200, "")
			resp.Body, resp.ContentLength = late, -1
			return resp, nil
		})))
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		_, err = client.GetMyProfile(t.Context(), quartet.WithTransport(transport(func(*http.Request) (*http.Response, error) {
			resp := answer(200, "")
			resp.Body, resp.ContentLength = io.NopCloser(io.MultiReader(strings.NewReader(profileJSON[:10]), afterwards(func() {
				late.written <- struct{}{}
				<-late.written
			}), strings.NewReader(profileJSON[10:]))), -1
			return resp, nil
		})))
		require.NoError(t, err)
	}
}

// afterwards is an empty reader that does something first.
type afterwards func()

func (f afterwards) Read([]byte) (int, error) {
	f()
	return 0, io.EOF
}
