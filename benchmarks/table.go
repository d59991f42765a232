package main

import (
	"fmt"
	"slices"
	"strings"
)

// table of figures in Markdown. In each group of rows the best figure of a column is bold.
type table struct {
	label   string // of the column of names
	columns []column
	groups  []group
}

// column of figures; a column of text has no better side.
type column struct {
	title  string
	better side
}

type side int

const (
	neither side = iota
	lower
	higher
)

// group of rows that are compared with each other.
type group struct {
	name string // "" for the only one
	rows []row
}

type row struct {
	name  string
	cells []cell
}

// cell shows a text, and how it varied; the value decides who is best.
type cell struct {
	text   string
	value  float64
	spread string
}

// unknown is what could not be found out: neither good nor bad.
var unknown = cell{text: "–"}

func figure(format string, value float64) cell {
	return cell{text: fmt.Sprintf(format, value), value: value}
}

// over is the median of the rounds, with the lowest and the highest.
func over(format string, rounds []float64) cell {
	return figure(format, median(rounds)).within(format, rounds)
}

// within adds the lowest and the highest of the rounds, where a reader can tell them apart.
func (c cell) within(format string, rounds []float64) cell {
	least, most := fmt.Sprintf(format, slices.Min(rounds)), fmt.Sprintf(format, slices.Max(rounds))
	if least != most {
		c.spread = " (" + least + " to " + most + ")"
	}
	return c
}

func (t table) write(b *strings.Builder) {
	fmt.Fprintf(b, "\n| %s |", t.label)
	for _, c := range t.columns {
		fmt.Fprintf(b, " %s |", c.title)
	}
	b.WriteString("\n|---|" + strings.Repeat("---:|", len(t.columns)) + "\n")
	for _, g := range t.groups {
		for _, r := range g.rows {
			b.WriteString("| " + strings.TrimPrefix(g.name+", "+r.name, ", ") + " |")
			for i, c := range r.cells {
				if t.columns[i].better != neither && c != unknown && !slices.ContainsFunc(g.rows, func(other row) bool { return t.beats(i, other, r) }) {
					c.text = "**" + c.text + "**"
				}
				fmt.Fprintf(b, " %s%s |", c.text, c.spread)
			}
			b.WriteString("\n")
		}
	}
}

// beats reports whether a is better than b by what a reader sees of a column: equal
// figures are equally good.
func (t table) beats(column int, a, b row) bool {
	x, y := a.cells[column], b.cells[column]
	switch {
	case x.text == y.text, x == unknown, y == unknown:
		return false
	case t.columns[column].better == lower:
		return x.value < y.value
	default:
		return t.columns[column].better == higher && x.value > y.value
	}
}

// beaten says which rows that are not ours beat the row of that name, and where.
func (t table) beaten(name string) string {
	var who []string
	for _, g := range t.groups {
		at := slices.IndexFunc(g.rows, func(r row) bool { return r.name == name })
		for _, r := range g.rows {
			if strings.HasPrefix(r.name, "quartet") {
				continue
			}
			var where []string
			for i, c := range t.columns {
				if t.beats(i, r, g.rows[at]) {
					where = append(where, c.title)
				}
			}
			if len(where) > 0 {
				who = append(who, strings.TrimPrefix(g.name+", ", ", ")+r.name+": "+strings.Join(where, ", "))
			}
		}
	}
	if len(who) == 0 {
		return "Nothing here beats " + name + "."
	}
	return "What beats " + name + ": " + strings.Join(who, "; ") + "."
}
