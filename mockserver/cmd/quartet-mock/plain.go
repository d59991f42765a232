package main

import (
	"bytes"
	"io"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
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

// What readPlain returns when there is no plain request.
const (
	incomplete = 0 // not yet
	notPlain   = -1
)

// readPlain reads the request that data begins with into r, and returns its length. A plain
// request has come whole, and is written as nobody can misread it: one of five methods, a path,
// HTTP/1.1, lines that end in CR LF, names of letters, digits and dashes, one Host, a length
// for its body if it has one, and nothing that is about the connection. Whatever differs in the
// least is left to net/http, which knows it, or says what is wrong with it. So is one whose
// body has not come, because the mock tells of it before.
func readPlain(data []byte, r *http.Request) (size int) {
	head, rest, found := bytes.Cut(data, blankLine)
	if !found {
		return readPlainStart(data, r)
	}
	line, fields, _ := bytes.Cut(head, crlf)
	if !readPlainLine(line, r) || !readPlainFields(string(fields), r) || r.Host == "" || int64(len(rest)) < r.ContentLength {
		return notPlain
	}
	r.Body = http.NoBody
	if r.ContentLength > 0 {
		r.Body = &plainBody{rest[:r.ContentLength]}
	}
	return len(head) + len(blankLine) + int(r.ContentLength)
}

// readPlainStart reads the lines that are whole: net/http does not wait for more where one of
// them is wrong.
func readPlainStart(data []byte, r *http.Request) int {
	begun := data
	if end := bytes.LastIndex(data, crlf); end >= 0 {
		line, fields, more := bytes.Cut(data[:end], crlf)
		if !readPlainLine(line, r) || more && !readPlainFields(string(fields), r) {
			return notPlain
		}
		begun = data[end+len(crlf):]
	}
	if bytes.IndexByte(begun, '\n') >= 0 {
		return notPlain
	}
	return incomplete
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
	return true
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
