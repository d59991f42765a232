package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
)

const ourModule = "github.com/quartet-go/quartet"

// What the figures are held against.
const (
	maxRatio   = 1.3    // of the time by hand
	levelRatio = 1.05   // the aim; noise of the machine is as much
	maxGrowth  = 0.75e6 // of a program, in bytes
	maxModules = 4      // linked besides ours
)

// report is all that was measured.
type report struct {
	results []result
	sizes   []size
}

// result is a scenario's.
type result struct {
	scenario
	measured []samples
}

func (r report) text() (string, error) {
	var b strings.Builder
	b.WriteString(intro)
	if err := writeVersions(&b); err != nil {
		return "", err
	}
	b.WriteString(method)
	for _, result := range r.results {
		result.write(&b)
	}
	r.writeSizes(&b)
	return b.String(), nil
}

const intro = `# Benchmarks

Written by ` + "`(cd benchmarks && go run .)`" + `, or a part of it alone by ` + "`go run . -clients`, `-inprocess`, `-growth` or `-wire`" + `; do not edit. A test in that
folder shows that every contestant sends the same request and decodes the same values.

`

var method = fmt.Sprintf(`
The clients are measured in one run against the same bytes from a stub http.RoundTripper: no socket, no wait. quartet runs with
its default options and a credential, all its protections on. go-retryablehttp runs with its defaults but for its log, resty
with its defaults. oapi-codegen's client comes from our documents by its default templates; timestamps are mapped to
time.Time, as everywhere here.

There are %d rounds; in each, every contestant runs for %s, one after the other. Figures are medians of the rounds, on the whole
page, with the lowest and the highest of them in parentheses; a ratio is the median of the rounds' own ratios, so that noise of the
machine that lasts for longer than a round falls out of it. Ratios of another machine will be much the same, times will not.

Bounds: a call with quartet takes at most %.1f times as long as by hand and less than with each of the others; where it does
not, a line under the table says so. They are set for the first two tables; the other two are held against them all the same.
In every table of this page the best figure of a column is bold, and a line below names who beats quartet in which column.
A program with quartet is at most %.2f MB larger than the same with the standard
library alone and links at most %d modules besides ours.
`, rounds, slice, maxRatio, maxGrowth/1e6, maxModules)

// writeVersions writes what ran.
func writeVersions(b *strings.Builder) error {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return errors.New("this program does not know its modules")
	}
	generator, err := generatorVersion()
	if err != nil {
		return err
	}
	fmt.Fprintf(b, "| what | version |\n|---|---|\n| Go | %s %s/%s |\n| machine | %d × %s |\n| quartet | this checkout |\n| oapi-codegen | %s |\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), processor(), generator)
	for _, path := range []string{"github.com/oapi-codegen/runtime", "github.com/hashicorp/go-retryablehttp", "github.com/go-resty/resty/v2", "github.com/jarcoal/httpmock", "github.com/getkin/kin-openapi"} {
		at := slices.IndexFunc(info.Deps, func(m *debug.Module) bool { return m.Path == path })
		if at < 0 {
			return fmt.Errorf("%s is not linked", path)
		}
		fmt.Fprintf(b, "| %s | %s |\n", path, info.Deps[at].Version)
	}
	return nil
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

var generatedBy = regexp.MustCompile(`oapi-codegen/v2 version (v\S+)`)

// generatorVersion is what the generated client says of itself.
func generatorVersion() (string, error) {
	const file = "internal/oapi/profile/zz_generated.go"
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	found := generatedBy.FindSubmatch(text)
	if found == nil {
		return "", fmt.Errorf("%s does not say what generated it", file)
	}
	return string(found[1]), nil
}

// write writes the table and what it comes to.
func (r result) write(b *strings.Builder) {
	base := r.base()
	t := table{"", []column{{"ns a call", lower}, {"× by hand", neither}, {"allocations", lower}, {"bytes", lower}}, []group{{}}}
	for _, s := range r.measured {
		t.groups[0].rows = append(t.groups[0].rows, row{s.name, s.cells(base)})
	}
	fmt.Fprintf(b, "\n## %s\n", r.title)
	t.write(b)
	fmt.Fprintf(b, "\n%s\n\n%s\n", r.verdict(), t.beaten(ourName))
	if r.retry {
		b.WriteString(retryNote)
	}
}

// cells are time, ratio to base, allocations and bytes.
func (s samples) cells(base samples) []cell {
	return []cell{
		over("%.0f", s.ns), over("%.2f", ratios(s.ns, base.ns)),
		figure("%.0f", median(s.allocs)), figure("%.0f", median(s.bytes)),
	}
}

const retryNote = `
"By hand" is here the one over go-retryablehttp. quartet's retry budget is off, for its purpose is to stop a client whose every
call needs a retry. resty pays no heed to Retry-After by itself and is told to wait 1 ns. Where nothing is to be waited for,
go-retryablehttp and resty set a timer all the same, and quartet does not.
`

// base is what others are measured by.
func (r result) base() samples {
	name := byHandName
	if r.retry {
		name = byHandOverName
	}
	return named(r.measured, name)
}

// verdict says how we fare, best news or not.
func (r result) verdict() string {
	base, own := r.base(), named(r.measured, ourName)
	ratio := own.ratio(base)
	faster := slices.DeleteFunc(slices.Clone(r.measured), func(s samples) bool {
		return s.name == byHandName || s.name == ourName || own.ratio(s) < 1
	})
	return fmt.Sprintf("At most %.1f × by hand: %s, %.2f. Level with by hand (%.2f ×): %s. Faster than each of the others: %s.",
		maxRatio, holds(ratio <= maxRatio), ratio, levelRatio, holds(ratio <= levelRatio), holds(len(faster) == 0))
}

func holds(ok bool) string {
	if ok {
		return "holds"
	}
	return "does not hold"
}

func (r report) writeSizes(b *strings.Builder) {
	b.WriteString("\n## Size of a program that makes one call\n\nBuilt by `go build -trimpath -ldflags \"-s -w\"`; MB are 1,000,000 bytes. " +
		"Modules are those that are linked, besides this repository's.\n\n| | MB | more than by hand | modules | which |\n|---|---:|---:|---:|---|\n")
	for _, s := range r.sizes {
		fmt.Fprintf(b, "| %s | %.2f | %+.2f | %d | %s |\n", s.title, float64(s.bytes)/1e6, r.growth(s)/1e6, len(s.modules), strings.Join(s.modules, ", "))
	}
	own, bare := r.sizeOf("quartet"), r.sizeOf("nethttp")
	fmt.Fprintf(b, "\nAt most %.2f MB larger than the same by hand: %s, %.2f MB. (Against a program that does not even decode the answer it is "+
		"%.2f MB.) At most %d modules: %s.\n",
		maxGrowth/1e6, holds(r.growth(own) <= maxGrowth), r.growth(own)/1e6, float64(own.bytes-bare.bytes)/1e6,
		maxModules, holds(len(own.modules) <= maxModules))
}

func (r report) sizeOf(folder string) size {
	return r.sizes[slices.IndexFunc(r.sizes, func(s size) bool { return s.folder == folder })]
}

// growth is how much larger a program is than the one by hand.
func (r report) growth(s size) float64 { return float64(s.bytes - r.sizeOf("byhand").bytes) }
