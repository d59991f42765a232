package quartet

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/quartet-go/quartet/internal/lex"
)

// maxMessage bounds what of a server's own words goes into an error, in bytes.
const maxMessage = 500

// maxShown bounds how many fields the text of an error lists.
const maxShown = 5

// readBody fills Message and Fields from the answer's body. It knows the shapes of
// FastAPI, Laravel and the vendor's server, the mock's own admin API, {"error": "text"}
// and text, plain or in JSON, and leaves both empty when it can read none (contract: any non-2xx, whatever its
// body). As with encoding/json, the case of names makes no difference, and of two the last one holds.
func (e *Error) readBody(secrets redactor, names memberNames) {
	body := bytes.TrimSpace(e.Body())
	w := &walker{data: body}
	switch {
	case !lex.Valid(body):
		e.Message = plainText(string(body))
	case w.begins('{'):
		e.readObject(w)
	case w.begins('"'):
		e.Message = plainText(w.text())
	case !w.begins('n'): // null
		e.Message = plainText(string(body))
	}
	e.Message = oneLine(secrets.Replace(e.Message))
	for i, f := range e.Fields {
		e.Fields[i] = Field{
			Path:    oneLine(secrets.replacePath(f.Path, names)),
			Message: oneLine(secrets.Replace(f.Message)),
			Type:    oneLine(secrets.Replace(f.Type)),
		}
	}
}

func (e *Error) readObject(w *walker) {
	var detail, message, failure string
	var fastAPI, laravel, problem []Field
	for name := range w.members() {
		switch strings.ToLower(name) {
		case "detail":
			detail, fastAPI = "", nil
			if w.begins('"') {
				detail = w.text()
			} else {
				fastAPI = w.fastAPIFields()
			}
		case "message":
			message = w.textIfAny()
		case "errors":
			laravel = w.laravelFields()
		case "error":
			if w.begins('{') {
				failure = w.messageIn()
			} else {
				failure = w.textIfAny()
			}
		case "issues":
			problem = w.problemFields()
		}
	}
	e.Message = cmp.Or(detail, message, failure)
	e.Fields = append(append(fastAPI, laravel...), problem...)
}

// messageIn reads an object for its message.
func (w *walker) messageIn() (message string) {
	for name := range w.members() {
		if strings.ToLower(name) == "message" {
			message = w.textIfAny()
		}
	}
	return message
}

// fastAPIFields reads the list under "detail". Some servers have mere texts there.
func (w *walker) fastAPIFields() (fields []Field) {
	for range w.elements() {
		var f Field
		if w.begins('"') {
			f.Message = w.text()
		} else {
			f = w.fastAPIField()
		}
		fields = appendTelling(fields, f)
	}
	return fields
}

func (w *walker) fastAPIField() (f Field) {
	for name := range w.members() {
		switch strings.ToLower(name) {
		case "loc":
			f.Path = w.fastAPIPath()
		case "msg":
			f.Message = w.textIfAny()
		case "type":
			f.Type = w.textIfAny()
		}
	}
	return f
}

// appendTelling appends a field, unless it says neither which one nor why.
func appendTelling(fields []Field, f Field) []Field {
	if f.Path == "" && f.Message == "" {
		return fields
	}
	return append(fields, f)
}

// fastAPIPath drops the leading "body", "query" or "path", which is where the
// server looked and not a member of the request.
func (w *walker) fastAPIPath() string {
	segments := make([][]byte, 0, 8) // more than most have, so that they need no memory
	for range w.elements() {
		segments = append(segments, w.raw())
	}
	if len(segments) > 1 {
		segments = segments[1:]
	}
	path := make([]string, 0, 8)
	for _, segment := range segments {
		path = append(path, segmentOf(segment))
	}
	return strings.Join(path, ".")
}

// segmentOf is a name or an index, or what a server puts in place of one.
func segmentOf(value []byte) string {
	switch {
	case value[0] == '"':
		return (&walker{data: value}).text()
	case isIndex(string(value)):
		return string(value)
	}
	var segment any
	if err := json.Unmarshal(value, &segment); err != nil { // there is a number in it that no float64 holds
		return ""
	}
	if number, is := segment.(float64); is {
		return strconv.FormatFloat(number, 'f', -1, 64)
	}
	return fmt.Sprint(segment)
}

// laravelFields reads {"field": ["message", ...]}, in the order of the names.
func (w *walker) laravelFields() (fields []Field) {
	for path := range w.members() {
		switch {
		case w.begins('n'): // null: nothing is wrong with it
		case w.begins('['):
			for range w.elements() {
				fields = appendTelling(fields, Field{Path: path, Message: w.textIfAny()})
			}
		default:
			fields = appendTelling(fields, Field{Path: path, Message: w.textIfAny()})
		}
	}
	slices.SortStableFunc(fields, func(a, b Field) int { return strings.Compare(a.Path, b.Path) })
	return fields
}

// problemFields reads the list with which openapi/admin.yaml extends a problem of RFC 9457.
// As with FastAPI, where the server looked is no part of the path.
func (w *walker) problemFields() (fields []Field) {
	for range w.elements() {
		var place, message string
		for name := range w.members() {
			switch strings.ToLower(name) {
			case "place":
				place = w.textIfAny()
			case "message":
				message = w.textIfAny()
			}
		}
		if _, below, inside := strings.Cut(place, "."); inside {
			place = below
		}
		fields = appendTelling(fields, Field{Path: place, Message: message})
	}
	return fields
}

// plainText returns a body that is text for people; markup and bytes are not.
func plainText(text string) string {
	if strings.HasPrefix(text, "<") || strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[") || !utf8.ValidString(text) {
		return ""
	}
	return text
}

// oneLine folds white space and control characters and bounds the length, so that
// no server can forge lines in a caller's log.
func oneLine(text string) string {
	text = text[:min(len(text), 4*maxMessage)] // white space that is folded shall not cost more
	if !isFolded(text) {
		text = strings.Join(strings.FieldsFunc(text, isFold), " ")
	}
	if len(text) <= maxMessage {
		return text
	}
	cut := maxMessage
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "..."
}

func isFold(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || r == utf8.RuneError }

// isFolded reports whether single blanks between words are all that a text has to fold, as
// nearly every text of a server.
func isFolded(text string) bool {
	if strings.HasPrefix(text, " ") || strings.HasSuffix(text, " ") || strings.Contains(text, "  ") {
		return false
	}
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return !strings.ContainsFunc(text[i:], func(r rune) bool { return r != ' ' && isFold(r) })
		}
	}
	return true
}
