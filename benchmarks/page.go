package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// intro is what the document begins with.
const intro = `# Benchmarks

Written by ` + "`(cd benchmarks && go run .)`" + `, or a section of it alone by ` + "`go run . -clients`, `-inprocess`, `-growth` or `-wire`" + `; do not edit.
Each section says when it was measured, and of which commit.

Figures are medians of many short rounds, in each of which everybody takes part, with the lowest and the highest of them in
parentheses; a ratio is the median of the rounds' own ratios, so that noise of the machine that lasts for longer than a round falls
out of it. Ratios of another machine will be much the same, times will not. In every table the best figure of a column is bold, and
a line below names who beats quartet in which column.
`

// page is the whole document with these parts.
func page(parts []string) string {
	text := strings.Join(parts, "")
	return intro + aims(text) + text
}

// verdict is a line under a table that says whether an aim is met.
func verdict(aim string, met bool, got float64) string {
	if met {
		return fmt.Sprintf("- %s%s%.3g.\n", aim, holds, got)
	}
	return fmt.Sprintf("- %s: does not hold, %.3g.\n", aim, got)
}

const holds = ": holds, "

// unmeasured is the verdict where the other is absent.
func unmeasured(aim string) string { return fmt.Sprintf("- %s: not measured.\n", aim) }

// aims counts the verdicts of a text and repeats those that are not good, each with the
// headings that it stands under.
func aims(text string) string {
	var section, table, missed string
	met := 0
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if title, ok := strings.CutPrefix(line, "## "); ok {
			section, table = title, ""
		} else if title, ok := strings.CutPrefix(line, "### "); ok {
			table = ", " + title
		} else if aim, ok := strings.CutPrefix(line, "- "); ok {
			if strings.Contains(aim, holds) {
				met++
				continue
			}
			missed += fmt.Sprintf("- %s%s. %s\n", section, table, aim)
		}
	}
	if missed == "" {
		missed = "Nothing.\n"
	}
	return fmt.Sprintf("\n## What is held, and what falls short\n\nUnder each table stands what quartet is held against there. %d of these aims are met. What falls short:\n\n%s", met, missed)
}

// stamp says what the figures of a section are of, which may be measured without the others.
func stamp() string {
	return fmt.Sprintf("\nMeasured on %s at %s with %s on %s/%s, %d × %s.\n",
		time.Now().UTC().Format(time.DateOnly), commit(), runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), processor())
}

// commit is that of the checkout, and whether there is more than it.
func commit() string {
	id, err := exec.Command("git", "rev-parse", "--short=12", "HEAD").Output()
	if err != nil {
		return "an unknown commit"
	}
	text := "commit " + strings.TrimSpace(string(id))
	changed, err := exec.Command("git", "status", "--porcelain", "--untracked-files=no", "--", ":/", ":(top,exclude)docs/benchmarks*").Output()
	if err != nil || len(changed) > 0 {
		text += " and changes"
	}
	return text
}

// processor is the model of the machine's processors, as Linux tells it.
func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err == nil {
		for line := range strings.Lines(string(text)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				return strings.TrimSpace(value)
			}
		}
	}
	return "processor of unknown model"
}
