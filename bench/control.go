//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// controlResults are what calls of the control plane cost, and the form of
// --json.
type controlResults struct {
	*results
	Tables []table `json:"tables"`
}

// A table is figures under a heading.
type table struct {
	Heading string   `json:"heading"`
	Figures []figure `json:"figures"`
}

// measureControl measures the control plane.
func measureControl(ctx context.Context, o options, folder string) (report, error) {
	r := &controlResults{results: newResults(o)}
	before, err := readMachineTime()
	if err != nil {
		return nil, err
	}
	for _, measure := range []func(context.Context, options, string) (table, error){measurePatch, measureBuild, measureMany} {
		t, err := measure(ctx, o, folder)
		if err != nil {
			return nil, err
		}
		r.Tables = append(r.Tables, t)
	}
	after, err := readMachineTime()
	if err != nil {
		return nil, err
	}
	r.Stolen = spreadOf([]float64{after.stolenSince(before)})
	return r, nil
}

func (r *controlResults) text() string {
	var b strings.Builder
	r.machine(&b)
	fmt.Fprintf(&b, "%d rounds, GOMAXPROCS of the servers %s; stolen time %.0f %%\n", r.Rounds, procsText(r.Procs), r.Stolen.Median)
	for _, t := range r.Tables {
		b.WriteByte('\n')
		row(&b, t.Heading, "median", "from–to", "target", "")
		for _, f := range t.Figures {
			f.write(&b, f.form())
		}
	}
	return b.String()
}

// form is how a figure is written: ratios to the hundredth.
func (f figure) form() string {
	if f.Unit == "" {
		return "%.2f"
	}
	return "%.0f"
}

// measureBuild builds an API of 1,000 resources with 5,000 calls, in each round
// one more in the same state, and compares the calls about the 500th with the
// last ones.
func measureBuild(ctx context.Context, o options, folder string) (table, error) {
	s := &stable{folder: folder, procs: o.procs}
	defer s.stop()
	g, err := s.gatewright(ctx, o.binary, filepath.Join(folder, "build"))
	if err != nil {
		return table{}, err
	}
	var early, late []effort
	for round := range o.rounds {
		if err := context.Cause(ctx); err != nil {
			return table{}, err
		}
		first, last, err := g.build()
		if err != nil {
			return table{}, err
		}
		early, late = append(early, first), append(late, last)
		progress("round %d of %d   building an API: %.0f µs of CPU a call about call 500, %.0f about 5,000",
			round+1, o.rounds, first.cpu, last.cpu)
	}
	return table{"An API of 1,000 resources, built by 5,000 calls", []figure{
		{"CPU of a call, calls 251 to 750", "µs", spreadOfAll(early, effort.ofCPU), 0},
		{"CPU of a call, calls 4,501 to 5,000", "µs", spreadOfAll(late, effort.ofCPU), 0},
		{"  ratio", "", spreadOfRatios(late, early, effort.ofCPU), 1.3},
		{"time of a call, calls 251 to 750", "µs", spreadOfAll(early, effort.ofTime), 0},
		{"time of a call, calls 4,501 to 5,000", "µs", spreadOfAll(late, effort.ofTime), 0},
		{"  ratio", "", spreadOfRatios(late, early, effort.ofTime), 1.3},
	}}, nil
}

// build makes an API with five calls a resource: the resource, its method, its
// integration and a response of each.
func (g *gatewright) build() (early, late effort, err error) {
	d := g.newAPI("large")
	made := 0
	grow := func(n int) func() {
		return func() {
			for range n {
				d.mock(d.resource(d.root, "resource-"+strconv.Itoa(made)), mockBody)
				made++
			}
		}
	}
	grow(50)()
	early, err = d.measure(500, grow(100))
	grow(750)()
	if err == nil {
		late, err = d.measure(500, grow(100))
	}
	return early, late, err
}

// measureMany asks two servers in turn, one of which has a hundred times as
// many APIs as the other.
func measureMany(ctx context.Context, o options, folder string) (table, error) {
	s := &stable{folder: folder, procs: o.procs}
	defer s.stop()
	few, err := s.crowd(ctx, o.binary, filepath.Join(folder, "few"), 200)
	if err != nil {
		return table{}, err
	}
	many, err := s.crowd(ctx, o.binary, filepath.Join(folder, "many"), 20_000)
	if err != nil {
		return table{}, err
	}
	t := table{Heading: "20,000 APIs in one state, beside 200"}
	for _, q := range questions {
		asked, err := inTurn(o.rounds,
			func() (effort, error) { return few.asked(q.times, q.ask) },
			func() (effort, error) { return many.asked(q.times, q.ask) })
		if err != nil {
			return table{}, err
		}
		ofFew, ofMany := asked[0], asked[1]
		progress("asked: %s", q.name)
		t.Figures = append(t.Figures,
			figure{"CPU of " + q.name + ", of 200", "µs", spreadOfAll(ofFew, effort.ofCPU), 0},
			figure{"CPU of " + q.name + ", of 20,000", "µs", spreadOfAll(ofMany, effort.ofCPU), 0},
			figure{"  ratio", "", spreadOfRatios(ofMany, ofFew, effort.ofCPU), 1.3},
			figure{"  ratio of the time", "", spreadOfRatios(ofMany, ofFew, effort.ofTime), 1.3})
	}
	return t, nil
}

// A crowd is many APIs of one server.
type crowd struct {
	*draft
	ids      []string
	position string // a token of the middle of the list
}

// questions are what is asked of both crowds.
var questions = []struct {
	name  string
	times int
	ask   func(c *crowd, n int)
}{
	{"GetRestApi", 1000, func(c *crowd, n int) { c.call(http.MethodGet, "/restapis/"+c.ids[n*7919%len(c.ids)], nil, nil) }},
	{"GetRestApis, first page", 200, func(c *crowd, _ int) { c.call(http.MethodGet, "/restapis", nil, nil) }},
	{"GetRestApis, middle", 200, func(c *crowd, _ int) { c.call(http.MethodGet, "/restapis?position="+c.position, nil, nil) }},
	{"CreateRestApi", 200, func(c *crowd, n int) { c.call(http.MethodPost, "/restapis", object{"name": "one more"}, nil) }},
}

// crowd starts a server and makes n APIs, several at a time.
func (s *stable) crowd(ctx context.Context, binary, data string, n int) (*crowd, error) {
	progress("making %d APIs", n)
	g, err := s.gatewright(ctx, binary, data)
	if err != nil {
		return nil, err
	}
	c := &crowd{draft: &draft{g: g}, ids: make([]string, n)}
	err = together(n, func(i int) error {
		var api struct{ ID string }
		err := g.call(http.MethodPost, "/restapis", object{"name": "one of many"}, &api)
		c.ids[i] = api.ID
		return errors.Join(err, context.Cause(ctx))
	})
	if err != nil {
		return nil, err
	}
	var page struct{ Position string }
	for range n / 2 / 25 {
		c.call(http.MethodGet, "/restapis?position="+page.Position, nil, &page)
	}
	c.position = page.Position
	return c, c.err
}

func (c *crowd) asked(times int, ask func(*crowd, int)) (effort, error) {
	return c.measure(times, func() {
		for n := range times {
			ask(c, n)
		}
	})
}

// patches are made in turn, so that a slice has all of them.
var patches = []struct{ path, value string }{
	{"", "/description"},
	{"stages/" + stageName, "/variables/v"},
	{"gatewayresponses/MISSING_AUTHENTICATION_TOKEN", "/responseTemplates/application~1json"},
}

// measurePatch patches an API, its stage and a gateway response in turn, on a
// server whose state is in memory and on one that syncs each commit.
func measurePatch(ctx context.Context, o options, folder string) (table, error) {
	s := &stable{folder: folder, procs: o.procs}
	defer s.stop()
	inMemory, err := s.patched(ctx, o.binary, "memory")
	if err != nil {
		return table{}, err
	}
	onDisk, err := s.patched(ctx, o.binary, filepath.Join(folder, "patch"))
	if err != nil {
		return table{}, err
	}
	floor, err := s.patchFloor()
	if err != nil {
		return table{}, err
	}
	found, err := inTurn(o.rounds, floor.patch, inMemory.patch, onDisk.patch)
	if err != nil {
		return table{}, err
	}
	return table{fmt.Sprintf("PATCH by %d callers: API, stage, gateway response", callers), []figure{
		{"CPU of a bare net/http handler", "µs", spreadOfAll(found[0], effort.ofCPU), 0},
		{"CPU, without a sync: state in memory", "µs", spreadOfAll(found[1], effort.ofCPU), 150},
		{"CPU, state on disk", "µs", spreadOfAll(found[2], effort.ofCPU), 0},
	}}, nil
}

// patchFloor starts a bare handler that answers the same calls with an empty
// object.
func (s *stable) patchFloor() (*draft, error) {
	p, err := s.role(role{Name: "net/http", Answer: []byte("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")})
	if err != nil {
		return nil, err
	}
	d := &draft{g: &gatewright{p, "http://" + p.addr}}
	_, err = d.patch()
	return d, err
}

// patched starts a server with an API that has been patched often.
func (s *stable) patched(ctx context.Context, binary, data string) (*draft, error) {
	g, err := s.gatewright(ctx, binary, data)
	if err != nil {
		return nil, err
	}
	d := g.newAPI("patched")
	d.mock(d.root, mockBody)
	if err := d.deploy(); err != nil {
		return nil, err
	}
	_, err = d.patch()
	return d, err
}

func (d *draft) patch() (effort, error) {
	const times = 1500
	return d.measure(times, func() {
		d.err = together(times, func(i int) error {
			p := patches[i%len(patches)]
			return d.g.call(http.MethodPatch, d.path(p.path), object{
				"patchOperations": []object{{"op": "replace", "path": p.value, "value": "value-" + strconv.Itoa(i)}},
			}, nil)
		})
	})
}

// callers are how many call at once where it does not matter who is first.
const callers = 16

// together makes n calls, several at a time.
func together(n int, call func(i int) error) error {
	var all sync.WaitGroup
	faults := make([]error, callers)
	for c := range callers {
		all.Go(func() {
			for i := c; i < n && faults[c] == nil; i += callers {
				faults[c] = call(i)
			}
		})
	}
	all.Wait()
	return errors.Join(faults...)
}

// An effort is what calls cost, in microseconds a call.
type effort struct{ cpu, time float64 }

func (e effort) ofCPU() float64  { return e.cpu }
func (e effort) ofTime() float64 { return e.time }

// measure runs calls, of which there are n, and returns what each cost the
// server and took its caller.
func (d *draft) measure(n int, calls func()) (effort, error) {
	before, err := cpuTime(d.g.pid())
	if err != nil {
		return effort{}, err
	}
	begin := time.Now()
	calls()
	took := time.Since(begin)
	if d.err != nil {
		return effort{}, d.err
	}
	after, err := cpuTime(d.g.pid())
	each := func(of time.Duration) float64 { return float64(of.Nanoseconds()) / 1000 / float64(n) }
	return effort{each(after - before), each(took)}, err
}

// inTurn takes every measure once a round, so that a slow drift of the machine
// favours nobody, and returns what each found.
func inTurn(rounds int, measures ...func() (effort, error)) ([][]effort, error) {
	found := make([][]effort, len(measures))
	for range rounds {
		for i, measure := range measures {
			e, err := measure()
			if err != nil {
				return nil, err
			}
			found[i] = append(found[i], e)
		}
	}
	return found, nil
}

func spreadOfAll(samples []effort, of func(effort) float64) spread {
	var values []float64
	for _, u := range samples {
		values = append(values, of(u))
	}
	return spreadOf(values)
}

// spreadOfRatios compares what was measured in the same round.
func spreadOfRatios(samples, to []effort, of func(effort) float64) spread {
	var values []float64
	for i, u := range samples {
		values = append(values, of(u)/of(to[i]))
	}
	return spreadOf(values)
}
