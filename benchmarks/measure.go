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

// samples are a contestant's, one a round.
type samples struct {
	contestant contestant
	ns         []float64 // a call
	allocs     []float64 // a call
	bytes      []float64 // a call, allocated
}

// measure runs the rounds of a scenario.
func measure(s scenario) ([]samples, error) {
	testing.Init()
	if err := flag.Set("test.benchtime", slice.String()); err != nil {
		return nil, err
	}
	var all []samples
	for _, c := range s.field() {
		all = append(all, samples{contestant: c})
	}
	for range rounds {
		for i := range all {
			result := testing.Benchmark(func(b *testing.B) { s.bench(b, all[i].contestant) })
			if result.N == 0 {
				return nil, fmt.Errorf("%s: %s failed; go test says why", s.name, all[i].contestant.name)
			}
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
func (s samples) ratio(base samples) float64 {
	ratios := make([]float64, len(s.ns))
	for i := range ratios {
		ratios[i] = s.ns[i] / base.ns[i]
	}
	return median(ratios)
}

// median of an odd number of values.
func median(values []float64) float64 {
	return slices.Sorted(slices.Values(values))[len(values)/2]
}
