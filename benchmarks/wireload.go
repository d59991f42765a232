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
	got, length, err := w.begin(request)
	if err == nil && got != status {
		err = fmt.Errorf("answered with %d, not %d", got, status)
	}
	if err != nil {
		return err
	}
	_, err = w.in.Discard(length)
	return err
}

var contentLength = []byte("Content-Length:")

// begin sends a request and reads the answer up to its body, whose length it returns. An
// answer in chunks is an error: all the servers say the length.
func (w *wireConn) begin(request []byte) (status, length int, err error) {
	if _, err := w.conn.Write(request); err != nil {
		return 0, 0, err
	}
	first, err := w.in.ReadSlice('\n')
	if err != nil {
		return 0, 0, err
	}
	const before = len("HTTP/1.1 ")
	if len(first) < before+3 {
		return 0, 0, fmt.Errorf("answered %q", first)
	}
	if status, err = strconv.Atoi(string(first[before:][:3])); err != nil {
		return 0, 0, fmt.Errorf("answered %q", first)
	}
	length = -1
	for {
		line, err := w.in.ReadSlice('\n')
		if err != nil {
			return 0, 0, err
		}
		if len(line) > len(contentLength) && bytes.EqualFold(line[:len(contentLength)], contentLength) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(line[len(contentLength):]))); err != nil {
				return 0, 0, err
			}
		}
		if len(line) == len("\r\n") {
			break
		}
	}
	if length < 0 {
		return 0, 0, errors.New("the answer has no Content-Length")
	}
	return status, length, nil
}

// ask calls once and returns the answer.
func (w *wireConn) ask(c wireCall) (status int, body string, err error) {
	status, length, err := w.begin(c.bytes())
	if err != nil {
		return 0, "", err
	}
	text := make([]byte, length)
	_, err = io.ReadFull(w.in, text)
	return status, string(text), err
}

// latencies of calls, sorted.
type latencies []time.Duration

func (l latencies) percentile(p int) float64 {
	return float64(l[(len(l)-1)*p/100].Nanoseconds()) / 1e3
}

// loadWire calls over so many connections for a time, and returns how long it really was:
// calls that have begun are waited for. The connections are there before the clock starts,
// each with a call behind it.
func loadWire(addr string, c wireCall, conns int, length time.Duration) (latencies, time.Duration, error) {
	request := c.bytes()
	open := make([]*wireConn, conns)
	for i := range open {
		conn, err := dialWire(addr)
		if err != nil {
			return nil, 0, err
		}
		defer conn.conn.Close()
		if err := conn.conn.SetDeadline(time.Now().Add(length + wirePatience)); err != nil {
			return nil, 0, err
		}
		if err := conn.do(request, c.status); err != nil {
			return nil, 0, err
		}
		open[i] = conn
	}
	each := make([]latencies, conns)
	errs := make([]error, conns)
	var done sync.WaitGroup
	begun := time.Now()
	for i, conn := range open {
		done.Go(func() { each[i], errs[i] = conn.load(request, c.status, begun.Add(length)) })
	}
	done.Wait()
	took := time.Since(begun)
	all := slices.Concat(each...)
	slices.Sort(all)
	return all, took, errors.Join(errs...)
}

// load calls until the end.
func (w *wireConn) load(request []byte, status int, end time.Time) (took latencies, err error) {
	for now := time.Now(); ; {
		if err := w.do(request, status); err != nil {
			return nil, err
		}
		then := now
		now = time.Now()
		took = append(took, now.Sub(then))
		if !now.Before(end) {
			return took, nil
		}
	}
}
