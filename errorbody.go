package quartet

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
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
// body).
func (e *Error) readBody(secrets redactor, names memberNames) {
	body := bytes.TrimSpace(e.Body())
	if !json.Valid(body) {
		e.Message = oneLine(secrets.Replace(plainText(body)))
		return
	}
	var detail, message, failure string
	for name, value := range members(body) {
		switch name {
		case "detail":
			detail = textOf(value)
			e.Fields = append(e.Fields, fastAPIFields(value)...)
		case "message":
			message = textOf(value)
		case "errors":
			e.Fields = append(e.Fields, laravelFields(value)...)
		case "error":
			failure = cmp.Or(textOf(value), textOf(member(value, "message")))
		case "issues":
			e.Fields = append(e.Fields, problemFields(value)...)
		}
	}
	e.Message = oneLine(secrets.Replace(cmp.Or(detail, message, failure, textOf(body))))
	for i, f := range e.Fields {
		e.Fields[i] = Field{
			Path:    oneLine(secrets.replacePath(f.Path, names)),
			Message: oneLine(secrets.Replace(f.Message)),
			Type:    oneLine(secrets.Replace(f.Type)),
		}
	}
}

func member(object []byte, wanted string) (found []byte) {
	for name, value := range members(object) {
		if name == wanted {
			found = value
		}
	}
	return found
}

// fastAPIFields reads the list under "detail". Some servers have mere texts there.
func fastAPIFields(detail []byte) (fields []Field) {
	for issue := range elements(detail) {
		f := Field{Message: textOf(issue)}
		if f.Message == "" && !begins(issue, '{') {
			continue
		}
		for name, value := range members(issue) {
			switch name {
			case "loc":
				f.Path = fastAPIPath(value)
			case "msg":
				f.Message = textOf(value)
			case "type":
				f.Type = textOf(value)
			}
		}
		fields = append(fields, f)
	}
	return fields
}

// fastAPIPath drops the leading "body", "query" or "path", which is where the
// server looked and not a member of the request.
func fastAPIPath(loc []byte) string {
	var segments []string
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
	case isNumber(value[0]):
		return string(value)
	}
	var other any
	_ = json.Unmarshal(value, &other) // cannot fail: it is valid
	return fmt.Sprint(other)
}

// laravelFields reads {"field": ["message", ...]}, in the order of the names.
func laravelFields(errors []byte) (fields []Field) {
	for path, messages := range members(errors) {
		if !begins(messages, '[') {
			fields = append(fields, Field{Path: path, Message: textOf(messages)})
		}
		for message := range elements(messages) {
			fields = append(fields, Field{Path: path, Message: textOf(message)})
		}
	}
	slices.SortStableFunc(fields, func(a, b Field) int { return strings.Compare(a.Path, b.Path) })
	return fields
}

// problemFields reads the list with which openapi/admin.yaml extends a problem of RFC 9457.
// As with FastAPI, where the server looked is no part of the path.
func problemFields(list []byte) (fields []Field) {
	for issue := range elements(list) {
		if !begins(issue, '{') {
			continue
		}
		place := textOf(member(issue, "place"))
		if _, below, inside := strings.Cut(place, "."); inside {
			place = below
		}
		fields = append(fields, Field{Path: place, Message: textOf(member(issue, "message"))})
	}
	return fields
}

// plainText returns a body that is text for people; markup and bytes are not.
func plainText(body []byte) string {
	text := strings.TrimSpace(string(body))
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
		if r == ' ' && last == ' ' || r != ' ' && (r < ' ' || r > '~') && isFold(r) {
			return false
		}
		last = r
	}
	return text == "" || last != ' '
}
