package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
)

// width is where lines of attributes break.
const width = 100

// tree shows spans, each below its parent and in the order of time.
type tree struct {
	out      io.Writer
	children map[trace.SpanID][]tracetest.SpanStub // those of no parent under the zero id
}

func showSpans(out io.Writer, spans tracetest.SpanStubs) {
	t := tree{out: out, children: map[trace.SpanID][]tracetest.SpanStub{}}
	for _, span := range spans {
		parent := span.Parent.SpanID()
		t.children[parent] = append(t.children[parent], span)
	}
	for _, siblings := range t.children {
		slices.SortStableFunc(siblings, func(a, b tracetest.SpanStub) int { return a.StartTime.Compare(b.StartTime) })
	}
	for _, root := range t.children[trace.SpanID{}] {
		fmt.Fprintf(out, "\ntrace %s\n", root.SpanContext.TraceID())
		t.show(root, root.StartTime, 1)
	}
}

// show writes a span and, as they came about, its events and the spans below it.
func (t tree) show(span tracetest.SpanStub, begin time.Time, depth int) {
	mark := ""
	if span.Status.Code == codes.Error {
		mark = "  FAILED"
	}
	t.line(depth, "%s %s  +%s  took %s%s", strings.ToUpper(span.SpanKind.String()), span.Name,
		milliseconds(span.StartTime.Sub(begin)), milliseconds(span.EndTime.Sub(span.StartTime)), mark)
	t.wrap(depth+2, strings.Fields(span.Status.Description))
	t.attributes(depth+2, span.Attributes)
	events := span.Events
	for _, child := range t.children[span.SpanContext.SpanID()] {
		for len(events) > 0 && events[0].Time.Before(child.StartTime) {
			t.event(depth+1, events[0].Name, events[0].Time.Sub(begin), events[0].Attributes)
			events = events[1:]
		}
		t.show(child, begin, depth+1)
	}
	for _, event := range events {
		t.event(depth+1, event.Name, event.Time.Sub(begin), event.Attributes)
	}
}

func (t tree) event(depth int, name string, at time.Duration, attributes []attribute.KeyValue) {
	t.line(depth, "event %s  +%s", name, milliseconds(at))
	t.attributes(depth+2, attributes)
}

func (t tree) attributes(depth int, attributes []attribute.KeyValue) {
	pairs := make([]string, 0, len(attributes))
	for _, kv := range attributes {
		pairs = append(pairs, string(kv.Key)+"="+kv.Value.String())
	}
	slices.Sort(pairs)
	t.wrap(depth, pairs)
}

// wrap writes words on as few lines as they fit on.
func (t tree) wrap(depth int, words []string) {
	var line string
	for _, word := range words {
		if line != "" && len(line)+1+len(word) > width-2*depth {
			t.line(depth, "%s", line)
			line = ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	if line != "" {
		t.line(depth, "%s", line)
	}
}

func (t tree) line(depth int, format string, args ...any) {
	fmt.Fprintf(t.out, strings.Repeat("  ", depth)+format+"\n", args...)
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
}

// showMetrics writes the series of HTTP clients as Prometheus reads them, but for buckets
// that add nothing to the one before. A service would serve all, by promhttp.HandlerFor.
func showMetrics(out io.Writer, metrics prometheus.Gatherer) error {
	families, err := metrics.Gather()
	if err != nil {
		return err
	}
	for _, family := range families {
		if !strings.HasPrefix(family.GetName(), "http_client_") {
			continue
		}
		for _, series := range family.GetMetric() {
			shorten(series.GetHistogram())
		}
		if _, err := expfmt.MetricFamilyToText(out, family); err != nil {
			return err
		}
	}
	return nil
}

func shorten(h *dto.Histogram) {
	if h != nil {
		h.Bucket = slices.CompactFunc(h.Bucket, func(a, b *dto.Bucket) bool { return a.GetCumulativeCount() == b.GetCumulativeCount() })
	}
}
