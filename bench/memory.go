//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"time"
)

const (
	idleConnections = 10_000
	largeBodies     = 8
)

// trials are what a fresh process is put to, each so many times.
var trials = []struct {
	name   string
	target float64 // MiB
	times  int
	run    func(context.Context, *gatewright, *target) (float64, error)
}{
	{"memory at rest", 25, 7, atRest},
	{"memory, 10,000 idle connections", 200, 1, holdConnections},
	{"peak memory, 8 bodies of 10 MB", 40, 3, passBodies},
}

// measureProcess measures the start, and the memory at rest and under strain,
// of processes that find their API in a data folder. They run as users run
// them: GOMAXPROCS is left to Go.
func (r *results) measureProcess(ctx context.Context, o options, folder string) error {
	s := &stable{folder: folder}
	defer s.stop()
	bodies, err := s.role(role{Name: "bodies"})
	if err != nil {
		return err
	}
	data := filepath.Join(folder, "data")
	api, err := s.prepare(ctx, o.binary, data, bodies.addr)
	if err != nil {
		return err
	}
	if r.Figures, err = s.measureStart(ctx, o.binary, data, api); err != nil {
		return err
	}
	for _, trial := range trials {
		var values []float64
		for i := range trial.times {
			progress("%s: %d of %d", trial.name, i+1, trial.times)
			g, t, _, err := s.fresh(ctx, o.binary, data, api)
			if err != nil {
				return err
			}
			value, err := trial.run(ctx, g, t)
			if err != nil {
				return fmt.Errorf("%s: %w\n%s", trial.name, err, g.logged())
			}
			g.stop()
			values = append(values, value)
		}
		r.Figures = append(r.Figures, figure{trial.name, "MiB", spreadOf(values), trial.target})
	}
	return nil
}

// prepare leaves an API in a data folder and returns its id.
func (s *stable) prepare(ctx context.Context, binary, data, backend string) (api string, err error) {
	g, err := s.gatewright(ctx, binary, data)
	if err != nil {
		return "", err
	}
	defer g.stop()
	return g.mainAPI(backend, backend)
}

// atRest returns the memory of a server that has answered one request.
func atRest(ctx context.Context, g *gatewright, _ *target) (float64, error) {
	if err := sleep(ctx, time.Second); err != nil {
		return 0, err
	}
	return memory(g.pid(), "VmRSS")
}

// holdConnections returns the memory of a server with many connections that
// have each had an answer and are silent since.
func holdConnections(ctx context.Context, g *gatewright, t *target) (float64, error) {
	held := make([]*wire, 0, idleConnections)
	defer func() {
		for _, w := range held {
			w.Close()
		}
	}()
	for range idleConnections {
		w, err := t.dial(time.Minute)
		if err != nil {
			return 0, err
		}
		held = append(held, w)
		if _, err := t.exchange(w, t.requests[0]); err != nil {
			return 0, err
		}
		w.buf = nil // ours to save memory; nothing more is read
	}
	if err := sleep(ctx, time.Second); err != nil {
		return 0, err
	}
	return memory(g.pid(), "VmRSS")
}

// passBodies returns the peak of the memory of a server that passes large
// bodies, all at once, to a backend that reads slowly, and back to callers
// who read slowly.
func passBodies(ctx context.Context, g *gatewright, t *target) (float64, error) {
	ctx, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	results := make(chan error)
	for range largeBodies {
		go func() { results <- exchangeBodies(ctx, t) }()
	}
	var errs []error
	for range largeBodies {
		errs = append(errs, <-results)
	}
	if err := errors.Join(errs...); err != nil {
		return 0, err
	}
	return memory(g.pid(), "VmHWM")
}

// exchangeBodies sends one large body and reads the other.
func exchangeBodies(ctx context.Context, t *target) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+t.addr+"/"+stageName+"/bodies", io.LimitReader(zeros{}, bodySize))
	if err != nil {
		return err
	}
	r.ContentLength = bodySize
	r.Host = t.host
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	n, err := io.Copy(io.Discard, slowly{answer.Body})
	if err == nil && (n != bodySize || answer.StatusCode != http.StatusOK) {
		err = fmt.Errorf("status %d and %d bytes came back", answer.StatusCode, n)
	}
	return err
}
