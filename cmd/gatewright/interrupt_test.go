package main

import (
	"errors"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// A drain of three seconds is cut by a signal of its own, and not by one that
// comes with the first.
func TestSignalsThatComeTogetherAreOne(t *testing.T) {
	for _, c := range []struct {
		name  string
		after []time.Duration // the first signal
		want  error
	}{
		{"none", nil, nil},
		{"some at once", []time.Duration{0, 0, time.Millisecond, 200 * time.Millisecond}, nil},
		{"one later", []time.Duration{2 * time.Second}, errInterrupted},
		{"some at once and one later", []time.Duration{0, 200 * time.Millisecond, 400 * time.Millisecond}, errInterrupted},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				i := &interrupts{signals: make(chan os.Signal, 2)}
				if !i.another() {
					t.Fatal("the first signal does not count")
				}
				for _, d := range c.after {
					time.AfterFunc(d, func() { i.signals <- syscall.SIGTERM })
				}
				drained := make(chan error, 1)
				time.AfterFunc(3*time.Second, func() { drained <- nil })
				if err := i.wait(drained); !errors.Is(err, c.want) {
					t.Errorf("got %v, want %v", err, c.want)
				}
			})
		})
	}
}
