//go:build linux

package main

import (
	"context"
	"fmt"
	"time"
)

// starts is how often each is started. What a start takes varies more than
// anything else here, with what other programs do at that moment.
const starts = 21

// measureStart measures how long it takes from starting a process until a caller
// has an answer, and the CPU until then; in turn with a bare net/http handler of
// the same answer, which tells what the machine itself took at the time.
func (s *stable) measureStart(ctx context.Context, binary, data, api string) ([]figure, error) {
	var took, used, bare []float64
	for i := range starts {
		progress("start to first answer: %d of %d", i+1, starts)
		g, t, wall, err := s.fresh(ctx, binary, data, api)
		if err != nil {
			return nil, err
		}
		cpu, err := cpuTime(g.pid())
		if err != nil {
			return nil, err
		}
		answer, err := t.ask(t.requests[0])
		if err != nil {
			return nil, err
		}
		g.stop()
		floor, err := s.startBare(t, answer)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", bareHandler, err)
		}
		took, used, bare = append(took, milliseconds(wall)), append(used, milliseconds(cpu)), append(bare, milliseconds(floor))
	}
	return []figure{
		{"start to first answer", "ms", spreadOf(took), 60},
		{"start to first answer, CPU", "ms", spreadOf(used), 0},
		{"start to first answer, bare net/http handler", "ms", spreadOf(bare), 0},
	}, nil
}

// fresh starts a server on a data folder and returns how long it took until a
// caller had an answer of the API.
func (s *stable) fresh(ctx context.Context, binary, data, api string) (*gatewright, *target, time.Duration, error) {
	begin := time.Now()
	g, err := s.launch(binary, data)
	if err != nil {
		return nil, nil, 0, err
	}
	t := g.target(mock, 200, isJSON(mockBody), api, "/mock")
	err = g.await(ctx, t.verify)
	return g, t, time.Since(begin), err
}

// startBare starts a bare handler, which says itself when it listens, and returns
// how long it took until a caller had its answer.
func (s *stable) startBare(like *target, answer []byte) (time.Duration, error) {
	begin := time.Now()
	p, err := s.role(role{Name: "net/http", Answer: answer})
	if err != nil {
		return 0, err
	}
	defer p.stop()
	t := *like
	t.name, t.addr = bareHandler, p.addr
	err = t.verify()
	return time.Since(begin), err
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1000 }
