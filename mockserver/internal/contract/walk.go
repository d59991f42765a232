package contract

import (
	"bytes"
	"slices"
	"strconv"
	"sync"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// maxIssues bounds what is told of one body: a megabyte can hold half a million mistakes, and the answer that repeats them
// all is of no use to anybody.
const maxIssues = 1000

// walker reads one body along its schema. It is pooled, because the tokenizer's own state is the only thing that a
// valid body would otherwise allocate.
type walker struct {
	source  bytes.Buffer
	decoder jsontext.Decoder
	body    []byte
	steps   []step
	issues  []Issue
	edits   []edit
	sent    uint64   // which members the outermost object has
	members []Member // the same, in the order in which they came
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
// body's object.
func walkBody(s *schema, body []byte, issues []Issue) Verdict {
	w := walkers.Get().(*walker)
	defer w.release()
	w.reset(body, issues)
	if err := w.value(s, true); err != nil {
		return Verdict{Issues: append(issues, w.broken(err))}
	}
	if at := w.trailing(); at >= 0 {
		return Verdict{Issues: append(issues, w.surplus(at))}
	}
	v := Verdict{Decodable: w.rewritten(), Issues: w.issues, Sent: w.sent}
	if len(w.edits) == 0 && len(w.issues) == 0 {
		v.Members = slices.Clone(w.members)
	}
	return v
}

func (w *walker) reset(body []byte, issues []Issue) {
	w.source = *bytes.NewBuffer(body)
	w.decoder.Reset(&w.source)
	w.body, w.issues = body, issues
	w.steps, w.edits, w.sent, w.members = w.steps[:0], w.edits[:0], 0, w.members[:0]
}

// release forgets the body, which may hold secrets, before the walker waits for the next one.
func (w *walker) release() {
	w.source = bytes.Buffer{}
	w.decoder.Reset(&w.source)
	w.body, w.issues = nil, nil
	clear(w.members)
	walkers.Put(w)
}

// value reads the next value and reports what is wrong with it. Its error is one of the tokenizer's.
func (w *walker) value(s *schema, mandatory bool) error {
	if s.opaque() || len(w.issues) >= maxIssues {
		return w.decoder.SkipValue()
	}
	kind := byte(w.decoder.PeekKind())
	if kind == 'f' {
		kind = 't'
	}
	if kind == 'n' {
		return w.null(s, mandatory)
	}
	if len(s.branches) > 0 {
		b := s.branch(kind)
		if b == nil {
			return w.mismatch(s, mandatory)
		}
		s = b
	}
	if kind != s.types[0].kind() {
		return w.mismatch(s, mandatory)
	}
	switch s.types[0] {
	case String:
		return w.text(s)
	case Integer, Number:
		return w.number(s)
	case Object:
		return w.object(s)
	case Map:
		if s.extra.opaque() {
			return w.decoder.SkipValue()
		}
		return w.object(s)
	case Array:
		return w.array(s)
	default:
		return w.decoder.SkipValue()
	}
}

// raw reads the next value and returns it as a part of the body, which outlives the tokenizer.
func (w *walker) raw() (jsontext.Value, error) {
	v, err := w.decoder.ReadValue()
	if err != nil {
		return nil, err
	}
	end := int(w.decoder.InputOffset())
	return jsontext.Value(w.body[end-len(v) : end : end]), nil
}

func (w *walker) null(s *schema, mandatory bool) error {
	raw, err := w.raw()
	if err == nil && !s.nullable {
		w.report(Issue{Keyword: Null, Types: s.types, Allowed: s.enum, Mandatory: mandatory, Input: raw})
	}
	return err
}

func (w *walker) mismatch(s *schema, mandatory bool) error {
	raw, err := w.raw()
	if err == nil {
		w.report(Issue{Keyword: WrongType, Types: s.types, Allowed: s.enum, Mandatory: mandatory, Input: raw})
	}
	return err
}

func (w *walker) text(s *schema) error {
	raw, err := w.raw()
	if err != nil {
		return err
	}
	start := len(w.issues)
	inner := raw[1 : len(raw)-1]
	switch {
	case bytes.IndexByte(inner, '\\') >= 0:
		text, _ := jsontext.AppendUnquote(nil, raw) // the tokenizer has just accepted it
		w.issues = s.checkString(string(text), w.issues)
	case s.onlyLength():
		w.issues = s.checkLength(utf8.RuneCount(inner), w.issues)
	default:
		w.issues = s.checkString(string(inner), w.issues)
	}
	for i := start; i < len(w.issues); i++ {
		w.issues[i].In, w.issues[i].Path, w.issues[i].Types, w.issues[i].Input = InBody, w.path(), s.types, raw
	}
	return nil
}

func (w *walker) number(s *schema) error {
	raw, err := w.raw()
	if err != nil {
		return err
	}
	if s.types[0] == Number {
		if keyword := checkNumberText(string(raw), s.bits); keyword != "" {
			w.report(Issue{Keyword: keyword, Types: s.types, Input: raw})
		}
		return nil
	}
	value, plain, keyword := readInteger(raw, s.bits)
	switch {
	case keyword != "":
		w.report(Issue{Keyword: keyword, Types: s.types, Input: raw})
	case !plain:
		end := int(w.decoder.InputOffset())
		w.edits = append(w.edits, edit{start: end - len(raw), end: end, value: value})
	}
	return nil
}

func (w *walker) array(s *schema) error {
	if _, err := w.decoder.ReadToken(); err != nil {
		return err
	}
	begin, before := int(w.decoder.InputOffset())-1, len(w.issues)
	w.steps = append(w.steps, step{})
	depth, count := len(w.steps)-1, 0
	for ; w.decoder.PeekKind() != ']'; count++ {
		w.steps[depth].index = count
		if err := w.item(s); err != nil {
			return err
		}
	}
	w.steps = w.steps[:depth]
	if _, err := w.decoder.ReadToken(); err != nil {
		return err
	}
	w.checkCount(s, count, begin, before)
	return nil
}

func (w *walker) item(s *schema) error {
	if s.items == nil {
		return w.decoder.SkipValue()
	}
	return w.value(s.items, false)
}

// checkCount reports too few or too many items, in front of the issues of the items themselves.
func (w *walker) checkCount(s *schema, count, begin, before int) {
	issue := Issue{Types: s.types, Actual: count}
	switch {
	case s.minItems >= 0 && count < s.minItems:
		issue.Keyword, issue.Limit = MinItems, s.minItems
	case s.maxItems >= 0 && count > s.maxItems:
		issue.Keyword, issue.Limit = MaxItems, s.maxItems
	default:
		return
	}
	end := int(w.decoder.InputOffset())
	issue.In, issue.Path, issue.Input = InBody, w.path(), w.body[begin:end:end]
	w.issues = slices.Insert(w.issues, before, issue)
}

func (w *walker) object(s *schema) error {
	if _, err := w.decoder.ReadToken(); err != nil {
		return err
	}
	begin, before := int(w.decoder.InputOffset())-1, len(w.issues)
	w.steps = append(w.steps, step{index: -1})
	depth := len(w.steps) - 1
	var seen memberSet
	next := 0
	for w.decoder.PeekKind() != '}' {
		i, err := w.memberName(s, next)
		if err != nil {
			return err
		}
		if i < 0 {
			if err := w.value(s.extra, false); err != nil {
				return err
			}
			continue
		}
		seen.add(i)
		next = i + 1
		w.steps[depth].name = s.members[i].name
		start := int(w.decoder.InputOffset())
		if err := w.value(s.members[i].schema, s.members[i].required); err != nil {
			return err
		}
		if depth == 0 {
			w.members = append(w.members, Member{s.members[i].name, w.since(start)})
		}
	}
	if _, err := w.decoder.ReadToken(); err != nil {
		return err
	}
	if depth == 0 {
		w.sent = seen.few
	}
	w.missing(s, &seen, begin, depth)
	w.steps = w.steps[:depth]
	if len(w.issues) > before+1 {
		inDocumentOrder(s, w.issues[before:], depth)
	}
	return nil
}

// since is the value that was read behind the name that ends at start.
func (w *walker) since(start int) jsontext.Value {
	end := int(w.decoder.InputOffset())
	value := bytes.TrimLeft(w.body[start:end:end], " \t\r\n:")
	return jsontext.Value(value)
}

// memberName reads a name and returns the place of the declared member, or -1. A name that is not declared becomes a step
// only where there are rules for it, because that takes memory. Callers mostly send members in the order
// of the document, so the one at next is tried first.
func (w *walker) memberName(s *schema, next int) (int, error) {
	raw, err := w.decoder.ReadValue()
	if err != nil {
		return -1, err
	}
	name := raw[1 : len(raw)-1]
	if next < len(s.members) && string(name) == s.members[next].name {
		return next, nil
	}
	if bytes.IndexByte(name, '\\') >= 0 {
		name, _ = jsontext.AppendUnquote(nil, raw) // the tokenizer has just accepted it
	}
	if i, ok := s.index[string(name)]; ok {
		return i, nil
	}
	if !s.extra.opaque() {
		w.steps[len(w.steps)-1].name = string(name)
	}
	return -1, nil
}

func (w *walker) missing(s *schema, seen *memberSet, begin, depth int) {
	for i := range s.members {
		m := &s.members[i]
		if !m.required || seen.has(i) {
			continue
		}
		w.steps[depth].name = m.name
		end := int(w.decoder.InputOffset())
		w.report(Issue{Keyword: Required, Types: m.schema.types, Mandatory: true, Input: w.body[begin:end:end]})
	}
}

// inDocumentOrder sorts the issues of one object by the place of its members in the document; callers may send them in
// any order, and missing members come last in the walk. Members that are not declared come behind the others.
func inDocumentOrder(s *schema, issues []Issue, depth int) {
	place := func(issue *Issue) int {
		if i, ok := s.index[issue.Path[depth].(string)]; ok {
			return i
		}
		return len(s.members)
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
		return w.body
	}
	out := make([]byte, 0, len(w.body)+16)
	last := 0
	for _, e := range w.edits {
		out = append(out, w.body[last:e.start]...)
		out = strconv.AppendInt(out, e.value, 10)
		last = e.end
	}
	return append(out, w.body[last:]...)
}
