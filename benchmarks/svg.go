package main

import (
	"fmt"
	"html"
	"math"
	"strings"
)

// panel is a plot of lines over a logarithmic x, with y from 0.
type panel struct {
	title, x string
	lines    []line
}

type line struct {
	name   string
	points []point
}

type point struct{ x, y float64 }

// Sizes of a panel, in pixels.
const (
	panelWidth, panelHeight = 420, 280
	left, right, top, below = 60, 110, 34, 42
)

var strokes = []string{"#1f77b4", "#d62728", "#2ca02c"}

// plot draws panels, two a row, as an SVG.
func plot(panels []panel) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="11">`+"\n",
		2*panelWidth, (len(panels)+1)/2*panelHeight)
	b.WriteString(`<rect width="100%" height="100%" fill="white"/>` + "\n")
	for i, p := range panels {
		fmt.Fprintf(&b, `<g transform="translate(%d,%d)">`+"\n", i%2*panelWidth, i/2*panelHeight)
		p.draw(&b)
		b.WriteString("</g>\n")
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func (p panel) draw(b *strings.Builder) {
	minX, maxX, maxY := math.Inf(1), math.Inf(-1), 0.0
	for _, l := range p.lines {
		for _, at := range l.points {
			minX, maxX, maxY = min(minX, at.x), max(maxX, at.x), max(maxY, at.y)
		}
	}
	step := niceStep(maxY)
	maxY = step * math.Ceil(maxY/step)
	x := func(v float64) float64 {
		return left + (panelWidth-left-right)*(math.Log10(v)-math.Log10(minX))/(math.Log10(maxX)-math.Log10(minX))
	}
	y := func(v float64) float64 { return panelHeight - below - (panelHeight-top-below)*v/maxY }

	text(b, left, top-14, "start", p.title)
	for v := 0.0; v <= maxY+step/2; v += step {
		fmt.Fprintf(b, `<line x1="%d" x2="%d" y1="%.1f" y2="%.1f" stroke="#ddd"/>`+"\n", left, panelWidth-right, y(v), y(v))
		text(b, left-6, y(v)+4, "end", fmt.Sprintf("%.4g", v))
	}
	for v := minX; v <= maxX; v *= 10 {
		text(b, x(v), panelHeight-below+16, "middle", fmt.Sprintf("%.0f", v))
	}
	text(b, (left+panelWidth-right)/2, panelHeight-8, "middle", p.x)
	for i, l := range p.lines {
		var points []string
		for _, at := range l.points {
			points = append(points, fmt.Sprintf("%.1f,%.1f", x(at.x), y(at.y)))
		}
		stroke := strokes[i%len(strokes)]
		fmt.Fprintf(b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/>`+"\n", strings.Join(points, " "), stroke)
		legend := top + 8 + 16*i
		fmt.Fprintf(b, `<rect x="%d" y="%d" width="10" height="3" fill="%s"/>`+"\n", panelWidth-right+8, legend, stroke)
		text(b, panelWidth-right+22, float64(legend+5), "start", l.name)
	}
}

func text(b *strings.Builder, x, y float64, anchor, s string) {
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="%s">%s</text>`+"\n", x, y, anchor, html.EscapeString(s))
}

// niceStep divides an axis up to most into two to five steps of 1, 2 or 5 times a power of ten.
func niceStep(most float64) float64 {
	if most <= 0 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(most)))
	for _, times := range []float64{0.2, 0.5} {
		if most/(times*power) <= 5 {
			return times * power
		}
	}
	if most/power <= 5 {
		return power
	}
	return 2 * power
}
