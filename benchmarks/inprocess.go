package main

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// What the mock in process is held against.
const (
	minOverKin = 3.0 // calls in the time of one behind kin-openapi, which checks as much
	maxChecked = 2.0 // of the time without a check of the answers
)

// call calls once, in full, and returns the answer's body.
func (o *opened) call(c wireCall) (string, error) {
	req, err := c.request(o.url)
	if err != nil {
		return "", err
	}
	resp, err := o.transport.RoundTrip(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != c.status {
		err = fmt.Errorf("%s %s is answered with %s: %s", c.method, c.path, resp.Status, body)
	}
	return string(body), err
}

// request is the call as net/http takes it.
func (c wireCall) request(url string) (*http.Request, error) {
	var body io.Reader = http.NoBody
	if c.body != "" {
		body = strings.NewReader(c.body)
	}
	req, err := http.NewRequest(c.method, url+c.path, body)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(c.header) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		req.Header.Set(name, value)
	}
	if c.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

// openAll opens every mock, those in memory first.
func openAll() (all []*opened, names []string, err error) {
	for _, p := range slices.Concat(inMemory, overLoopback) {
		mock, err := p.open()
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", p.name, err)
		}
		all, names = append(all, mock), append(names, p.name)
	}
	return all, names, nil
}

// bench calls as often as b wants. It makes one request and sends it again and again, aimed anew
// if it is to be, and throws the answers away, so that little is measured of the caller.
func (o *opened) bench(b *testing.B, c wireCall, aim func(*http.Request)) {
	req, err := c.request(o.url)
	if err != nil {
		b.Fatal(err)
	}
	content := strings.NewReader(c.body)
	b.ReportAllocs()
	for b.Loop() {
		if aim != nil {
			aim(req)
		}
		if c.body != "" {
			content.Reset(c.body)
			req.Body = io.NopCloser(content)
		}
		if err := o.send(req, c.status); err != nil {
			b.Fatal(err)
		}
	}
}

func (o *opened) send(req *http.Request, status int) error {
	resp, err := o.transport.RoundTrip(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != status {
		return fmt.Errorf("%s %s is answered with %s", req.Method, req.URL.Path, resp.Status)
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

var inProcessMethod = fmt.Sprintf(`
Each row makes the same call again and again with one request and reads the whole answer, one caller at a time. A handler is called with
a ResponseWriter that is used again and costs next to nothing, a server over a socket of 127.0.0.1 with a connection that is kept. quartet keeps its journal and
validates every request; "answers checked" validates its own answers too, as Start does in tests. By hand is typed decoding,
checks, the credential and a little state for these three operations alone. kin-openapi validates for the same handler by the four
documents, merged into one and loaded once, with the faster of its two routers: ValidateRequest the requests alone, as quartet's handler,
its middleware the answers, too, as the one with "answers checked". A GET leaves ValidateRequest nothing but the path to validate.
httpmock answers the bytes that quartet answered, and checks nothing.
There are %d rounds of %s each.
`, rounds, slice)

func measureInProcess() (string, error) {
	var b strings.Builder
	for _, path := range []string{"github.com/jarcoal/httpmock", "github.com/getkin/kin-openapi"} {
		version, err := moduleVersion(path)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "%s: %s.\n", path, version)
	}
	mocks, names, err := openAll()
	if err != nil {
		return "", err
	}
	defer func() {
		for _, m := range mocks {
			m.close()
		}
	}()
	for _, c := range wireCalls {
		fmt.Println("measuring", c.title)
		var entrants []entrant
		for i, m := range mocks {
			entrants = append(entrants, entrant{names[i], func(b *testing.B) { m.bench(b, c, nil) }})
		}
		measured, err := measure(entrants, rounds, slice)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "\n### %s\n", c.title)
		writeInProcess(&b, measured)
	}
	return b.String(), nil
}

func writeInProcess(b *strings.Builder, measured []samples) {
	byHand := named(measured, byHandMock)
	t := table{"", []column{{"ns a call", lower}, {"× by hand, no socket", neither}, {"allocations", lower}, {"bytes", lower}},
		[]group{{name: "no socket"}, {name: "loopback"}}}
	for i, s := range measured {
		at := 0
		if i >= len(inMemory) {
			at = 1
		}
		t.groups[at].rows = append(t.groups[at].rows, row{s.name, s.cells(byHand)})
	}
	t.write(b)
	for i, own := range []string{oursHandler, oursLoopback} {
		one := table{t.label, t.columns, []group{{rows: t.groups[i].rows}}}
		fmt.Fprintf(b, "\n%s\n", one.beaten(own))
	}
	unchecked, checked := named(measured, oursHandler), named(measured, oursChecked)
	b.WriteString("\n")
	for _, same := range []struct{ own, others samples }{{unchecked, named(measured, kinRequests)}, {checked, named(measured, kinHandler)}} {
		times := same.others.ratio(same.own)
		b.WriteString(verdict(fmt.Sprintf("%s, at least %v × as fast as %s", same.own.name, minOverKin, same.others.name), times >= minOverKin, times))
	}
	for _, same := range []struct{ checked, unchecked samples }{{checked, unchecked}, {named(measured, oursTested), named(measured, oursTransport)}} {
		cost := same.checked.ratio(same.unchecked)
		b.WriteString(verdict(fmt.Sprintf("%s, less than %v × the time without", same.checked.name, maxChecked), cost < maxChecked, cost))
	}
}
