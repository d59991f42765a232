package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// wireCall is a call as it goes over the wire.
type wireCall struct {
	title, method, path string
	header, body        string // header: without Host and those of the body
	status              int
}

var wireCalls = []wireCall{
	{
		title: "GET /profile/me", method: "GET", path: "/profile/me",
		header: "Authorization: Bearer default-token\r\n", status: 200,
	},
	{
		title: "PUT /profile/name-change, 2 members", method: "PUT", path: "/profile/name-change",
		header: "Authorization: Bearer default-token\r\n", body: `{"first_name":"Anna","last_name":"Petrova"}`, status: 200,
	},
	{
		title: "POST /users/1/subscription, 6 members and 38 back", method: "POST", path: "/users/1/subscription",
		header: "X-API-Key: default-token\r\n", status: 201,
		body: `{"is_trial":false,"duration_days":30,"traffic_limit_gb":100,"device_limit":1,"connected_squads":["a"],"replace_existing":true}`,
	},
}

// bytes is the request, one write of which is a call.
func (c wireCall) bytes() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: mock\r\nUser-Agent: wire\r\nAccept: application/json\r\n%s", c.method, c.path, c.header)
	if c.body != "" {
		fmt.Fprintf(&b, "Content-Type: application/json\r\nContent-Length: %d\r\n", len(c.body))
	}
	b.WriteString("\r\n" + c.body)
	return []byte(b.String())
}

// wireConn is a connection that is kept. It costs little, so that one core of it keeps a
// server's busy.
type wireConn struct {
	conn net.Conn
	in   *bufio.Reader
}

func dialWire(addr string) (*wireConn, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &wireConn{conn, bufio.NewReaderSize(conn, 1<<13)}, nil
}

// do calls once and passes over the answer's body.
func (w *wireConn) do(request []byte, status int) error {
	length, err := w.begin(request, status)
	if err != nil {
		return err
	}
	_, err = w.in.Discard(length)
	return err
}

var contentLength = []byte("Content-Length: ")

// begin sends a request and reads the answer up to its body, whose length it returns.
func (w *wireConn) begin(request []byte, status int) (length int, err error) {
	if _, err := w.conn.Write(request); err != nil {
		return 0, err
	}
	first, err := w.in.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if got := string(first[len("HTTP/1.1 "):][:3]); got != strconv.Itoa(status) {
		return 0, fmt.Errorf("answered %q, not %d", first, status)
	}
	length = -1
	for {
		line, err := w.in.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		if value, ok := bytes.CutPrefix(line, contentLength); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, err
			}
		}
		if len(line) == len("\r\n") {
			break
		}
	}
	if length < 0 {
		return 0, errors.New("the answer has no Content-Length")
	}
	return length, nil
}

// body calls once and returns the answer's body.
func (w *wireConn) body(c wireCall) (string, error) {
	length, err := w.begin(c.bytes(), c.status)
	if err != nil {
		return "", err
	}
	body := make([]byte, length)
	_, err = io.ReadFull(w.in, body)
	return string(body), err
}

// latencies of calls, sorted.
type latencies []time.Duration

func (l latencies) percentile(p int) float64 {
	return float64(l[(len(l)-1)*p/100].Nanoseconds()) / 1e3
}

// loadWire calls over so many connections for a time.
func loadWire(addr string, c wireCall, conns int, length time.Duration) (latencies, error) {
	each := make([]latencies, conns)
	errs := make([]error, conns)
	request := c.bytes()
	var done sync.WaitGroup
	end := time.Now().Add(length)
	for i := range conns {
		done.Go(func() { each[i], errs[i] = loadConn(addr, request, c.status, end) })
	}
	done.Wait()
	all := slices.Concat(each...)
	slices.Sort(all)
	return all, errors.Join(errs...)
}

func loadConn(addr string, request []byte, status int, end time.Time) (took latencies, err error) {
	conn, err := dialWire(addr)
	if err != nil {
		return nil, err
	}
	defer conn.conn.Close()
	for now := time.Now(); now.Before(end); {
		if err := conn.do(request, status); err != nil {
			return nil, err
		}
		then := now
		now = time.Now()
		took = append(took, now.Sub(then))
	}
	return took, nil
}
