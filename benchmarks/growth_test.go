package main

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGrownMocksAreCalledAllRound(t *testing.T) {
	t.Parallel()
	for _, g := range growths() {
		t.Run(g.what+g.others, func(t *testing.T) {
			t.Parallel()
			require.NoError(t, g.add(10))
			p := g.points[0]
			t.Cleanup(p.mock.close)
			seen := map[int]bool{}
			for range p.size {
				for _, c := range wireCalls[:1] {
					require.NoError(t, p.call(c))
				}
				seen[p.at] = true
			}
			assert.Len(t, seen, p.size)
			for _, c := range wireCalls {
				require.NoError(t, p.call(c))
			}
			assert.Len(t, p.full, growthMocks)

			aim, aimedAt := p.round(wireCalls[0]), map[string]bool{}
			for range p.size {
				req, err := wireCalls[0].request("")
				require.NoError(t, err)
				aim(req)
				require.NoError(t, p.mock.send(req, wireCalls[0].status))
				aimedAt[req.Header.Get("X-Mock-Space")+req.Header.Get("Authorization")] = true
			}
			assert.Len(t, aimedAt, p.size)
		})
	}
}

func TestGrowthTextAndPlot(t *testing.T) {
	t.Parallel()
	g := growth{what: "users"}
	for size, ns := range map[int]float64{1: 1000, 10: 1300} {
		p := &grownMock{size: size, fresh: []float64{1}, full: []float64{2}}
		for range wireCalls {
			p.measured = append(p.measured, samples{ns: []float64{ns}, allocs: []float64{3}})
			p.alone = append(p.alone, samples{ns: []float64{1200 - ns/10}})
		}
		g.points = append(g.points, p)
	}
	if g.points[0].size != 1 {
		g.points[0], g.points[1] = g.points[1], g.points[0]
	}
	assert.Contains(t, growthText([]growth{g}), "- GET for 10 users in turn, at most 1.25 × the time for 1: does not hold, 1.3.\n")
	assert.Contains(t, growthText([]growth{g}), "- GET for one of 10 users, at most 1.25 × the time for one of 1: holds, 0.973.\n")
	byHand := g
	byHand.others = "by hand"
	others := growth{what: "spaces", points: g.points}
	for i, p := range g.points {
		grown := *p
		grown.measured = slices.Repeat([]samples{{ns: []float64{1000 + 200*float64(i)}, allocs: []float64{3}}}, len(wireCalls))
		byHand.points = append(byHand.points[:i:i], &grown)
	}
	assert.Contains(t, growthText([]growth{g, others, byHand}), "- GET for 10 users in turn, 300 ns more than for 1, at most 1.25 × the 200 ns more by hand: does not hold, 1.5.\n")
	assert.Contains(t, plotGrowth([]growth{g}), ">changed<")
}
