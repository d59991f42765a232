package quartet

import (
	"encoding/json"
	"fmt"
	"maps"
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
// and plain text, and leaves both empty when it can read none (contract: any non-2xx, whatever its
// body).
func (e *Error) readBody(secrets redactor, names memberNames) {
	var shape struct {
		Detail  json.RawMessage `json:"detail"`
		Message json.RawMessage `json:"message"`
		Errors  json.RawMessage `json:"errors"`
		Error   json.RawMessage `json:"error"`
		Issues  json.RawMessage `json:"issues"`
	}
	if err := json.Unmarshal(e.Body(), &shape); err != nil {
		e.Message = oneLine(secrets.Replace(plainText(e.Body())))
		return
	}
	e.Message = oneLine(secrets.Replace(firstText(shape.Detail, shape.Message, shape.Error, member(shape.Error, "message"))))
	e.Fields = slices.Concat(fastAPIFields(shape.Detail), laravelFields(shape.Errors), problemFields(shape.Issues))
	for i, f := range e.Fields {
		e.Fields[i] = Field{
			Path:    oneLine(secrets.replacePath(f.Path, names)),
			Message: oneLine(secrets.Replace(f.Message)),
			Type:    oneLine(secrets.Replace(f.Type)),
		}
	}
}

// firstText returns the first value that is a JSON string.
func firstText(values ...json.RawMessage) string {
	for _, value := range values {
		if len(value) > 2 && value[0] == '"' {
			return textOf(value)
		}
	}
	return ""
}

func textOf(value json.RawMessage) (text string) {
	_ = json.Unmarshal(value, &text) // cannot fail: it is a valid string
	return text
}

func member(object json.RawMessage, name string) json.RawMessage {
	if len(object) == 0 {
		return nil
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(object, &members) != nil {
		return nil
	}
	return members[name]
}

// fastAPIFields reads the list under "detail".
func fastAPIFields(detail json.RawMessage) []Field {
	if !isList(detail) {
		return nil
	}
	var issues []struct {
		Loc  []any  `json:"loc"`
		Msg  string `json:"msg"`
		Type string `json:"type"`
	}
	if json.Unmarshal(detail, &issues) != nil {
		return nil
	}
	var fields []Field
	for _, issue := range issues {
		fields = append(fields, Field{Path: fastAPIPath(issue.Loc), Message: issue.Msg, Type: issue.Type})
	}
	return fields
}

// fastAPIPath drops the leading "body", "query" or "path", which is where the
// server looked and not a member of the request.
func fastAPIPath(loc []any) string {
	if len(loc) > 1 {
		loc = loc[1:]
	}
	segments := make([]string, len(loc))
	for i, segment := range loc {
		switch s := segment.(type) {
		case float64:
			segments[i] = strconv.FormatFloat(s, 'f', -1, 64)
		default:
			segments[i] = fmt.Sprint(s)
		}
	}
	return strings.Join(segments, ".")
}

// laravelFields reads {"field": ["message", ...]}, in the order of the names.
func laravelFields(errors json.RawMessage) []Field {
	if len(errors) == 0 {
		return nil
	}
	var byPath map[string]json.RawMessage
	if json.Unmarshal(errors, &byPath) != nil {
		return nil
	}
	var fields []Field
	for _, path := range slices.Sorted(maps.Keys(byPath)) {
		var messages []string
		if json.Unmarshal(byPath[path], &messages) != nil {
			messages = []string{firstText(byPath[path])}
		}
		for _, message := range messages {
			fields = append(fields, Field{Path: path, Message: message})
		}
	}
	return fields
}

// problemFields reads the list with which openapi/admin.yaml extends a problem of RFC 9457.
// As with FastAPI, where the server looked is no part of the path.
func problemFields(list json.RawMessage) []Field {
	if !isList(list) {
		return nil
	}
	var issues []struct {
		Place   string `json:"place"`
		Message string `json:"message"`
	}
	if json.Unmarshal(list, &issues) != nil {
		return nil
	}
	var fields []Field
	for _, issue := range issues {
		path := issue.Place
		if _, below, inside := strings.Cut(path, "."); inside {
			path = below
		}
		fields = append(fields, Field{Path: path, Message: issue.Message})
	}
	return fields
}

func isList(value json.RawMessage) bool { return len(value) > 0 && value[0] == '[' }

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
		if isFold(r) && (r != ' ' || last == ' ') {
			return false
		}
		last = r
	}
	return text == "" || last != ' '
}
