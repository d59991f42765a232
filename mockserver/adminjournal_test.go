package mockserver_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

// events is a stream of the journal.
type events struct {
	t     *testing.T
	lines *bufio.Scanner
	close context.CancelFunc
}

type event struct {
	id, name string
	call     struct {
		Number    int    `json:"number"`
		Operation string `json:"operation"`
		Done      bool   `json:"done"`
		Status    int    `json:"status"`
		Body      string `json:"request_body"`
	}
}

func streamOf(t *testing.T, space *mockserver.Space, lastID string) *events {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, space.URL()+"/_mock/v1/journal/events", nil)
	require.NoError(t, err)
	if lastID != "" {
		req.Header.Set("Last-Event-ID", lastID)
	}
	resp, err := space.Client().Do(req)
	require.NoError(t, err)
	t.Cleanup(func() { _ = resp.Body.Close() })
	assert.Equal(t, 200, resp.StatusCode)
	assert.Equal(t, "text/event-stream", resp.Header.Get("Content-Type"))
	return &events{t, bufio.NewScanner(resp.Body), cancel}
}

// next waits for an event; false at the end of the stream.
func (e *events) next() (ev event, ok bool) {
	e.t.Helper()
	for e.lines.Scan() {
		name, value, _ := strings.Cut(e.lines.Text(), ": ")
		switch name {
		case "id":
			ev.id = value
		case "event":
			ev.name = value
		case "data":
			require.NoError(e.t, json.Unmarshal([]byte(value), &ev.call))
		case "":
			if ev.name != "" { // not only a sign of life
				return ev, true
			}
		}
	}
	return ev, false
}

// want takes the next event, and returns its id.
func (e *events) want(number int, upTo, operation string, status int) (id string) {
	e.t.Helper()
	ev, ok := e.next()
	require.True(e.t, ok)
	assert.Equal(e.t, "call", ev.name)
	assert.Equal(e.t, upTo, ev.id[strings.IndexByte(ev.id, '.')+1:])
	assert.Equal(e.t, number, ev.call.Number)
	assert.Equal(e.t, operation, ev.call.Operation)
	assert.Equal(e.t, status, ev.call.Status)
	assert.True(e.t, ev.call.Done)
	return ev.id
}

func TestJournalIsStreamed(t *testing.T) {
	t.Parallel()
	srv := mockserver.Start(t)
	space := srv.Space("a")
	get(t, space, "/profile/me")
	get(t, srv.Space("b"), "/profile/me") // in another space
	stream := streamOf(t, space, "")
	first := stream.want(1, "1", "getMyProfile", 200)
	get(t, space, "/profile/payments")
	stream.want(2, "2", "listPayments", 200)
	get(t, space, "/nowhere")
	stream.want(3, "3", "", 404)

	again := streamOf(t, space, first)
	again.want(2, "2", "listPayments", 200) // one that breaks off here asks for the next
	again.want(3, "3", "", 404)
	beyond := streamOf(t, space, "1795334467861562.2") // of a server that was there before
	beyond.want(1, "1", "getMyProfile", 200)

	space.Reset()
	get(t, space, "/profile/payments")
	stream.want(1, "1", "listPayments", 200)
	again.want(1, "1", "listPayments", 200)
	get(t, space, "/profile/me")
	emptied := streamOf(t, space, first) // whose number is that of another call now
	emptied.want(1, "1", "listPayments", 200)
}

// A call that is held does not hold those behind it, and is sent when it ends.
func TestJournalIsStreamedInTheOrderOfTheEnds(t *testing.T) {
	t.Parallel()
	srv := mockserver.Start(t)
	require.NoError(t, srv.AddFault(mockserver.Fault{Operation: "listPayments", Kind: mockserver.NoAnswer}))
	stream := streamOf(t, srv.Space(""), "")
	get(t, srv.Space(""), "/profile/me")
	first := stream.want(1, "1", "getMyProfile", 200)
	ctx, giveUp := context.WithCancel(t.Context())
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL()+"/profile/payments", nil)
		if assert.NoError(t, err) {
			_, err = srv.Client().Do(req) //nolint:bodyclose // there is no answer
			assert.ErrorIs(t, err, context.Canceled)
		}
	}()
	srv.Verify(t, mockserver.Expect("listPayments").Within(time.Minute))
	get(t, srv.Space(""), "/profile/me")
	stream.want(3, "1", "getMyProfile", 200)
	resumed := streamOf(t, srv.Space(""), first)
	resumed.want(3, "1", "getMyProfile", 200)
	giveUp()
	<-gone
	stream.want(2, "3", "listPayments", 0)
	resumed.want(2, "3", "listPayments", 0)
}

func TestStreamsEndWithWhatTheyFollow(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*mockserver.Server, *events){
		"the space": func(srv *mockserver.Server, _ *events) {
			status, _, body := ask(t, srv.Client(), "DELETE", srv.URL()+"/_mock/v1/spaces/a", "")
			assert.Equal(t, 204, status, body)
		},
		"the server": func(srv *mockserver.Server, _ *events) { srv.Close() },
		"the client": func(_ *mockserver.Server, stream *events) { stream.close() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := mockserver.Start(t)
			space := srv.Space("a")
			get(t, space, "/profile/me")
			stream := streamOf(t, space, "")
			stream.want(1, "1", "getMyProfile", 200)
			end(srv, stream)
			_, more := stream.next()
			assert.False(t, more)
		})
	}
}
