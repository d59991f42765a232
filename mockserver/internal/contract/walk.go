package contract

import (
	"bytes"
	"slices"
	"strconv"
	"sync"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/quartet-go/quartet/internal/lex"
)

// maxIssues bounds what is told of one body: a megabyte can hold half a million mistakes, and the answer that repeats them
// all is of no use to anybody.
const maxIssues = 1000

// walker reads one body along its schema. It is pooled for the room of its lists.
type walker struct {
	lex.Grammar
	pos     int  // body[:pos] has been read
	twice   bool // a declared member was there twice
	steps   []step
	issues  []Issue
	edits   []edit
	sent    uint64   // which members the outermost object has
	members []Member // the same, in the order in which they came; nil: not wanted
}

// step is one element of the path to the value that is being read.
type step struct {
	name  string // of a member
	index int    // of an item; -1 for a member
}

// edit replaces a part of the body by an integer.
type edit struct {
	start, end int
	value      int64
}

var walkers = sync.Pool{New: func() any { return new(walker) }}

// walkBody appends the body's issues and returns the JSON that a handler decodes; bit i of Sent belongs to member i of the
// body's object, and the body's members go into room, unless that is nil.
func walkBody(s *Schema, body []byte, issues []Issue, room []Member) Verdict {
	w := walkers.Get().(*walker)
	defer w.release()
	w.reset(body, issues, room)
	if !w.value(s, true) || !w.sound() {
		return Verdict{Issues: append(issues, broken(body))}
	}
	if end := lex.Space(body, w.pos); end < len(body) {
		return Verdict{Issues: append(issues, surplus(body, end))}
	}
	v := Verdict{Decodable: w.rewritten(), Issues: w.issues, Sent: w.sent, Declared: !w.Foreign}
	if len(w.edits) == 0 && len(w.issues) == 0 {
		v.Members = w.members
	}
	return v
}

func (w *walker) reset(body []byte, issues []Issue, room []Member) {
	w.Grammar, w.pos, w.twice, w.issues, w.members = lex.NewGrammar(body), 0, false, issues, room
	w.steps, w.edits, w.sent = w.steps[:0], w.edits[:0], 0
}

// release forgets the body, which may hold secrets, before the walker waits for the next one.
func (w *walker) release() {
	w.Text, w.issues, w.members = nil, nil, nil
	walkers.Put(w)
}

// value reads the next value and reports what is wrong with it. Like all that reads, it returns false where the body is
// no JSON.
func (w *walker) value(s *Schema, mandatory bool) bool {
	w.pos = lex.Space(w.Text, w.pos)
	if s.Opaque() || len(w.issues) >= maxIssues {
		return w.skip()
	}
	kind := kindOf(lex.At(w.Text, w.pos))
	if kind == 'n' {
		return w.null(s, mandatory)
	}
	if len(s.Branches) > 0 {
		b := s.branch(kind)
		if b == nil {
			return w.mismatch(s, mandatory)
		}
		s = b
	}
	if kind != s.kind {
		return w.mismatch(s, mandatory)
	}
	switch kind {
	case '"':
		return w.text(s)
	case '0':
		return w.number(s)
	case '[':
		return w.array(s)
	case '{':
		if len(s.Members) > 0 || !s.Extra.Opaque() {
			return w.object(s)
		}
	}
	return w.skip()
}

// kindOf is Type.Kind of the value that begins with this byte, if any does.
func kindOf(c byte) byte {
	switch {
	case c == 'f':
		return 't'
	case c == '-' || '0' <= c && c <= '9':
		return '0'
	default:
		return c
	}
}

// skip reads a value of any kind.
func (w *walker) skip() (ok bool) {
	w.pos, ok = w.Value(w.pos, len(w.steps))
	return ok
}

// since is what was read from start on, as a part of the body, which outlives the walker.
func (w *walker) since(start int) jsontext.Value { return w.Text[start:w.pos:w.pos] }

// next reads c, and the white space before it, if it is there.
func (w *walker) next(c byte) bool {
	w.pos = lex.Space(w.Text, w.pos)
	if lex.At(w.Text, w.pos) != c {
		return false
	}
	w.pos++
	return true
}

// open reads the bracket of an object or an array and reports whether it is empty.
func (w *walker) open(s step, closing byte) (empty, ok bool) {
	if len(w.steps) == lex.MaxDepth {
		return false, false
	}
	w.pos++
	w.steps = append(w.steps, s)
	return w.next(closing), true
}

func (w *walker) null(s *Schema, mandatory bool) bool {
	start := w.pos
	ok := w.skip()
	if ok && !s.Nullable {
		w.report(Issue{Keyword: Null, Types: s.Types, Allowed: s.Enum, Mandatory: mandatory, Input: w.since(start)})
	}
	return ok
}

func (w *walker) mismatch(s *Schema, mandatory bool) bool {
	start := w.pos
	ok := w.skip()
	if ok {
		w.report(Issue{Keyword: WrongType, Types: s.Types, Allowed: s.Enum, Mandatory: mandatory, Input: w.since(start)})
	}
	return ok
}

func (w *walker) text(s *Schema) bool {
	start, before := w.pos, len(w.issues)
	if !w.skip() {
		return false
	}
	if s.anyText() {
		return true
	}
	raw := w.since(start)
	inner := raw[1 : len(raw)-1]
	switch {
	case bytes.IndexByte(inner, '\\') >= 0:
		text, _ := jsontext.AppendUnquote(nil, raw) // whether it is UTF-8 is asked in the end
		w.issues = s.checkString(string(text), w.issues)
	case s.onlyLength():
		w.issues = s.checkLength(utf8.RuneCount(inner), w.issues)
	default:
		w.issues = s.checkString(string(inner), w.issues)
	}
	for i := before; i < len(w.issues); i++ {
		w.issues[i].In, w.issues[i].Path, w.issues[i].Types, w.issues[i].Input = InBody, w.path(), s.Types, raw
	}
	return true
}

func (w *walker) number(s *Schema) bool {
	start := w.pos
	if !w.skip() {
		return false
	}
	raw := w.since(start)
	if s.Types[0] == Number {
		if keyword := checkNumberSize(string(raw), s.Bits); keyword != "" {
			w.report(Issue{Keyword: keyword, Types: s.Types, Input: raw})
		}
		return true
	}
	value, plain, keyword := readInteger(raw, s.Bits)
	switch {
	case keyword != "":
		w.report(Issue{Keyword: keyword, Types: s.Types, Input: raw})
	case !plain:
		w.edits = append(w.edits, edit{start: start, end: w.pos, value: value})
	}
	return true
}

func (w *walker) array(s *Schema) bool {
	begin, before, depth, count := w.pos, len(w.issues), len(w.steps), 0
	closed, ok := w.open(step{}, ']')
	for ok && !closed {
		w.steps[depth].index = count
		if !w.value(s.Items, false) {
			return false
		}
		count++
		closed = w.next(']')
		ok = closed || w.next(',')
	}
	if ok {
		w.steps = w.steps[:depth]
		w.checkCount(s, count, begin, before)
	}
	return ok
}

// checkCount reports too few or too many items, in front of the issues of the items themselves.
func (w *walker) checkCount(s *Schema, count, begin, before int) {
	issue := Issue{Types: s.Types, Actual: count}
	switch {
	case count < s.MinItems:
		issue.Keyword, issue.Limit = MinItems, s.MinItems
	case s.MaxItems >= 0 && count > s.MaxItems:
		issue.Keyword, issue.Limit = MaxItems, s.MaxItems
	default:
		return
	}
	issue.In, issue.Path, issue.Input = InBody, w.path(), w.since(begin)
	w.issues = slices.Insert(w.issues, before, issue)
}

func (w *walker) object(s *Schema) bool {
	begin, before, depth := w.pos, len(w.issues), len(w.steps)
	var seen memberSet
	closed, ok := w.open(step{index: -1}, '}')
	for last := -1; ok && !closed; {
		if last, ok = w.member(s, &seen, last, depth); !ok {
			return false
		}
		closed = w.next('}')
		ok = closed || w.next(',')
	}
	if !ok {
		return false
	}
	if depth == 0 {
		w.sent = seen.few
	}
	w.missing(s, &seen, begin, depth)
	w.steps = w.steps[:depth]
	if len(w.issues) > before+1 {
		inDocumentOrder(s, w.issues[before:], depth)
	}
	return true
}

// member reads a member of an object and returns its place in the document, or -1; last is the place of the one before.
func (w *walker) member(s *Schema, seen *memberSet, last, depth int) (place int, ok bool) {
	i, ok := w.name(s, last)
	if !ok || !w.next(':') {
		return i, false
	}
	if i < 0 {
		w.Foreign = true
		return i, w.value(s.Extra, false)
	}
	m := &s.Members[i]
	w.twice = w.twice || seen.has(i)
	seen.add(i)
	w.steps[depth].name = m.Name
	w.pos = lex.Space(w.Text, w.pos)
	start := w.pos
	ok = w.value(m.Schema, m.Required)
	if depth == 0 && w.members != nil {
		w.members = append(w.members, Member{m.Name, w.since(start)})
	}
	return i, ok
}

// name reads a name and returns the place of the declared member, or -1. A name that is not declared becomes a step
// only where there are rules for it, because that takes memory. Callers mostly send members in the order of the document,
// and the mock in that of the alphabet, so those that follow the last one are tried first.
func (w *walker) name(s *Schema, last int) (place int, ok bool) {
	start := lex.Space(w.Text, w.pos)
	behind := s.first
	if last >= 0 {
		behind = s.Members[last].behind
	}
	for _, guess := range [...]int{last + 1, behind} {
		if guess < len(s.Members) {
			quoted := s.Members[guess].quoted
			if end := start + len(quoted); end <= len(w.Text) && string(w.Text[start:end]) == quoted {
				w.pos = end
				return guess, true
			}
		}
	}
	if lex.At(w.Text, start) != '"' {
		return -1, false
	}
	if w.pos, ok = w.String(start); !ok {
		return -1, false
	}
	raw := w.since(start)
	name := []byte(raw[1 : len(raw)-1])
	if bytes.IndexByte(name, '\\') >= 0 {
		name, _ = jsontext.AppendUnquote(nil, raw) // whether it is UTF-8 is asked in the end
	}
	if i, declared := s.index[string(name)]; declared {
		return i, true
	}
	if !s.Extra.Opaque() {
		w.steps[len(w.steps)-1].name = string(name)
	}
	return -1, true
}

func (w *walker) missing(s *Schema, seen *memberSet, begin, depth int) {
	for i := range s.Members {
		m := &s.Members[i]
		if !m.Required || seen.has(i) {
			continue
		}
		w.steps[depth].name = m.Name
		w.report(Issue{Keyword: Required, Types: m.Schema.Types, Mandatory: true, Input: w.since(begin)})
	}
}

// inDocumentOrder sorts the issues of one object by the place of its members in the document; callers may send them in
// any order, and missing members come last in the walk. Members that are not declared come behind the others.
func inDocumentOrder(s *Schema, issues []Issue, depth int) {
	place := func(issue *Issue) int {
		if i, ok := s.index[issue.Path[depth].(string)]; ok {
			return i
		}
		return len(s.Members)
	}
	slices.SortStableFunc(issues, func(a, b Issue) int { return place(&a) - place(&b) })
}

func (w *walker) report(issue Issue) {
	issue.In, issue.Path = InBody, w.path()
	w.issues = append(w.issues, issue)
}

func (w *walker) path() []any {
	if len(w.steps) == 0 {
		return nil
	}
	path := make([]any, len(w.steps))
	for i, s := range w.steps {
		if s.index >= 0 {
			path[i] = s.index
		} else {
			path[i] = s.name
		}
	}
	return path
}

// rewritten returns the body with its edits done; without edits the body itself.
func (w *walker) rewritten() []byte {
	if len(w.edits) == 0 {
		return w.Text
	}
	out := make([]byte, 0, len(w.Text)+16)
	last := 0
	for _, e := range w.edits {
		out = append(out, w.Text[last:e.start]...)
		out = strconv.AppendInt(out, e.value, 10)
		last = e.end
	}
	return append(out, w.Text[last:]...)
}
