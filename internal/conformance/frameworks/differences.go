package frameworks

import (
	_ "embed" // for the table
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

//go:embed differences.json
var table []byte

// Difference is a row of the table of all that the mock answers otherwise than the real framework, on purpose.
type Difference struct {
	What      string   `json:"what"`      // is asked
	Framework []string `json:"framework"` // what the real framework answers: summaries, see Answer.Summary
	Mock      []string `json:"mock"`      // the same of the mock
	Why       string   `json:"why"`
	Cases     []string `json:"cases"` // the cases that differ: expressions that match all of "operation: name"
	Probe     []string `json:"probe"` // the same of the probe
}

// Differences is the table.
func Differences() ([]Difference, error) {
	var rows []Difference
	return rows, json.Unmarshal(table, &rows)
}

// Summary says an answer in few words: its status and, where it has some, the types of its issues.
func (a Answer) Summary() string {
	var body struct {
		Detail []struct {
			Type string `json:"type"`
		} `json:"detail"`
	}
	_ = json.Unmarshal([]byte(a.Body), &body) // a body of any other shape has no issues
	types := make([]string, len(body.Detail))
	for i, issue := range body.Detail {
		types[i] = issue.Type
	}
	slices.Sort(types)
	return strings.Join(append([]string{strconv.Itoa(a.Status)}, slices.Compact(types)...), " ")
}

// hasTheForm says whether an answer is JSON and, where it is no success, a detail that is a text, or issues; and of a 401
// whether it says what is demanded.
func (a Answer) hasTheForm() bool {
	var refusal struct {
		Detail json.RawMessage `json:"detail"`
	}
	if a.ContentType != "application/json" || (a.Status == http.StatusUnauthorized) != (a.Challenge != "") || json.Unmarshal([]byte(a.Body), &refusal) != nil {
		return false
	}
	var text *string
	var issues []struct {
		Type, Msg string
		Loc       []any
	}
	switch {
	case a.Status/100 == 2:
		return true
	case a.Status == http.StatusUnprocessableEntity:
		return json.Unmarshal(refusal.Detail, &issues) == nil && len(issues) > 0 && issues[0].Type != "" && issues[0].Msg != "" && len(issues[0].Loc) > 0
	}
	return json.Unmarshal(refusal.Detail, &text) == nil && text != nil && *text != ""
}

// Comparison holds answers against the golden ones and the table.
type Comparison struct {
	Compared, Differing int
	Successes           int   // of those that do not differ
	Listed              []int // how many cases each row of the table has

	rows     []Difference
	patterns [][]pattern // of each row
}

type pattern struct {
	text string
	is   *regexp.Regexp
	used bool
}

// Compare begins a comparison of the operations that the mock has.
func Compare() (*Comparison, error) {
	return compare(func(row Difference) []string { return row.Cases })
}

// CompareProbe begins a comparison of the probe.
func CompareProbe() (*Comparison, error) {
	return compare(func(row Difference) []string { return row.Probe })
}

func compare(listed func(Difference) []string) (*Comparison, error) {
	rows, err := Differences()
	if err != nil {
		return nil, err
	}
	c := &Comparison{Listed: make([]int, len(rows)), rows: rows, patterns: make([][]pattern, len(rows))}
	for i, row := range rows {
		for _, text := range listed(row) {
			is, err := regexp.Compile("^(?:" + text + ")$")
			if err != nil {
				return nil, err
			}
			c.patterns[i] = append(c.patterns[i], pattern{text: text, is: is})
		}
	}
	return c, nil
}

// Check compares one answer of the mock. Its error says what differs and should not, or should and does not.
func (c *Comparison) Check(asked *Case, mock Answer) error {
	c.Compared++
	var rows []*Difference
	for i := range c.rows {
		if c.lists(i, asked) {
			c.Listed[i]++
			rows = append(rows, &c.rows[i])
		}
	}
	differs := !asked.Answer.Equal(mock)
	switch {
	case differs:
		c.Differing++
	case asked.Answer.Status/100 == 2:
		c.Successes++
	}
	switch {
	case len(rows) > 1:
		return fmt.Errorf("%s is listed twice, as %q and %q", asked, rows[0].What, rows[1].What)
	case !differs && len(rows) == 1:
		return fmt.Errorf("%s is listed as %q and does not differ any more", asked, rows[0].What)
	case differs && len(rows) == 0:
		return fmt.Errorf("%s\n  %s\n  the framework: %s\n  the mock:      %s", asked, shortened(asked.Request.Target+" "+asked.Request.Body),
			shortened(fmt.Sprint(asked.Answer)), shortened(fmt.Sprint(mock)))
	case differs && !slices.Contains(rows[0].Framework, asked.Answer.Summary()):
		return fmt.Errorf("%s is listed as %q, but the framework answers %q", asked, rows[0].What, asked.Answer.Summary())
	case differs && !slices.Contains(rows[0].Mock, mock.Summary()):
		return fmt.Errorf("%s is listed as %q, but the mock answers %q: %s", asked, rows[0].What, mock.Summary(), shortened(mock.Body))
	case differs && !mock.hasTheForm():
		return fmt.Errorf("%s is listed as %q, and the mock's answer has not the form of FastAPI's: %s", asked, rows[0].What, shortened(fmt.Sprint(mock)))
	}
	return nil
}

// lists says whether a row has the case.
func (c *Comparison) lists(row int, asked *Case) (found bool) {
	for i := range c.patterns[row] {
		if p := &c.patterns[row][i]; p.is.MatchString(asked.String()) {
			p.used, found = true, true
		}
	}
	return found
}

func shortened(text string) string {
	const most = 600
	if len(text) > most {
		return text[:most] + "…"
	}
	return text
}

// Unused is an error that names what the table lists and no case that was compared has; nil where there is nothing.
func (c *Comparison) Unused() error {
	var errs []error
	for i, row := range c.rows {
		for _, p := range c.patterns[i] {
			if !p.used {
				errs = append(errs, fmt.Errorf("there is no case %q, listed as %q", p.text, row.What))
			}
		}
	}
	return errors.Join(errs...)
}
