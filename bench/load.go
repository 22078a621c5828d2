//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// A target is a server with the requests that are sent to it in turn, and
// what it must answer.
type target struct {
	name     string
	pid      int
	addr     string
	host     string
	requests [][]byte
	status   int
	check    func(http.Header, []byte) error
}

// verify sends every request once and looks at the whole of each answer.
func (t *target) verify() error {
	for _, request := range t.requests {
		raw, err := t.ask(request)
		if err != nil {
			return err
		}
		answer, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(raw)), nil)
		if err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		body, err := io.ReadAll(answer.Body)
		if err == nil && answer.StatusCode != t.status {
			err = fmt.Errorf("status is not %d", t.status)
		}
		if err == nil {
			err = t.check(answer.Header, body)
		}
		if err != nil {
			return fmt.Errorf("%s: %w\nasked:\n%s\nanswered:\n%s", t.name, err, request, raw)
		}
	}
	return nil
}

// ask sends one request on a connection of its own and returns the answer,
// byte for byte.
func (t *target) ask(request []byte) ([]byte, error) {
	w, err := t.dial(10 * time.Second)
	if err != nil {
		return nil, err
	}
	defer w.Close()
	raw, err := t.exchange(w, request)
	return bytes.Clone(raw), err
}

// dial connects to the target for no longer than the given time.
func (t *target) dial(atMost time.Duration) (*wire, error) {
	c, err := net.Dial("tcp", t.addr)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.name, err)
	}
	return newWire(c), c.SetDeadline(time.Now().Add(atMost))
}

// exchange sends one request and reads its answer, which is good until the
// next one.
func (t *target) exchange(w *wire, request []byte) ([]byte, error) {
	if _, err := w.Write(request); err != nil {
		return nil, fmt.Errorf("%s: %w", t.name, err)
	}
	answer, err := w.message()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.name, err)
	}
	return answer, nil
}

// A sample is what a slice of load cost the server that bore it.
type sample struct {
	requests  int64
	cpu, wall time.Duration
	stolen    float64 // of the machine's time, in per cent
}

// cost returns the CPU time per request in microseconds.
func (s sample) cost() float64 {
	return float64(s.cpu.Nanoseconds()) / 1000 / float64(s.requests)
}

// rate returns the requests per second.
func (s sample) rate() float64 { return float64(s.requests) / s.wall.Seconds() }

// warmUp passes between the first request of a slice and its measurement.
const warmUp = 300 * time.Millisecond

// load keeps so many connections busy, one request at a time on each, and
// measures what that costs the server over the length of the slice.
func (t *target) load(ctx context.Context, connections int, slice time.Duration) (sample, error) {
	ctx, stop := context.WithCancelCause(ctx)
	var answered atomic.Int64
	var workers sync.WaitGroup
	for i := range connections {
		workers.Go(func() {
			if err := t.drive(ctx, i, slice+10*time.Second, &answered); err != nil {
				stop(err)
			}
		})
	}
	s, err := t.measure(ctx, slice, &answered)
	stop(nil)
	workers.Wait()
	return s, err
}

// drive sends the target's requests in turn, beginning with the first-th,
// until ctx ends.
func (t *target) drive(ctx context.Context, first int, atMost time.Duration, answered *atomic.Int64) error {
	w, err := t.dial(atMost)
	if err != nil {
		return err
	}
	defer w.Close()
	status := fmt.Appendf(nil, "HTTP/1.1 %d ", t.status)
	for i := first; ctx.Err() == nil; i++ {
		answer, err := t.exchange(w, t.requests[i%len(t.requests)])
		if err != nil {
			return err
		}
		if !bytes.HasPrefix(answer, status) {
			return fmt.Errorf("%s: answered under load:\n%s", t.name, answer)
		}
		answered.Add(1)
	}
	return nil
}

// measure reads all clocks, waits for the length of the slice and reads them
// again.
func (t *target) measure(ctx context.Context, slice time.Duration, answered *atomic.Int64) (sample, error) {
	if err := sleep(ctx, warmUp); err != nil {
		return sample{}, err
	}
	begin, err := t.readClocks(answered)
	if err != nil {
		return sample{}, err
	}
	if err := sleep(ctx, slice); err != nil {
		return sample{}, err
	}
	end, err := t.readClocks(answered)
	if err != nil {
		return sample{}, err
	}
	s := sample{
		requests: end.answered - begin.answered,
		cpu:      end.cpu - begin.cpu,
		wall:     end.at.Sub(begin.at),
		stolen:   end.machine.stolenSince(begin.machine),
	}
	if s.requests == 0 {
		return s, fmt.Errorf("%s: no answer in %v", t.name, slice)
	}
	return s, nil
}

// clocks is a reading of all that a slice is measured by.
type clocks struct {
	at       time.Time
	answered int64
	cpu      time.Duration
	machine  machineTime
}

func (t *target) readClocks(answered *atomic.Int64) (clocks, error) {
	machine, err := readMachineTime()
	if err != nil {
		return clocks{}, err
	}
	cpu, err := cpuTime(t.pid)
	return clocks{time.Now(), answered.Load(), cpu, machine}, err
}

// sleep waits, or returns what ended ctx.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
