package dialect

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// vendor puts everything into one object with a code, which is the HTTP status, and a message of one sentence.
type vendor struct{}

func (vendor) Media() string { return "application/json" }

func (vendor) Error(status int, message string) []byte {
	b := strconv.AppendInt([]byte(`{"error":{"code":`), int64(status), 10)
	return append(appendString(append(b, `,"message":`...), orStatusText(message, status)), "}}"...)
}

func (v vendor) NotAllowed(method, path string, allowed []string) []byte {
	return v.Error(http.StatusMethodNotAllowed, notAllowed(method, path, allowed))
}

func (v vendor) Unauthenticated(_ contract.Security, sent bool) (string, []byte) {
	message := "Authorization is required"
	if sent {
		message = "The credential is not valid"
	}
	return "Bearer", v.Error(http.StatusUnauthorized, message)
}

func (v vendor) Validation(issues []contract.Issue) (int, []byte) {
	var b strings.Builder
	for i := range issues {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(phrase(&issues[i]))
	}
	return http.StatusUnprocessableEntity, v.Error(http.StatusUnprocessableEntity, b.String())
}
