package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
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
	if err := writeVersions(&b); err != nil {
		return "", err
	}
	for _, result := range r.results {
		result.write(&b)
	}
	r.writeSizes(&b)
	return b.String(), nil
}

var clientsMethod = fmt.Sprintf(`
The clients are measured in one run against the same bytes from a stub http.RoundTripper: no socket, no wait. quartet runs with
its default options and a credential, all its protections on. go-retryablehttp runs with its defaults but for its log, resty
with its defaults. oapi-codegen's client comes from our documents by its default templates; timestamps are mapped to
time.Time, as everywhere here. A test shows that every contestant sends the same request and decodes the same values.
There are %d rounds; in each, every contestant runs for %s, one after the other.

Every table is held against these aims: a call with quartet is level with the same by hand, which is up to %v times its time, since
noise of the machine is as much; so it is with the same by hand that sets a timeout, as quartet does for every attempt; it takes at
most %v times the time by hand, the bound for all its protections; and it takes less than with each of the others. A program with quartet
is at most %v MB larger than the same by hand and links at most %d modules besides ours.
`, rounds, slice, levelRatio, maxRatio, maxGrowth/1e6, maxModules)

// writeVersions writes what ran.
func writeVersions(b *strings.Builder) error {
	generator, err := generatorVersion()
	if err != nil {
		return err
	}
	fmt.Fprintf(b, "\n| what | version |\n|---|---|\n| oapi-codegen | %s |\n", generator)
	for _, path := range []string{"github.com/oapi-codegen/runtime", "github.com/hashicorp/go-retryablehttp", "github.com/go-resty/resty/v2"} {
		version, err := moduleVersion(path)
		if err != nil {
			return err
		}
		fmt.Fprintf(b, "| %s | %s |\n", path, version)
	}
	return nil
}

// moduleVersion is that of a module which is linked here.
func moduleVersion(path string) (string, error) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "", errors.New("this program does not know its modules")
	}
	at := slices.IndexFunc(info.Deps, func(m *debug.Module) bool { return m.Path == path })
	if at < 0 {
		return "", fmt.Errorf("%s is not linked", path)
	}
	return info.Deps[at].Version, nil
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
	fmt.Fprintf(b, "\n### %s\n", r.title)
	t.write(b)
	fmt.Fprintf(b, "\n%s\n\n%s", t.beaten(ourName), r.verdicts())
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

// verdicts say how we fare, best news or not.
func (r result) verdicts() string {
	own := named(r.measured, ourName)
	ratio := own.ratio(r.base())
	inTime := ""
	if !r.retry {
		times := own.ratio(named(r.measured, byHandInTimeName))
		inTime = verdict(fmt.Sprintf("Level with by hand with a timeout, at most %v × its time", levelRatio), times <= levelRatio, times)
	}
	var slowest float64 // beside one of the others
	for _, s := range r.measured {
		if s.name != byHandName && s.name != ourName {
			slowest = max(slowest, own.ratio(s))
		}
	}
	return verdict(fmt.Sprintf("Level with by hand, at most %v × its time", levelRatio), ratio <= levelRatio, ratio) + inTime +
		verdict(fmt.Sprintf("At most %v × the time by hand", maxRatio), ratio <= maxRatio, ratio) +
		verdict("Less than 1 × the time of each of the others", slowest < 1, slowest)
}

func (r report) writeSizes(b *strings.Builder) {
	b.WriteString("\n### Size of a program that makes one call\n\nBuilt by `go build -trimpath -ldflags \"-s -w\"`; MB are 1,000,000 bytes. " +
		"Modules are those that are linked, besides this repository's.\n\n| | MB | more than by hand | modules | which |\n|---|---:|---:|---:|---|\n")
	for _, s := range r.sizes {
		fmt.Fprintf(b, "| %s | %.2f | %+.2f | %d | %s |\n", s.title, float64(s.bytes)/1e6, r.growth(s)/1e6, len(s.modules), strings.Join(s.modules, ", "))
	}
	own, bare := r.sizeOf("quartet"), r.sizeOf("nethttp")
	fmt.Fprintf(b, "\nAgainst a program that does not even decode the answer quartet's is %.2f MB larger.\n\n%s%s", float64(own.bytes-bare.bytes)/1e6,
		verdict(fmt.Sprintf("At most %v MB larger than the same by hand", maxGrowth/1e6), r.growth(own) <= maxGrowth, r.growth(own)/1e6),
		verdict(fmt.Sprintf("At most %d modules", maxModules), len(own.modules) <= maxModules, float64(len(own.modules))))
}

func (r report) sizeOf(folder string) size {
	return r.sizes[slices.IndexFunc(r.sizes, func(s size) bool { return s.folder == folder })]
}

// growth is how much larger a program is than the one by hand.
func (r report) growth(s size) float64 { return float64(s.bytes - r.sizeOf("byhand").bytes) }
