package main

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// measured is a server with these rates in every cell, one a round.
func measured(name string, rates ...int) *wireSide {
	s := &wireSide{mockProgram: mockProgram{name: name, size: 1}, cells: map[wireCell]*wireSamples{},
		start: []float64{1}, rest: []float64{1}, after: []float64{1}}
	for _, rate := range rates {
		took := slices.Repeat(latencies{time.Second / time.Duration(rate)}, rate)
		for call := range wireCalls {
			for _, conns := range wireConns {
				s.add(wireCell{call, conns}, took, time.Second)
			}
		}
	}
	return s
}

func TestWireReportHoldsFiguresAgainstTheAims(t *testing.T) {
	t.Parallel()
	r := &wireReport{
		sides:  []*wireSide{measured(bareServer, 1000, 1000, 1000), measured(ourServer, 800, 400, 800), measured("Prism", 100, 100, 100)},
		absent: []absence{{"WireMock", "it needs java, which is not here"}},
		load:   "1",
	}
	r.sides[2].version, r.sides[2].rest, r.sides[2].after = "1.2.3", []float64{0}, []float64{0}
	r.sides[1].manners = manners{wrong: 422, stranger: 401, remembers: true}
	text, err := r.text()
	require.NoError(t, err)
	for _, want := range []string{
		"\nWireMock: not measured: it needs java, which is not here.\n",
		"| quartet-mock |  | 422 | 401 | yes |",
		"| 16, quartet-mock | 800 (400 to 800) | 0.80 (0.40 to 0.80) | 1250 (1250 to 2500) | 2500 (1250 to 2500) |",
		"| 16, bare net/http | **1000** | 1.00 |",
		"What beats quartet-mock: 1, bare net/http: requests/s, p50 µs, p99 µs;",
		"- At least 0.75 × bare net/http at 16 connections: holds, 0.8.",
		"| 16, Prism 1.2.3 | 100 | 0.10 |",
		"- At least 10 × Prism at 16 connections: does not hold, 8.",
		"| Prism 1.2.3 | **1** | – | – | **1.0** |",
		"- At least 4 × WireMock at 16 connections: not measured.",
	} {
		assert.Contains(t, text, want)
	}
}

func TestEachRoundBeginsWithAnotherServer(t *testing.T) {
	t.Parallel()
	r := &wireReport{sides: []*wireSide{measured("a", 1), measured("b", 1), measured("c", 1)}}
	var order string
	for r.turn = range 4 {
		r.each("load", func(s *wireSide) error {
			order += s.name
			return nil
		})
	}
	assert.Equal(t, "abc"+"bca"+"cab"+"abc", order)
}

func TestAServerThatFailsLeavesTheFieldAndIsNamed(t *testing.T) {
	t.Parallel()
	r := &wireReport{sides: []*wireSide{measured(bareServer, 1), measured("Prism", 1)}}
	r.each("load", func(s *wireSide) error {
		if s.name == bareServer {
			return assert.AnError
		}
		return nil
	})
	assert.Len(t, r.sides, 1)
	assert.Equal(t, []absence{{bareServer, "load: " + assert.AnError.Error()}}, r.absent)
	_, err := r.text()
	assert.ErrorContains(t, err, "nothing to compare with")
}
