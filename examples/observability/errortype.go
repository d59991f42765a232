package main

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strconv"

	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/quartet-go/quartet"
)

// errorType names the kind of a failure: by the status where that tells, and otherwise by
// one of few words, since every new value makes another series of the metric. An error's
// text would make one for each request.
func errorType(e quartet.Event) string {
	var (
		token       *quartet.TokenError
		certificate *tls.CertificateVerificationError
		dns         *net.DNSError
		connection  *net.OpError
	)
	switch {
	case e.StatusCode >= 300:
		return strconv.Itoa(e.StatusCode)
	case errors.Is(e.Err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(e.Err, context.Canceled):
		return "canceled"
	case errors.Is(e.Err, quartet.ErrResponseTooLarge):
		return "response_too_large"
	case errors.Is(e.Err, quartet.ErrBadResponse):
		return "bad_response"
	case errors.As(e.Err, &token):
		return "no_token"
	case errors.As(e.Err, &certificate):
		return "certificate"
	case errors.As(e.Err, &dns):
		return "dns"
	case errors.As(e.Err, &connection), errors.Is(e.Err, io.EOF), errors.Is(e.Err, io.ErrUnexpectedEOF):
		return "connection"
	}
	return semconv.ErrorTypeOther.Value.AsString()
}
