package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"go.uber.org/goleak"

	"github.com/quartet-go/quartet/mockserver"
)

// How long and how hard the soak is.
const (
	soakWorkers  = 64
	soakMeddlers = 4
	sampleEvery  = 10 * time.Second
	minSamples   = 6 // a trend needs some
)

// What may grow from the first third behind the warm-up to the last one: noise, no more.
const (
	maxDrift      = 1.15
	slackHeap     = 4 << 20
	slackRoutines = 40
	slackLeft     = 8 << 20 // of heap after Close
)

// soak holds a mock under a mixed load with everything that can go wrong switched on, and
// fails when goroutines or heap grow, when anything is left after Close, and when the mock
// makes a mistake. Races are found by go run -race.
func soak(length time.Duration) error {
	every := min(sampleEvery, length/minSamples)
	before := goleak.IgnoreCurrent()
	baseline := take(0)
	fmt.Printf("| s | goroutines | heap MB | RSS MB | calls |\n|---:|---:|---:|---:|---:|\n")
	t := &soakTB{complaints: &complaints{}}
	samples, load := soakUnder(length, every, t)
	fmt.Printf("\n%d calls, %d cut or refused, %d by status 2xx, %d by 4xx, %d by 5xx; %d times meddled\n",
		load.calls.Load(), load.broken.Load(), load.classes[2].Load(), load.classes[4].Load(), load.classes[5].Load(), load.meddled.Load())

	load.client.CloseIdleConnections()
	t.end() // closes the server
	violations := load.srv.Violations()
	load.srv = nil
	errs := []error{t.complaints.err(), drift(samples)}
	if violations > 0 {
		errs = append(errs, fmt.Errorf("%d answers break their document", violations))
	}
	if err := goleak.Find(before); err != nil {
		errs = append(errs, fmt.Errorf("after Close: %w", err))
	}
	left := take(length)
	fmt.Printf("before: %.1f MB of heap, %d goroutines; after Close: %.1f MB, %d\n", megabytes(baseline.heap), baseline.routines, megabytes(left.heap), left.routines)
	if left.heap > baseline.heap+slackLeft {
		errs = append(errs, fmt.Errorf("after Close %.1f MB of heap are left", megabytes(left.heap)))
	}
	return errors.Join(errs...)
}

// soakUnder runs the load and takes the samples.
func soakUnder(length, every time.Duration, t *soakTB) ([]sample, *soakLoad) {
	state := mockserver.DefaultState()
	state.Random, state.Faults = 1, soakFaults()
	state.Variation = mockserver.Variation{Seed: 1, Values: true}
	srv := mockserver.Start(t, mockserver.WithState(state), mockserver.WithSpaces(500, 500*time.Millisecond),
		mockserver.WithJournal(2000, 8<<20)) // soon full, so that it does not look like a trend
	if err := srv.AddFault(mockserver.Fault{Kind: mockserver.ConnectionRefused, Probability: 0.02}); err != nil {
		t.Errorf("AddFault: %v", err)
	}
	load := &soakLoad{srv: srv, begun: time.Now(), client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: soakWorkers}}}
	ctx, cancel := context.WithTimeout(context.Background(), length)
	defer cancel()
	var workers sync.WaitGroup
	for n := range uint64(soakWorkers) {
		workers.Go(func() { load.work(ctx, n) })
	}
	for n := range uint64(soakMeddlers) {
		workers.Go(func() { load.meddle(ctx, n, t) })
	}
	var samples []sample
	next := time.NewTicker(every)
	defer next.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done(): // the load has ended: no sample any more
		case <-next.C:
			s := take(time.Since(load.begun))
			if ctx.Err() != nil {
				break
			}
			samples = append(samples, s)
			fmt.Printf("| %.0f | %d | %.1f | %.1f | %d |\n", s.at.Seconds(), s.routines, megabytes(s.heap), megabytes(s.rss), load.calls.Load())
		}
	}
	workers.Wait()
	return samples, load
}

// sample is the process at one moment.
type sample struct {
	at       time.Duration
	routines int
	heap     uint64 // in use after a collection
	rss      uint64 // 0 where the system does not tell
}

func take(at time.Duration) sample {
	runtime.GC()
	runtime.GC() // pools let go at the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return sample{at, runtime.NumGoroutine(), m.HeapAlloc, residentOf("self")}
}

// residentOf returns the memory that a process occupies, as Linux tells it.
func residentOf(pid string) uint64 {
	text, err := os.ReadFile("/proc/" + pid + "/statm")
	if err != nil {
		return 0
	}
	var total, resident uint64
	if _, err := fmt.Sscan(string(text), &total, &resident); err != nil {
		return 0
	}
	return resident * uint64(os.Getpagesize())
}

func megabytes(bytes uint64) float64 { return float64(bytes) / 1e6 }

// drift compares the thirds behind a warm-up of a fifth.
func drift(samples []sample) error {
	samples = samples[len(samples)/5:]
	third := len(samples) / 3
	if third == 0 {
		return errors.New("too short for a trend")
	}
	first, last := samples[:third], samples[len(samples)-third:]
	return errors.Join(
		grown("goroutines", slackRoutines, first, last, func(s sample) float64 { return float64(s.routines) }),
		grown("bytes of heap", slackHeap, first, last, func(s sample) float64 { return float64(s.heap) }),
	)
}

// grown compares the lowest of each: what calls hold that are under way comes and goes, what
// leaks stays.
func grown(what string, slack float64, first, last []sample, of func(sample) float64) error {
	was, is := lowest(first, of), lowest(last, of)
	fmt.Printf("%s, the lowest in the first and in the last third behind the warm-up: %.0f, %.0f\n", what, was, is)
	if is > was*maxDrift+slack {
		return fmt.Errorf("%s grow: from %.0f to %.0f", what, was, is)
	}
	return nil
}

func lowest(samples []sample, of func(sample) float64) float64 {
	least := of(samples[0])
	for _, s := range samples {
		least = min(least, of(s))
	}
	return least
}

// soakTB is what the mock needs of a test.
type soakTB struct {
	complaints *complaints
	cleanups   []func()
}

func (*soakTB) Helper()                          {}
func (*soakTB) Logf(string, ...any)              {}
func (t *soakTB) Cleanup(f func())               { t.cleanups = append(t.cleanups, f) }
func (t *soakTB) Errorf(format string, a ...any) { t.complaints.add(fmt.Sprintf(format, a...)) }
func (t *soakTB) Fatalf(format string, a ...any) { t.complaints.add(fmt.Sprintf(format, a...)) }

// end is the end of the test.
func (t *soakTB) end() {
	for _, f := range slices.Backward(t.cleanups) {
		f()
	}
}

// complaints are what the mock and its expectations have reported.
type complaints struct {
	mu    sync.Mutex
	first []string
	count int
}

const shownComplaints = 5

func (c *complaints) add(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.count++; len(c.first) < shownComplaints {
		c.first = append(c.first, text)
	}
}

func (c *complaints) err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.count == 0 {
		return nil
	}
	return fmt.Errorf("%d complaints, the first:\n%s", c.count, strings.Join(c.first, "\n"))
}
