//go:build linux

package main

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"testing"
	"time"
)

// The test binary plays the servers, as the program does.
func TestMain(m *testing.M) {
	if r := os.Getenv(roleVariable); r != "" {
		exit(play(r))
	}
	os.Exit(m.Run())
}

func TestMessageLength(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     int
		refused  bool
	}{
		{"is unknown before the blank line", "GET / HTTP/1.1\r\nHost: a\r\n", -1, false},
		{"is the head's without a body", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 27, false},
		{"counts the body", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", 41, false},
		{"ignores case", "HTTP/1.1 200 OK\r\ncontent-length:3\r\n\r\nabcHTTP", 40, false},
		{"refuses what is no number", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", 0, true},
		{"refuses what is negative", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := messageLength([]byte(c.in))
			if got != c.want || (err != nil) != c.refused {
				t.Errorf("messageLength(%q) = %d, %v, want %d, refused %v", c.in, got, err, c.want, c.refused)
			}
		})
	}
}

func TestSpread(t *testing.T) {
	for _, c := range []struct {
		in   []float64
		want spread
	}{
		{[]float64{7}, spread{7, 7, 7}},
		{[]float64{3, 1, 2}, spread{2, 1, 3}},
		{[]float64{4, 1, 3, 2}, spread{2.5, 1, 4}},
	} {
		if got := spreadOf(c.in); got != c.want {
			t.Errorf("spreadOf(%v) = %v, want %v", c.in, got, c.want)
		}
	}
}

// The floors answer what they are measured for, and load tells what it cost.
func TestFloors(t *testing.T) {
	s := &stable{folder: t.TempDir(), procs: 1}
	t.Cleanup(s.stop)
	backend, err := s.role(role{Name: "backend"})
	if err != nil {
		t.Fatal(err)
	}
	likeMock := rawTarget(t, s, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"+
		"X-Amzn-Requestid: 1\r\nDate: Sat, 21 Nov 2026 12:00:00 GMT\r\nContent-Length: 4\r\n\r\ntrue", "true")
	likeProxy := *likeMock
	likeProxy.check = isJSON(item)
	floors, err := s.floors(likeMock, &likeProxy, backend.addr)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range floors {
		if err := f.verify(); err != nil {
			t.Error(err)
			continue
		}
		got, err := f.load(t.Context(), 2, 500*time.Millisecond)
		if err != nil {
			t.Error(err)
		} else if got.requests == 0 || got.cpu <= 0 || got.cpu > 2*got.wall {
			t.Errorf("%s: %d requests took %v of CPU in %v", f.name, got.requests, got.cpu, got.wall)
		}
	}
}

// A server that answers wrongly is found out, before and during the load.
func TestWrongAnswer(t *testing.T) {
	s := &stable{folder: t.TempDir()}
	t.Cleanup(s.stop)
	wrong := rawTarget(t, s, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", "true")
	if err := wrong.verify(); err == nil {
		t.Error("verify found nothing wrong with a 503")
	}
	if _, err := wrong.load(t.Context(), 2, time.Minute); err == nil {
		t.Error("load found nothing wrong with a 503")
	}
}

// rawTarget starts a raw loop with the given answer, of which a 200 and JSON
// are expected.
func rawTarget(t *testing.T, s *stable, answer, body string) *target {
	t.Helper()
	p, err := s.role(role{Name: "raw mock", Answer: []byte(answer)})
	if err != nil {
		t.Fatal(err)
	}
	return &target{
		name: "raw", pid: p.pid(), addr: p.addr, status: http.StatusOK, check: isJSON(body),
		requests: [][]byte{[]byte("GET /prod/pets/42 HTTP/1.1\r\nHost: a\r\n\r\n")},
	}
}

// The report, with one target met and one missed.
func Example_report() {
	r := &results{
		Date: time.Date(2026, 11, 21, 14, 3, 0, 0, time.UTC), Go: "go1.26.8", System: "linux/amd64",
		Processor: "Example CPU", Cores: 2, Rounds: 2, Slice: "3s", Connections: 32, Procs: 1,
		Figures: []figure{{"start to first answer", "ms", spread{70, 31, 92}, 60}},
	}
	samples := map[string][]sample{}
	for i, name := range []string{bareHandler, mock} {
		cost := time.Duration(20-8*i) * time.Microsecond
		samples[name] = []sample{
			{requests: 1000, cpu: 1000 * cost, wall: time.Second, stolen: 2},
			{requests: 1000, cpu: 1100 * cost, wall: time.Second},
		}
	}
	r.addCPU([]string{bareHandler, mock}, samples, comparisons[:1])
	fmt.Print(r.text())
	// Output:
	// Gatewright, 21 November 2026, 14:03
	// go1.26.8, linux/amd64, 2 × Example CPU
	// 2 rounds of 3s a server, 32 connections, GOMAXPROCS of the servers 1; stolen time 1 % (0–2)
	//
	// CPU of the server a request                              median   from–to         requests/s
	//   bare net/http handler                                21.00 µs   20.00–22.00           1000
	//   MOCK                                                 12.60 µs   12.00–13.20           1000
	//
	// Ratio of CPU                                             median   from–to             target
	//   MOCK / bare net/http handler                            0.600   0.600–0.600         ≤ 0.70  holds
	//
	// Start and memory                                         median   from–to             target
	//   start to first answer                                 70.0 ms   31.0–92.0             < 60  MISSED
}

// What is measured in turn is compared round by round.
func TestInTurn(t *testing.T) {
	var turns []float64
	measure := func(cost float64) func() (effort, error) {
		return func() (effort, error) {
			turns = append(turns, cost)
			return effort{cpu: cost * float64(len(turns)), time: 1}, nil
		}
	}
	found, err := inTurn(2, measure(1), measure(3))
	if err != nil || !slices.Equal(turns, []float64{1, 3, 1, 3}) {
		t.Fatalf("turns were %v, %v", turns, err)
	}
	if got, want := spreadOfRatios(found[1], found[0], effort.ofCPU), (spread{5, 4, 6}); got != want {
		t.Errorf("ratios are %v, want %v", got, want)
	}
	if got, want := spreadOfAll(found[1], effort.ofTime), (spread{1, 1, 1}); got != want {
		t.Errorf("times are %v, want %v", got, want)
	}
}

// The report of the control plane: a ratio that holds, and a cost that does not.
func Example_controlReport() {
	r := &controlResults{
		results: &results{
			Date: time.Date(2026, 11, 21, 14, 3, 0, 0, time.UTC), Go: "go1.26.8", System: "linux/amd64",
			Processor: "Example CPU", Cores: 2, Rounds: 2, Procs: 1,
		},
		Tables: []table{{"PATCH", []figure{
			{"CPU", "µs", spread{170, 140, 200}, 150},
			{"  ratio", "", spread{1.25, 1, 1.5}, 1.3},
		}}},
	}
	fmt.Print(r.text())
	// Output:
	// Gatewright, 21 November 2026, 14:03
	// go1.26.8, linux/amd64, 2 × Example CPU
	// 2 rounds, GOMAXPROCS of the servers 1; stolen time 0 %
	//
	// PATCH                                                    median   from–to             target
	//   CPU                                                    170 µs   140–200              < 150  MISSED
	//     ratio                                                 1.25    1.00–1.50            < 1.3  holds
}
