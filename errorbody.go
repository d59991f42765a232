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
	switch {
	case !json.Valid(body):
		e.Message = plainText(string(body))
	case begins(body, '{'):
		e.readObject(body)
	case begins(body, '"'):
		e.Message = plainText(textOf(body))
	case !begins(body, 'n'): // null
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

func (e *Error) readObject(body []byte) {
	var detail, message, errors, failure, issues []byte
	for name, value := range members(body) {
		switch strings.ToLower(name) {
		case "detail":
			detail = value
		case "message":
			message = value
		case "errors":
			errors = value
		case "error":
			failure = value
		case "issues":
			issues = value
		}
	}
	e.Message = cmp.Or(textOf(detail), textOf(message), textOf(failure), textIn(failure, "message"))
	e.Fields = append(append(fastAPIFields(detail), laravelFields(errors)...), problemFields(issues)...)
}

// textIn returns the member of an object that is a string, "" where there is none.
func textIn(object []byte, wanted string) (text string) {
	for name, value := range members(object) {
		if strings.EqualFold(name, wanted) {
			text = textOf(value)
		}
	}
	return text
}

// fastAPIFields reads the list under "detail". Some servers have mere texts there.
func fastAPIFields(detail []byte) (fields []Field) {
	for issue := range elements(detail) {
		f := Field{Message: textOf(issue)}
		for name, value := range members(issue) {
			switch strings.ToLower(name) {
			case "loc":
				f.Path = fastAPIPath(value)
			case "msg":
				f.Message = textOf(value)
			case "type":
				f.Type = textOf(value)
			}
		}
		fields = appendTelling(fields, f)
	}
	return fields
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
func fastAPIPath(loc []byte) string {
	segments := make([]string, 0, 8) // more than most have, so that they need no memory
	for segment := range elements(loc) {
		segments = append(segments, segmentOf(segment))
	}
	if len(segments) > 1 {
		segments = segments[1:]
	}
	return strings.Join(segments, ".")
}

// segmentOf is a name or an index, or what a server puts in place of one.
func segmentOf(value []byte) string {
	switch {
	case begins(value, '"'):
		return textOf(value)
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
func laravelFields(errors []byte) (fields []Field) {
	for path, messages := range members(errors) {
		switch {
		case begins(messages, 'n'): // null: nothing is wrong with it
		case begins(messages, '['):
			for message := range elements(messages) {
				fields = appendTelling(fields, Field{Path: path, Message: textOf(message)})
			}
		default:
			fields = appendTelling(fields, Field{Path: path, Message: textOf(messages)})
		}
	}
	slices.SortStableFunc(fields, func(a, b Field) int { return strings.Compare(a.Path, b.Path) })
	return fields
}

// problemFields reads the list with which openapi/admin.yaml extends a problem of RFC 9457.
// As with FastAPI, where the server looked is no part of the path.
func problemFields(list []byte) (fields []Field) {
	for issue := range elements(list) {
		place := textIn(issue, "place")
		if _, below, inside := strings.Cut(place, "."); inside {
			place = below
		}
		fields = appendTelling(fields, Field{Path: place, Message: textIn(issue, "message")})
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
	last := ' '
	for _, r := range text {
		if r == ' ' && last == ' ' || (r < ' ' || r > '~') && isFold(r) {
			return false
		}
		last = r
	}
	return text == "" || last != ' '
}
