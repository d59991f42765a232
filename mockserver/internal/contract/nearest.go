package contract

import "github.com/quartet-go/quartet/mockserver/internal/edits"

// nearest returns the operation whose path is most like path: fewest edits, where a parameter fits any segment. Among
// equals the same method wins, then the order of the documents.
func (r *router) nearest(method string, path []string) *Operation {
	var best *Operation
	bestCost := 0
	for _, rt := range r.all {
		cost := 2 * rt.distance(path)
		op := rt.methods[method]
		if op == nil {
			op = rt.methods[rt.allow[0]]
			cost++
		}
		if best == nil || cost < bestCost {
			best, bestCost = op, cost
		}
	}
	return best
}

// longestSegment bounds what distance looks at, so that a hostile path cannot buy quadratic work.
const (
	longestSegment = 64
	mostSegments   = 16
)

// distance is the edit distance between two lists of segments, where changing a segment into another costs their own
// edit distance, and a missing or surplus segment its length.
func (rt *route) distance(path []string) int {
	path = path[:min(len(path), mostSegments)]
	previous := make([]int, len(path)+1)
	current := make([]int, len(path)+1)
	for j, text := range path {
		previous[j+1] = previous[j] + weight(text)
	}
	for _, s := range rt.segments {
		own := weight(s.text)
		current[0] = previous[0] + own
		for j, text := range path {
			change := 0
			if !s.parameter || text == "" {
				change = edits.Distance(bounded(s.text), bounded(text))
			}
			current[j+1] = min(previous[j]+change, previous[j+1]+own, current[j]+weight(text))
		}
		previous, current = current, previous
	}
	return previous[len(path)]
}

func weight(text string) int { return 1 + len(bounded(text)) }

func bounded(text string) string { return text[:min(len(text), longestSegment)] }
