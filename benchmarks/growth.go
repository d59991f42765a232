package main

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/quartet-go/quartet/mockserver"
)

// How growth is measured.
const (
	growthRounds  = 9
	growthSlice   = 50 * time.Millisecond
	growthMocks   = 3    // of a size, to weigh; an odd number
	growthJournal = 100  // calls a space keeps, so that all journals are soon full
	maxGrown      = 1.25 // of the time at the smallest size; noise of caches and machine, no more
	growthPlot    = "benchmarks-growth.svg"
)

var (
	growthSpaces = []int{1, 10, 100, 1000}
	growthUsers  = []int{100, 1_000, 10_000, 100_000}
)

// grownMock is a mock with so many spaces or users, and calls that go round them.
type grownMock struct {
	size        int
	mock        *opened
	aim         func(c wireCall, at int) aimed
	at          int
	fresh, full []float64 // MB of heap: each read once, and each changed with full journals
	measured    []samples // by call, going round
	alone       []samples // by call, to one alone; of the smallest and the largest of ours
}

// aimed is what a request to one space or user has of its own.
type aimed struct {
	header string
	value  []string
	path   string
}

func (a aimed) at(req *http.Request) {
	req.Header[a.header] = a.value
	req.URL.Path = a.path
}

// growth is one way to grow.
type growth struct {
	what   string // grows
	sizes  []int
	open   func(size int) (*opened, error)
	aim    func(c wireCall, at int) aimed
	fill   int    // calls for each before it is weighed full
	others string // whose mock it is, to compare with; "": ours
	points []*grownMock
}

// growths are the ways to grow.
func growths() []growth {
	return []growth{
		{what: "spaces", sizes: growthSpaces, open: func(n int) (*opened, error) { return openGrown(n, 2) }, aim: inSpace, fill: growthJournal},
		{what: "users", sizes: growthUsers, open: func(n int) (*opened, error) { return openGrown(1, n) }, aim: asUser, fill: len(wireCalls)},
		{what: "users", sizes: growthUsers, open: openGrownByHand, aim: asUser, fill: len(wireCalls), others: byHandMock},
	}
}

func measureGrowth() (string, error) {
	all := growths()
	for i := range all {
		for _, size := range all[i].sizes {
			if err := all[i].add(size); err != nil {
				return "", err
			}
		}
	}
	for _, c := range wireCalls {
		fmt.Println("measuring", c.title)
		if err := measureGrown(all, c); err != nil {
			return "", err
		}
	}
	for _, g := range all {
		for _, p := range g.points {
			p.mock.close()
		}
	}
	if err := os.WriteFile("../docs/"+growthPlot, []byte(plotGrowth(all)), 0o644); err != nil {
		return "", err
	}
	return growthText(all), nil
}

// add opens mocks of that size, one after the other, of which the last one stays to be
// called.
func (g *growth) add(size int) error {
	p := &grownMock{size: size, aim: g.aim}
	for range growthMocks {
		if p.mock != nil {
			p.mock.close()
			p.mock = nil // so that it is not weighed
		}
		if err := p.open(g); err != nil {
			return err
		}
	}
	g.points = append(g.points, p)
	return nil
}

// open opens a mock, makes every call to each space or user and fills the journals, so that
// nothing is done for the first time later. It weighs the mock after the first call to each, a
// GET, and after the last.
func (p *grownMock) open(g *growth) (err error) {
	before := take(0).heap
	if p.mock, err = g.open(p.size); err != nil {
		return err
	}
	for n := range g.fill * p.size {
		if n == p.size {
			p.fresh = append(p.fresh, heapSince(before))
		}
		if err := p.call(wireCalls[n/p.size%len(wireCalls)]); err != nil {
			return err
		}
	}
	p.full = append(p.full, heapSince(before))
	return nil
}

func openGrown(spaces, users int) (*opened, error) {
	srv, err := mockserver.New(mockserver.WithState(stateOf(users)), mockserver.WithSpaces(2*spaces, time.Hour),
		mockserver.WithJournal(growthJournal, 1<<20))
	if err != nil {
		return nil, err
	}
	return &opened{transport: newDirect(srv), close: srv.Close}, nil
}

func openGrownByHand(users int) (*opened, error) {
	m := emptyHandMock()
	for n := range users {
		if err := m.add(growthToken(n), int64(firstUser+n)); err != nil {
			return nil, err
		}
	}
	return called(m.handler(), nil)
}

func heapSince(before uint64) float64 { return (float64(take(0).heap) - float64(before)) / 1e6 }

// next goes on to another space or user, far from the last one.
func (p *grownMock) next() int {
	const stride = 7919 // a prime, so that it comes to all
	p.at = (p.at + stride) % p.size
	return p.at
}

func (p *grownMock) call(c wireCall) error {
	req, err := c.request("")
	if err != nil {
		return err
	}
	p.aim(c, p.next()).at(req)
	return p.mock.send(req, c.status)
}

func inSpace(c wireCall, at int) aimed {
	return aimed{"X-Mock-Space", []string{"space-" + strconv.Itoa(at)}, c.path}
}

// firstUser is the subscription API's number of the first user of stateOf.
const firstUser = 1000

func asUser(c wireCall, at int) aimed {
	name, value, _ := strings.Cut(strings.TrimSpace(c.header), ": ")
	return aimed{
		http.CanonicalHeaderKey(name), []string{strings.Replace(value, mockserver.DefaultToken, growthToken(at), 1)},
		strings.Replace(c.path, "/users/1/", "/users/"+strconv.Itoa(firstUser+at)+"/", 1),
	}
}

func growthToken(user int) string { return "token-" + strconv.Itoa(user) }

// stateOf is the default state with so many users more, in two of the APIs.
func stateOf(users int) mockserver.State {
	state := mockserver.DefaultState()
	profile, subscriber := state.Profile.Users[state.Profile.DefaultUser], state.Subscription.Users[1]
	for n := range users {
		id := "user-" + strconv.Itoa(n)
		state.Profile.Users[id] = profile
		state.Tokens[growthToken(n)] = mockserver.Token{Profile: id, Subscription: true}
		one, subscription, telegram := *subscriber, *subscriber.Subscription, int64(8_000_000_000+n)
		subscription.ID = int64(firstUser + n)
		one.TelegramID, one.Username, one.ReferralCode, one.Subscription = &telegram, nil, nil, &subscription
		state.Subscription.Users[int64(firstUser+n)] = &one
	}
	return state
}

// measureGrown calls mocks of every size in turn.
func measureGrown(all []growth, c wireCall) error {
	var entrants []entrant
	var into []*[]samples
	enter := func(to *[]samples, p *grownMock, name string, aim func(*http.Request)) {
		into = append(into, to)
		entrants = append(entrants, entrant{name, func(b *testing.B) { p.mock.bench(b, c, aim) }})
	}
	for _, g := range all {
		for i, p := range g.points {
			name := fmt.Sprint(p.size, " ", g.what, " ", g.others)
			enter(&p.measured, p, name, p.round(c))
			if g.others == "" && (i == 0 || i == len(g.points)-1) {
				enter(&p.alone, p, "one of "+name, p.aim(c, 0).at)
			}
		}
	}
	measured, err := measure(entrants, growthRounds, growthSlice)
	for i, s := range measured {
		*into[i] = append(*into[i], s)
	}
	return err
}

// round aims a request at one space or user after the other. What they have of their own is
// made before, in the order in which it is taken.
func (p *grownMock) round(c wireCall) (aim func(*http.Request)) {
	all := make([]aimed, p.size)
	for i := range all {
		all[i] = p.aim(c, p.next())
	}
	n := 0
	return func(req *http.Request) {
		all[n].at(req)
		n = (n + 1) % len(all)
	}
}

var growthMethod = fmt.Sprintf(`
quartet's handler in process, called with one request again and again as above; what it has of each space or user is made before. First
with 1 to 1,000 spaces, each of which has a state and a journal of its own, then with 10² to 10⁵ users in the state of one space, each
with a profile, a credential and a subscription. Called for one of them alone, a mock finds what it needs in the processor's caches,
and takes longer among many only if it has more to do. In the tables calls go round all of them, far from the last one each, so that
what a call needs has left the processor's caches when there is much, and the time to get it back is what grows. The mock by hand of
the section before, which keeps its users in a map and does no more than find one, shows how much that is. A space's journal keeps %d
calls here. Before times are taken it is full, and everybody's name and subscription have been changed once, for
which a part of each was copied. MB are of heap, of %d mocks of each size: after one GET by each, and after that. %d rounds of %s each.

![cost and memory by spaces and by users](%s)
`, growthJournal, growthMocks, growthRounds, growthSlice, growthPlot)

func growthText(all []growth) string {
	var b strings.Builder
	for _, g := range all {
		g.write(&b)
		if g.others != "" {
			ours := all[slices.IndexFunc(all, func(other growth) bool { return other.what == g.what && other.others == "" })]
			b.WriteString("\n" + g.compare(ours))
		}
	}
	return b.String()
}

// compare holds what growth costs us against what it costs the others.
func (g growth) compare(ours growth) (verdicts string) {
	for i, c := range wireCalls {
		own, others := ours.added(i), g.added(i)
		verdicts += verdict(fmt.Sprintf("%s for %d %s in turn, %.0f ns more than for %d, at most %v × the %.0f ns more %s",
			c.method, g.points[len(g.points)-1].size, g.what, own, g.points[0].size, maxGrown, others, g.others), own <= maxGrown*others, own/others)
	}
	return verdicts
}

// added is by how many ns a call takes longer at the largest size than at the smallest.
func (g growth) added(call int) float64 {
	return median(g.points[len(g.points)-1].measured[call].ns) - median(g.points[0].measured[call].ns)
}

func (g growth) write(b *strings.Builder) {
	t := table{label: g.what, groups: []group{{name: g.others}}}
	for _, c := range wireCalls {
		t.columns = append(t.columns, column{c.method + ", ns", lower}, column{"allocations", lower})
	}
	t.columns = append(t.columns, column{"MB, read once", lower}, column{"MB, changed", lower})
	for _, p := range g.points {
		r := row{name: strconv.Itoa(p.size)}
		for _, s := range p.measured {
			r.cells = append(r.cells, over("%.0f", s.ns), figure("%.0f", median(s.allocs)))
		}
		r.cells = append(r.cells, over("%.1f", p.fresh), over("%.1f", p.full))
		t.groups[0].rows = append(t.groups[0].rows, r)
	}
	t.write(b)
	if g.others != "" {
		return
	}
	first, last := g.points[0], g.points[len(g.points)-1]
	b.WriteString("\n")
	for i, c := range wireCalls {
		times := last.alone[i].ratio(first.alone[i])
		b.WriteString(verdict(fmt.Sprintf("%s for one of %d %s, at most %v × the time for one of %d", c.method, last.size, g.what, maxGrown, first.size), times <= maxGrown, times))
	}
	for i, c := range wireCalls {
		times := last.measured[i].ratio(first.measured[i])
		b.WriteString(verdict(fmt.Sprintf("%s for %d %s in turn, at most %v × the time for %d", c.method, last.size, g.what, maxGrown, first.size), times <= maxGrown, times))
	}
}

// plotGrowth draws cost and memory of every way to grow.
func plotGrowth(all []growth) string {
	var panels []panel
	for _, g := range all {
		cost := panel{title: strings.TrimSuffix("µs a request, "+g.others, ", "), x: g.what}
		for i, c := range wireCalls {
			cost.lines = append(cost.lines, g.line(c.method, func(p *grownMock) float64 { return median(p.measured[i].ns) / 1e3 }))
		}
		memory := panel{title: strings.TrimSuffix("MB of heap, "+g.others, ", "), x: g.what, lines: []line{
			g.line("read once", func(p *grownMock) float64 { return median(p.fresh) }),
			g.line("changed", func(p *grownMock) float64 { return median(p.full) }),
		}}
		panels = append(panels, cost, memory)
	}
	return plot(panels)
}

func (g growth) line(name string, value func(*grownMock) float64) line {
	l := line{name: name}
	for _, p := range g.points {
		l.points = append(l.points, point{float64(p.size), value(p)})
	}
	return l
}
