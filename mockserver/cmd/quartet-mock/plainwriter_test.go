package main

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// writes keeps each write to a connection, until it fails.
type writes struct {
	all   []string
	fails error
}

func (w *writes) Write(p []byte) (int, error) {
	if w.fails != nil {
		return 0, w.fails
	}
	w.all = append(w.all, string(p))
	return len(p), nil
}

func plainTo(conn io.Writer) *plainWriter {
	return &plainWriter{conn: conn, ending: new(atomic.Bool), header: http.Header{}}
}

// A small answer takes one write, which is begun before the handler returns; of a large one
// nothing is copied.
func TestAnswerIsWrittenAtOnce(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		size   string
		length int
		want   []int // bytes, of a header none
	}{
		{"small", mostUnsent, []int{mostUnsent}},
		{"large", mostUnsent + 1, []int{0, mostUnsent + 1}},
	} {
		t.Run(tc.size, func(t *testing.T) {
			t.Parallel()
			conn := new(writes)
			w := plainTo(conn)
			for range 2 {
				conn.all = nil
				w.begin()
				w.Header()["Content-Length"] = []string{strconv.Itoa(tc.length)}
				_, err := io.WriteString(w, strings.Repeat("x", tc.length))
				require.NoError(t, err)
				var got []int
				for _, text := range conn.all {
					got = append(got, strings.Count(text, "x"))
				}
				assert.Equal(t, tc.want, got)
				w.finish()
				assert.Len(t, conn.all, len(tc.want), "there is no more to send")
				assert.LessOrEqual(t, w.unsent.Cap(), 3*mostUnsent, "a connection that waits keeps little")
			}
		})
	}
}

// What nobody has announced is collected, and not kept.
func TestAnswerWithoutALength(t *testing.T) {
	t.Parallel()
	conn := new(writes)
	w := plainTo(conn)
	w.begin()
	w.Header().Set("Content-Length", "some")
	for range 2 {
		_, err := io.WriteString(w, strings.Repeat("x", mostUnsent))
		require.NoError(t, err)
	}
	assert.Empty(t, conn.all)
	w.finish()
	assert.Contains(t, conn.all[0], "Content-Length: 8192\r\n\r\n")
	assert.NotContains(t, conn.all[0], "some")
	assert.Len(t, conn.all[1], 2*mostUnsent)
	assert.Zero(t, w.body.Cap())
}

// What is more than announced, or has no place, is not sent; and an answer that cannot be
// written is the last.
func TestAnswerThatCannotBe(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status int
		length string
		conn   writes
		want   error
		closes bool
	}{
		"too long":       {status: 200, length: "1", want: http.ErrContentLength, closes: true},
		"no place":       {status: 304, want: http.ErrBodyNotAllowed},
		"a broken peer":  {status: 200, length: "2", conn: writes{fails: errBroken}, want: errBroken, closes: true},
		"a known length": {status: 200, length: "2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := plainTo(&tc.conn)
			w.begin()
			w.Header().Set("Content-Length", tc.length)
			w.WriteHeader(tc.status)
			_, err := io.WriteString(w, "ab")
			assert.ErrorIs(t, err, tc.want)
			w.finish()
			assert.Equal(t, tc.closes, w.closes)
		})
	}
}

var errBroken = errors.New("broken")
