package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// talk is a connection to which front attends.
type talk struct {
	front *front
	conn  *promptConn
	blank http.Request // what every request has
	w     plainWriter

	room [mostPlain]byte // for what comes
	held int             // bytes in it that are not answered

	used      bool        // an answer has been sent
	posted    bool        // to a POST, behind which some clients send a line
	skipped   int         // of that, in bytes
	answering atomic.Bool // a request is with the handler, or its answer on the way
}

const (
	// mostPlain bounds a request that front answers. It is the buffer of net/http.
	mostPlain = 4 << 10
	// peeked is at how many bytes net/http peeks before it takes a further request as begun. Within
	// them it passes over the line behind a POST.
	peeked = 4
)

func newTalk(ctx context.Context, f *front, conn *promptConn) *talk {
	blank := http.Request{Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, RemoteAddr: conn.RemoteAddr().String()}
	return &talk{
		front: f, conn: conn, blank: *blank.WithContext(ctx),
		w: plainWriter{conn: conn, ending: &f.closed, header: http.Header{}},
	}
}

// run answers until the connection ends. When it reports true the connection goes on with
// net/http, which reads again what is held.
func (t *talk) run() (goesOn bool) {
	t.setDeadline(t.front.server.ReadHeaderTimeout)
	for !t.front.closed.Load() { // Close sets it before it moves the deadline, which may have been moved back here
		n, err := t.conn.Read(t.room[t.held:])
		if err != nil {
			return t.goesOnAfter(err)
		}
		begun := t.held > 0
		t.held += n
		answers, open := t.answerAll()
		switch {
		case !open:
			return t.held > 0
		case t.held == 0 && answers > 0:
			t.setDeadline(t.front.server.IdleTimeout)
		case t.held > 0 && (answers > 0 || !begun && t.used):
			t.setDeadline(t.front.server.ReadHeaderTimeout)
		}
	}
	return false
}

// setDeadline sets how long the next request, or the rest of it, may take.
func (t *talk) setDeadline(wait time.Duration) {
	_ = t.conn.SetReadDeadline(time.Now().Add(wait)) // fails as the read will
}

// answerAll answers the requests that have come whole, and holds what is left. It reports false
// when no more is to be read: the connection has ended, or what is held is for net/http.
func (t *talk) answerAll() (answers int, open bool) {
	asked := t.room[:t.held]
	defer func() { t.held = copy(t.room[:], asked) }()
	for {
		for t.posted && t.skipped < peeked && len(asked) > 0 && (asked[0] == '\r' || asked[0] == '\n') {
			asked, t.skipped = asked[1:], t.skipped+1
		}
		if len(asked) == 0 || t.used && t.peeks(asked) {
			return answers, true
		}
		r := new(http.Request)
		*r = t.blank
		size := readPlain(asked, r)
		switch {
		case size == incomplete && len(asked) < mostPlain:
			return answers, true
		case size <= 0 || !t.serve(r):
			return answers, false
		case t.w.closes:
			asked = nil
			return answers, false
		}
		asked, t.used, t.posted, t.skipped = asked[size:], true, r.Method == http.MethodPost, 0
		answers++
	}
}

// serve reports false when the handler may not answer at once.
func (t *talk) serve(r *http.Request) bool {
	t.answering.Store(true)
	defer t.answering.Store(false)
	t.w.begin()
	t.front.server.Handler.ServeHTTP(&t.w, r)
	if t.w.declined {
		return false
	}
	t.w.finish()
	return true
}

// goesOnAfter leaves to net/http what it says to a peer that ends in the middle of a request. To
// one whose time is over nothing is said.
func (t *talk) goesOnAfter(err error) bool {
	return errors.Is(err, io.EOF) && t.held > 0 && (!t.used || !t.peeks(t.room[:t.held]))
}

// peeks reports whether net/http would not have begun to read what it has of a further request.
func (t *talk) peeks(asked []byte) bool { return len(asked)+t.skipped < peeked }
