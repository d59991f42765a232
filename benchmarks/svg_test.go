package main

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPlotIsSoundXMLWithEveryPoint(t *testing.T) {
	t.Parallel()
	svg := plot([]panel{{title: "µs <a>", x: "users", lines: []line{
		{"GET", []point{{1, 0}, {10, 5}, {100, 10}}},
		{"PUT", []point{{1, 10}, {10, 10}, {100, 10}}},
	}}})
	decoder := xml.NewDecoder(strings.NewReader(svg))
	for {
		_, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
	}
	assert.Contains(t, svg, `points="60.0,238.0 185.0,136.0 310.0,34.0"`, "from corner to corner, x logarithmic")
	assert.Contains(t, svg, `points="60.0,34.0 185.0,34.0 310.0,34.0"`)
	assert.Contains(t, svg, "µs &lt;a&gt;")
}

func TestStepsOfAnAxis(t *testing.T) {
	t.Parallel()
	for most, want := range map[float64]float64{0: 1, 1: 0.2, 2: 0.5, 4.5: 1, 10: 2, 30: 10, 99: 20} {
		assert.InDelta(t, want, niceStep(most), 1e-9, most)
	}
}
