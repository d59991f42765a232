package dialect

import (
	"net/http"
	"strconv"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// problem puts everything into a problem of RFC 9457, with a list of what is wrong with the input.
type problem struct{}

func (problem) Media() string { return "application/problem+json" }

func (p problem) Error(status int, message string) []byte {
	return append(p.begin(status, message), '}')
}

func (p problem) NotAllowed(method, path string, allowed []string) []byte {
	return p.Error(http.StatusMethodNotAllowed, notAllowed(method, path, allowed))
}

func (p problem) Unauthenticated(_ contract.Security, sent bool) (string, []byte) {
	message := "The server was started with an admin token; send it as Authorization: Bearer"
	if sent {
		message = "This is not the admin token with which the server was started"
	}
	return "Bearer", p.Error(http.StatusUnauthorized, message)
}

func (p problem) Validation(issues []contract.Issue) (int, []byte) {
	const status = http.StatusUnprocessableEntity
	b := p.begin(status, strconv.Itoa(len(issues))+" "+plural(len(issues), "thing")+" in the input cannot hold, see issues")
	b = append(b, `,"issues":[`...)
	for i := range issues {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendProblem(b, &issues[i])
	}
	return status, append(b, "]}"...)
}

func (problem) begin(status int, detail string) []byte {
	b := appendString([]byte(`{"title":`), http.StatusText(status))
	b = strconv.AppendInt(append(b, `,"status":`...), int64(status), 10)
	if detail != "" {
		b = appendString(append(b, `,"detail":`...), detail)
	}
	return b
}

func appendProblem(b []byte, issue *contract.Issue) []byte {
	where := string(issue.In)
	if len(issue.Path) > 0 {
		where += "." + dotted(issue)
	}
	message := phrase(issue)
	if issue.Keyword == contract.Rejected && issue.Text != "" {
		message = issue.Text
	}
	b = appendString(append(b, `{"place":`...), where)
	return append(appendString(append(b, `,"message":`...), message), '}')
}
