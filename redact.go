package quartet

import (
	"cmp"
	"encoding/json"
	"errors"
	"html"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// redactor replaces secrets, longest first, since one may hold another.
type redactor []string

// redactor replaces the secrets that the call sent, since servers echo them in what
// they say (contract: never in what an error prints, also when the server echoes
// them), in every way of writing them. A short secret takes innocent text with it; that
// is the lesser harm.
func (c *call) redactor() redactor {
	forms := redactor(c.secrets())
	for _, secret := range forms {
		if strings.ContainsFunc(secret, isEscapedSomewhere) {
			forms = append(forms, htmlSafeJSON(secret), plainJSON(secret), asciiJSON(secret),
				url.QueryEscape(secret), url.PathEscape(secret), html.EscapeString(secret))
		}
	}
	forms = slices.DeleteFunc(forms, func(form string) bool { return form == "" })
	slices.SortFunc(forms, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	return forms
}

func (r redactor) Replace(text string) string {
	if !slices.ContainsFunc(r, func(secret string) bool { return strings.Contains(text, secret) }) {
		return text
	}
	pairs := make([]string, 0, 2*len(r))
	for _, secret := range r {
		pairs = append(pairs, secret, redacted)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// isEscapedSomewhere reports whether JSON, HTML, a query or a path writes r in another way.
func isEscapedSomewhere(r rune) bool {
	switch {
	case '0' <= r && r <= '9', 'A' <= r && r <= 'Z', 'a' <= r && r <= 'z', r == '-', r == '_', r == '.':
		return false
	}
	return true
}

// secrets are the values of every Secret in the request and all that the last attempt's
// credential has put into it.
func (c *call) secrets() []string {
	found := appendSecrets(nil, reflect.ValueOf(c.in))
	for _, value := range c.config.extra.fields {
		found = appendSecrets(found, reflect.ValueOf(value))
	}
	sent := c.last.sent
	if sent == nil {
		return found
	}
	for name, values := range sent.Header {
		switch name {
		case "Accept", "Content-Type", "User-Agent":
			continue
		case "Cookie":
			for _, cookie := range sent.Cookies() {
				found = append(found, cookie.Value)
			}
			continue
		case "Authorization":
			if user, password, basic := sent.BasicAuth(); basic {
				found = append(found, user+":"+password, password)
			}
		}
		if slices.Equal(values, c.config.extra.header[name]) || slices.Equal(values, c.last.added[name]) {
			continue // what is left is the credential's
		}
		for _, value := range values {
			value = strings.TrimSpace(value) // as it is sent
			found = append(found, value)
			if last := strings.LastIndexByte(value, ' '); last >= 0 { // TOKEN of "Bearer TOKEN"
				found = append(found, value[last+1:])
			}
		}
	}
	if sent.URL.RawQuery != c.url.RawQuery {
		ours := c.url.Query()
		for name, values := range sent.URL.Query() {
			if ours[name] == nil {
				found = append(found, values...)
			}
		}
	}
	return found
}

// appendSecrets appends the value of every Secret in v: a struct, also within the structs
// that it embeds, or what stands in an any.
func appendSecrets(found []string, v reflect.Value) []string {
	return (&secretFinder{found: found}).visit(v).found
}

// secretFinder visits values, those that lead back to themselves once.
type secretFinder struct {
	found []string
	seen  map[place]bool
}

// place is where a value leads: an array begins where its first item does.
type place struct {
	typ    reflect.Type
	at     uintptr
	length int // of a slice
}

func (f *secretFinder) visit(v reflect.Value) *secretFinder {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[Secret]() && v.CanInterface() {
			f.found = append(f.found, v.Interface().(Secret).Reveal())
			return f
		}
		for i := range v.NumField() {
			if !mayHold(v.Field(i).Type()) {
				continue
			}
			if field := v.Type().Field(i); field.IsExported() || field.Anonymous {
				f.visit(v.Field(i))
			}
		}
	case reflect.Interface:
		f.visit(v.Elem())
	case reflect.Pointer:
		if f.isNew(v) {
			f.visit(v.Elem())
		}
	case reflect.Slice, reflect.Array:
		if v.Kind() == reflect.Slice && !f.isNew(v) {
			return f
		}
		for i := range v.Len() {
			f.visit(v.Index(i))
		}
	case reflect.Map:
		if f.isNew(v) {
			for entry := v.MapRange(); entry.Next(); {
				f.visit(entry.Value())
			}
		}
	}
	return f
}

// mayHold is false for what most members of a request are: texts, numbers, pointers to them and
// lists of them. It looks no deeper, since a type may consist of itself.
func mayHold(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	return t.Kind() > reflect.Complex128 && t.Kind() != reflect.String
}

func (f *secretFinder) isNew(v reflect.Value) bool {
	if v.IsNil() || !mayHold(v.Type()) {
		return false
	}
	to := place{typ: v.Type(), at: v.Pointer()}
	if v.Kind() == reflect.Slice {
		to.length = v.Len()
	}
	if f.seen[to] {
		return false
	}
	if f.seen == nil {
		f.seen = map[place]bool{}
	}
	f.seen[to] = true
	return true
}

// hasFreeSecret reports whether a Secret stands within an any of a request, where no
// document says that it is one.
func hasFreeSecret(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if hasFreeSecret(v.Field(i)) {
				return true
			}
		}
	case reflect.Pointer:
		return hasFreeSecret(v.Elem())
	case reflect.Map, reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Interface {
			return len(appendSecrets(nil, v)) > 0
		}
	}
	return false
}

// quiet takes secrets and the query out of the text of an error: the transport's, which
// repeats what the server sent in place of an answer or, in a [*url.Error], the whole URL.
func (c *call) quiet(err error, req *http.Request) error {
	var withURL *url.Error
	if errors.As(err, &withURL) {
		err = withURL.Err
	}
	text := err.Error()
	shown := text
	if query := req.URL.RawQuery; query != "" {
		shown = strings.NewReplacer("?"+query, "", query, redacted).Replace(shown)
	}
	if shown = c.redactor().Replace(shown); shown == text {
		return err
	}
	return &quietError{text: shown, err: err}
}

// quietError says less than the error it stands for.
type quietError struct {
	text string
	err  error
}

func (e *quietError) Error() string { return e.text }
func (e *quietError) Unwrap() error { return e.err }

// htmlSafeJSON is how encoding/json writes a text within quotes, plainJSON how most others
// do, and asciiJSON how Python and PHP do by default.
func htmlSafeJSON(text string) string {
	encoded, err := json.Marshal(text)
	if err != nil { // never for a string
		return text
	}
	return string(encoded[1 : len(encoded)-1])
}

func plainJSON(text string) string {
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(htmlSafeJSON(text))
}

func asciiJSON(text string) string {
	var b strings.Builder
	for _, r := range plainJSON(text) {
		if r < 0x80 {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			b.WriteString(`\u` + strconv.FormatUint(0x10000+uint64(unit), 16)[1:])
		}
	}
	return b.String()
}
