package frameworks

import (
	"bufio"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

//go:embed golden
var golden embed.FS

// Case is a request and what the real framework answered.
type Case struct {
	Operation string  `json:"-"` // its operationId
	Name      string  `json:"name"`
	Request   Request `json:"request"`
	Answer    Answer  `json:"answer"`
}

// String names the case among all others.
func (c *Case) String() string { return c.Operation + ": " + c.Name }

// Request is what was sent.
type Request struct {
	Method        string  `json:"method"`
	Target        string  `json:"target"`        // path and query, as they stood in the request line
	Strict        bool    `json:"strict"`        // asked where a credential is demanded
	Authorization *string `json:"authorization"` // nil: there was no such header
	ContentType   *string `json:"content_type"`  // the same
	Body          string  `json:"body"`
	BodyBase64    []byte  `json:"body_base64"` // instead of Body where that is not UTF-8
}

// Bytes is the body.
func (r *Request) Bytes() []byte {
	if r.BodyBase64 != nil {
		return r.BodyBase64
	}
	return []byte(r.Body)
}

// Answer is what came back. Headers are "" where there was none.
type Answer struct {
	Status      int    `json:"status"`
	ContentType string `json:"content_type"`
	Allow       string `json:"allow"`
	Challenge   string `json:"www_authenticate"`
	Body        string `json:"body"`
}

// Equal says whether an answer of the mock is that of the real framework. The body of a success is the handler's, so it does
// not count.
func (a Answer) Equal(mock Answer) bool {
	if a.Status/100 == 2 {
		mock.Body = a.Body
	}
	return a == mock
}

// Probe is the operation of the probe, which no published document has; see probe.yaml.
const Probe = "probe"

// Operations are the operations of the published documents that were recorded, in alphabetical order.
func Operations() []string {
	files, _ := fs.Glob(golden, "golden/*.jsonl") // the pattern is a good one
	var names []string
	for _, file := range files {
		if name := strings.TrimSuffix(path.Base(file), ".jsonl"); name != Probe {
			names = append(names, name)
		}
	}
	return names
}

// Cases are the cases of one operation.
func Cases(operation string) ([]Case, error) {
	file, err := golden.Open("golden/" + operation + ".jsonl")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var cases []Case
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		c := Case{Operation: operation}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			return nil, fmt.Errorf("%s, line %d: %w", operation, len(cases)+1, err)
		}
		cases = append(cases, c)
	}
	return cases, lines.Err()
}
