package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	// mostResident is what the program with its defaults may ever have in memory, whoever
	// calls, and mostAtRest what it may have before anybody does, in KiB.
	mostResident = 320 << 10
	mostAtRest   = 20 << 10
	mib          = 1 << 20
)

// put begins a call with a body of this length.
func put(length int) string {
	return fmt.Sprintf("PUT /profile/name-change HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", length)
}

// Peers that mean harm do what they can to the built program with its defaults. While they do,
// others are answered right, and afterwards it has not taken more memory than it may.
func TestHostilePeers(t *testing.T) {
	t.Parallel()
	//nolint:paralleltest // one after the other: they share the files that a process may have
	for name, attack := range map[string]func(t *testing.T, s *served){
		"slow headers": func(t *testing.T, s *served) { crowdOf(t, s, 5000, halfHeader) },
		"slow bodies":  func(t *testing.T, s *served) { crowdOf(t, s, 5000, halfBody) },
		"idle connections": func(t *testing.T, s *served) {
			crowdOf(t, s, 10_000, "")
		},
		"used and idle connections": func(t *testing.T, s *served) {
			crowdOf(t, s, 3000, simple)
		},
		"idle connections that had large answers": func(t *testing.T, s *served) {
			assert.Equal(t, 200, s.rename(t, "", mib-100))
			for range 300 {
				_, from := s.dial(t, simple)
				assert.Equal(t, 200, answer(t, from).status)
			}
		},
		"half-sent bodies of 1 MiB": func(t *testing.T, s *served) {
			crowdOf(t, s, 1000, put(mib)+strings.Repeat(" ", mib/2))
		},
		"half-sent bodies in chunks": func(t *testing.T, s *served) {
			crowdOf(t, s, 1000, "PUT /profile/name-change HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"+
				"80000\r\n"+strings.Repeat(" ", mib/2)+"\r\n")
		},
		"whole bodies of 1 MiB": func(t *testing.T, s *served) {
			crowdOf(t, s, 300, put(mib)+`["`+strings.Repeat("x", mib-4)+`"]`)
		},
		"calls whose answers nobody reads": func(t *testing.T, s *served) {
			crowdOf(t, s, 500, strings.Repeat("GET /nowhere/"+strings.Repeat("x", 1000)+" HTTP/1.1\r\nHost: a\r\n\r\n", 100))
		},
		"huge headers": func(t *testing.T, s *served) {
			crowdOf(t, s, 300, halfHeader+"X-Long: "+strings.Repeat("x", 4*mib))
			_, from := s.dial(t, halfHeader+"X-Long: "+strings.Repeat("x", 40<<10)+"\r\n\r\n")
			resp := answer(t, from)
			assert.Equal(t, 431, resp.status)
		},
		"many headers": func(t *testing.T, s *served) {
			crowdOf(t, s, 1000, halfHeader+strings.Repeat("A: b\r\n", 5000)+"\r\n")
		},
		"deep JSON": func(t *testing.T, s *served) {
			const depth = 100_000
			for _, body := range []string{
				strings.Repeat("[", depth) + strings.Repeat("]", depth),
				strings.Repeat(`{"a":`, depth) + "1" + strings.Repeat("}", depth),
				`{"first_name":` + strings.Repeat("[", depth) + strings.Repeat("]", depth) + "}",
				strings.Repeat("[", mib-1),
				"[" + strings.Repeat("1,", mib/2-2) + "1]",
				"{" + strings.Repeat(`"":1,`, mib/6) + `"":1}`,
			} {
				_, from := s.dial(t, put(len(body))+body)
				resp := answer(t, from)
				assert.Equal(t, map[bool]int{true: 400, false: 422}[deep(body)], resp.status) // as the frameworks answer
				crowdOf(t, s, 50, put(len(body))+body)
			}
		},
		"many spaces": func(t *testing.T, s *served) {
			body := `{"first_name":"A","last_name":null}`
			got := map[int]int{}
			for i := range 5000 {
				_, from := s.dial(t, strings.Replace(put(len(body)), "\r\n", fmt.Sprintf("\r\nConnection: close\r\nX-Mock-Space: space-%d\r\n", i), 1)+body)
				resp := answer(t, from)
				got[resp.status]++
			}
			assert.Equal(t, map[int]int{200: 999, 507: 4001}, got)
		},
		"wide permissions": func(t *testing.T, s *served) {
			const names = 50_000
			for _, member := range []string{"attach", "detach"} {
				var list []string
				for i := range names {
					list = append(list, fmt.Sprintf("%s-%d", member, i))
				}
				begun := time.Now()
				assert.Equal(t, 200, s.patch(t, map[string]any{"login": "test@mail.com", "permissions_to_" + member: list}))
				assert.Less(t, time.Since(begun), 2*time.Second, member)
			}
		},
		"large names in many spaces": func(t *testing.T, s *served) {
			got := map[int]int{}
			for i := range 900 {
				got[s.rename(t, fmt.Sprintf("X-Mock-Space: space-%d\r\n", i), mib-100)]++
			}
			assert.Equal(t, 900, got[200]+got[507])
			assert.Greater(t, got[200], 50)
		},
		"ever new permissions": func(t *testing.T, s *served) {
			got := map[int]int{}
			for i := range 500 {
				var list []string
				for n := range 1000 {
					list = append(list, fmt.Sprintf("%d-%d-%s", i, n, strings.Repeat("x", 1000)))
				}
				got[s.patch(t, map[string]any{"login": "test@mail.com", "permissions_to_attach": list})]++
			}
			assert.Equal(t, 500, got[200]+got[507])
			assert.Greater(t, got[200], 50)
		},
		"journals and states read and written at once": func(t *testing.T, s *served) {
			const readers = 8
			crowdOf(t, s, 50, strings.Repeat(simple, 200))
			assert.Eventually(t, func() bool {
				_, metrics := s.get(t, "/_mock/v1/spaces")
				return strings.Contains(metrics, `"calls":10000,`)
			}, testWait, testTick)
			atOnce(readers, func() { assert.Equal(t, 200, s.status(t, "/_mock/v1/journal")) })
			for range 64 {
				assert.Equal(t, 200, s.rename(t, "", mib-100))
			}
			atOnce(readers, func() { assert.Equal(t, 200, s.status(t, "/_mock/v1/journal")) })
			body := `{"profile":{"default_user":"a","payment_methods":["card"],"users":{"a":{"payment_method":"card","payment_details":{"a":[` +
				strings.Repeat("12345678901234567890,", 240_000) + `1]}}}}}`
			atOnce(readers, func() {
				_, from := s.dial(t, fmt.Sprintf("PUT /_mock/v1/state HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Mock-Space: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", len(body))+body)
				assert.Equal(t, 204, answer(t, from).status)
			})
			atOnce(readers, func() { assert.Equal(t, 200, s.status(t, "/_mock/v1/state", "X-Mock-Space", "a")) })
		},
		"path tricks": tricks,
	} {
		t.Run(name, func(t *testing.T) {
			s, cmd := process(t, nil, "-addr", "127.0.0.1:0")
			var rest int
			assert.Eventually(t, func() bool {
				rest = memoryOf(t, cmd, "VmRSS")
				return rest < mostAtRest
			}, 10*time.Second, 10*time.Millisecond, "it gives back what reading the documents took")
			before := others(t, s)
			stop := make(chan struct{})
			during := make(chan []time.Duration)
			go func() {
				var took []time.Duration
				for {
					select {
					case <-stop:
						during <- took
						return
					default:
						took = append(took, others(t, s)...)
					}
				}
			}()
			attack(t, s)
			close(stop)
			took := append(<-during, others(t, s)...)
			peak := memoryOf(t, cmd, "VmHWM")
			assert.Less(t, peak, mostResident)
			t.Logf("others: median %s before, %s during, the slowest %s; resident: %d KiB at rest, %d at most, %d at the end",
				median(before), median(took), slices.Max(took), rest, peak, memoryOf(t, cmd, "VmRSS"))
			assert.Equal(t, ok, endsInTime(t, s), "%s", s.stderr)
			assert.NotContains(t, s.stderr.String(), "panic")
		})
	}
}

// atOnce calls so often at once.
func atOnce(times int, call func()) {
	var callers sync.WaitGroup
	for range times {
		callers.Go(call)
	}
	callers.Wait()
}

// rename changes a name to one of this length over a connection of its own.
func (s *served) rename(t *testing.T, header string, length int) int {
	t.Helper()
	body := `{"last_name":null,"first_name":"` + strings.Repeat("x", length) + `"}`
	_, from := s.dial(t, strings.Replace(put(len(body)), "\r\n", "\r\nConnection: close\r\n"+header, 1)+body)
	return answer(t, from).status
}

// patch sends a change of a billing user over a connection of its own.
func (s *served) patch(t *testing.T, change any) int {
	t.Helper()
	body, err := json.Marshal(change)
	require.NoError(t, err)
	_, from := s.dial(t, fmt.Sprintf("PATCH /api/v1/billing/user/manage HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", len(body))+string(body))
	return answer(t, from).status
}

// endsInTime stops the program, which cuts off whoever is still there.
func endsInTime(t *testing.T, s *served) int {
	t.Helper()
	s.signal(syscall.SIGTERM)
	s.signal(syscall.SIGINT)
	if status := s.wait(); status != failed {
		return status
	}
	assert.Contains(t, s.stderr.String(), " were cut off\"\n")
	return ok
}

// crowdOf connects so often, sends a text each time and keeps the connections until the test ends.
func crowdOf(t *testing.T, s *served, size int, text string) {
	t.Helper()
	var limit syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit)) // raised by package os
	if most := int(limit.Cur) - 2000; size > most {
		t.Logf("%d connections instead of %d: the limit of files is %d", most, size, limit.Cur)
		size = most
	}
	conns := make(chan net.Conn, size)
	t.Cleanup(func() {
		close(conns)
		for conn := range conns {
			_ = conn.Close() // the server may have closed it
		}
	})
	data := []byte(text)
	var callers sync.WaitGroup
	for i := range 50 {
		callers.Go(func() {
			for range (size + i) / 50 {
				conn, err := net.Dial("tcp", s.addr)
				if !assert.NoError(t, err) {
					return
				}
				conns <- conn
				_ = conn.SetWriteDeadline(time.Now().Add(2 * time.Second)) // the server need not read it
				_, _ = conn.Write(data)                                    // and may close
			}
		})
	}
	callers.Wait()
}

// others call as they always do, and are answered right. Who is taken for one of the crowd
// because the machine is slow may find the connection closed, and then calls once more, as
// clients do. It returns how long it took each.
func others(t *testing.T, s *served) (took []time.Duration) {
	t.Helper()
	for range 20 {
		begun := time.Now()
		err := callTwice(s.addr)
		if err != nil {
			t.Logf("calling once more: %v", err)
			err = callTwice(s.addr)
		}
		assert.NoError(t, err)
		took = append(took, time.Since(begun))
	}
	return took
}

// callTwice reads and writes over a connection of its own.
func callTwice(addr string) error {
	const body = `{"first_name":"A","last_name":null}`
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	from := bufio.NewReader(conn)
	for _, call := range []string{simple, put(len(body)) + body} {
		if _, err := io.WriteString(conn, call); err != nil {
			return err
		}
		resp, err := http.ReadResponse(from, nil)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, resp.Body)
		if err := errors.Join(err, resp.Body.Close()); err != nil {
			return err
		}
		if resp.StatusCode != http.StatusOK {
			return errors.New(resp.Status)
		}
	}
	return nil
}

// deep reports whether a body is nested beyond what anybody reads.
func deep(body string) bool {
	return strings.Contains(body, "[[[[") || strings.Contains(body, `{"a":{"a":`)
}

// tricks are requests that have broken other servers. Each has an answer, and none a path
// that leads elsewhere.
func tricks(t *testing.T, s *served) {
	for _, tc := range []struct {
		line   string
		status int
	}{
		{"GET /profile/../profile/me HTTP/1.1", 404},
		{"GET /profile/%2e%2e/profile/me HTTP/1.1", 404},
		{"GET //profile/me HTTP/1.1", 404},
		{"GET /profile//me HTTP/1.1", 404},
		{"GET /profile/me%00 HTTP/1.1", 404},
		{"GET /profile%2fme HTTP/1.1", 404},
		{"GET /profile/me%zz HTTP/1.1", 400},
		{"GET /../../../../etc/passwd HTTP/1.1", 404},
		{"GET /" + strings.Repeat("x", 30<<10) + " HTTP/1.1", 404},
		{"GET /" + strings.Repeat("/", 30<<10) + " HTTP/1.1", 404},
		{"GET /" + strings.Repeat("x", 60<<10) + " HTTP/1.1", 431},
		{"GET http://example.com/profile/me HTTP/1.1", 200},
		{"GET /profile/me?" + strings.Repeat("a=b&", 5000) + " HTTP/1.1", 200},
		{"CONNECT example.com:443 HTTP/1.1", 404},
		{"OPTIONS * HTTP/1.1", 200},
		{"GET * HTTP/1.1", 404},
		{"PRI * HTTP/2.0", 404},
		{"GET /profile/me HTTP/3.0", 505},
		{"G\x00T /profile/me HTTP/1.1", 400},
		{"GET /_space/ HTTP/1.1", 400},
		{"GET /_space/%00/profile/me HTTP/1.1", 400},
		{"GET /_space/a/_space/b/profile/me HTTP/1.1", 404},
		{"GET /_space/" + strings.Repeat("x", 257) + "/profile/me HTTP/1.1", 400},
	} {
		_, from := s.dial(t, tc.line+"\r\nHost: a\r\n\r\n")
		resp := answer(t, from)
		assert.Equal(t, tc.status, resp.status, "%.60q", tc.line)
		assert.NotContains(t, resp.body, "root:")
		assert.Less(t, len(resp.body), 64<<10, "%.60q", tc.line)
	}
}

func median(took []time.Duration) time.Duration {
	took = slices.Sorted(slices.Values(took))
	return took[len(took)/2].Round(time.Microsecond)
}

// memoryOf reads a line of /proc/PID/status, in KiB.
func memoryOf(t *testing.T, cmd *exec.Cmd, name string) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
	require.NoError(t, err)
	line := regexp.MustCompile(`(?m)^` + name + `:\s+(\d+) kB$`).FindSubmatch(text)
	require.NotNil(t, line, "%s", bytes.TrimSpace(text))
	n, err := strconv.Atoi(string(line[1]))
	require.NoError(t, err)
	return n
}

// A large answer on its way is a request under way, however slowly it is read.
func TestLargeAnswerDoesNotGiveWay(t *testing.T) {
	t.Parallel()
	s, _ := process(t, nil, "-addr", "127.0.0.1:0", "-max-connections", "2")
	const size = 900_000
	assert.Equal(t, 200, s.rename(t, "", size))
	conn, from := s.dial(t, strings.Repeat(simple, 10)) // more than the socket takes
	_, err := from.Peek(1)
	require.NoError(t, err)
	for range 4 {
		assert.Equal(t, 200, s.status(t, "/profile/payments"))
	}
	for range 10 {
		assert.Greater(t, len(answer(t, from).body), size)
	}
	require.NoError(t, conn.Close())
}
