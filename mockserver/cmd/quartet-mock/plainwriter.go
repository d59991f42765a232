package main

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

// plainWriter writes one answer at a time of a connection, with one write if it is no longer
// than most. It is a http.ResponseWriter whose handler says what a body is, for net/http would
// guess it, and which does nothing else: it flushes nothing, gives away no connection, has sent
// what is written also when the handler panics behind it, and the context of its request does
// not end when the client goes.
type plainWriter struct {
	conn   io.Writer
	ending *atomic.Bool // each answer is the last

	header http.Header
	status int          // 0: no header yet
	unsent bytes.Buffer // header and the beginning of the body
	body   bytes.Buffer // while nobody has said how long it will be
	left   int64        // bytes of the body that are to come; unknown: nobody has said

	closes   bool // it is the connection's last answer
	declined bool
}

const (
	unknown = -1
	// mostUnsent bounds the part of a body that is sent with the header, and what a connection
	// keeps while it waits. It is the buffer of net/http.
	mostUnsent = 4 << 10
)

func (w *plainWriter) begin() {
	clear(w.header)
	w.status, w.declined = 0, false
}

// DeclineToWait is how the mock says that the answer would not come whole and at once.
func (w *plainWriter) DeclineToWait() { w.declined = true }

// Header returns the header that WriteHeader sends.
func (w *plainWriter) Header() http.Header { return w.header }

// WriteHeader does what it does for net/http.
func (w *plainWriter) WriteHeader(status int) {
	if w.status != 0 {
		return
	}
	w.status = status
	w.left = w.announced()
	if w.ending.Load() {
		w.header.Set("Connection", "close")
	}
	w.closes = w.header.Get("Connection") == "close"
	w.unsent.WriteString("HTTP/1.1 ")
	w.unsent.WriteString(strconv.Itoa(status))
	w.unsent.WriteByte(' ')
	w.unsent.WriteString(http.StatusText(status))
	w.unsent.Write(crlf)
	_ = w.header.Write(&w.unsent) // into memory
	if w.header["Date"] == nil {
		w.unsent.WriteString("Date: ")
		w.unsent.Write(time.Now().UTC().AppendFormat(w.unsent.AvailableBuffer(), http.TimeFormat))
		w.unsent.Write(crlf)
	}
	if w.left != unknown {
		w.unsent.Write(crlf)
	}
}

// announced is how long the body will be.
func (w *plainWriter) announced() int64 {
	if w.bodiless() {
		return 0
	}
	length, err := strconv.ParseInt(w.header.Get("Content-Length"), 10, 64)
	if err != nil || length < 0 {
		w.header.Del("Content-Length")
		return unknown
	}
	return length
}

func (w *plainWriter) bodiless() bool {
	return w.status == http.StatusNoContent || w.status == http.StatusNotModified
}

// Write does what it does for net/http.
func (w *plainWriter) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	switch {
	case len(p) == 0:
		return 0, nil
	case w.left == unknown:
		return w.body.Write(p)
	case w.bodiless():
		return 0, http.ErrBodyNotAllowed
	case int64(len(p)) > w.left:
		w.closes = true
		return 0, http.ErrContentLength
	}
	w.left -= int64(len(p))
	return len(p), w.send(p)
}

// send sends what is unsent, and a part of the body behind it.
func (w *plainWriter) send(p []byte) error {
	if len(p) <= mostUnsent {
		w.unsent.Write(p)
		p = nil
	}
	_, err := w.conn.Write(w.unsent.Bytes())
	w.unsent.Reset()
	if err == nil && len(p) > 0 {
		_, err = w.conn.Write(p)
	}
	w.closes = w.closes || err != nil
	return err
}

// finish sends what has not been sent.
func (w *plainWriter) finish() {
	w.WriteHeader(http.StatusOK)
	if w.left == unknown {
		w.left = 0
		w.unsent.WriteString("Content-Length: ")
		w.unsent.WriteString(strconv.Itoa(w.body.Len()))
		w.unsent.Write(blankLine)
		_ = w.send(w.body.Bytes()) // closes the connection
		w.body = bytes.Buffer{}
	} else if w.unsent.Len() > 0 {
		_ = w.send(nil) // as above
	}
	w.closes = w.closes || w.left > 0 // less than announced: a client could not tell where the next one begins
}
