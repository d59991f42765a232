package quartet_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet"
)

// resets is a server of raw HTTP/2 frames that counts complete requests and answers each
// by resetting its stream with a code: it acts, and the answer is lost.
func resets(t *testing.T, code uint32) (url string, acted *atomic.Int64) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	acted = new(atomic.Int64)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go resetStreams(conn, code, acted)
		}
	}()
	return "http://" + listener.Addr().String(), acted
}

// Frames of RFC 9113, section 4.1, and their types.
const (
	frameData, frameHeaders, frameReset, frameSettings = 0, 1, 3, 4

	flagAck, flagEndStream = 1, 1
)

func resetStreams(conn net.Conn, code uint32, acted *atomic.Int64) {
	defer conn.Close()
	if _, err := io.ReadFull(conn, make([]byte, len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))); err != nil {
		return
	}
	_, _ = conn.Write([]byte{0, 0, 0, frameSettings, 0, 0, 0, 0, 0})
	for head := make([]byte, 9); ; {
		if _, err := io.ReadFull(conn, head); err != nil {
			return
		}
		length := int64(head[0])<<16 | int64(head[1])<<8 | int64(head[2])
		if _, err := io.CopyN(io.Discard, conn, length); err != nil {
			return
		}
		switch kind, flags := head[3], head[4]; {
		case kind == frameSettings && flags&flagAck == 0:
			_, _ = conn.Write([]byte{0, 0, 0, frameSettings, flagAck, 0, 0, 0, 0})
		case (kind == frameHeaders || kind == frameData) && flags&flagEndStream != 0:
			acted.Add(1)
			reset := append([]byte{0, 0, 4, frameReset, 0}, head[5:9]...)
			_, _ = conn.Write(binary.BigEndian.AppendUint32(reset, code))
		}
	}
}

// net/http repeats such a request by itself when it is let.
func TestAGuardedCallWhoseStreamIsResetIsSentOnce(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]uint32{"PROTOCOL_ERROR": 1, "INTERNAL_ERROR": 2, "REFUSED_STREAM": 7} {
		for _, class := range []string{"guarded", "guarded without a body"} {
			t.Run(name+"/"+class, func(t *testing.T) {
				t.Parallel()
				url, acted := resets(t, code)
				own := &http.Transport{Protocols: http2.only()}
				t.Cleanup(own.CloseIdleConnections)
				client := profileAt(t, url, quartet.WithTransport(own), quartet.WithAttemptTimeout(5*time.Second))
				err := classes[class](t.Context(), client)
				require.ErrorIs(t, err, quartet.ErrOutcomeUnknown)
				assert.EqualValues(t, 1, acted.Load())
			})
		}
	}
}

// So it does over HTTP/1.1 for requests with such a header.
func TestAGuardedCallWithAnIdempotencyKeyIsSentOnce(t *testing.T) {
	t.Parallel()
	for name, option := range map[string]quartet.Option{
		"Idempotency-Key":   quartet.WithHeader("Idempotency-Key", "1"),
		"X-Idempotency-Key": quartet.WithHeader("X-Idempotency-Key", "1"),
		"an authorizer's": quartet.WithAuthorizer(func(r *http.Request) error {
			r.Header.Set("Idempotency-Key", "1")
			return nil
		}),
	} {
		for _, class := range []string{"guarded", "guarded without a body"} {
			t.Run(name+"/"+class, func(t *testing.T) {
				t.Parallel()
				var acted atomic.Int64
				server := listen(t, func(w http.ResponseWriter, r *http.Request) {
					if r.Method == http.MethodGet {
						_, _ = io.WriteString(w, profileJSON)
						return
					}
					acted.Add(1)
					assert.Empty(t, r.TransferEncoding, "no body is no chunked body")
					hangUp(w, r)
				})
				client := profileAt(t, server.url, quartet.WithHTTPClient(server.http), option)
				_, err := client.GetMyProfile(t.Context()) // a connection to reuse
				require.NoError(t, err)
				err = classes[class](t.Context(), client)
				require.ErrorIs(t, err, quartet.ErrOutcomeUnknown)
				assert.EqualValues(t, 1, acted.Load())
			})
		}
	}
}

func TestACallThatEndsBeforeItIsSentIsNoUnknownOutcome(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		never := quartet.WithTransport(inMemory(t, func(http.ResponseWriter, *http.Request) { t.Error("sent") }))
		for name, option := range map[string]quartet.Option{
			"cancelled by the authorizer": quartet.WithAuthorizer(func(*http.Request) error { cancel(); return nil }),
			"a token that does not come":  quartet.WithTokenSource(hanging{}),
		} {
			err := classes["guarded"](ctx, profileAt(t, "http://memory.localhost", never, option, quartet.WithoutRetry()))
			require.Error(t, err, name)
			assert.NotErrorIs(t, err, quartet.ErrOutcomeUnknown, name)
		}
	})
}

// hanging is a token source that never answers.
type hanging struct{}

func (hanging) Token(ctx context.Context) (quartet.Token, error) {
	<-ctx.Done()
	return quartet.Token{}, ctx.Err()
}

// The rate limiter's wait is bounded by the call, not by an attempt's timeout.
func TestARateLimiterMayTakeLongerThanAnAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := waits(func(ctx context.Context) error {
			select {
			case <-time.After(time.Minute):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		client := profileClient(t, always(200, profileJSON), quartet.WithRateLimiter(slow), quartet.WithAttemptTimeout(time.Second))
		_, err := client.GetMyProfile(t.Context())
		require.NoError(t, err)
		_, err = client.GetMyProfile(t.Context(), quartet.WithTimeout(30*time.Second))
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

type waits func(context.Context) error

func (l waits) Wait(ctx context.Context) error { return l(ctx) }

// cyclic leads back to itself and holds what must not be looked into.
type cyclic struct {
	Parent *cyclic
	Err    struct{ error }
}

func (*cyclic) MarshalJSON() ([]byte, error) { return []byte(`"c"`), nil }

func TestAFieldThatLeadsBackToItselfIsSent(t *testing.T) {
	t.Parallel()
	loop := &cyclic{Err: struct{ error }{errors.New("x")}}
	loop.Parent = loop
	_, err := profileClient(t, always(422, `{"detail":"no"}`)).ChangePassword(t.Context(), secretPasswords, quartet.WithJSONField("a", loop))
	require.ErrorIs(t, err, quartet.ErrValidation)
}

func TestASecretWithinAJSONFieldIsRefused(t *testing.T) {
	t.Parallel()
	key := quartet.NewSecret("k")
	for name, value := range map[string]any{"in a map": map[string]any{"c": key}, "behind a pointer": &key} {
		_, err := profileClient(t, always(200, messageJSON)).ChangePassword(t.Context(), secretPasswords, quartet.WithJSONField("a", value))
		assert.ErrorContains(t, err, "WithJSONField: a: a Secret stands within the value", name)
	}
}

func TestAnObserverSeesNeitherBodyNorHeader(t *testing.T) {
	t.Parallel()
	seen := &watcher{t: t}
	_, err := profileClient(t, always(404, `{"detail":"no"}`, "Set-Cookie", "s=1"), quartet.WithObserver(seen)).GetMyProfile(t.Context())
	assert.NotEmpty(t, asError(t, err).Body())
	for _, e := range seen.events[1:] {
		assert.Empty(t, asError(t, e.Err).Body())
		assert.Empty(t, asError(t, e.Err).Header())
		assert.ErrorIs(t, e.Err, quartet.ErrNotFound)
	}
}
