//go:build linux

package main

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"
)

// results are all that a run found, and the form of --json.
type results struct {
	Date        time.Time `json:"date"`
	Go          string    `json:"go"`
	System      string    `json:"system"`
	Processor   string    `json:"processor"`
	Cores       int       `json:"cores"`
	Rounds      int       `json:"rounds"`
	Slice       string    `json:"slice"`
	Connections int       `json:"connections"`
	Procs       int       `json:"gomaxprocs"` // 0: Go's own choice
	Stolen      spread    `json:"stolenPercent"`
	Costs       []cost    `json:"costs"`
	Ratios      []ratio   `json:"ratios"`
	Figures     []figure  `json:"figures"`
}

// A cost is what a request costs a server.
type cost struct {
	Server string `json:"server"`
	CPU    spread `json:"cpuMicroseconds"`
	Rate   spread `json:"requestsPerSecond"`
}

// A ratio compares the CPU of two servers, round by round.
type ratio struct {
	Of     string  `json:"of"`
	To     string  `json:"to"`
	Value  spread  `json:"ratio"`
	Target float64 `json:"target,omitempty"` // at most; 0: none
}

// A figure is something else that has a target.
type figure struct {
	Name   string  `json:"name"`
	Unit   string  `json:"unit"`
	Value  spread  `json:"value"`
	Target float64 `json:"target,omitempty"` // less than; 0: none
}

// A spread is a median and what it lies between.
type spread struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
}

// spreadOf returns the spread of at least one value.
func spreadOf(values []float64) spread {
	v := slices.Sorted(slices.Values(values))
	median := v[len(v)/2]
	if len(v)%2 == 0 {
		median = (v[len(v)/2-1] + median) / 2
	}
	return spread{median, v[0], v[len(v)-1]}
}

func newResults(o options) *results {
	return &results{
		Date:        time.Now(),
		Go:          runtime.Version(),
		System:      runtime.GOOS + "/" + runtime.GOARCH,
		Processor:   cpuModel(),
		Cores:       runtime.NumCPU(),
		Rounds:      o.rounds,
		Slice:       o.slice.String(),
		Connections: o.connections,
		Procs:       o.procs,
	}
}

// addCPU adds the samples of the servers, each with one a round, and compares
// them.
func (r *results) addCPU(order []string, samples map[string][]sample, compared []ratio) {
	var stolen []float64
	for _, name := range order {
		var cpu, rate []float64
		for _, s := range samples[name] {
			cpu, rate, stolen = append(cpu, s.cost()), append(rate, s.rate()), append(stolen, s.stolen)
		}
		r.Costs = append(r.Costs, cost{name, spreadOf(cpu), spreadOf(rate)})
	}
	r.Stolen = spreadOf(stolen)
	for _, c := range compared {
		var values []float64
		for i, s := range samples[c.Of] {
			values = append(values, s.cost()/samples[c.To][i].cost())
		}
		c.Value = spreadOf(values)
		r.Ratios = append(r.Ratios, c)
	}
}

// text returns the results as tables for people.
func (r *results) text() string {
	var b strings.Builder
	r.machine(&b)
	fmt.Fprintf(&b, "%d rounds of %s a server, %d connections, GOMAXPROCS of the servers %s; stolen time %.0f %% (%.0f–%.0f)\n",
		r.Rounds, r.Slice, r.Connections, procsText(r.Procs), r.Stolen.Median, r.Stolen.Min, r.Stolen.Max)

	b.WriteByte('\n')
	row(&b, "CPU of the server a request", "median", "from–to", "requests/s", "")
	for _, c := range r.Costs {
		row(&b, "  "+c.Server, fmt.Sprintf("%.2f µs", c.CPU.Median), c.CPU.between("%.2f"), fmt.Sprintf("%.0f", c.Rate.Median), "")
	}
	b.WriteByte('\n')
	row(&b, "Ratio of CPU", "median", "from–to", "target", "")
	for _, c := range r.Ratios {
		name, value, between := "  "+c.Of+" / "+c.To, fmt.Sprintf("%.3f", c.Value.Median), c.Value.between("%.3f")
		if c.Target == 0 {
			row(&b, name, value, between, "", "")
			continue
		}
		row(&b, name, value, between, fmt.Sprintf("≤ %.2f", c.Target), verdict(c.Value.Median <= c.Target))
	}
	b.WriteByte('\n')
	row(&b, "Start and memory", "median", "from–to", "target", "")
	for _, f := range r.Figures {
		f.write(&b, "%.1f")
	}
	return b.String()
}

// machine writes when and on what the results came about.
func (r *results) machine(b *strings.Builder) {
	fmt.Fprintf(b, "Gatewright, %s\n%s, %s, %d × %s\n", r.Date.Format("2 January 2006, 15:04"), r.Go, r.System, r.Cores, r.Processor)
}

// write writes the figure as a line of a table.
func (f figure) write(b *strings.Builder, form string) {
	name, value, between := "  "+f.Name, fmt.Sprintf(form+" %s", f.Value.Median, f.Unit), f.Value.between(form)
	if f.Target == 0 {
		row(b, name, value, between, "", "")
		return
	}
	row(b, name, value, between, fmt.Sprintf("< %v", f.Target), verdict(f.Value.Median < f.Target))
}

// row writes a line of a table.
func row(b *strings.Builder, name, value, between, last, verdict string) {
	line := fmt.Sprintf("%-52s %10s   %-15s %10s  %s", name, value, between, last, verdict)
	b.WriteString(strings.TrimRight(line, " ") + "\n")
}

func procsText(n int) string {
	if n == 0 {
		return "left to Go"
	}
	return fmt.Sprint(n)
}

func (s spread) between(form string) string { return fmt.Sprintf(form+"–"+form, s.Min, s.Max) }

// verdict says whether a target is met. A missed one is a result like any
// other, not a failure of the benchmark.
func verdict(met bool) string {
	if met {
		return "holds"
	}
	return "MISSED"
}
