package quartet

import (
	"reflect"
	"strings"
)

// memberNames gives the names of everything that a request may have. Names are no secrets,
// also where a secret reads the same.
type memberNames func() map[string]bool

// replacePath is Replace for the path of a field, of which it leaves the names of members
// as they are, so that a caller whose password is "password" finds "old_password". From the
// first segment on that is none, anything may stand there.
func (r redactor) replacePath(path string, names memberNames) string {
	if r.Replace(path) == path {
		return path
	}
	segments, known := strings.Split(path, "."), names()
	kept, indexes := 0, 0 // indexes: where those begin that lead from a name to what is not kept
	for kept < len(segments) {
		if known[segments[kept]] {
			kept++
			indexes = kept
			continue
		}
		end := kept
		for end < len(segments) && isIndex(segments[end]) {
			end++
		}
		run := strings.Join(segments[kept:end], ".")
		if end == kept || r.Replace(run) != run {
			kept = indexes
			break
		}
		kept = end
	}
	if rest := segments[kept:]; len(rest) > 0 {
		segments = append(segments[:kept], r.Replace(strings.Join(rest, ".")))
	}
	return strings.Join(segments, ".")
}

func isIndex(segment string) bool {
	return strings.Trim(segment, "0123456789") == ""
}

// memberNames are those of the operation's document and those that the caller has added.
func (c *call) memberNames() map[string]bool {
	names := map[string]bool{}
	for segment := range strings.SplitSeq(c.op.Path, "/") {
		if name, parameter := strings.CutPrefix(segment, "{"); parameter {
			names[strings.TrimSuffix(name, "}")] = true
		}
	}
	for name := range c.url.Query() {
		names[name] = true
	}
	for name := range c.config.extra.fields {
		names[name] = true
	}
	if c.in != nil {
		addNames(names, reflect.TypeOf(c.in))
	}
	return names
}

// addNames adds the names in JSON of all fields of a type. The types of requests do not
// contain themselves.
func addNames(names map[string]bool, t reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		addNames(names, t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			names[name] = true
			addNames(names, t.Field(i).Type)
		}
	}
}
