package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

var (
	crlf      = []byte("\r\n")
	blankLine = []byte("\r\n\r\n")
)

// plainMethods are those of a plain request, which have neither a meaning for the connection
// nor an answer without its body.
var plainMethods = map[string]string{
	http.MethodGet: http.MethodGet, http.MethodPost: http.MethodPost, http.MethodPut: http.MethodPut,
	http.MethodPatch: http.MethodPatch, http.MethodDelete: http.MethodDelete,
}

// readPlain reads the request that data begins with into r, and returns its length; 0 when it
// is not plain. A plain request has come whole, and is written as nobody can misread it: one of
// five methods, a path, HTTP/1.1, lines that end in CR LF, names of letters, digits and dashes,
// one Host, a length for its body if it has one, and nothing that is about the connection.
// Whatever differs in the least is left to net/http, which knows it, or says what is wrong.
func readPlain(data []byte, r *http.Request) int {
	head, rest, found := bytes.Cut(data, blankLine)
	if !found {
		return 0
	}
	line, fields, _ := bytes.Cut(head, crlf)
	if !readPlainLine(line, r) || !readPlainFields(string(fields), r) || int64(len(rest)) < r.ContentLength {
		return 0
	}
	r.Body = http.NoBody
	if r.ContentLength > 0 {
		r.Body = &plainBody{rest[:r.ContentLength]}
	}
	return len(head) + len(blankLine) + int(r.ContentLength)
}

func readPlainLine(line []byte, r *http.Request) bool {
	method, line, _ := bytes.Cut(line, []byte(" "))
	target, protocol, _ := bytes.Cut(line, []byte(" "))
	r.Method = plainMethods[string(method)]
	if r.Method == "" || string(protocol) != r.Proto || len(target) == 0 || target[0] != '/' {
		return false
	}
	r.RequestURI = string(target)
	var err error
	r.URL, err = url.ParseRequestURI(r.RequestURI)
	return err == nil
}

func readPlainFields(fields string, r *http.Request) bool {
	r.Header = make(http.Header, strings.Count(fields, "\r\n"))
	for more := true; more; {
		var line string
		line, fields, more = strings.Cut(fields, "\r\n")
		name, value, found := strings.Cut(line, ":")
		if !found || !isPlainName(name) || !isPlainValue(value) {
			return false
		}
		name, value = textproto.CanonicalMIMEHeaderKey(name), textproto.TrimString(value)
		switch name {
		case "Host":
			if r.Host != "" || !isPlainHost(value) {
				return false
			}
			r.Host = value
			continue
		case "Content-Length":
			length, err := strconv.ParseUint(value, 10, 16)
			if err != nil || r.Header[name] != nil {
				return false
			}
			r.ContentLength = int64(length)
		case "Connection":
			if !strings.EqualFold(value, "keep-alive") {
				return false
			}
		case "Transfer-Encoding", "Expect", "Upgrade", "Trailer", "Pragma":
			return false
		}
		r.Header[name] = append(r.Header[name], value)
	}
	return r.Host != ""
}

func isPlainName(name string) bool {
	for i := range len(name) {
		if c := name[i]; !isAlphanumeric(c) && c != '-' {
			return false
		}
	}
	return name != ""
}

func isPlainValue(value string) bool {
	for i := range len(value) {
		if c := value[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

func isPlainHost(host string) bool {
	for i := range len(host) {
		if c := host[i]; !isAlphanumeric(c) && strings.IndexByte("-.:_[]", c) < 0 {
			return false
		}
	}
	return host != ""
}

func isAlphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// plainBody is the body of a request that has come whole. It tells its end with the last
// bytes, as that of net/http does.
type plainBody struct{ left []byte }

func (b *plainBody) Read(p []byte) (n int, err error) {
	n = copy(p, b.left)
	if b.left = b.left[n:]; len(b.left) == 0 {
		err = io.EOF
	}
	return n, err
}

func (b *plainBody) Close() error { return nil }

// plainWriter makes one answer at a time of a connection, whole.
type plainWriter struct {
	blank  http.Request // what every request of the connection has
	ending *atomic.Bool // each answer is the last

	header http.Header
	status int // 0: no header yet
	head   bytes.Buffer
	body   bytes.Buffer
	sized  bool // the header says how long the body is
	closes bool // it is the connection's last answer

	declined bool // the server cannot answer here
	posted   bool // what is answered was a POST
}

// mostKept bounds what a connection that waits keeps of its last answer.
const mostKept = 16 << 10

func newPlainWriter(ctx context.Context, peer net.Addr, ending *atomic.Bool) *plainWriter {
	blank := http.Request{Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, RemoteAddr: peer.String()}
	return &plainWriter{blank: *blank.WithContext(ctx), ending: ending, header: http.Header{}}
}

// begin reads the next request, and forgets the answer to the last one.
func (w *plainWriter) begin(data []byte) (r *http.Request, size int) {
	*w = plainWriter{blank: w.blank, ending: w.ending, header: w.header, head: w.head, body: w.body}
	clear(w.header)
	for _, b := range []*bytes.Buffer{&w.head, &w.body} {
		if b.Reset(); b.Cap() > mostKept {
			*b = bytes.Buffer{}
		}
	}
	r = new(http.Request)
	*r = w.blank
	size = readPlain(data, r)
	w.posted = r.Method == http.MethodPost
	return r, size
}

// skipLine passes over a line that some clients send behind the body of a POST, as far as
// net/http does.
func (w *plainWriter) skipLine(data []byte) []byte {
	for range 4 {
		if w.posted && len(data) > 0 && (data[0] == '\r' || data[0] == '\n') {
			data = data[1:]
		}
	}
	return data
}

// Decline is how the mock says that the answer would not come whole and at once.
func (w *plainWriter) Decline() { w.declined = true }

func (w *plainWriter) Header() http.Header { return w.header }

func (w *plainWriter) WriteHeader(status int) {
	if w.status != 0 {
		return
	}
	w.status = status
	if w.ending.Load() {
		w.header.Set("Connection", "close")
	}
	w.sized = w.header["Content-Length"] != nil || status == http.StatusNoContent
	w.closes = w.header.Get("Connection") == "close"
	w.head.WriteString("HTTP/1.1 ")
	w.head.WriteString(strconv.Itoa(status))
	w.head.WriteByte(' ')
	w.head.WriteString(http.StatusText(status))
	w.head.Write(crlf)
	_ = w.header.Write(&w.head) // into memory
	if w.header["Date"] == nil {
		w.head.WriteString("Date: ")
		w.head.Write(time.Now().UTC().AppendFormat(w.head.AvailableBuffer(), http.TimeFormat))
		w.head.Write(crlf)
	}
}

func (w *plainWriter) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

// answer is all that is sent.
func (w *plainWriter) answer() []byte {
	w.WriteHeader(http.StatusOK)
	if !w.sized {
		w.head.WriteString("Content-Length: ")
		w.head.WriteString(strconv.Itoa(w.body.Len()))
		w.head.Write(crlf)
	}
	w.head.Write(crlf)
	w.head.Write(w.body.Bytes())
	return w.head.Bytes()
}
