package main

import (
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"
)

// Noise of the machine lasts for seconds: many short rounds, in each of which every
// contestant runs once, spread it over all.
const (
	rounds = 25
	slice  = 40 * time.Millisecond // of one contestant in one round
)

// entrant takes part in the rounds under its name.
type entrant struct {
	name  string
	bench func(*testing.B) // calls as often as it wants
}

// samples are an entrant's, one a round.
type samples struct {
	name   string
	ns     []float64 // a call
	allocs []float64 // a call
	bytes  []float64 // a call, allocated
}

// measure runs the rounds, in each of which every entrant runs for slice.
func measure(entrants []entrant, rounds int, slice time.Duration) ([]samples, error) {
	testing.Init()
	if err := flag.Set("test.benchtime", slice.String()); err != nil {
		return nil, err
	}
	all := make([]samples, len(entrants))
	for range rounds {
		for i, e := range entrants {
			result := testing.Benchmark(e.bench)
			if result.N == 0 {
				return nil, fmt.Errorf("%s failed; go test says why", e.name)
			}
			all[i].name = e.name
			all[i].add(result)
		}
	}
	return all, nil
}

func (s *samples) add(r testing.BenchmarkResult) {
	n := float64(r.N)
	s.ns = append(s.ns, float64(r.T.Nanoseconds())/n)
	s.allocs = append(s.allocs, float64(r.MemAllocs)/n)
	s.bytes = append(s.bytes, float64(r.MemBytes)/n)
}

// entrants are the scenario's contestants.
func (s scenario) entrants() []entrant {
	var all []entrant
	for _, c := range s.field() {
		all = append(all, entrant{c.name, func(b *testing.B) { s.bench(b, c) }})
	}
	return all
}

// bench calls as often as b wants.
func (s scenario) bench(b *testing.B, c contestant) {
	call, err := s.prepare(c, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := call(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// ratio is how many times the time of base a call of s takes: the median of the rounds,
// each compared within itself.
func (s samples) ratio(base samples) float64 { return median(ratios(s.ns, base.ns)) }

// ratios are those of a to b, round by round.
func ratios(a, b []float64) []float64 {
	of := make([]float64, len(a))
	for i := range of {
		of[i] = a[i] / b[i]
	}
	return of
}

// named finds the samples of one entrant.
func named(all []samples, name string) samples {
	return all[slices.IndexFunc(all, func(s samples) bool { return s.name == name })]
}

// median of an odd number of values.
func median(values []float64) float64 {
	return slices.Sorted(slices.Values(values))[len(values)/2]
}
