package contract

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// Match says what a method and a path lead to. At most one of Operation, Allow and Nearest is set.
type Match struct {
	Operation *Operation
	Path      Values     // unescaped; nil when the path has no parameters
	Allow     []string   // the path is known, the method is not: the methods it has, sorted
	Nearest   *Operation // the path is unknown: the operation whose path is most like it
}

// Values are the values of a path's parameters, in the order of the path.
type Values []Value

// Value is the value of one parameter.
type Value struct{ Name, Text string }

// Get returns the value of the parameter of this name.
func (v Values) Get(name string) (text string, ok bool) {
	for i := range v {
		if v[i].Name == name {
			return v[i].Text, true
		}
	}
	return "", false
}

// Match finds the operation for a method and a path as it came over the wire (URL.EscapedPath). A path matches with
// its trailing slash or without, as the document has it; an escaped slash belongs to its segment; literal paths win over
// templates. HEAD and OPTIONS are methods like any other.
func (c *Contract) Match(method, escapedPath string) Match {
	return c.routes.match(method, escapedPath)
}

// router finds routes: literal ones by map, templates by comparing segments.
type router struct {
	literal   map[string]*route
	templates map[int][]*route // by number of segments
	all       []*route
}

// route is one path with its methods.
type route struct {
	template string
	segments []segment
	methods  map[string]*Operation
	allow    []string
}

// segment is a literal or a parameter.
type segment struct {
	text      string
	parameter bool
}

func (r *router) add(op *Operation) error {
	rt, err := r.route(op.Path)
	if err != nil {
		return err
	}
	if other := rt.methods[op.Method]; other != nil {
		return fmt.Errorf("%s %s is also %s", op.Method, op.Path, other.ID)
	}
	rt.methods[op.Method] = op
	rt.allow = slices.Sorted(maps.Keys(rt.methods))
	return nil
}

// route returns the route of a template, a new one if need be.
func (r *router) route(template string) (*route, error) {
	for _, rt := range r.all {
		if rt.template == template {
			return rt, nil
		}
	}
	rt := &route{template: template, methods: map[string]*Operation{}}
	literal := true
	for text := range strings.SplitSeq(template[1:], "/") {
		s := segment{text: text}
		if strings.ContainsAny(text, "{}") {
			if text[0] != '{' || strings.IndexByte(text, '}') != len(text)-1 {
				return nil, fmt.Errorf("path: %q mixes text and a parameter", text)
			}
			s, literal = segment{text: text[1 : len(text)-1], parameter: true}, false
		}
		rt.segments = append(rt.segments, s)
	}
	r.all = append(r.all, rt)
	if literal {
		if r.literal == nil {
			r.literal = map[string]*route{}
		}
		r.literal[template] = rt
		return rt, nil
	}
	if r.templates == nil {
		r.templates = map[int][]*route{}
	}
	r.templates[len(rt.segments)] = append(r.templates[len(rt.segments)], rt)
	return rt, nil
}

func (r *router) match(method, escapedPath string) Match {
	if rt := r.literal[escapedPath]; rt != nil {
		return rt.match(method, nil)
	}
	var room [8]string // more than any of our paths has
	if path, err := unescapeSegments(room[:0], escapedPath); err == nil {
		if rt, values := r.find(path, escapedPath); rt != nil {
			return rt.match(method, values)
		}
		return Match{Nearest: r.nearest(method, path)}
	}
	return Match{Nearest: r.nearest(method, strings.Split(strings.TrimPrefix(escapedPath, "/"), "/"))}
}

// unescapeSegments splits before it unescapes, so that %2F stays inside its segment.
func unescapeSegments(segments []string, escapedPath string) ([]string, error) {
	for rest, more := strings.TrimPrefix(escapedPath, "/"), true; more; {
		var s string
		s, rest, more = strings.Cut(rest, "/")
		if strings.IndexByte(s, '%') >= 0 {
			var err error
			if s, err = url.PathUnescape(s); err != nil {
				return nil, err
			}
		}
		segments = append(segments, s)
	}
	return segments, nil
}

func (r *router) find(path []string, escapedPath string) (*route, Values) {
	// An escaped letter in a literal path is the same letter; an escaped slash would make one segment too many.
	if strings.IndexByte(escapedPath, '%') >= 0 || !strings.HasPrefix(escapedPath, "/") {
		if rt := r.literal["/"+strings.Join(path, "/")]; rt != nil && len(rt.segments) == len(path) {
			return rt, nil
		}
	}
	for _, rt := range r.templates[len(path)] {
		if values, ok := rt.values(path); ok {
			return rt, values
		}
	}
	return nil, nil
}

// values compares a path with the template. A parameter takes any segment but an empty one.
func (rt *route) values(path []string) (Values, bool) {
	for i, s := range rt.segments {
		if s.parameter && path[i] == "" || !s.parameter && path[i] != s.text {
			return nil, false
		}
	}
	var values Values
	for i, s := range rt.segments {
		if s.parameter {
			values = append(values, Value{s.text, path[i]})
		}
	}
	return values, true
}

func (rt *route) match(method string, values Values) Match {
	if op := rt.methods[method]; op != nil {
		return Match{Operation: op, Path: values}
	}
	return Match{Allow: rt.allow}
}
