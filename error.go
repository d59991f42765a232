package quartet

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Sentinels for errors.Is. Those for a status match an [*Error] that holds the
// answer; the others say what a status cannot.
var (
	ErrBadRequest   = errors.New("bad request")   // 400
	ErrUnauthorized = errors.New("unauthorized")  // 401
	ErrForbidden    = errors.New("forbidden")     // 403
	ErrNotFound     = errors.New("not found")     // 404
	ErrConflict     = errors.New("conflict")      // 409
	ErrValidation   = errors.New("invalid input") // 422
	ErrRateLimited  = errors.New("rate limited")  // 429
	ErrServer       = errors.New("server error")  // 500 to 599

	// ErrOutcomeUnknown marks a guarded call that was sent and got no answer that
	// settles whether the server acted. Look at the state before you repeat it.
	ErrOutcomeUnknown = errors.New("outcome unknown")
	// ErrBadResponse marks a 2xx answer that breaks the contract.
	ErrBadResponse = errors.New("answer breaks the contract")
	// ErrResponseTooLarge marks an answer over the cap: 10 MiB, or 1 MiB outside 2xx.
	ErrResponseTooLarge = errors.New("answer too large")
)

// Error is what every failed call returns, whatever failed:
//
//   - an answer outside 2xx: StatusCode is set, errors.Is(err, ErrValidation) and
//     the like tell statuses apart;
//   - a 2xx answer that breaks the contract: StatusCode is set and
//     errors.Is(err, ErrBadResponse);
//   - no answer: StatusCode is 0 and errors.Is and errors.As reach the cause
//     (context errors, *net.OpError, *tls.CertificateVerificationError, ...).
//
// Its text is one line without query, body or credential, in every verb of
// package fmt, in slog and in encoding/json.
type Error struct {
	API       string // name of the API, such as "profile"
	Operation string // operationId, such as "changePassword"
	Method    string // HTTP method
	Path      string // path template, such as "/users/{user_id}/subscription"

	StatusCode int // of the last answer, 0 when there was none
	// Message is what the server says, "" when it says nothing readable, and Fields
	// are the members of the request that it refused, nil when it names none. Secrets
	// of the request that the server echoes in either are replaced by "[redacted]".
	Message string
	Fields  []Field

	RequestID  string        // of the last answer, for its server's log; "" when it has none
	Attempts   int           // attempts made, 0 when the call ended before the first
	RetryAfter time.Duration // what the last answer asked to wait, 0 when it asked nothing

	// hidden is behind a function, so that nothing of it is shown when the error is printed
	// by other ways than its methods: package fmt follows pointers, but never a function.
	hidden func() *hidden
}

// hidden is what an error does not print.
type hidden struct {
	header  http.Header
	body    []byte
	reasons []error // sentinels and causes for Is and As
}

func (e *Error) kept() *hidden {
	if e.hidden == nil {
		return new(hidden)
	}
	return e.hidden()
}

// shown is the error without header and body, for those who shall not see them.
func (e *Error) shown() *Error {
	shown, reasons := *e, e.kept().reasons
	shown.hidden = func() *hidden { return &hidden{reasons: reasons} }
	return &shown
}

// Header returns the header of the last answer, nil when there was none. It may hold
// secrets.
func (e *Error) Header() http.Header { return e.kept().header }

// Body returns the body of the last answer, as far as it was read (see
// [WithResponseLimit]), nil when there was none. It may hold secrets.
func (e *Error) Body() []byte { return e.kept().body }

// Field is one member of the request that the server refused.
type Field struct {
	Path    string `json:"path"`           // dotted, as the document names it: "verification_code", "billing_properties.0.type"
	Message string `json:"message"`        // what the server says is wrong
	Type    string `json:"type,omitempty"` // the server's machine-readable kind, such as "string_too_short"; "" when it has none
}

// Error returns the operation, what happened and, where it matters, what to do, on
// one line.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", e.API, e.Operation)
	if e.StatusCode != 0 {
		e.describeStatus(&b)
	}
	for _, reason := range e.Unwrap() {
		if !errors.Is(reason, ErrOutcomeUnknown) { // told below, at more length
			b.WriteString(": " + oneLine(reason.Error()))
		}
	}
	if errors.Is(e, ErrOutcomeUnknown) {
		b.WriteString("; outcome unknown: the request was sent and the server may have acted, check before repeating it")
	}
	if e.RetryAfter > 0 {
		fmt.Fprintf(&b, "; retry after %s", e.RetryAfter)
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, "; gave up after %d attempts", e.Attempts)
	}
	return b.String()
}

func (e *Error) describeStatus(b *strings.Builder) {
	fmt.Fprintf(b, ": %d", e.StatusCode)
	if text := http.StatusText(e.StatusCode); text != "" {
		b.WriteString(" " + text)
	}
	if len(e.Fields) == 0 && e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	for i, f := range e.Fields {
		if i == maxShown {
			fmt.Fprintf(b, "; and %d more", len(e.Fields)-i)
			return
		}
		b.WriteString([]string{": ", "; "}[min(i, 1)])
		if f.Path != "" {
			b.WriteString(f.Path + ": ")
		}
		b.WriteString(strings.TrimSuffix(f.Message, "."))
	}
}

// Field returns what the server says about the member of the request at path, and
// whether it refused it.
func (e *Error) Field(path string) (Field, bool) {
	i := slices.IndexFunc(e.Fields, func(f Field) bool { return f.Path == path })
	if i < 0 {
		return Field{}, false
	}
	return e.Fields[i], true
}

// Is reports whether target is the sentinel of the error's status.
func (e *Error) Is(target error) bool {
	switch target {
	case ErrBadRequest:
		return e.StatusCode == http.StatusBadRequest
	case ErrUnauthorized:
		return e.StatusCode == http.StatusUnauthorized
	case ErrForbidden:
		return e.StatusCode == http.StatusForbidden
	case ErrNotFound:
		return e.StatusCode == http.StatusNotFound
	case ErrConflict:
		return e.StatusCode == http.StatusConflict
	case ErrValidation:
		return e.StatusCode == http.StatusUnprocessableEntity
	case ErrRateLimited:
		return e.StatusCode == http.StatusTooManyRequests
	case ErrServer:
		return e.StatusCode >= 500 && e.StatusCode < 600
	default:
		return false
	}
}

// Unwrap returns the causes and the sentinels beyond those of the status.
func (e *Error) Unwrap() []error { return e.kept().reasons }

// Format writes the text of Error for every verb, so that no verb shows Body.
func (e *Error) Format(f fmt.State, verb rune) {
	if verb == 'q' {
		_, _ = fmt.Fprintf(f, "%q", e.Error())
		return
	}
	_, _ = io.WriteString(f, e.Error())
}

// LogValue returns the members that are safe to log.
func (e *Error) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("api", e.API),
		slog.String("operation", e.Operation),
		slog.Int("status", e.StatusCode),
		slog.Int("attempts", e.Attempts),
		slog.String("error", e.Error()),
	)
}

// MarshalJSON writes the members that are safe to show.
func (e *Error) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		API       string  `json:"api"`
		Operation string  `json:"operation"`
		Status    int     `json:"status,omitzero"`
		Attempts  int     `json:"attempts"`
		Error     string  `json:"error"`
		Fields    []Field `json:"fields,omitempty"`
	}{e.API, e.Operation, e.StatusCode, e.Attempts, e.Error(), e.Fields})
}

// requestID returns the identifier that a server or a proxy gave to the request.
func requestID(header http.Header) string {
	for _, name := range []string{"X-Request-Id", "X-Correlation-Id", "X-Amzn-Trace-Id", "Cf-Ray"} {
		if ids := header[name]; len(ids) > 0 && ids[0] != "" {
			return oneLine(ids[0])
		}
	}
	return ""
}
